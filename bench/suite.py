"""Run cases: their programs in turn, each as a fresh process, measured from outside."""

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx

from bench.case import Case, Context, Samples
from bench.environment import peers_python
from bench.neutral.serving import COUNTS
from bench.processes import ROOT, printing

_PEERS = "bench.peers."


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """What a case measured at *size*; *left_out* are the programs that could not be run, with the reason."""

    case: Case
    size: int
    samples: dict[str, Samples]
    left_out: dict[str, str]


def run(case: Case, *, size: int, rounds: int) -> Outcome:
    """Run every program of *case* once a round, in turn, so that what the machine does meanwhile meets all alike."""
    commands, left_out = _commands(case)
    samples = {label: Samples() for label in commands}
    with _serving(case, size) as facts, tempfile.TemporaryDirectory() as folder:
        context = Context(facts=facts, size=size, folder=Path(folder))
        for _ in range(case.rounds or rounds):
            for label, command in commands.items():
                if case.prepare is not None:
                    case.prepare(context)
                samples[label].rounds.append(_once(command, context))
    return Outcome(case=case, size=size, samples=samples, left_out=left_out)


def _commands(case: Case) -> tuple[dict[str, list[str]], dict[str, str]]:
    found: dict[str, list[str]] = {}
    left_out: dict[str, str] = {}
    for label, module in case.programs.items():
        if not module.startswith(_PEERS):
            found[label] = [sys.executable, "-m", module]
            continue
        python = peers_python()
        if python is None:
            left_out[label] = "the peers' environment could not be made (is there a network?)"
        else:
            found[label] = [str(python), str(ROOT / f"{module.replace('.', '/')}.py")]
    return found, left_out


@contextmanager
def _serving(case: Case, size: int) -> Iterator[dict[str, dict[str, str]]]:
    if case.server is None:
        yield {}
        return
    with ExitStack() as stack:
        cores = sorted(os.sched_getaffinity(0))
        command = [sys.executable, "-m", "bench.neutral", "--contacts", str(size), *case.server]
        if len(cores) > 1:
            # The server has a core of its own, so that what it does is not taken from the client.
            command += ["--core", str(cores[0])]
        yield stack.enter_context(printing(command))


def _once(command: Sequence[str], context: Context) -> dict[str, float]:
    counting = [f"{end['url']}{COUNTS}" for end in context.facts.values()]
    for url in counting:
        httpx.delete(url, trust_env=False)
    with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
        started = time.perf_counter()
        process = subprocess.Popen(  # noqa: S603 - programs of this project
            command, stdout=out, stderr=err, env=os.environ | {"PYTHONPATH": str(ROOT)} | context.environ(), cwd=ROOT
        )
        _, status, used = os.wait4(process.pid, 0)
        wall = time.perf_counter() - started
        process.returncode = os.waitstatus_to_exitcode(status)
        out.seek(0)
        printed = out.read().decode().strip()
        err.seek(0)
        if process.returncode:
            said = err.read().decode(errors="replace")
            raise RuntimeError(f"{' '.join(command)} failed with exit code {process.returncode}:\n{said}")
    found = {"cpu": used.ru_utime + used.ru_stime, "wall": wall, "peak": _peak(used.ru_maxrss)}
    counts = [httpx.get(url, trust_env=False).json() for url in counting]
    if counts:
        names = {"calls": "requests", "up": "bytes_up", "down": "bytes_down", "connections": "connections"}
        found |= {ours: float(sum(one[theirs] for one in counts)) for ours, theirs in names.items()}
    return found | (json.loads(printed.splitlines()[-1]) if printed.endswith("}") else {})


def _peak(most: int) -> float:
    return float(most if sys.platform == "darwin" else most * 1024)
