"""One Tryton server for all tests of this folder."""

import pytest
from server import VENV, tryton


@pytest.fixture(scope="session")
def person(tmp_path_factory):
    if not (VENV / "bin/trytond").exists():
        pytest.skip(f"There is no Tryton in {VENV}; make tryton installs it.")
    with tryton(tmp_path_factory.mktemp("tryton")) as found:
        yield found
