"""A property taken out of a declaration and put back: what happened meanwhile is read, nothing is taken for emptied."""

from dataclasses import replace

import pytest

from talk_assets.entities import PAIRS
from talk_assets.model.system import System
from talk_assets.writeback.stage import apply_pair
from talk_assets_tests.capabilities.dying import dying_at
from talk_assets_tests.twins import Twins

SALESFORCE, CUSTOMERP = System
CONTACT = PAIRS["contact"]
WITHOUT = PAIRS | {
    "contact": replace(CONTACT, properties=tuple(p for p in CONTACT.properties if p.name != "department"))
}


@pytest.fixture
def person():
    """A contact in step, with its id on each end."""
    twins = Twins(pairs={"contact": CONTACT})
    there = twins.add("contact", CUSTOMERP, last_name="Berg", department="Sales")
    twins.cycle()
    return twins, {CUSTOMERP: there, SALESFORCE: twins.other("contact", CUSTOMERP, there)}


def declare(twins, pairs):
    twins.pairs = {"contact": pairs["contact"]}


@pytest.mark.parametrize("system", System)
def test_a_value_outlives_the_absence_of_its_property(person, system):
    """A record read while the property was not declared does not look emptied when it is declared again."""
    twins, ids = person
    declare(twins, WITHOUT)
    twins.edit("contact", system, ids[system])
    twins.settle()
    written = twins.writes
    declare(twins, PAIRS)
    twins.settle()

    assert {s: twins.get("contact", s, ids[s])["department"] for s in System} == dict.fromkeys(System, "Sales")
    assert twins.writes == written


@pytest.mark.parametrize("system", System)
def test_an_edit_made_meanwhile_travels_afterwards(person, system):
    """What was edited while the property was not declared is an edit when it is declared again."""
    twins, ids = person
    declare(twins, WITHOUT)
    twins.settle()
    # Nobody who leaves the property out knows where it is kept.
    twins.ends[system].edit("contact", ids[system], {CONTACT.by_name["department"].side(system).path: "Ships"})
    twins.settle()
    declare(twins, PAIRS)
    twins.settle()

    assert {s: twins.get("contact", s, ids[s])["department"] for s in System} == dict.fromkeys(System, "Ships")


@pytest.mark.parametrize("system", System)
def test_a_plan_of_a_property_that_is_not_declared_any_more_is_not_carried_out(person, system):
    """A run that died with its plan made leaves it; the next run, under the new declaration, plans anew."""
    twins, ids = person
    twins.edit("contact", system, ids[system], department="Ships", job_title="Buyer")
    with dying_at("plan committed"):
        twins.cycle()
    declare(twins, WITHOUT)
    # Writing back alone, as from the Dagster UI, meets the old plan.
    session = twins.session()
    session.begin()
    apply_pair(session, WITHOUT["contact"], system.other)
    titles = {s: twins.get("contact", s, ids[s])["job_title"] for s in System}
    twins.settle()

    assert titles == dict.fromkeys(System, "Buyer")
    path = CONTACT.by_name["department"].side(system.other).path
    assert twins.ends[system.other].get("contact", ids[system.other])[path] == "Sales"
    declare(twins, PAIRS)
    twins.settle()
    assert {s: twins.get("contact", s, ids[s])["department"] for s in System} == dict.fromkeys(System, "Ships")


@pytest.mark.parametrize("system", System)
def test_a_record_that_is_gone_unseen_does_not_look_emptied(person, system):
    """It was read without the property, and is not read again: nobody knows what it held."""
    twins, ids = person
    for number in range(9):
        twins.add("contact", system, last_name=f"Other {number}")
    twins.settle()
    declare(twins, WITHOUT)
    twins.edit("contact", system, ids[system], job_title="Buyer")
    twins.settle()
    twins.ends[system].purge("contact", ids[system])
    declare(twins, PAIRS)
    twins.cycle(full=True)

    assert twins.get("contact", system.other, ids[system.other])["department"] == "Sales"
