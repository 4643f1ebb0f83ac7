"""One program as a fresh process, measured from outside."""

import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence

import httpx

from bench.case import Context
from bench.neutral.serving import COUNTS
from bench.processes import ROOT, environ_for

_COUNTED = {"calls": "requests", "up": "bytes_up", "down": "bytes_down", "connections": "connections"}

FAILED = "it failed"


class ProgramError(Exception):
    """A program failed; the text has what it printed."""


def failed(error: ProgramError) -> str:
    """Say what a program printed when it failed, and why it is left out."""
    sys.stderr.write(f"{error}\n")
    return FAILED


def once(command: Sequence[str], context: Context) -> dict[str, float]:
    """CPU seconds, time and peak memory of a program, what the server counted of it, and what it printed itself.

    Raises:
        ProgramError: it failed.
    """
    counting = [f"{end['url']}{COUNTS}" for end in context.facts.values()]
    for url in counting:
        httpx.delete(url, trust_env=False)
    started = time.perf_counter()
    printed, used = _ended(command, context.environ())
    found = {"cpu": used.ru_utime + used.ru_stime, "wall": time.perf_counter() - started, "peak": _peak(used.ru_maxrss)}
    counts = [httpx.get(url, trust_env=False).json() for url in counting]
    if counts:
        found |= {ours: float(sum(one[theirs] for one in counts)) for ours, theirs in _COUNTED.items()}
    return found | (json.loads(printed.splitlines()[-1]) if printed.endswith("}") else {})


def prepared(module: str, context: Context) -> None:
    """Run the program *module*, if there is one, unmeasured.

    In a process of its own, as all else is: the system counts to a program's peak memory what the process that
    started it has, so that has to stay small.
    """
    if module:
        _ended([sys.executable, "-m", module], context.environ())


def _ended(command: Sequence[str], environ: Mapping[str, str]) -> tuple[str, resource.struct_rusage]:
    """What the program printed, and what it used."""
    with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
        process = subprocess.Popen(  # noqa: S603 - programs of this project
            command, stdout=out, stderr=err, env=environ_for(environ), cwd=ROOT
        )
        _, status, used = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        out.seek(0)
        err.seek(0)
        if process.returncode:
            said = err.read().decode(errors="replace")
            raise ProgramError(f"{' '.join(command)} failed with exit code {process.returncode}:\n{said}")
        return out.read().decode().strip(), used


def _peak(most: int) -> float:
    return float(most if sys.platform == "darwin" else most * 1024)
