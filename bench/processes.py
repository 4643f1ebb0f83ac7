"""Processes that serve what is measured."""

import json
import os
import signal
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]


def environ_for(more: Mapping[str, str]) -> dict[str, str]:
    """The environment of a program of this checkout."""
    return os.environ | {"PYTHONPATH": str(ROOT)} | dict(more)


@contextmanager
def printing(command: list[str]) -> Iterator[Any]:
    """A process that prints one line of JSON when it is ready; the line's value."""
    with subprocess.Popen(  # noqa: S603 - programs of this installation
        command,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        cwd=ROOT,
        env=environ_for({}),
        text=True,
    ) as process:
        try:
            line = process.stdout.readline() if process.stdout else ""
            if not line:
                raise RuntimeError(f"{command[-1]} ended before it was ready; what it printed is above.")
            yield json.loads(line)
        finally:
            process.send_signal(signal.SIGTERM)
