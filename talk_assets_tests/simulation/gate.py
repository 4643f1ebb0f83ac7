"""How many runs a protocol bug survives."""

from dataclasses import dataclass

from talk_assets_tests.simulation.mutants import Mutant
from talk_assets_tests.simulation.run import simulate
from talk_assets_tests.simulation.scenes import HUNT


@dataclass(frozen=True, kw_only=True)
class Caught:
    """After how many runs a mutant was seen, and by what; None where it was not."""

    runs: int
    violation: str | None


def runs_to_catch(mutant: Mutant, *, first: int, most: int) -> Caught:
    """Play seeds from *first* on with the bug switched on until the oracle objects."""
    for number in range(most):
        with mutant.switch():
            outcome = simulate(first + number, HUNT)
        if outcome.violations:
            return Caught(runs=number + 1, violation=outcome.violations[0])
    return Caught(runs=most, violation=None)
