"""The page on adding a property or a pair shows declarations that work as they stand."""

import re
from dataclasses import replace
from pathlib import Path

import pytest

from talk_assets.entities import PAIRS, sides
from talk_assets.entities.catalogue import catalogue
from talk_assets.model import codecs, pair
from talk_assets.model.system import System
from talk_assets_tests.twins import Twins

SALESFORCE, CUSTOMERP = System
PAGE = (Path(__file__).parents[1] / "docs/extending.md").read_text(encoding="utf-8")
PROPERTY, PAIR = re.findall(r"^```python\n(.*?)^```", PAGE, flags=re.DOTALL | re.MULTILINE)


def _declared(source: str, name: str):
    """What *source*, of the page, declares as *name*, with what an entity file imports at hand."""
    there = vars(sides) | vars(codecs) | vars(pair)
    exec(source, there)  # noqa: S102 - the page's own code is what is tried
    return there[name]


@pytest.mark.parametrize("system", System)
def test_the_property_of_the_page_travels(system):
    """One line is all that a property needs, on records known before as well."""
    contact = PAIRS["contact"]
    added = _declared(f"added = ({PROPERTY})", "added")
    twins = Twins(pairs={"contact": contact})
    record = twins.add("contact", system, last_name="Berg")
    twins.settle()
    twins.pairs = {"contact": replace(contact, properties=(*contact.properties, *added))}
    twins.ends[system].edit("contact", record, {added[0].side(system).path: "Ann"})
    twins.settle()

    (there,) = twins.ends[system.other].live("contact").values()
    assert there[added[0].side(system.other).path] == "Ann"


@pytest.mark.parametrize("system", System)
def test_the_pair_of_the_page_comes_into_step(system):
    """One declaration is all that a pair needs: created, its reference rewritten, edited back."""
    pairs = catalogue((PAIRS["contact"], _declared(PAIR, "CASE")))
    twins = Twins(pairs=pairs)
    person = twins.add("contact", system, last_name="Berg")
    case = twins.add("case", system, subject="Where is it?", contact=person)
    twins.settle()
    there = twins.other("case", system, case)
    twins.edit("case", system.other, there, subject="Here it is")
    twins.settle()

    assert twins.get("case", system, case)["subject"] == "Here it is"
    assert twins.get("case", system.other, there)["contact"] == twins.other("contact", system, person)
