"""One Tryton server for all tests of this folder, and one sync of it."""

import pytest
from desk import Desk, Wire
from server import VENV, tryton

from talk_assets.sandbox import salesforce as salesforce_sandbox
from talk_assets.sandbox.serving import running


@pytest.fixture(scope="session")
def person(tmp_path_factory):
    if not (VENV / "bin/trytond").exists():
        pytest.skip(f"There is no Tryton in {VENV}; make tryton installs it.")
    with tryton(tmp_path_factory.mktemp("tryton")) as found:
        yield found


@pytest.fixture(scope="session")
def desk(person, tmp_path_factory):
    org = salesforce_sandbox.SalesforceSettings()
    app = salesforce_sandbox.create_app(settings=org)
    with running(app) as url, Wire(person.root) as wire:
        desk = Desk(person, wire, url, org, tmp_path_factory.mktemp("store"))
        yield desk
        desk.salesforce.close()
    app.state.close()
