"""Documents through a cycle: whole or not at all, line by line, as their status allows."""

import pytest

from talk_assets.model.changes import ChangeState, Op, Problem
from talk_assets.model.system import System
from talk_assets_tests.shop import Shop

SALESFORCE, CUSTOMERP = System


@pytest.fixture
def shop(twins):
    return Shop(twins)


def quantities(shop, system):
    return sorted(float(line["quantity"]) for line in shop.lines(system).values())


@pytest.mark.parametrize("origin", System)
def test_lines_are_changed_added_and_removed(shop, origin):
    """Each line travels by itself: the changed, the new and the removed one, from either end."""
    twins = shop.twins
    order = shop.order(origin, shop.line(origin), shop.line(origin, quantity="3"), shop.line(origin, quantity="4"))
    shop.cycle()
    first, second, _ = shop.lines(origin)
    twins.edit("order_line", origin, first, quantity="7")
    twins.remove("order_line", origin, second)
    twins.add("order_line", origin, parent=order, **shop.line(origin, quantity="9"))
    shop.cycle()
    written = twins.writes
    shop.cycle()

    assert quantities(shop, origin) == quantities(shop, origin.other) == [4.0, 7.0, 9.0]
    assert twins.writes == written


def test_edits_of_two_lines_on_two_ends_both_arrive(shop):
    """Lines are records of their own: what each end did to another line is kept."""
    shop.order(CUSTOMERP, shop.line(), shop.line(quantity="3"))
    shop.cycle()
    first, second = shop.lines(CUSTOMERP)
    shop.twins.edit("order_line", CUSTOMERP, first, quantity="7")
    shop.twins.edit("order_line", SALESFORCE, shop.twins.other("order_line", CUSTOMERP, second), quantity="8")
    shop.cycle()

    assert quantities(shop, SALESFORCE) == quantities(shop, CUSTOMERP) == [7.0, 8.0]


def test_a_confirmed_order_is_made_as_draft_and_activated_after_its_lines(shop):
    """Salesforce takes no active order at creation; one cycle does both, in that order."""
    shop.order(status="confirmed")
    shop.cycle()
    sent = [(entity, op, values.get("Status")) for _, entity, op, values in shop.twins.sent(SALESFORCE)]

    assert sent[-2:] == [("order", "create", "Draft"), ("order", "update", "Activated")]
    assert shop.twins.only("order", SALESFORCE)["status"] == "Activated"


def test_a_line_edited_just_before_confirming_arrives_before_the_lock(shop):
    """Lines are written first, then the status that locks them."""
    order = shop.order()
    shop.cycle()
    (line,) = shop.lines(CUSTOMERP)
    shop.twins.edit("order_line", CUSTOMERP, line, quantity="5")
    shop.twins.edit("order", CUSTOMERP, order, status="confirmed")
    shop.cycle()

    assert quantities(shop, SALESFORCE) == [5.0]
    assert shop.twins.only("order", SALESFORCE)["status"] == "Activated"


def test_a_reopened_order_takes_the_lines_that_waited(shop):
    """Lines of an activated order are held with the reason, and written once both are open again."""
    order = shop.order(status="confirmed")
    shop.cycle()
    (line,) = shop.lines(CUSTOMERP)
    shop.twins.edit("order_line", CUSTOMERP, line, quantity="5")
    written = shop.twins.writes
    shop.cycle()
    waiting = shop.held("order_line")["reason"].to_list()
    assert shop.twins.writes == written

    shop.twins.edit("order", CUSTOMERP, order, status="open")
    shop.cycle()
    assert len(waiting) == 1
    assert "status locks" in waiting[0]
    assert shop.twins.only("order", SALESFORCE)["status"] == "Draft"
    assert quantities(shop, SALESFORCE) == [5.0]


def test_a_document_waits_whole_for_a_bad_line(shop):
    """No order arrives without the line that cannot be read; all of it arrives once that is corrected."""
    shop.order(CUSTOMERP, shop.line(), shop.line(description="x" * 256))
    report = shop.cycle()
    assert shop.twins.live("order", SALESFORCE) == {}
    assert report.tallies["order_line"].quarantined == 1

    bad = next(i for i, line in shop.lines(CUSTOMERP).items() if line["description"])
    shop.twins.edit("order_line", CUSTOMERP, bad, description="short")
    shop.cycle()
    assert (len(shop.twins.live("order", SALESFORCE)), len(shop.lines(SALESFORCE))) == (1, 2)


