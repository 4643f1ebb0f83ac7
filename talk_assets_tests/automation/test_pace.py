"""How often an end is asked that cannot tell by itself."""

from datetime import timedelta

import pytest

from talk_assets.automation.pace import CALLS, Pace

PACE = Pace(quiet=timedelta(seconds=30), share=0.25)
DAY = 24 * 3600


@pytest.mark.parametrize(
    ("still", "seconds"), [(0.0, 0.5), (4.0, 0.5), (20.0, 2.0), (299.0, 29.9), (300.0, 30.0), (1e9, 30.0)]
)
def test_looks_follow_each_other_slower_the_longer_nothing_moves(still, seconds):
    """Twice a second while people work; never less often than in quiet times."""
    assert PACE.interval(still=still, remaining=10_000_000) == pytest.approx(seconds)
    assert PACE.interval(still=still, remaining=None) == pytest.approx(seconds)


@pytest.mark.parametrize("remaining", [100, 15_000, 100_000])
def test_a_day_of_looks_never_costs_more_than_the_share_of_what_is_left(remaining):
    """However busy people are, everyone else keeps the rest of the org's calls."""
    interval = PACE.interval(still=0.0, remaining=remaining)

    assert DAY / interval * CALLS <= 0.25 * remaining + 1e-6
    assert PACE.interval(still=0.0, remaining=0) == DAY
