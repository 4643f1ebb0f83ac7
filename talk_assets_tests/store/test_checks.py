"""What the asset checks ask of the store."""

import pytest

from talk_assets.entities import PAIRS
from talk_assets.model.system import System
from talk_assets.store.checks import disagreements, linked_twice, mapped_count

SALESFORCE, CUSTOMERP = System
ORDER, LINE = PAIRS["order"], PAIRS["order_line"]


@pytest.fixture
def ordered(twins):
    """One order of two lines, in step on both ends."""
    lamp = twins.add("product", CUSTOMERP, name="Lamp", product_code="L-1", list_price="19.90")
    person = twins.add("contact", CUSTOMERP, last_name="Berg", company="Fjord AS")
    line = {"product": lamp, "quantity": "2", "unit_price": "19.90"}
    twins.add("order", CUSTOMERP, contact=person, order_date="2026-03-01", lines=[line, line])
    twins.settle()
    return twins


def differing(twins):
    return disagreements(twins.db, ORDER, [LINE])["property"].to_list()


def test_totals_that_follow_from_the_same_lines_agree(ordered):
    """Nothing is listed for documents in step, a cent for each line included."""
    assert differing(ordered) == []
    ordered.db.execute("UPDATE mapped.customerp_order SET total = total + 0.02")
    assert differing(ordered) == []


def test_total_that_nothing_explains_is_listed(ordered):
    """Both ends hold the same lines, and yet their sums differ by more than rounding can."""
    ordered.db.execute("UPDATE mapped.customerp_order SET total = total + 0.03")

    assert differing(ordered) == ["total"]


def test_rounded_price_explains_a_total(ordered):
    """Where an end holds fewer decimals of a price, the sum is another one by the declared rounding."""
    ordered.db.execute("UPDATE mapped.customerp_order SET total = total + 1")
    ordered.db.execute("UPDATE mapped.customerp_order_line SET unit_price = unit_price + 0.004")

    assert differing(ordered) == []


def test_change_that_stands_explains_a_total(ordered):
    """A line edited on one end and not yet written to the other is no disagreement."""
    ordered.db.execute("UPDATE mapped.customerp_order SET total = total + 1")
    line = next(iter(ordered.live("order_line", CUSTOMERP)))
    ordered.edit("order_line", CUSTOMERP, line, quantity="3")
    ordered.cycle(dry_run=True)

    assert differing(ordered) == []


def test_pair_without_amounts_has_nothing_to_disagree_on(twins):
    """A contact is not worked out from anything."""
    twins.cycle()

    assert disagreements(twins.db, PAIRS["contact"]).is_empty()


def test_id_in_two_links_is_named(ordered):
    """Each end's id is looked at by itself."""
    assert linked_twice(ordered.db, ORDER).is_empty()
    ordered.db.execute("INSERT INTO links.order SELECT * REPLACE ('801x' AS salesforce_id) FROM links.order")

    found = linked_twice(ordered.db, ORDER)
    assert found.select("system", "links").rows() == [("customerp", 2)]


def test_tombstones_are_not_counted(ordered):
    """The row count is of what is there."""
    assert mapped_count(ordered.db, LINE, CUSTOMERP) == 2
    ordered.remove("order_line", CUSTOMERP, next(iter(ordered.live("order_line", CUSTOMERP))))
    ordered.settle()

    assert mapped_count(ordered.db, LINE, CUSTOMERP) == 1
