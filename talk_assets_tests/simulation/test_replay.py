"""That a simulation is the same each time, and that it does what it says."""

from collections import Counter

from talk_assets_tests.simulation.faults import Fault
from talk_assets_tests.simulation.run import simulate
from talk_assets_tests.simulation.scene import Scene

SHORT = Scene(records=8, cycles=2, edits=8)


def test_the_same_seed_is_the_same_run():
    """Every call, commit, edit and fault happens again, in the same order and with the same values."""
    one, again, other = (simulate(seed, SHORT, show=True) for seed in (4, 4, 5))

    assert one.lines == again.lines
    assert one.digest == again.digest != other.digest
    assert len(one.lines) > 100


def test_without_faults_nothing_is_held_back_or_raced():
    """Calm users alone: no write fails, nothing is doubled, conflicts are logged."""
    outcome = simulate(7, Scene(records=15, cycles=3, edits=10, rough=None))

    assert (outcome.violations, outcome.raced) == ((), 0)
    assert outcome.counts["edits"] > 50
    assert not Counter(outcome.faults).keys() - {Fault.NORMALISED, Fault.DATE_SKEW, Fault.CLOCK_JUMP}
