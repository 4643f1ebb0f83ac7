"""The command line as a person has it: a process of its own."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

TALK = [sys.executable, "-c", "from talk_assets.cli import main; main()"]


class TalkCommand:
    """Runs `talk` in an empty directory, with an environment that names no system."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.environ = {name: value for name, value in os.environ.items() if not name.startswith(("TALK_", "DAGSTER_"))}

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
