"""What the journal remembers of runs, and how little a quiet one adds to it."""

from datetime import timedelta

import pytest

from talk_assets.entities import PAIRS
from talk_assets.model.errors import PeerUnavailableError
from talk_assets.store import runs
from talk_assets_tests.twins import CUSTOMERP, SALESFORCE, START, Twins


@pytest.fixture
def twins():
    both = Twins(pairs={"contact": PAIRS["contact"]})
    yield both
    both.db.close()


def journal(twins):
    return runs.runs(twins.db, since=START).to_dicts()


def latest(twins):
    return runs.pairs_of_runs(twins.db, since=START).to_dicts()[-1]


def test_run_is_remembered_with_what_it_did(twins):
    """Written, linked and waiting by pair; calls by end; when, and how it ended."""
    twins.add("contact", SALESFORCE, last_name="Berg", email="b@x.no")
    twins.add("contact", CUSTOMERP, last_name="Berg", email="b@x.no")
    twins.add("contact", CUSTOMERP, last_name="Dahl", email="d@x.no")
    twins.add("contact", CUSTOMERP, last_name="Moe", first_name="x" * 300)
    report = twins.cycle()
    (run,) = journal(twins)
    of_pair = latest(twins)

    assert (run["job"], run["kind"], run["outcome"], run["quiet"]) == ("talk sync", "sync", runs.DONE, 0)
    assert {system: run[f"{system}_calls"] for system in report.calls} == report.calls
    assert run["started"] == run["ended"] == twins.clock.now
    assert of_pair["new_links"] == 1
    assert of_pair["salesforce_created"] == 1
    assert of_pair["linked"] == of_pair["in_step"] == 2
    assert of_pair["quarantined"] == 1


def test_links_with_something_waiting_are_not_in_step(twins):
    """A refused edit, and one that cannot be translated, each count once."""
    people = [twins.add("contact", SALESFORCE, last_name=f"n{i}", email=f"n{i}@x.org") for i in range(4)]
    twins.settle()
    twins.edit("contact", SALESFORCE, people[0], last_name="x" * 300, first_name="x" * 300)
    twins.edit("contact", SALESFORCE, people[1], first_name="x" * 300)
    twins.cycle()

    assert latest(twins)["linked"] == 4
    assert latest(twins)["in_step"] == 2


def test_quiet_runs_are_counted_on_the_last_ones_row(twins):
    """Nothing found, nothing changed: no row, but its calls are there; after an hour there is a row again."""
    twins.add("contact", SALESFORCE, last_name="Berg", email="b@x.no")
    twins.settle()
    rows = len(journal(twins))
    before = journal(twins)[0]
    quiet = [twins.cycle() for _ in range(3)]
    after = journal(twins)[0]

    assert len(journal(twins)) == rows
    assert after["quiet"] == before["quiet"] + 3
    assert after["customerp_calls"] == before["customerp_calls"] + sum(one.calls[CUSTOMERP] for one in quiet)
    assert after["last_ended"] == twins.clock.now
    twins.clock.tick(3600)
    twins.cycle()
    assert len(journal(twins)) == rows + 1


def test_what_waits_and_stays_is_no_news(twins):
    """Records in quarantine make no row a run."""
    twins.add("contact", SALESFORCE, last_name="Berg", first_name="x" * 300)
    twins.settle()
    rows = len(journal(twins))
    twins.cycle()

    assert len(journal(twins)) == rows


def test_delay_is_told_from_the_edit_to_the_write(twins):
    """Measured by the other end's stamp; records from before the first run tell nothing."""
    person = twins.add("contact", SALESFORCE, last_name="Berg", email="b@x.no")
    twins.cycle()
    assert latest(twins)["customerp_delays"] == 0
    twins.edit("contact", SALESFORCE, person, first_name="Kari")
    twins.clock.tick(30)
    twins.cycle()

    assert latest(twins)["customerp_delays"] == 1
    assert latest(twins)["customerp_delay_median"] == latest(twins)["customerp_delay_most"] == 90_000
    assert latest(twins)["salesforce_delays"] is None


def test_run_that_failed_is_remembered_as_such(twins):
    """By the kind of error; nothing is said of what was not reached."""

    def down(system, kind, _moment):
        if (system, kind) == (CUSTOMERP, "fetch"):
            raise PeerUnavailableError("Customerp does not answer. Nothing was written. Run again.")

    twins.ends[CUSTOMERP].step = down
    with pytest.raises(PeerUnavailableError):
        twins.cycle()

    assert journal(twins)[0]["outcome"] == "PeerUnavailableError"


def test_old_rows_are_dropped_once_a_day(twins):
    """The journal does not grow for ever."""
    twins.options = type(twins.options)(concurrent_writes=1, retry_pause=0.0, journal_kept=timedelta(days=7))
    person = twins.add("contact", SALESFORCE, last_name="Berg", email="b@x.no")
    twins.settle()
    rows = len(journal(twins))
    twins.clock.tick(8 * 24 * 3600)
    twins.edit("contact", SALESFORCE, person, first_name="Kari")
    twins.cycle()

    assert rows >= 1
    assert len(journal(twins)) == 1
    assert runs.pairs_of_runs(twins.db, since=START)["run_id"].n_unique() == 1
