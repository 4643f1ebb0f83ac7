"""Run cases: their programs in turn, each as a fresh process, measured from outside."""

import os
import sys
import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from functools import partial
from math import log
from pathlib import Path

from bench.case import OURS, Case, Context, Samples
from bench.environment import peers_python
from bench.instructions import counted
from bench.once import ProgramError, failed, once, prepared
from bench.processes import ROOT, printing

_PEERS = "bench.peers."
_NO_PEERS = "its environment could not be made (is there a network?)"


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """What a case measured at *size*; *left_out* are the programs that could not be run, with the reason.

    *grown* are ours at other sizes, where the case tells of growth.
    """

    case: Case
    size: int
    samples: dict[str, Samples] = field(default_factory=dict)
    grown: dict[int, Samples] = field(default_factory=dict)
    left_out: dict[str, str] = field(default_factory=dict)

    @property
    def exponent(self) -> float | None:
        """By what power of the number of records ours grows; None where that was not measured."""
        growth = self.case.growth
        if growth is None or OURS not in self.samples:
            return None
        found = {
            size: one.median(growth.figure) for size, one in (self.grown | {self.size: self.samples[OURS]}).items()
        }
        least, most = min(found), max(found)
        below, above = found[least], found[most]
        return log(above / below) / log(most / least) if above and below and most > least else None


def run(cases: Sequence[Case], *, full: bool, rounds: int, say: Callable[[str], None]) -> list[Outcome]:
    """Run *cases*; every program once a round, in turn, so that what the machine does meanwhile meets all alike."""
    outcomes = [
        Outcome(case=case, size=case.full if full else case.quick)
        for case in cases
        if (case.full if full else case.quick)
    ]
    groups: dict[str, list[Outcome]] = {}
    for one in outcomes:
        groups.setdefault(one.case.shared or one.case.name, []).append(one)
    for group in groups.values():
        sizes = {one.size for one in group}.union(*(_grown(one.case, full=full) for one in group))
        for size in sorted(sizes):
            _at(size, group, full=full, rounds=rounds, say=say)
    return outcomes


def _grown(case: Case, *, full: bool) -> tuple[int, ...]:
    if case.growth is None:
        return ()
    return case.growth.full if full else case.growth.quick


def _at(size: int, group: Sequence[Outcome], *, full: bool, rounds: int, say: Callable[[str], None]) -> None:
    """Run what of a group is to be run at *size*, against one server and in one folder."""
    with _serving(group[0].case, size) as facts, tempfile.TemporaryDirectory() as folder:
        context = Context(facts=facts, size=size, folder=Path(folder))
        for one in group:
            case = one.case
            if size == one.size:
                say(f"{case.name}, {size:,} {case.of}")
                found, left_out = _measured(case, context, case.rounds or rounds)
                one.samples.update(found)
                one.left_out.update(left_out)
            elif case.growth is not None and size in _grown(case, full=full):
                say(f"{case.name}, {size:,} {case.of}, for its growth")
                ours = replace(case, programs={OURS: case.programs[OURS]})
                found, left_out = _measured(ours, context, case.growth.rounds)
                one.grown.update(dict.fromkeys([size], found[OURS]) if found else {})
                one.left_out.update(left_out)


def _measured(case: Case, context: Context, rounds: int) -> tuple[dict[str, Samples], dict[str, str]]:
    """The samples of the programs of *case*, and why others have none."""
    if case.lacks is not None and (why := case.lacks()):
        return {}, dict.fromkeys(case.programs, why)
    commands, left_out = _commands(case.programs)
    if case.counted:
        found, more = counted(commands, context, serving=partial(_serving, case), prepare=case.prepare)
        return found, left_out | more
    samples: dict[str, Samples] = {label: Samples() for label in commands}
    for _ in range(rounds):
        for label in list(samples):
            try:
                prepared(case.prepare, context)
                samples[label].rounds.append(once(commands[label], context))
            except ProgramError as error:
                left_out[label] = failed(error)
                del samples[label]
    return samples, left_out


def _commands(programs: Mapping[str, str]) -> tuple[dict[str, list[str]], dict[str, str]]:
    found: dict[str, list[str]] = {}
    left_out: dict[str, str] = {}
    for label, module in programs.items():
        if not module.startswith(_PEERS):
            found[label] = [sys.executable, "-m", module]
            continue
        python = peers_python()
        if python is None:
            left_out[label] = _NO_PEERS
        else:
            found[label] = [str(python), str(ROOT / f"{module.replace('.', '/')}.py")]
    return found, left_out


@contextmanager
def _serving(case: Case, size: int) -> Iterator[dict[str, dict[str, str]]]:
    if case.server is None:
        yield {}
        return
    command = [sys.executable, "-m", "bench.neutral", "--contacts", str(size), *case.server]
    cores = sorted(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else []
    if len(cores) > 1:
        # The server has a core of its own, so that what it does is not taken from the client.
        command += ["--core", str(cores[0])]
    with printing(command) as facts:
        yield facts


def in_order(outcomes: Iterable[Outcome]) -> list[Outcome]:
    """By the numbers of their cases."""
    return sorted(outcomes, key=lambda one: int(one.case.name.split()[0].removeprefix("B")))
