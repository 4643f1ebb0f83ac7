"""Whole cycles over a bad answer: nothing wrong is written, nothing is lost, and the next good answer mends it."""

import json
import re
from dataclasses import replace

import pytest

from talk_assets.automation.cycle import run_cycle
from talk_assets.model.errors import GuardError, PeerAnswerError, PeerUnavailableError
from talk_assets.model.system import System
from talk_assets.resources import open_session
from talk_assets.store import quarantine
from talk_assets_tests.served import Served
from talk_assets_tests.systems.bad_input.bodies import BODIES
from talk_assets_tests.systems.bad_input.messages import check
from talk_assets_tests.systems.bad_input.relay import Relay

NAMES = ("Ada", "Bea", "Cleo", "Dora")


@pytest.fixture
def told():
    """Why what waits waits, as the latest cycle told it."""
    return []


@pytest.fixture
def engine(tmp_path, told):
    """Both systems behind relays, four contacts in each, and cycles of the real engine on a real store."""
    with Served() as served:
        for name in NAMES:
            served.customerp.create("contacts", {"familyName": f"Here {name}", "jobTitle": "Owner"})
        relays = {
            System.SALESFORCE: Relay(served.urls["salesforce"]),
            System.CUSTOMERP: Relay(served.urls["customerp"]),
        }
        settings = served.settings(tmp_path / "store.duckdb")
        settings = replace(
            settings,
            salesforce=replace(settings.salesforce, url=relays[System.SALESFORCE].url),
            customerp=replace(settings.customerp, url=relays[System.CUSTOMERP].url),
        )

        def cycle(*pairs, **options):
            with open_session(settings) as session:
                told.clear()
                told.extend(run_cycle(session, pairs=pairs or ["contact"], **options).waiting["reason"])
                return quarantine.entries(session.db)

        yield served, relays, cycle
        for relay in relays.values():
            relay.close()


def retyped(reply):
    """The first record's flag becomes a text."""
    return reply.with_body(reply.body.replace(b'"emailOptOut":false', b'"emailOptOut":"no"', 1)).sent()


def lists(resource):
    return lambda asked: asked.method == "GET" and f"/{resource}?" in asked.target


def lists_contacts(asked):
    return asked.method == "GET" and "/contacts?" in asked.target


@pytest.mark.parametrize("name", ["a login page", "cut off within its length", "nested 100,000 deep", "nothing"])
def test_bad_answer_stops_the_cycle_and_loses_nothing(engine, name):
    """Nothing is written while the list is no list; when it is one again everything arrives once."""
    served, relays, cycle = engine
    relays[System.CUSTOMERP].spoil(lists_contacts, BODIES[name])
    before = served.writes()
    with pytest.raises((PeerAnswerError, PeerUnavailableError)) as stop:
        cycle()
    check(str(stop.value), System.CUSTOMERP)

    assert served.writes() == before

    relays[System.CUSTOMERP].heal()
    cycle()

    assert served.differences() == served.doubles() == []


def test_bad_record_waits_alone_and_is_read_again_by_itself(engine):
    """The others are synced; the cursor has passed the bad one, which comes without anybody editing it again."""
    served, relays, cycle = engine
    relays[System.CUSTOMERP].spoil(lists_contacts, retyped)
    held = cycle()

    assert held.select("pair", "system", "property").rows() == [("contact", "customerp", "emailOptOut")]
    assert len(served.rows("contact")[0]) == len(NAMES) - 1

    relays[System.CUSTOMERP].heal()

    assert cycle().is_empty()
    assert served.differences() == served.doubles() == []


@pytest.mark.parametrize("name", ["a login page", "an empty object", "accepted, nothing more", "nothing"])
def test_bad_answer_to_a_write_doubles_nothing(engine, name):
    """The creations were carried out and not confirmed: they are found by our key and linked, not made again."""
    served, relays, cycle = engine
    relays[System.SALESFORCE].spoil(
        lambda asked: asked.target.endswith("/composite") and b'"records"' in asked.body, BODIES[name]
    )
    cycle()
    relays[System.SALESFORCE].heal()
    for _ in range(3):
        served.clock.move(minutes=20)
        cycle()

    assert served.differences() == served.doubles() == []


def changed(change):
    """Change the records of a list of Customerp."""

    def revise(reply):
        value = json.loads(reply.body)
        change(value["items"])
        return reply.with_body(json.dumps(value).encode()).sent()

    return revise


ORDERS = ("product", "contact", "order")


@pytest.fixture
def shop(engine):
    """Two orders of two lines each in Customerp, of a product and a contact in step."""
    served, relays, cycle = engine
    lamp = served.customerp.create("products", {"name": "Lamp", "number": "L1", "listPrice": 10})
    buyer = next(served.customerp.all("contacts"))["id"]
    cycle("product", "contact")
    for name in ("One", "Two"):
        lines = [{"productId": lamp, "quantity": n, "unitPrice": 10, "description": f"{name} {n}"} for n in (1, 2)]
        given = {"orderDate": "2026-03-01", "purchaseOrderNumber": name, "companyName": "Acme", "contactId": buyer}
        served.customerp.create("orders", given | {"lines": lines})
    return served, relays, cycle


