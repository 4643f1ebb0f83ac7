"""Which process a run has, said so that it can be told later whether that process still lives."""

import os
import resource
import socket
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Self

SOCKET = "run-worker.sock"
"""The socket, in the Dagster home, of the worker that runs are handed to."""
_BOOT = Path("/proc/sys/kernel/random/boot_id")
_STATUS = Path("/proc/self/status")


@dataclass(frozen=True, kw_only=True)
class Process:
    """One process of one machine; *boot* and *started* tell it from a later one with its number.

    Both are empty where the system does not tell them.
    """

    host: str
    boot: str
    pid: int
    started: str

    @classmethod
    def current(cls) -> Self:
        """The one this code runs in."""
        return cls(host=socket.gethostname(), boot=_boot(), pid=os.getpid(), started=_started(os.getpid()) or "")

    @classmethod
    def parse(cls, text: str) -> Self | None:
        """What `str` made of one; None for any other text."""
        parts = text.split(" ")
        if len(parts) != len(cls.__dataclass_fields__) or not parts[2].isdecimal():
            return None
        return cls(host=parts[0], boot=parts[1], pid=int(parts[2]), started=parts[3])

    def __str__(self) -> str:
        return f"{self.host} {self.boot} {self.pid} {self.started}"

    def is_gone(self) -> bool:
        """Whether it has certainly ended; of another machine's processes nothing is certain."""
        here = type(self).current()
        if self.host != here.host:
            return False
        if self.boot != here.boot:
            return True
        if here.started:
            return _started(self.pid) != self.started
        try:
            os.kill(self.pid, 0)
        except ProcessLookupError:
            return True
        except PermissionError:
            return False
        return False


def peak_memory() -> int:
    """The most memory this process has had resident at once, in bytes.

    Where Linux tells it, from there: the figure of getrusage(2) begins with that of the process that started this one.
    """
    if _STATUS.exists():
        line = next(line for line in _STATUS.read_text(errors="replace").splitlines() if line.startswith("VmHWM:"))
        return int(line.split()[1]) * 1024
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    # In KiB but on macOS, where it is in bytes.
    return most if sys.platform == "darwin" else most * 1024


def _boot() -> str:
    try:
        return _BOOT.read_text(encoding="ascii").strip()
    except OSError:
        return ""


def _started(pid: int) -> str | None:
    """When it started, in ticks since the machine did; None if it has ended, or the system does not tell."""
    try:
        stat = Path(f"/proc/{pid}/stat").read_text(encoding="ascii", errors="replace")
    except OSError:
        return None
    # The second field is the program's name in brackets, which may hold blanks and brackets itself.
    fields = stat.rpartition(")")[2].split()
    state, started = fields[0], fields[19]
    return None if state in "ZX" else started
