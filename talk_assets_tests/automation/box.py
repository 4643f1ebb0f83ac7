"""A machine that runs the Dagster side as `talk up` does, and can lose its power at any moment."""

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Mapping
from pathlib import Path

from starlette.types import ASGIApp, Receive, Scope, Send

from talk_assets.automation.aftermath import end_runs_left_in
from talk_assets.cli.children import Children
from talk_assets.cli.home import prepared_home, sole_use
from talk_assets.cli.parts import Dagster
from talk_assets.cli.signals import asked_to_stop

DEFINITIONS = "talk_assets_tests.automation.bells_alone"
MARK = "TALK_TEST_BOX"
SYNC = b"talk-assets"


def main(home: str) -> None:
    """What `talk up` does, without the embedded systems and the web server."""
    os.umask(0o077)
    folder = prepared_home(Path(home))
    with asked_to_stop() as stop, sole_use(folder) as held:
        end_runs_left_in(folder)
        with Children(inherited=[held]) as children:
            dagster = Dagster(home=folder, port=1, read_only=True, definitions=DEFINITIONS)
            dagster.start_worker(children, os.environ)
            dagster.start_daemon(children, os.environ)
            children.watch(stop)


class Box:
    """Everything that runs for one Dagster home; every process of it carries a mark in its environment."""

    def __init__(self, home: Path, environ: Mapping[str, str]) -> None:
        self.home = home
        self._mark = f"{MARK}={home}"
        self._environ = dict(environ) | {MARK: str(home)}
        self._process: subprocess.Popen[bytes] | None = None
        self._gate = threading.Lock()

    def start(self) -> None:
        code = f"from talk_assets_tests.automation.box import main; main({str(self.home)!r})"
        log = self.home.with_suffix(".log").open("ab")
        self._process = subprocess.Popen(
            [sys.executable, "-c", code], env=self._environ, cwd=self.home.parent, stdout=log, stderr=log
        )
        log.close()

    def cut_power(self) -> int:
        """Kill every process at once, and those that were being started meanwhile; how many there were."""
        killed = set()
        with self._gate:
            while found := self._alive():
                for pid in found:
                    try:
                        os.kill(pid, signal.SIGKILL)
                    except ProcessLookupError:
                        continue
                    killed.add(pid)
            if self._process is not None:
                self._process.wait()
        return len(killed)

    def stop(self) -> None:
        """End as Ctrl-C does."""
        self._process.terminate()
        self._process.wait(60)

    def is_up(self) -> bool:
        return self._process is not None and self._process.poll() is None

    def _alive(self) -> list[int]:
        found = []
        for folder in Path("/proc").iterdir():
            if not folder.name.isdecimal():
                continue
            try:
                marked = self._mark.encode() in (folder / "environ").read_bytes().split(b"\0")
                state = (folder / "stat").read_text(encoding="ascii", errors="replace").rpartition(")")[2].split()[0]
            except OSError:
                continue
            if marked and state not in "ZX":
                found.append(int(folder.name))
        return found


class Fuse:
    """Cuts a box's power at the request of the sync that it was set to, before or after it took effect."""

    def __init__(self) -> None:
        self._box: Box | None = None
        self._left = 0
        self._after = False
        self.blown = threading.Event()

    def set(self, box: Box, requests: int, *, after: bool) -> None:
        self.blown.clear()
        self._box, self._left, self._after = box, requests, after

    def unset(self) -> None:
        self._box = None

    def is_due(self) -> bool:
        if self._box is None:
            return False
        self._left -= 1
        return self._left == 0

    def middleware(self, app: ASGIApp) -> ASGIApp:
        """*app* with the fuse before it."""

        async def fused(scope: Scope, receive: Receive, send: Send) -> None:
            headers = dict(scope.get("headers", ()))
            due = headers.get(b"user-agent", b"").startswith(SYNC) and self.is_due()
            if due and not self._after:
                self._blow()
                return
            await app(scope, receive, _nowhere if due else send)
            if due:
                self._blow()

        return fused

    def _blow(self) -> None:
        box, self._box = self._box, None
        if box is not None:
            box.cut_power()
            self.blown.set()


async def _nowhere(_message: object) -> None:
    """The peer is gone."""