def a_line(**values):
    def change(items):
        order = next(one for one in items if one["purchaseOrderNumber"] == "One")
        order["lines"][0].update(values)

    return change


def a_parent(items):
    next(one for one in items if one["purchaseOrderNumber"] == "One")["contactId"] = "nobody"


def lines_twice(items):
    """A line of the first order stands in the second, too."""
    one, two = (next(o for o in items if o["purchaseOrderNumber"] == name) for name in ("One", "Two"))
    two["lines"].append(dict(one["lines"][0]))


BAD = {
    "a quantity as text": (a_line(quantity="2"), "holds a line that cannot be read"),
    "a price as an object": (a_line(unitPrice={}), "holds a line that cannot be read"),
    "a hostile id": (a_line(id="../../contacts"), "holds a line that cannot be read"),
    "no product": (a_line(productId=None), "Line .*: Empty, but Salesforce requires"),
    "a price beyond what fits": (a_line(unitPrice=10**17), "Line .*: Not a value of unitPrice"),
    "a contact that is nowhere": (a_parent, "Waits for contact nobody of Customerp to be linked"),
}


@pytest.mark.parametrize("name", BAD)
def test_order_with_a_bad_part_waits_whole_and_alone(shop, told, name):
    """The other order is made with all its lines; the bad one with none, until it is good again, and then whole."""
    served, relays, cycle = shop
    change, reason = BAD[name]
    relays[System.CUSTOMERP].spoil(lists("orders"), changed(change))
    cycle(*ORDERS)

    assert [row[0] for row in served.rows("order")[0]] == ["Two"]
    assert sorted(row[0] for row in served.rows("line")[0]) == ["Two 1", "Two 2"]
    assert re.search(reason, " ".join(told))

    relays[System.CUSTOMERP].heal()
    cycle(*ORDERS, full=True)
    assert served.differences() == served.doubles() == []


def test_line_that_two_orders_hold_makes_neither_double(shop, told):
    """The order whose line stands elsewhere waits once the list is good again, and names the record in its way."""
    served, relays, cycle = shop
    relays[System.CUSTOMERP].spoil(lists("orders"), changed(lines_twice))
    cycle(*ORDERS)
    assert served.doubles() == []

    relays[System.CUSTOMERP].heal()
    cycle(*ORDERS, full=True)
    (reason,) = told
    assert "property lines.0" in reason
    assert "duplicates value on record with id: 802" in reason
    assert [row[0] for row in served.rows("order")[0]] == ["Two"]
    assert served.doubles() == []


def test_zero_and_negative_numbers_of_a_line_are_exact_or_refused(shop):
    """A price of -0.00 is zero on both ends; a quantity that Salesforce refuses holds its order, with its words."""
    served, relays, cycle = shop
    relays[System.CUSTOMERP].spoil(
        lists("orders"), changed(lambda items: (a_line(unitPrice=-0.0)(items), a_line(quantity=-1)(items)))
    )
    cycle(*ORDERS)
    made = {row[0]: row for row in served.rows("line")[0]}

    assert sorted(made) in (["Two 1", "Two 2"], ["One 1", "One 2", "Two 1", "Two 2"])
    assert "One 1" not in made or made["One 1"][1:] == ("-1", "0")


def test_amounts_of_no_currency_do_not_become_any(engine):
    """A product whose currency is left out or empty is not made at its number of dollars."""
    served, relays, cycle = engine
    served.customerp.create("products", {"name": "Lamp", "number": "L1", "listPrice": 10})
    relays[System.CUSTOMERP].spoil(
        lists("products"), changed(lambda items: [one.update(currency=None) for one in items])
    )
    cycle("product")
    assert served.rows("product")[0] == []

    relays[System.CUSTOMERP].heal()
    cycle("product", "contact", full=True)
    assert served.differences() == []


@pytest.mark.parametrize("end", System)
def test_empty_list_where_many_were_is_not_believed(engine, end):
    """A whole read of nothing stops before anything is stored; what is there stays linked and in step."""
    served, relays, cycle = engine
    cycle()
    before = served.writes()
    if end is System.CUSTOMERP:
        relays[end].spoil(lists_contacts, changed(lambda items: items.clear()))
    else:
        nothing = b'{"totalSize":0,"done":true,"records":[]}'
        relays[end].spoil(lambda asked: "FROM+Contact+" in asked.target, lambda reply: reply.with_body(nothing).sent())
    with pytest.raises(GuardError, match=f"lists 0 records where {len(NAMES)} were known") as stop:
        cycle(full=True)
    check(str(stop.value), end)
    assert served.writes() == before

    relays[end].heal()
    cycle(full=True)
    assert served.differences() == served.doubles() == []
    assert served.writes() == before
