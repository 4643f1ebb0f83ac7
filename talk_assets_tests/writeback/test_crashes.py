"""A run that dies between a write and its receipt, and edits that come between: the next ones make it good.

Runs that die at any place, request or commit: `talk_assets_tests/crashes`.
"""

import pytest

from talk_assets.model.system import System
from talk_assets.store import intents
from talk_assets_tests.twins import Twins

SALESFORCE, CUSTOMERP = System


class Crash(BaseException):
    """The process dies: nothing may catch it."""


def begin():
    twins = Twins()
    lamp = twins.add("product", CUSTOMERP, name="Lamp", product_code="L1", list_price="19.90")
    person = twins.add("contact", CUSTOMERP, last_name="Berg", company="Fjord AS")
    twins.add("contact", SALESFORCE, last_name="Dahl", company="Dahl AS")
    lines = [{"product": lamp, "quantity": amount, "unit_price": "19.90"} for amount in ("2", "3")]
    twins.add("order", CUSTOMERP, order_date="2026-03-01", contact=person, status="confirmed", lines=lines)
    return twins


@pytest.mark.parametrize("origin", System)
def test_an_update_that_was_not_booked_is_not_taken_for_an_edit(twins, origin):
    """After a crash between write and receipt the value is found agreed, and a newer edit still travels."""
    record = twins.add("contact", origin, last_name="Berg", job_title="Buyer")
    twins.cycle(pairs=["contact"])
    twins.edit("contact", origin, record, job_title="Boss")

    def crash(system, kind, moment):
        if (system, kind, moment) == (origin.other, "write", "after"):
            raise Crash

    twins.ends[origin.other].step = crash
    with pytest.raises(Crash):
        twins.cycle(pairs=["contact"])
    twins.ends[origin.other].step = None
    assert intents.open_of(twins.db, origin.other.value).height == 1
    twins.edit("contact", origin.other, twins.other("contact", origin, record), job_title="Owner")
    report = twins.cycle(pairs=["contact"])

    assert [twins.only("contact", s)["job_title"] for s in System] == ["Owner", "Owner"]
    assert intents.open_of(twins.db, origin.other.value).is_empty()
    assert report.tallies["contact"].conflicts <= 1


def test_an_edit_between_plan_and_write_is_merged_not_overwritten(twins):
    """Salesforce cannot compare by itself: targets are read again, and the newer edit there wins."""
    there = twins.add("contact", CUSTOMERP, last_name="Berg", job_title="Buyer", department="North")
    twins.cycle(pairs=["contact"])
    here = twins.other("contact", CUSTOMERP, there)
    twins.edit("contact", CUSTOMERP, there, job_title="Boss", department="South")

    def meddle(system, kind, moment):
        if (system, kind, moment) == (SALESFORCE, "read", "before"):
            twins.ends[SALESFORCE].step = None
            twins.edit("contact", SALESFORCE, here, job_title="Owner")

    twins.ends[SALESFORCE].step = meddle
    twins.settle()

    for system in System:
        values = twins.only("contact", system)
        assert (values["job_title"], values["department"]) == ("Owner", "South")


def test_a_stale_version_is_read_again_and_merged(twins):
    """Customerp compares versions: what moved after it was read is refused there and decided anew."""
    here = twins.add("contact", SALESFORCE, last_name="Berg", job_title="Buyer", department="North")
    twins.cycle(pairs=["contact"])
    there = twins.other("contact", SALESFORCE, here)
    twins.edit("contact", SALESFORCE, here, job_title="Boss", department="South")

    def meddle(system, kind, moment):
        if (system, kind, moment) == (CUSTOMERP, "write", "before"):
            twins.ends[CUSTOMERP].step = None
            twins.edit("contact", CUSTOMERP, there, job_title="Owner")

    twins.ends[CUSTOMERP].step = meddle
    twins.settle()

    for system in System:
        values = twins.only("contact", system)
        assert (values["job_title"], values["department"]) == ("Owner", "South")


def test_our_own_write_comes_back_without_an_echo():
    """An end that stores another spelling than it was sent causes no write to the other end."""
    upper = Twins(normalise={CUSTOMERP: lambda _, path, text: text.upper() if path == "jobTitle" else text})
    here = upper.add("contact", SALESFORCE, last_name="Berg", job_title="Buyer")
    upper.settle()
    upper.edit("contact", SALESFORCE, here, job_title="Boss")
    upper.settle()

    assert [upper.only("contact", s)["job_title"] for s in System] == ["Boss", "BOSS"]


def test_runs_repeat_exactly():
    """The same ends and the same clock give the same writes in the same order."""
    sent = []
    for _ in range(2):
        twins = begin()
        twins.cycle()
        sent.append(
            [
                (request.entity, [(w.intent_id, w.key, tuple(w.values.items())) for w in request.writes])
                for end in twins.ends.values()
                for request in end.requests
            ]
        )
        twins.db.close()

    assert sent[0] == sent[1] != []


def test_a_value_emptied_after_an_unbooked_creation_is_emptied_on_the_copy_too():
    """The copy was made and the run died before it knew: what its origin's user empties meanwhile is an edit."""
    both = Twins()
    here = both.add("contact", SALESFORCE, last_name="Berg", job_title="Buyer")

    def crash(system, kind, moment):
        if (system, kind, moment) == (CUSTOMERP, "write", "after"):
            raise Crash

    both.ends[CUSTOMERP].step = crash
    with pytest.raises(Crash):
        both.cycle(pairs=["contact"])
    both.ends[CUSTOMERP].step = None
    both.edit("contact", SALESFORCE, here, job_title=None)
    both.settle()

    assert [both.only("contact", system)["job_title"] for system in System] == [None, None]
