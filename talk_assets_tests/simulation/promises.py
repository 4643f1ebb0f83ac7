"""What every seed must keep, said so that a failure can be played again."""

from talk_assets_tests.simulation.run import Outcome, simulate
from talk_assets_tests.simulation.scenes import scene_of
from talk_assets_tests.simulation.soak import replay_of


def kept(seed: int) -> Outcome:
    """Play *seed*.

    Raises:
        AssertionError: with what was broken and the command that plays it again.
    """
    outcome = simulate(seed, scene_of(seed))
    assert outcome.violations == (), "\n".join([*outcome.violations, f"again by: {replay_of(seed)}"])
    return outcome
