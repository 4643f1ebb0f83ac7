"""A run dies at any of its places, in any way, from any beginning: what is left is made good by the next runs.

Every place of `talk_assets.model.failpoints` is taken with each way to die (killed, an unexpected exception, a
full disk) and each beginning (an empty store, a steady one with edits to carry, one with writes nobody knows the
outcome of). The processes, the HTTP servers and the DuckDB files are real.
"""

import signal

import pytest

from talk_assets.model.failpoints import POINTS
from talk_assets_tests.crashes.selection import ALL, drawn

WAYS = ["kill", "raise", "full"]
BASES = ["empty", "everything", "backlog"]
OF_COPIES = {"store kept", "copy settling", "copy settled"}
OF_JOBS = {"job created", "job uploaded", "job closed", "job looked at", "job told"}
CASES = {
    point: [(how, base) for how in WAYS for base in BASES if point != "recovered read" or base == "backlog"]
    for point in POINTS
    if point not in OF_COPIES | OF_JOBS
}
"""Only a backlog has anything to recover; backups and restores are no runs, and few records need no bulk job."""
CHOSEN = [(point, *case) for point, cases in CASES.items() for case in drawn(cases, 1, about=point)]
MIDWAY = 3
"""Places that a run passes often are tried at their first and at their third passing."""


@pytest.mark.parametrize(("point", "how", "base"), CHOSEN)
@pytest.mark.parametrize("nth", [1, MIDWAY] if ALL else [1])
def test_a_run_that_dies_is_made_good(ground, point, how, base, nth):
    """Whatever place, way and beginning: nothing is lost or doubled, and the sync falls silent."""
    ground.begin(base)

    ended = ground.crash([point], how=how, nth=nth)

    if nth == 1:
        assert has_died(ended, how), f"{point} was not passed: {ended}"
    assert ground.judge(base) == []


@pytest.mark.parametrize("point", drawn(CASES, 5, about="twice"))
def test_a_run_that_dies_twice_is_made_good(ground, point):
    """It dies, and the next one dies in its recovery, or at its first commit if it has nothing to recover."""
    ground.begin("backlog" if point == "recovered read" else "everything")
    first = ground.crash([point], how="kill")
    second = ground.crash(["recovered read", "store committing"], how="kill")

    assert (first["signal"], second["signal"]) == (signal.SIGKILL, signal.SIGKILL)
    assert ground.judge("everything") == []


@pytest.mark.parametrize(
    ("base", "end", "nth"),
    [
        *drawn(
            [("empty", end, nth) for end in ("salesforce", "customerp") for nth in (1, 2, 3)], 2, about="unanswered"
        ),
        *drawn(
            [("everything", end, nth) for end in ("salesforce", "customerp") for nth in (1, 2, 3)], 2, about="unheard"
        ),
    ],
)
def test_a_run_killed_before_it_hears_the_answer_is_made_good(ground, base, end, nth):
    """The other system has done what it was asked to, and whoever asked is gone."""
    ground.begin(base)

    ground.crash_unanswered(end, nth)

    assert ground.judge(base) == []


def has_died(ended, how):
    """True if the run ended as told; on a full disk it may also have had nothing left to write."""
    if how == "kill":
        return ended["signal"] == signal.SIGKILL
    failure = ended.get("failure", "")
    return "DefectError" in failure if how == "raise" else "passed" in ended or "StoreWriteError" in failure
