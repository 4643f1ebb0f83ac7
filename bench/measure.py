"""CPU time and peak memory of this process over a block."""

import gc
import resource
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

_CLEAR_REFS = Path("/proc/self/clear_refs")
_STATUS = Path("/proc/self/status")


@dataclass(kw_only=True)
class Reading:
    """Seconds of CPU (user and system, all threads) and of time, and the highest resident set in bytes."""

    cpu: float = 0.0
    seconds: float = 0.0
    peak: int = 0


@contextmanager
def measured() -> Iterator[Reading]:
    """Measure the block; the reading is filled in when it ends."""
    reading = Reading()
    gc.collect()
    if _CLEAR_REFS.exists():
        # 5 resets the highest resident set to the present one (Linux, proc_pid_clear_refs(5)).
        _CLEAR_REFS.write_text("5")
    cpu, started = _cpu(), time.perf_counter()
    yield reading
    reading.cpu = _cpu() - cpu
    reading.seconds = time.perf_counter() - started
    reading.peak = _peak()


def _cpu() -> float:
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


def _peak() -> int:
    if _STATUS.exists():
        line = next(line for line in _STATUS.read_text().splitlines() if line.startswith("VmHWM:"))
        return int(line.split()[1]) * 1024
    # Of the process's whole life; in kilobytes but on macOS, where it is bytes.
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return most if sys.platform == "darwin" else most * 1024
