"""A process that has everything imported and executes one run after the other: a run starts without a new interpreter.

Started by `talk up` as `python -m talk_assets.automation.worker SOCKET MODULE`, asked by `automation.launcher`. It does
with a run's command line what a new process would do with it. Nothing of a run is left to the next one: the store, its
lock and the ends are closed with the session, and the worker ends, to be started anew, after a run that did not
succeed, after many runs, after one that needed much memory, and when a source file has changed.
"""

import importlib
import json
import os
import queue
import signal
import socket
import sys
import threading
from collections.abc import Callable, Mapping, Sequence
from importlib.metadata import entry_points
from pathlib import Path
from types import FrameType
from typing import Any

from talk_assets.automation.process import Process, peak_memory
from talk_assets.automation.sources import have_changed, sources

MOST_RUNS = 200
MOST_MEMORY = 1_000_000_000
"""A worker whose memory once reached this, in bytes, gives it back by ending."""
_LONGEST_REQUEST = 1_000_000
_PATIENCE_SECONDS = 4.0
_EXECUTE = ("api", "execute_run")


class Worker:
    """Executes runs in the thread that calls `serve`; requests come in another one, a JSON line each.

    ``{"run": id, "command": [...]}`` is answered with ``{"process": ...}``, or ``{"refused": why}`` where this worker
    does not execute it. ``{"stop": id}`` interrupts that run, and is answered with ``{"stopping": bool}``;
    ``{"idle": true}`` with ``{"idle": bool}``, whether it would take a run now.
    """

    def __init__(self, listener: socket.socket, *, most_runs: int = MOST_RUNS) -> None:
        self._listener = listener
        self._most_runs = most_runs
        self._sources = sources()
        self._accepted: queue.Queue[list[str] | None] = queue.Queue()
        self._gate = threading.Condition()
        self._run: str | None = None
        self._open = True
        self._interrupted = False

    def serve(self) -> None:
        """Execute what is asked for until it is time to be replaced."""
        signal.signal(signal.SIGINT, _let_pass)
        threading.Thread(target=self._listen, daemon=True).start()
        left = self._most_runs
        while self._open:
            command = self._accepted.get()
            if command is None:
                return
            code = _execute(command)
            left -= 1
            with self._gate:
                # Dagster leaves SIGTERM with the handler of SIGINT, which has nothing to interrupt between two runs.
                signal.signal(signal.SIGINT, _let_pass)
                signal.signal(signal.SIGTERM, signal.SIG_DFL)
                self._run = None
                self._sources = sources() | self._sources
                self._open = code == 0 and not self._interrupted and left > 0 and peak_memory() < MOST_MEMORY
                self._gate.notify_all()

    def _listen(self) -> None:
        while True:
            connection, _ = self._listener.accept()
            threading.Thread(target=self._attend, args=(connection,), daemon=True).start()

    def _attend(self, connection: socket.socket) -> None:
        with connection:
            connection.settimeout(_PATIENCE_SECONDS)
            try:
                with connection.makefile("rb") as stream:
                    self._answer(connection, json.loads(stream.readline(_LONGEST_REQUEST)))
            except (OSError, ValueError) as error:
                sys.stderr.write(f"A request was not understood or not answered: {error}\n")

    def _answer(self, connection: socket.socket, asked: object) -> None:
        if not isinstance(asked, dict):
            asked = {}
        if "stop" in asked:
            _send(connection, {"stopping": self._stop(asked["stop"])})
            return
        if "idle" in asked:
            with self._gate:
                _send(connection, {"idle": self._run is None and self._open and not have_changed(self._sources)})
            return
        command = asked.get("command")
        with self._gate:
            # A run counts as ended a moment before its process has put everything away.
            self._gate.wait_for(lambda: self._run is None or not self._open, timeout=_PATIENCE_SECONDS)
            why = self._refusal(command)
            if why is not None:
                _send(connection, {"refused": why})
                return
            # Who asked and was not told that it was accepted has it executed otherwise.
            _send(connection, {"process": str(Process.current())})
            self._run = str(asked.get("run"))
            self._accepted.put([str(part) for part in command or ()])

    def _refusal(self, command: object) -> str | None:
        if not isinstance(command, list) or tuple(command[-3:-1]) != _EXECUTE:
            return "it executes runs only"
        if command[0] not in {sys.executable, "dagster"}:
            return f"it is a process of {sys.executable}"
        if not self._open:
            return "it is about to be replaced"
        if self._run is not None:
            return f"it executes run {self._run}"
        if have_changed(self._sources):
            self._open = False
            self._accepted.put(None)
            return "source files have changed since it started"
        return None

    def _stop(self, run: object) -> bool:
        with self._gate:
            if self._run is None or run != self._run:
                return False
            self._interrupted = True
            os.kill(os.getpid(), signal.SIGINT)
            return True


def _execute(command: Sequence[str]) -> int:
    """Do what the command line `dagster` does with these arguments; its exit code."""
    sys.argv = ["dagster", *command[-3:]]
    try:
        _dagster()()
    except SystemExit as end:
        return end.code if isinstance(end.code, int) else int(end.code is not None)
    return 0


def _dagster() -> Callable[[], object]:
    """The function behind the command line `dagster`."""
    (script,) = entry_points(group="console_scripts", name="dagster")
    main: Callable[[], object] = script.load()
    return main


def _send(connection: socket.socket, answer: Mapping[str, Any]) -> None:
    connection.sendall(json.dumps(answer).encode() + b"\n")


def _let_pass(_number: int, _frame: FrameType | None) -> None:
    """Between two runs there is nothing to interrupt."""


def main() -> None:
    """Import the module, listen at the socket, and execute runs."""
    path, module = sys.argv[1:]
    os.umask(0o077)
    importlib.import_module(module)
    _dagster()
    Path(path).unlink(missing_ok=True)
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(path)
        listener.listen(8)
        Worker(listener).serve()


if __name__ == "__main__":
    main()
