"""The embedded systems and the relay before them, each as a process of its own."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

from bench.relay import EXCHANGES, Noted
from talk_assets.model.system import System

Facts = dict[str, dict[str, str]]
_TALK = [sys.executable, "-c", "from talk_assets.cli import main; main()"]
_SANDBOX = ["sandbox", "--salesforce-port", "0", "--customerp-port", "0", "--sample", "none"]
_ROOT = Path(__file__).parents[1]


@dataclass(frozen=True, kw_only=True)
class Ends:
    """Both ends: *direct* leads to them, *relayed* leads there through the relay."""

    direct: Facts
    relayed: Facts

    def forget(self) -> None:
        """Let the relay forget what it noted."""
        for system in System:
            httpx.delete(self.relayed[system]["url"] + EXCHANGES, trust_env=False).raise_for_status()

    def noted(self) -> dict[System, list[Noted]]:
        """What went through the relay since it last forgot."""
        return {system: self._noted(system) for system in System}

    def _noted(self, system: System) -> list[Noted]:
        found: list[dict[str, Any]] = (
            httpx.get(self.relayed[system]["url"] + EXCHANGES, trust_env=False, timeout=60).raise_for_status().json()
        )
        return [Noted.of_json(one) for one in found]


@contextmanager
def ends() -> Iterator[Ends]:
    """Both embedded systems, empty, behind a relay, while the block runs."""
    with printing([*_TALK, *_SANDBOX]) as facts:
        urls = [facts[system]["url"] for system in System]
        with printing([sys.executable, "-m", "bench.relay", *urls]) as relays:
            relayed = {system: facts[system] | {"url": url} for system, url in zip(System, relays, strict=True)}
            yield Ends(direct=facts, relayed={system.value: found for system, found in relayed.items()})


@contextmanager
def printing(command: list[str]) -> Iterator[Any]:
    """A process that prints one line of JSON when it is ready; the line's value."""
    with subprocess.Popen(  # noqa: S603 - programs of this installation
        command,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        cwd=_ROOT,
        env=dict(os.environ) | {"PYTHONPATH": str(_ROOT)},
        text=True,
    ) as process:
        try:
            line = process.stdout.readline() if process.stdout else ""
            if not line:
                raise RuntimeError(f"{command[-1]} ended before it was ready; what it printed is above.")
            yield json.loads(line)
        finally:
            process.send_signal(signal.SIGTERM)
