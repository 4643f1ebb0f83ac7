"""A person with the command line, between the cycles of an engine over the same store."""

import json

from typer.testing import CliRunner

from talk_assets.cli.app import app
from talk_assets.store.database import Database
from talk_assets_tests.changesets.test_decisions import with_manual
from talk_assets_tests.twins import Twins


class Desk:
    """Commands on the store of *twins*, run while no cycle does; contacts' job titles are for a person to decide."""

    def __init__(self, path):
        self.path = path
        self.twins = Twins(store=path, pairs=with_manual(("job_title",)))

    def talk(self, *arguments):
        """Run a command while no cycle does; what it printed."""
        self.twins.db.close()
        try:
            named = {"TALK_STORE": str(self.path)}
            done = CliRunner().invoke(app, list(arguments), env=named, catch_exceptions=False)
        finally:
            self.twins.db = Database(self.path)
        assert done.exit_code == 0, done.output
        return done.stdout

    def json(self, *arguments):
        return json.loads(self.talk(*arguments, "--json"))
