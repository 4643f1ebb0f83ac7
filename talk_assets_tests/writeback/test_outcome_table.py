"""The outcome table over real HTTP: the whole engine, the real clients, one fault at a time."""

import os

import pytest

from talk_assets_tests.served import Served
from talk_assets_tests.writeback.outcome_table import CASES
from talk_assets_tests.writeback.world import ContactWorld

PART = os.environ.get("TALK_OUTCOME_PART", "")
"""Only cases whose name holds this; all by default."""
CHOSEN = [case for case in CASES if PART in f"{case[0].name}-{case[1]}-{case[2]}"]


@pytest.fixture(scope="module")
def world():
    with Served() as served:
        made = ContactWorld(served)
        made.names = {}
        for row, end, op in CHOSEN:
            name = made.token()
            made.names[row.name, end, op] = name
            if op == "update":
                made.make("customerp" if end == "salesforce" else "salesforce", name, "Before")
        assert made.cycle() == (0, "")
        yield made
        made.close()


@pytest.mark.parametrize(("row", "end", "op"), CHOSEN, ids=lambda given: getattr(given, "name", given))
def test_an_outcome_is_judged_as_the_table_says(world, row, end, op):
    """One fault on one write: what is stored, what is remembered, what is said; and whole once it is over."""
    other = "customerp" if end == "salesforce" else "salesforce"
    name, title = world.names[row.name, end, op], world.token()
    world.later(60)
    if op == "create":
        world.make(other, name, title)
    else:
        world.edit(other, name, title)
    faults = world.served.faults(end)
    faults.take({"method": "write", **row.fault})

    code, said = world.cycle()
    struck = faults.plan.struck.total()
    faults.clear()
    if row.fault["kind"] == "expired_token":
        world.log_in_again()

    assert struck > 0
    assert (code, world.titles(end, name).count(title), world.state(title)) == (row.exit, int(row.stored), row.state)
    assert row.says in said

    world.later(1000)
    if row.state == "refused":
        title = world.token()
        world.edit(other, name, title)
    assert world.cycle() == (0, "")
    assert [world.titles(one, name) for one in (end, other)] == [[title], [title]]


def test_nothing_is_left_to_write(world):
    """After all of it, a run writes nothing."""
    before = world.writes()
    world.later(1000)

    assert world.cycle() == (0, "")
    assert world.writes() == before
