"""Whole syncs under faults, the second half of the seeds; see `ledger.py` for what the oracle knows."""

import pytest

from talk_assets_tests.simulation.promises import kept
from talk_assets_tests.simulation.scenes import SECOND_SEEDS


@pytest.mark.parametrize("seed", SECOND_SEEDS)
def test_no_edit_is_lost_and_no_record_doubled(seed):
    """Whatever fails and whoever edits meanwhile, both ends come into step and to rest, and nothing is lost."""
    outcome = kept(seed)

    assert outcome.histories > 10
    assert outcome.counts["edits"] > 100
