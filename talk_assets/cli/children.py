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

    A *replaceable* one may end at any time. One that ended is started again at the earliest at *due*, by the monotonic
    clock; it has *ended* so many times, the last time with *code*.
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
    ended: int = 0
    code: int | None = None

    @property
    def log(self) -> Path:
        """What it printed."""
        return _log(self.folder, self.name)

    @property
    def is_settled(self) -> bool:
        """Whether it runs, and is not one that ended again and again of late."""
        if self.process.poll() is not None:
            return False
        return self.ended == 0 or time.monotonic() - self.started >= _LIVED_SECONDS


class ChildEndedError(PeerUnavailableError):
    """A child ended though nobody asked it to."""


class Children:
    """Children of this process, each with its own process group; leaving the context ends all of them.

    They get the file descriptors *inherited*, and no others. *tell* is given a sentence for each that ended though it
    should not have, and was started again.
    """

    def __init__(
        self,
        *,
        grace_seconds: float = 15.0,
        first_pause: float = 1.0,
        inherited: Collection[int] = (),
        tell: Callable[[str], None] = lambda _text: None,
    ) -> None:
        self._inherited = inherited
        self._tell = tell
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

    def names(self) -> list[str]:
        """What they are called, in the order of starting."""
        return [child.name for child in self._children]

    def named(self, name: str) -> Child:
        """The child of that name."""
        return next(child for child in self._children if child.name == name)

    def end(self, name: str) -> None:
        """Kill a child that does not work any more, with what it started."""
        _signal_group(self.named(name), signal.SIGKILL)

    def watch(
        self,
        stop: threading.Event,
        *,
        until: Callable[[], bool] = lambda: False,
        replacing: bool = False,
        meanwhile: Callable[[], None] = lambda: None,
    ) -> None:
        """Return when *stop* is set or *until* says so; asked again several times a second, and *meanwhile* done.

        A child that ended is started again if it is replaceable, or all are for now (*replacing*).

        Raises:
            ChildEndedError: A child has ended that is not to be replaced.
        """
        while not until():
            for child in self._children:
                code = child.process.poll()
                if code is None or stop.is_set():
                    continue
                if not replacing and not child.replaceable:
                    raise ChildEndedError(
                        f"{child.name} ended with exit code {code}, and everything started with it was "
                        f"stopped. What it said last is in {child.log}. Mend that, and run the command again."
                    )
                self._replace(child, code)
            meanwhile()
            if stop.wait(_POLL_SECONDS):
                return

    def _replace(self, child: Child, code: int) -> None:
        """Start *child* again, at once if it had lived for a while, otherwise when its pause is over."""
        now = time.monotonic()
        if child.due is None:
            # What it started and left behind ends with it.
            _signal_group(child, signal.SIGKILL)
            lived = now - child.started >= _LIVED_SECONDS
            child.pause = 0.0 if lived else min(max(2 * child.pause, self._first_pause), _LONGEST_PAUSE)
            child.due = now + child.pause
            child.ended += 1
            child.code = code
            if not child.replaceable:
                when = "now" if lived else f"in {child.pause:.0f} s"
                self._tell(
                    f"{child.name} ended with exit code {code}, and is started again {when}. What it said last is in "
                    f"{child.log}."
                )
        if now >= child.due:
            child.process = self._process(child.name, child.command, child.environ, child.folder)
            child.started, child.due = now, None


def _log(folder: Path, name: str) -> Path:
    return folder / f"{name}.log"


def _signal_group(child: Child, number: signal.Signals) -> None:
    with suppress(ProcessLookupError):
        # The child leads a session of its own, so its process id names its group too.
        os.killpg(child.process.pid, number)