def test_an_order_waits_for_its_contact_and_is_released_by_itself(shop):
    """A reference to somebody who is not linked parks the order until he is."""
    double = [shop.twins.add("contact", CUSTOMERP, last_name=name, email="post@x.no") for name in ("Dahl", "Lie")]
    shop.order(contact=double[0], company="Fjord AS")
    before = shop.cycle()
    shop.twins.edit("contact", CUSTOMERP, double[1], email="lie@x.no")
    after = shop.cycle()

    assert (before.tallies["order"].parked, after.tallies["order"].parked) == (1, 0)
    assert shop.twins.only("order", SALESFORCE)["contact"] == shop.twins.other("contact", CUSTOMERP, double[0])


def test_a_reference_to_an_unlinked_record_is_no_empty_one(shop):
    """A contact chosen later on one end beats an earlier choice on the other, even before it is linked itself."""
    other = shop.twins.add("contact", CUSTOMERP, last_name="Lund", company="Fjord AS")
    shop.cycle(pairs=["contact"])
    order = shop.order()
    shop.cycle()
    here = shop.twins.other("order", CUSTOMERP, order)

    shop.twins.edit("order", CUSTOMERP, order, contact=other)
    # An address of 300 characters keeps the new contact in quarantine, so it has no link yet.
    late = shop.twins.add("contact", SALESFORCE, last_name="Moe", job_title="x" * 200)
    shop.twins.edit("order", SALESFORCE, here, contact=late)
    shop.cycle()

    assert shop.twins.get("order", SALESFORCE, here)["contact"] == late
    assert shop.held("order", ChangeState.PARKED)["property"].to_list() == ["contact"]

    shop.twins.edit("contact", SALESFORCE, late, job_title="Buyer")
    shop.cycle()

    assert shop.twins.get("order", CUSTOMERP, order)["contact"] == shop.twins.other("contact", SALESFORCE, late)


def test_a_partial_run_parks_what_it_did_not_read(twins):
    """Orders alone find no contacts or products; a whole run releases them."""
    person = twins.add("contact", CUSTOMERP, last_name="Berg", company="Fjord AS")
    twins.add("order", CUSTOMERP, order_date="2026-03-01", contact=person)
    alone = twins.cycle(pairs=["order"])
    assert (alone.tallies["order"].parked, twins.sent()) == (1, [])

    whole = twins.cycle()
    assert (whole.tallies["order"].parked, len(twins.live("order", SALESFORCE))) == (0, 1)


def test_a_cancelled_order_waits_for_a_status_salesforce_has(shop):
    """A status without a counterpart holds the status, not the record's other properties."""
    order = shop.order()
    shop.cycle()
    shop.twins.edit("order", CUSTOMERP, order, status="cancelled", notes="Stop")
    shop.cycle()

    assert shop.twins.only("order", SALESFORCE)["notes"] == "Stop"
    assert shop.twins.only("order", SALESFORCE)["status"] == "Draft"
    assert shop.held("order")["property"].to_list() == ["status"]


def test_lines_of_a_deleted_order_are_left_alone(shop):
    """An order kept on one end after its deletion on the other asks for no writes, whatever becomes of its lines."""
    order = shop.order()
    shop.cycle()
    shop.twins.remove("order", CUSTOMERP, order)
    shop.cycle()
    (line,) = shop.lines(SALESFORCE)
    shop.twins.edit("order_line", SALESFORCE, line, quantity="6")
    written = shop.twins.writes
    shop.cycle()
    shop.cycle()

    assert shop.twins.writes == written
    assert quantities(shop, SALESFORCE) == [6.0]


def test_a_refused_line_leaves_no_half_order(shop):
    """An order whose line the other end refuses is not made at all, and not tried again unchanged."""
    no = Problem(code="RULE", message="Nothing so large.", property="Quantity")
    shop.twins.refusals.append(
        lambda entity, op, v: no if (entity, op, v.get("Quantity")) == ("order_line", Op.CREATE, "1000.00") else None
    )
    shop.order(CUSTOMERP, shop.line(), shop.line(quantity="1000"))
    shop.cycle()
    written = shop.twins.writes
    shop.cycle()
    assert (shop.twins.live("order", SALESFORCE), shop.twins.writes) == ({}, written)

    big = next(i for i, line in shop.lines(CUSTOMERP).items() if line["quantity"] == "1000")
    shop.twins.edit("order_line", CUSTOMERP, big, quantity="10")
    shop.cycle()
    assert quantities(shop, SALESFORCE) == [2.0, 10.0]


def test_totals_agree_after_rounding(shop):
    """Values that end up rounded on one end come to rest there and stay exact on the other."""
    shop.order(CUSTOMERP, shop.line(unit_price="19.9050", quantity="3"))
    shop.twins.settle()
    (there,), (here,) = shop.lines(CUSTOMERP).values(), shop.lines(SALESFORCE).values()

    assert (there["unit_price"], here["unit_price"]) == ("19.9050", "19.90")
