"""What becomes of a batch when its records fare differently, over real HTTP and the whole engine."""

import pytest

from talk_assets.store import quarantine
from talk_assets.store.altered import altered
from talk_assets_tests.served import Served
from talk_assets_tests.writeback.world import ContactWorld

ENDS = ("salesforce", "customerp")
TITLE = {"salesforce": "Title", "customerp": "jobTitle"}
DEPARTMENT = {"salesforce": "Department", "customerp": "department"}


@pytest.fixture(scope="module")
def world():
    with Served() as served:
        made = ContactWorld(served)
        yield made
        made.close()


@pytest.fixture(params=ENDS)
def end(request, world):
    """The end that is written to."""
    yield request.param
    world.served.faults(request.param).clear()
    world.later(1000)
    world.cycle()


def other(end):
    return next(one for one in ENDS if one != end)


def people(world, end, count):
    """Contacts that both systems have; their names."""
    names = [world.token() for _ in range(count)]
    for name in names:
        world.make(other(end), name, "Before")
    world.later()
    assert world.cycle() == (0, "")
    world.later()
    return names


@pytest.mark.parametrize("op", ["create", "update"])
def test_a_batch_too_large_goes_in_halves(world, end, op):
    """In the same run, each record once."""
    names = [world.token() for _ in range(5)] if op == "create" else people(world, end, 5)
    for name in names:
        world.make(other(end), name, "After") if op == "create" else world.edit(other(end), name, "After")
    world.later()
    faults = world.served.faults(end)
    faults.take({"kind": "refuse", "status": 413, "method": "write", "count": 2})

    assert world.cycle() == (0, "")
    assert faults.plan.struck.total() == 2
    assert [world.titles(end, name) for name in names] == [["After"]] * 5


def test_a_property_that_is_refused_is_held_alone(world, end):
    """The record's other property and the other record go in the same run; what is held goes with the next edit."""
    first, second = people(world, end, 2)
    for name in (first, second):
        world.edit(other(end), name, "After", **{DEPARTMENT[other(end)]: "South"})
    world.later()
    code = {"salesforce": "INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST", "customerp": "enum"}[end]
    fault = {"kind": "failed_records", "method": "write", "code": code, "fields": [TITLE[end]]}
    # Only what writes a title: the calls name all properties that they read back.
    world.served.faults(end).take(fault | {"body": f'"{TITLE[end]}":', "count": None})
    exit_code, said = world.cycle()

    assert exit_code == 1
    assert code in said
    rows = [world.rows(end, name)[0] for name in (first, second)]
    assert [row[DEPARTMENT[end]] for row in rows] == ["South", "South"]
    assert sorted(row[TITLE[end]] for row in rows) == ["After", "Before"]
    (held,) = quarantine.entries(world.db, "contact").iter_rows(named=True)
    assert held["property"] == "job_title"
    world.served.faults(end).clear()
    late = next(name for name, row in zip((first, second), rows, strict=True) if row[TITLE[end]] == "Before")
    world.edit(other(end), late, "Later")
    world.later()
    assert world.cycle() == (0, "")
    assert world.titles(end, late) == ["Later"]


def test_values_stored_otherwise_are_accepted_and_told_once(world, end):
    """Three records in two runs: no echo, no second write, and one line about it."""
    names = people(world, end, 3)
    faults = world.served.faults(end)
    faults.take({"kind": "normalised_values", "how": "upper", "count": None})
    for name in names[:2]:
        world.edit(other(end), name, "After")
    world.later()
    assert world.cycle() == (0, "")
    world.edit(other(end), names[2], "After")
    world.later()
    assert world.cycle() == (0, "")
    faults.clear()
    before = world.writes()
    world.later()

    assert world.cycle() == (0, "")
    assert world.writes() == before
    assert [world.titles(end, name) for name in names] == [["AFTER"]] * 3
    assert [world.titles(other(end), name) for name in names] == [["After"]] * 3
    found = altered(world.db, world.declared[0]["contact"])
    assert found.select("property", "records").rows() == [("job_title", 3)]
    for name in names:
        world.edit(end, name, "Settled")
    world.later()
    assert world.cycle() == (0, "")
    assert altered(world.db, world.declared[0]["contact"]).is_empty()


@pytest.mark.parametrize("op", ["create", "update"])
def test_several_choices_are_no_answer_to_a_write(world, end, op):
    """HTTP 300 where results should be proves nothing: read back by key or id, never sent again unseen."""
    (name,) = [world.token()] if op == "create" else people(world, end, 1)
    world.make(other(end), name, "After") if op == "create" else world.edit(other(end), name, "After")
    world.later()
    world.served.faults(end).take({"kind": "commit_then_refuse", "status": 300, "method": "write"})
    code, _ = world.cycle()

    assert (code, world.state("After")) == (4, "ambiguous")
    assert world.titles(end, name) == ["After"]
    world.later(1000)
    assert world.cycle() == (0, "")
    assert [world.titles(one, name) for one in ENDS] == [["After"], ["After"]]
