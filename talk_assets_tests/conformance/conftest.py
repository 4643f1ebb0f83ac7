"""The command line as a process of its own."""

import pytest

from talk_assets_tests.cli.conftest import TalkCommand


@pytest.fixture
def talk(tmp_path):
    return TalkCommand(tmp_path)
