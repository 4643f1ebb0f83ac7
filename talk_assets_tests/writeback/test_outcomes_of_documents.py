"""What becomes of documents with lines when a write of them fails or its answer is lost: over real HTTP.

A document is made whole or not at all; afterwards each line goes by itself.
"""

import pytest

from talk_assets.store import quarantine
from talk_assets_tests.served import Served
from talk_assets_tests.writeback.order_world import ENDS, OrderWorld


@pytest.fixture(scope="module")
def world():
    with Served() as served:
        made = OrderWorld(served, pairs=["product", "order"])
        made.prepare()
        yield made
        made.close()


@pytest.fixture(params=ENDS)
def end(request, world):
    """The end that is written to."""
    yield request.param
    world.served.faults(request.param).clear()
    world.later(1000)


@pytest.fixture
def name(world, end):
    """A new order of two lines, made where it is not written to."""
    found = world.token()
    world.make(other(end), found, (1, 2))
    world.later()
    return found


@pytest.fixture
def known(world, name):
    """The same once both systems have it."""
    assert world.cycle() == (0, "")
    assert world.both(name) == [[{"1": 1, "2": 2}]] * 2
    world.later()
    return name


def other(end):
    return next(one for one in ENDS if one != end)


def rest(world):
    """What runs end with until nothing is left to do."""
    world.later(1000)
    codes = [world.cycle()[0]]
    world.later()
    before = world.writes()
    codes.append(world.cycle()[0])
    assert world.writes() == before
    return codes


LOST = [
    pytest.param(({"kind": "commit_then_reset"}, True), id="reset after the effect"),
    pytest.param(({"kind": "reset"}, False), id="reset without effect"),
]
"""A fault, and whether the end has done what it was asked to."""


@pytest.mark.parametrize("lost", LOST)
def test_a_document_whose_answer_is_lost_is_there_once_with_its_lines(world, end, name, lost):
    """Adopted by its key where it was made, made where it was not; each line once."""
    fault, there = lost
    world.served.faults(end).take(fault | {"method": "write"})
    code, _ = world.cycle()
    world.served.faults(end).clear()

    assert code == 4
    assert world.orders(end, name) == ([{"1": 1, "2": 2}] if there else [])
    assert rest(world) == [0, 0]
    assert world.both(name) == [[{"1": 1, "2": 2}]] * 2
    world.change_line(end, name, "1", 8)
    world.change_line(other(end), name, "2", 9)
    assert rest(world) == [0, 0]
    assert world.both(name) == [[{"1": 8, "2": 9}]] * 2


def test_lines_edited_before_their_document_was_known_are_edits(world, end, name):
    """The answer is lost, and people change, add and remove lines of what was made: all of it travels back."""
    world.served.faults(end).take({"kind": "commit_then_reset", "method": "write"})
    assert world.cycle()[0] == 4
    world.change_line(end, name, "1", 8)
    world.add_line(end, name, 3)
    world.later()
    assert rest(world) == [0, 0]

    assert world.both(name) == [[{"1": 8, "2": 2, "3": 3}]] * 2


def test_a_line_removed_before_its_document_was_known_is_left_to_a_person(world):
    """Nothing tells whether Customerp's line was edited since, so it is neither removed nor made again."""
    name = made_unheard(world, "salesforce")
    world.remove_line("salesforce", name, "1")
    world.later()
    assert rest(world) == [1, 1]

    assert world.both(name) == [[{"2": 2}], [{"1": 1, "2": 2}]]
    world.remove_line("customerp", name, "1")
    assert rest(world) == [0, 0]
    assert world.both(name) == [[{"2": 2}]] * 2


def test_a_line_that_customerp_lost_before_it_was_ever_read_is_made_again(world):
    """Customerp tells of removed lines only by leaving them out, and of this one nobody knew that it was there."""
    name = made_unheard(world, "customerp")
    world.remove_line("customerp", name, "1")
    world.later()
    assert rest(world) == [0, 0]

    assert world.both(name) == [[{"1": 1, "2": 2}]] * 2


def made_unheard(world, end):
    """An order that the sync has made at *end*, and has not heard so; its name."""
    name = world.token()
    world.make(other(end), name, (1, 2))
    world.later()
    world.served.faults(end).take({"kind": "commit_then_reset", "method": "write"})
    assert world.cycle()[0] == 4
    world.served.faults(end).clear()
    return name


