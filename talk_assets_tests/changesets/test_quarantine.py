"""When a record in quarantine is tried again: its input changes, its declaration changes, or a person says so."""

from dataclasses import replace

import pytest

from talk_assets.entities import PAIRS
from talk_assets.model.changes import Op, Problem
from talk_assets.model.system import System
from talk_assets.store import intents, quarantine

SALESFORCE, CUSTOMERP = System
ONLY = {"pairs": ["contact"]}
TOO_LONG = "x" * 129


def with_longer_title():
    contact = PAIRS["contact"]
    title = contact.by_name["job_title"]
    longer = replace(title, **{s.value: replace(title.side(s), length=255) for s in System})
    return dict(PAIRS) | {
        "contact": replace(contact, properties=tuple(longer if p is title else p for p in contact.properties))
    }


def test_a_record_is_tried_again_when_its_declaration_changes(twins):
    """What the declaration kept out comes in once it is declared otherwise, without an edit; nobody else moves."""
    twins.add("contact", CUSTOMERP, last_name="Berg", job_title=TOO_LONG)
    twins.add("contact", CUSTOMERP, last_name="Dahl")
    twins.settle()
    assert [row["last_name"] for row in twins.live("contact", SALESFORCE).values()] == ["Dahl"]
    before = quarantine.entries(twins.db, "contact")
    twins.settle()
    assert quarantine.entries(twins.db, "contact").equals(before)

    twins.pairs = with_longer_title()
    written = twins.writes
    twins.settle()
    assert {row["job_title"] for row in twins.live("contact", SALESFORCE).values()} == {TOO_LONG, None}
    assert twins.writes == written + 1
    assert quarantine.entries(twins.db).is_empty()


def test_a_refusal_is_tried_again_when_the_declaration_changes(twins):
    """An end that refused what was declared may take what is declared now."""
    no = [Problem(code="RULE", message="No.")]
    twins.refusals.append(lambda *_: no[0] if no else None)
    twins.add("contact", CUSTOMERP, last_name="Berg")
    twins.settle()
    no.clear()
    twins.settle()
    assert twins.live("contact", SALESFORCE) == {}

    twins.pairs = with_longer_title()
    twins.settle()
    assert twins.only("contact", SALESFORCE)["last_name"] == "Berg"


def test_touching_a_bad_record_without_changing_it_counts_no_attempt(twins):
    """Attempts count what was tried, first and last seen tell when."""
    there = twins.add("contact", CUSTOMERP, last_name="Berg", job_title=TOO_LONG)
    twins.cycle(**ONLY)
    first = quarantine.entries(twins.db, "contact").row(0, named=True)
    twins.cycle(**ONLY)
    assert quarantine.entries(twins.db, "contact").row(0, named=True) == first

    twins.edit("contact", CUSTOMERP, there, job_title=TOO_LONG + "y")
    twins.cycle(**ONLY)
    again = quarantine.entries(twins.db, "contact").row(0, named=True)
    assert (first["attempts"], again["attempts"]) == (1, 2)
    assert again["first_seen"] == first["first_seen"] < again["last_seen"]


@pytest.fixture
def refused_account(twins):
    """A contact whose company Salesforce does not take as an Account; (its id, how often that was asked)."""
    asked = []

    def refuse(entity, op, values):
        if entity == "account" and op is Op.CREATE and "Bad" in str(values.get("Name")):
            asked.append(values["Name"])
            return Problem(code="DUPLICATES_DETECTED", message="There is one like it.")
        return None

    twins.refusals.append(refuse)
    there = twins.add("contact", CUSTOMERP, last_name="Berg", company="Bad AS")
    twins.settle()
    return there, asked


def test_a_refused_account_is_not_asked_for_again_until_the_company_changes(twins, refused_account):
    """The contact waits with the reason; another company is another question."""
    there, asked = refused_account
    report = twins.settle()
    assert asked == ["Bad AS"]
    (row,) = report.plan.iter_rows(named=True)
    assert (row["state"], "There is one like it." in row["reason"]) == ("parked", True)

    twins.edit("contact", CUSTOMERP, there, company="Good AS")
    twins.settle()
    assert asked == ["Bad AS"]
    assert twins.only("contact", SALESFORCE)["company"] == "Good AS"


def test_a_refused_account_is_asked_for_again_when_a_person_says_so(twins, refused_account):
    """Whoever put the cause right in Salesforce need not touch the contact."""
    _, asked = refused_account
    assert intents.release(twins.db, ["account"]) == 1
    twins.settle()
    assert asked == ["Bad AS", "Bad AS"]

    twins.refusals.pop()
    intents.release(twins.db, ["account"])
    twins.settle()
    assert twins.only("contact", SALESFORCE)["company"] == "Bad AS"
