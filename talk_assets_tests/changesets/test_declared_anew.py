"""A property taken out of a declaration and put back: what happened meanwhile is read, nothing is taken for emptied."""

from dataclasses import replace

import pytest

from talk_assets.entities import PAIRS
from talk_assets.model.system import System
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
