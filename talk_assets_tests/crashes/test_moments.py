"""A run is killed at its Nth request, answer or commit, for every N until it ends by itself.

The N that a quick test run takes are drawn; `make crash` takes all.
"""

import signal

import pytest

from talk_assets_tests.crashes.selection import ALL, drawn

MOMENTS = ["request going", "answer read", "store committing", "store committed"]
SCENARIOS = ["empty", "edits", "documents", "deletions", "conflicts", "merges", "quotes", "quote edits"]
FEW = 2
PARTS = 12 if ALL else 1
"""So many cases share the moments of a scenario, that they can run side by side."""


@pytest.mark.parametrize("part", range(PARTS))
@pytest.mark.parametrize("scenario", SCENARIOS)
def test_a_run_killed_at_any_moment_is_made_good(ground, scenario, part):
    """First load, edits, documents with lines, deletions and merges, conflicts, quotes."""
    ground.begin(scenario)
    passed = ground.crash([], how="kill", nth=0)["passed"]
    moments = sum(passed[moment] for moment in MOMENTS)
    assert ground.judge(scenario) == []

    wrong = {}
    for nth in drawn(range(1 + part, moments + 1, PARTS), FEW, about=scenario):
        ground.begin(scenario)
        ended = ground.crash(MOMENTS, how="kill", nth=nth)

        assert ended["signal"] == signal.SIGKILL
        if found := ground.judge(scenario):
            wrong[f"moment {nth} of {moments}"] = found
    assert wrong == {}
    if part == PARTS - 1 and ALL:
        ground.begin(scenario)
        assert ground.crash(MOMENTS, how="kill", nth=moments + 1)["signal"] is None
