"""Protocol bugs put into the engine on purpose: the simulation must see each of them."""

import pytest

from talk_assets_tests.simulation.gate import runs_to_catch, without_bug
from talk_assets_tests.simulation.hunts import HUNTS
from talk_assets_tests.simulation.mutants import MUTANTS

MOST_RUNS = 12


@pytest.mark.parametrize("mutant", MUTANTS, ids=lambda m: m.name)
def test_a_protocol_bug_is_seen(mutant):
    """With the bug switched on, a few short runs are enough for the oracle to object."""
    caught = runs_to_catch(mutant, first=mutant.first, most=MOST_RUNS)

    assert caught.violation is not None, f"{mutant.name}: not seen in {MOST_RUNS} runs"


@pytest.mark.parametrize("scene", range(len(HUNTS)))
def test_the_scene_keeps_every_promise_without_a_bug(scene):
    """What is seen of a bug is seen of the bug: the same seed without it breaks nothing."""
    assert without_bug(1, scene) == ()


def test_there_are_bugs_enough():
    """The gate is only as good as its bugs are many and different."""
    names = [mutant.name for mutant in MUTANTS]

    assert len(set(names)) == len(names) >= 12
