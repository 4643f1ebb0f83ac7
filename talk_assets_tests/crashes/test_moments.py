"""A run is killed at its Nth request, answer or commit, for every N until it ends by itself.

The N that a quick test run takes are drawn; `make crash` takes all.
"""

import signal

import pytest

from talk_assets_tests.crashes.selection import ALL, drawn

MOMENTS = ["request going", "answer read", "store committing", "store committed"]
SCENARIOS = ["empty", "edits", "documents", "deletions", "conflicts"]
FEW = 3


@pytest.mark.parametrize("scenario", SCENARIOS)
def test_a_run_killed_at_any_moment_is_made_good(ground, scenario):
    """First load, edits, documents with lines, deletions and merges, conflicts."""
    ground.begin(scenario)
    passed = ground.crash([], how="kill", nth=0)["passed"]
    moments = sum(passed[moment] for moment in MOMENTS)
    assert ground.judge(scenario) == []

    for nth in drawn(range(1, moments + 1), FEW, about=scenario):
        ground.begin(scenario)
        ended = ground.crash(MOMENTS, how="kill", nth=nth)

        assert ended["signal"] == signal.SIGKILL
        assert ground.judge(scenario) == [], f"killed at moment {nth} of {moments} of {scenario}"
    if ALL:
        ground.begin(scenario)
        assert ground.crash(MOMENTS, how="kill", nth=moments + 1)["signal"] is None