def test_a_document_with_a_refused_line_is_not_made_and_the_others_are(world, end, name):
    """No half document: it waits with the line's reason, and goes whole when the line is edited."""
    good = world.token()
    world.make(other(end), good, (4,))
    fault = {"kind": "failed_records", "code": "bad", "message": "No such thing.", "fields": ["lines/0/quantity"]}
    if end == "customerp":
        world.served.faults(end).take(fault | {"method": "write", "count": None, "body": name, "index": 0})
    else:
        for order in (world.order_there(name),):
            path = f"/orders/{order['id']}"
            line = f"{path}/lines/{order['lines'][0]['id']}"
            world.served.customerp._change("PATCH", path, line, {"deliveryDate": "2026-01-01"})
    world.later()
    code, said = world.cycle()

    assert code == 1
    assert "line" in said.lower()
    assert {"salesforce": "start date", "customerp": "No such thing."}[end] in said
    assert (world.orders(end, name), world.orders(end, good)) == ([], [{"4": 4}])
    world.served.faults(end).clear()
    world.change_line(other(end), name, "1", 6)
    if end == "salesforce":
        order = world.order_there(name)
        for line in order["lines"]:
            path = f"/orders/{order['id']}"
            world.served.customerp._change("PATCH", path, f"{path}/lines/{line['id']}", {"deliveryDate": None})
    assert rest(world) == [0, 0]
    assert world.both(name) == [[{"1": 6, "2": 2}]] * 2


def test_a_refused_line_holds_neither_the_document_nor_its_other_lines(world, end, known):
    """The document's note, the other line's quantity and a new line go; the line goes with its next edit."""
    origin = other(end)
    world.annotate(origin, known, "Call first")
    world.change_line(origin, known, "1", 8)
    world.change_line(origin, known, "2", 9)
    world.add_line(origin, known, 3)
    world.later()
    text = '"Quantity":8' if end == "salesforce" else '"quantity":8'
    path = "Quantity" if end == "salesforce" else "quantity"
    fault = {"kind": "failed_records", "message": "Not so many.", "fields": [path], "body": text, "method": "write"}
    first = world.served.faults(end)
    place = sorted_place(world, end, known)
    first.take(fault | {"count": None, "index": place})
    code, said = world.cycle()
    first.clear()

    assert code == 1
    assert "Not so many." in said
    assert world.orders(end, known) == [{"1": 1, "2": 9, "3": 3}]
    assert world.note(end, known) == "Call first"
    assert quarantine.entries(world.db, "order_line")["property"].to_list() == ["quantity"]
    world.change_line(origin, known, "1", 7)
    assert rest(world) == [0, 0]
    assert world.both(known) == [[{"1": 7, "2": 9, "3": 3}]] * 2


def sorted_place(world, end, name):
    """Where in the batch the line stands that is called 1: writes go by the ids of their targets."""
    if end == "salesforce":
        ids = {row["Description"]: row["Id"] for row in world.items(name)}
    else:
        ids = {row["description"]: row["id"] for row in world.order_there(name)["lines"]}
    return sorted(ids.values()).index(ids["1"])


@pytest.mark.parametrize("lost", LOST)
@pytest.mark.parametrize("act", ["change", "add", "remove"])
def test_a_line_whose_answer_is_lost_is_changed_added_and_removed_once(world, end, known, lost, act):
    """What the next run reads back decides; nothing is added twice and nothing comes back."""
    origin = other(end)
    if act == "change":
        world.change_line(origin, known, "1", 8)
    elif act == "add":
        world.add_line(origin, known, 3)
    else:
        world.remove_line(origin, known, "1")
    wanted = {"change": {"1": 8, "2": 2}, "add": {"1": 1, "2": 2, "3": 3}, "remove": {"2": 2}}[act]
    world.later()
    fault, there = lost
    world.served.faults(end).take(fault | {"method": "write"})
    code, _ = world.cycle()
    world.served.faults(end).clear()

    assert code == 4
    assert world.orders(end, known) == [wanted if there else {"1": 1, "2": 2}]
    assert rest(world) == [0, 0]
    assert world.both(known) == [[wanted]] * 2
