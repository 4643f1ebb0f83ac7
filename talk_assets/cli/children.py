"""Child processes that live and die together."""

import os
import signal
import subprocess
import threading
import time
from collections.abc import Callable, Collection, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Self

from talk_assets.model.errors import PeerUnavailableError

_POLL_SECONDS = 0.2
_LONGEST_PAUSE = 60.0
_LIVED_SECONDS = 60.0
"""A replaceable child that lived this long is replaced at once; one that did not, after a pause that doubles."""


@dataclass(kw_only=True)
class Child:
    """One child: how it is started, and its present *process*; *log* holds what it printed.

    A *replaceable* one that ended is started again, at the earliest at *due*, by the monotonic clock.
    """

    name: str
    command: Sequence[str]
    environ: Mapping[str, str]
    folder: Path
    replaceable: bool
    process: subprocess.Popen[bytes]
    started: float
    pause: float = 0.0
    due: float | None = None

    @property
    def log(self) -> Path:
        """What it printed."""
        return _log(self.folder, self.name)


class ChildEndedError(PeerUnavailableError):
    """A child ended though nobody asked it to."""


class Children:
    """Children of this process, each with its own process group; leaving the context ends all of them.

    They get the file descriptors *inherited*, and no others.
    """

    def __init__(
        self, *, grace_seconds: float = 15.0, first_pause: float = 1.0, inherited: Collection[int] = ()
    ) -> None:
        self._inherited = inherited
        self._children: list[Child] = []
        self._grace_seconds = grace_seconds
        self._first_pause = first_pause

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for child in self._children:
            _signal_group(child, signal.SIGTERM)
        for child in self._children:
            with suppress(subprocess.TimeoutExpired):
                child.process.wait(self._grace_seconds)
            # A child's own children may outlive it.
            _signal_group(child, signal.SIGKILL)
            child.process.wait()

    def start(
        self,
        name: str,
        command: Sequence[str],
        *,
        environ: Mapping[str, str],
        folder: Path,
        replaceable: bool = False,
    ) -> None:
        """Start *command* in *folder*, with what it prints going to `NAME.log` there.

        A *replaceable* one may end: `watch` starts it again.
        """
        process = self._process(name, command, environ, folder)
        self._children.append(
            Child(
                name=name,
                command=command,
                environ=environ,
                folder=folder,
                replaceable=replaceable,
                process=process,
                started=time.monotonic(),
            )
        )

    def _process(
        self, name: str, command: Sequence[str], environ: Mapping[str, str], folder: Path
    ) -> subprocess.Popen[bytes]:
        with _log(folder, name).open("ab") as stream:
            return subprocess.Popen(  # noqa: S603 - the callers name programs of this installation
                command,
                cwd=folder,
                env=dict(environ),
                stdin=subprocess.DEVNULL,
                stdout=stream,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                pass_fds=self._inherited,
            )

    def pids(self) -> list[int]:
        """The process ids, in the order of starting."""
        return [child.process.pid for child in self._children]

    def watch(self, stop: threading.Event, *, until: Callable[[], bool] = lambda: False) -> None:
        """Return when *stop* is set or *until* says so; asked again several times a second.

        Raises:
            ChildEndedError: A child has ended that is not replaceable.
        """
        while not until():
            for child in self._children:
                code = child.process.poll()
                if code is not None and not stop.is_set() and child.replaceable:
                    self._replace(child)
                elif code is not None and not stop.is_set():
                    raise ChildEndedError(
                        f"{child.name} ended with exit code {code}, and everything started with it was "
                        f"stopped. What it said last is in {child.log}. Mend that, and run the command again."
                    )
            if stop.wait(_POLL_SECONDS):
                return

    def _replace(self, child: Child) -> None:
        """Start *child* again, at once if it had lived for a while, otherwise when its pause is over."""
        now = time.monotonic()
        if child.due is None:
            # What it started and left behind ends with it.
            _signal_group(child, signal.SIGKILL)
            lived = now - child.started >= _LIVED_SECONDS
            child.pause = 0.0 if lived else min(max(2 * child.pause, self._first_pause), _LONGEST_PAUSE)
            child.due = now + child.pause
        if now >= child.due:
            child.process = self._process(child.name, child.command, child.environ, child.folder)
            child.started, child.due = now, None


def _log(folder: Path, name: str) -> Path:
    return folder / f"{name}.log"


def _signal_group(child: Child, number: signal.Signals) -> None:
    with suppress(ProcessLookupError):
        # The child leads a session of its own, so its process id names its group too.
        os.killpg(child.process.pid, number)
