"""How many runs a protocol bug survives."""

import statistics
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache

from talk_assets_tests.simulation import hunts
from talk_assets_tests.simulation.mutants import MUTANTS, Mutant
from talk_assets_tests.simulation.run import simulate


@dataclass(frozen=True, kw_only=True)
class Caught:
    """After how many runs a mutant was seen, and by what; None where it was not."""

    runs: int
    violation: str | None


def runs_to_catch(mutant: Mutant, *, first: int, most: int) -> Caught:
    """Play seeds from *first* on with the bug switched on until the oracle objects to what it does not else."""
    for number in range(most):
        with mutant.switch():
            outcome = simulate(first + number, mutant.hunt)
        if outcome.violations and not without_bug(first + number, hunts.HUNTS.index(mutant.hunt)):
            return Caught(runs=number + 1, violation=outcome.violations[0])
    return Caught(runs=most, violation=None)


@cache
def without_bug(seed: int, scene: int) -> tuple[str, ...]:
    """What the oracle objects to when *seed* is played in the hunting *scene* of that number, with no bug."""
    return simulate(seed, hunts.HUNTS[scene]).violations


def table(found: Mapping[str, Sequence[Caught]]) -> Iterator[str]:
    """The lines of a Markdown table: for each mutant, by name, how many runs it took each time."""
    yield "| Protocol bug | Scene | Caught | Median runs | Most runs | First shows as |"
    yield "|---|---|---|---|---|---|"
    for mutant in MUTANTS:
        caught = [one for one in found.get(mutant.name, ()) if one.violation is not None]
        runs = [one.runs for one in caught]
        shows = next((_promise(str(one.violation)) for one in caught), "-")
        middle = f"{statistics.median(runs):g}" if runs else "-"
        share = f"{len(caught)}/{len(found.get(mutant.name, ()))}"
        yield f"| {mutant.name} | {_scene(mutant)} | {share} | {middle} | {max(runs, default='-')} | {shows} |"


def _scene(mutant: Mutant) -> str:
    named: Iterable[tuple[str, object]] = vars(hunts).items()
    return next(name.lower() for name, scene in named if scene is mutant.hunt)


def _promise(violation: str) -> str:
    """What was broken, without the records."""
    return "differ at rest" if " differ in " in violation else violation.partition(":")[0]
