"""The Dagster web server with the guard before it; takes the arguments of `dagster-webserver`.

Run as `python -m talk_assets.cli.webserver`. Whether the guard is really there is asked by `talk up`
before it goes on, since the web server has no documented place to put one.
"""

import os

from dagster_webserver import cli as dagster_webserver
from starlette.types import ASGIApp

from talk_assets.cli.guard import Guard

_PLACE = "create_app_from_workspace_process_context"
_application = getattr(dagster_webserver, _PLACE)


def _guarded(*arguments: object, **named: object) -> ASGIApp:
    return Guard(_application(*arguments, **named))


def main() -> None:
    """Serve until told to stop."""
    os.umask(0o077)
    # The only name that both makes the application and is looked up when the command runs.
    setattr(dagster_webserver, _PLACE, _guarded)
    dagster_webserver.cli(auto_envvar_prefix="DAGSTER_WEBSERVER")


if __name__ == "__main__":
    main()
