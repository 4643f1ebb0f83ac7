"""A run dies while a bulk job of its own is made, filled, worked off or told of: the org finishes it, or never begins.

The org works its jobs off bit by bit, with every call of whoever calls: so the next run finds none of the rows, or
some, and the rest comes while it looks.
"""

import pytest

from talk_assets_tests.crashes.ground import Ground
from talk_assets_tests.crashes.selection import drawn
from talk_assets_tests.crashes.test_matrix import OF_JOBS, has_died

PLACES = [*sorted(OF_JOBS), "batch answered", "batch believed", "batch finalised"]


@pytest.fixture(scope="module")
def ground(tmp_path_factory):
    """Two served systems, and 202 people who stand at Customerp alone."""
    jobs = {"TALK_SALESFORCE_BULK_ROWS": "200"}
    org = {"bulk_paced": True, "bulk_batch_rows": 40}
    with Ground(tmp_path_factory.mktemp("jobs"), org=org, variables=jobs) as found:
        yield found


@pytest.mark.parametrize(
    ("point", "how"),
    drawn([(point, how) for point in PLACES for how in ("kill", "raise")], 3, about="jobs"),
)
def test_a_run_that_dies_over_its_job_is_made_good(ground, point, how):
    """Everybody is made once, though the job that nobody waits for any more makes some of them late."""
    ground.begin("crowd")

    ended = ground.crash([point], how=how)

    assert has_died(ended, how), f"{point} was not passed: {ended}"
    assert ground.judge("crowd") == []
