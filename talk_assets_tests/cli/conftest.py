"""The command line as a person has it: a process of its own."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from talk_assets_tests.cli.desk import Desk

# Variables of the caller that would change what `talk` does or how it looks.
MEDDLING = ("TALK_", "DAGSTER_", "FORCE_COLOR", "PY_COLORS", "GITHUB_ACTIONS", "TTY_", "COLUMNS")
TALK = [sys.executable, "-c", "from talk_assets.cli import main; main()"]


class TalkCommand:
    """Runs `talk` in an empty directory, with an environment that names no system."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.environ = {name: value for name, value in os.environ.items() if not name.startswith(MEDDLING)}

    def run(self, *arguments: str, **environ: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [*TALK, *arguments],
            cwd=self.folder,
            env=self.environ | environ,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )

    def start(self, *arguments: str, **environ: str) -> subprocess.Popen[str]:
        return subprocess.Popen(
            [*TALK, *arguments],
            cwd=self.folder,
            env=self.environ | environ,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )


@pytest.fixture
def talk(tmp_path):
    return TalkCommand(tmp_path)


@pytest.fixture
def desk(tmp_path, monkeypatch):
    """A person at the command line, in a directory of its own."""
    monkeypatch.chdir(tmp_path)
    desk = Desk(tmp_path / "talk.duckdb")
    yield desk
    desk.twins.db.close()


@pytest.fixture(autouse=True)
def _no_forced_colours(monkeypatch):
    """Tests that call in-process see streams as they are, whatever runs them."""
    for name in list(os.environ):
        if name.startswith(MEDDLING):
            monkeypatch.delenv(name)
