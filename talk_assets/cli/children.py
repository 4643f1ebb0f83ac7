"""Child processes that live and die together."""

import os
import signal
import subprocess
import threading
from collections.abc import Callable, Collection, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Self

from talk_assets.model.errors import PeerUnavailableError

_POLL_SECONDS = 0.2


@dataclass(frozen=True, kw_only=True)
class Child:
    """One running child; *log* holds what it printed."""

    name: str
    process: subprocess.Popen[bytes]
    log: Path


class ChildEndedError(PeerUnavailableError):
    """A child ended though nobody asked it to."""


class Children:
    """Children of this process, each with its own process group; leaving the context ends all of them.

    They get the file descriptors *inherited*, and no others.
    """

    def __init__(self, *, grace_seconds: float = 15.0, inherited: Collection[int] = ()) -> None:
        self._inherited = inherited
        self._children: list[Child] = []
        self._grace_seconds = grace_seconds

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

    def start(self, name: str, command: Sequence[str], *, environ: Mapping[str, str], folder: Path) -> None:
        """Start *command* in *folder*, with what it prints going to `NAME.log` there."""
        log = folder / f"{name}.log"
        with log.open("ab") as stream:
            process = subprocess.Popen(  # noqa: S603 - the callers name programs of this installation
                command,
                cwd=folder,
                env=dict(environ),
                stdin=subprocess.DEVNULL,
                stdout=stream,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                pass_fds=self._inherited,
            )
        self._children.append(Child(name=name, process=process, log=log))

    def pids(self) -> list[int]:
        """The process ids, in the order of starting."""
        return [child.process.pid for child in self._children]

    def watch(self, stop: threading.Event, *, until: Callable[[], bool] = lambda: False) -> None:
        """Return when *stop* is set or *until* says so; asked again several times a second.

        Raises:
            ChildEndedError: A child has ended.
        """
        while not until():
            for child in self._children:
                code = child.process.poll()
                if code is not None and not stop.is_set():
                    raise ChildEndedError(
                        f"{child.name} ended with exit code {code}, and everything started with it was "
                        f"stopped. What it said last is in {child.log}. Mend that, and run the command again."
                    )
            if stop.wait(_POLL_SECONDS):
                return


def _signal_group(child: Child, number: signal.Signals) -> None:
    with suppress(ProcessLookupError):
        # The child leads a session of its own, so its process id names its group too.
        os.killpg(child.process.pid, number)
