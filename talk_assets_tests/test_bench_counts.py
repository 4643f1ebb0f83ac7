"""What cycles over 450 contacts cost in API calls and bytes: exact, so that no call creeps in unseen."""

from dataclasses import asdict

import httpx
import pytest

from bench import contacts
from talk_assets.automation.cycle import run_cycle
from talk_assets.model.system import System
from talk_assets.resources import open_session
from talk_assets.sandbox.server import sandbox
from talk_assets.settings import Settings, variables_for

CONTACTS = 450
SALESFORCE, CUSTOMERP = System


def counted(settings, facts):
    """One cycle; both ends' counts, and the calls the embedded Salesforce saw."""
    with httpx.Client(base_url=facts["salesforce"]["url"]) as salesforce:
        salesforce.delete("/sandbox/requests").raise_for_status()
        with open_session(settings) as session:
            report = run_cycle(session, pairs=["contact"])
            counts = {system: session.ends[system].calls for system in System}
        seen = salesforce.get("/sandbox/requests").json()["total"]
    return report.as_json()["pairs"]["contact"], counts, seen


@pytest.fixture(scope="module")
def cycles(tmp_path_factory):
    """First load, a cycle without changes, one with ten edits on each end (one the same), and its echo."""
    store = tmp_path_factory.mktemp("counts") / "store.duckdb"
    with sandbox() as systems:
        facts = asdict(systems)
        settings = Settings.from_environment(variables_for(facts, store=store))
        contacts.make(facts, CONTACTS)
        found = {name: counted(settings, facts) for name in ("first load", "no change")}
        contacts.edit_salesforce(facts, slice(10))
        contacts.edit_customerp(facts, slice(9, 19))
        yield found | {name: counted(settings, facts) for name in ("edits", "echo")}


@pytest.mark.parametrize(
    ("cycle", "salesforce", "customerp"),
    [
        ("first load", (8, 4), (3, 0)),
        ("no change", (3, 0), (2, 0)),
        ("edits", (5, 1), (4, 1)),
        ("echo", (3, 0), (3, 0)),
    ],
)
def test_calls_of_a_cycle(cycles, cycle, salesforce, customerp):
    """All calls, and of them those that write: batches of 200 to Salesforce, of 500 to Customerp."""
    _, counts, _ = cycles[cycle]

    assert {system: (counts[system].total, counts[system].writes) for system in System} == {
        SALESFORCE: salesforce,
        CUSTOMERP: customerp,
    }


@pytest.mark.parametrize("cycle", ["first load", "no change", "edits", "echo"])
def test_calls_are_counted_as_salesforce_counts_them(cycles, cycle):
    """A day's budget is spent as reported."""
    _, counts, seen = cycles[cycle]

    assert counts[SALESFORCE].total == seen


@pytest.mark.parametrize(
    ("cycle", "expected"),
    [("first load", (450, 0)), ("no change", (0, 0)), ("edits", (0, 19)), ("echo", (0, 0))],
)
def test_records_written(cycles, cycle, expected):
    """Each record is written once, an edit of both ends on the loser's only, and nothing comes back."""
    report, _, _ = cycles[cycle]
    created = sum(report[system]["created"] for system in System)
    updated = sum(report[system]["updated"] for system in System)

    assert (created, updated) == expected


def test_a_cycle_sends_what_changed(cycles):
    """An edit travels as its property and what finds the record, not as the whole record."""
    _, counts, _ = cycles["edits"]

    # The call that writes also reads before and after, so each record is named three times.
    asking = cycles["no change"][1][SALESFORCE].bytes_up
    assert 60 < (counts[SALESFORCE].bytes_up - asking) / 10 < 320
    assert 60 < counts[CUSTOMERP].bytes_up / 10 < 150


def test_a_quiet_cycle_sends_nothing(cycles):
    """Asking whether anything changed takes the queries of one call, and from Customerp next to no answer."""
    _, counts, _ = cycles["no change"]

    assert counts[SALESFORCE].bytes_up < 2500
    assert counts[CUSTOMERP].bytes_up == 0
    assert counts[CUSTOMERP].bytes_down < 1000
