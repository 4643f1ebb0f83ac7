"""Values for probes fit both ends, tell probes apart, and are marked."""

from datetime import date

import polars as pl
import pytest

from talk_assets.entities import PAIRS
from talk_assets.model.shape import FieldShape, ObjectShape
from talk_assets.model.system import System
from talk_assets.verify.values import MARK, Values, locking

SALESFORCE, CUSTOMERP = System
TODAY = date(2026, 3, 14)
WRITTEN = [(q, p) for q in PAIRS.values() for p in q.properties if not (p.derived or p.reference)]
ONCE = {("product", "currency"), ("quote", "currency"), ("order", "currency"), ("order", "status")}
"""What has one value only, or a second one that locks the record."""


def values(origin, *fields, pair="product"):
    shapes = {pair: ObjectShape.of("Some", fields)} if fields else {}
    return Values(tag="a1b2c3", origin=origin, today=TODAY, currency="USD", shapes=shapes)


@pytest.mark.parametrize("origin", System)
@pytest.mark.parametrize("turn", [0, 1])
def test_every_value_can_be_held_by_both_ends(origin, turn):
    """No row fails because of what was put into it."""
    for pair, p in WRITTEN:
        value = values(origin).of(pair, p, turn)
        assert (value is None) is (turn == 1 and (pair.name, p.name) in ONCE), (pair.name, p.name)
        if value is None:
            continue
        frame = pl.DataFrame({"v": [value]}, schema={"v": p.dtype}, strict=False)
        for system in System:
            side = p.side(system)
            assert frame.select(side.codec.holds(pl.col("v"))).item(), (pair.name, p.name, system)
            assert side.length is None or len(str(value)) <= side.length, (pair.name, p.name, system)


def test_a_second_value_differs_and_so_does_the_other_ends():
    """An update that was lost shows, and no probe is taken for another."""
    for pair, p in WRITTEN:
        first, second = (values(SALESFORCE).of(pair, p, turn) for turn in (0, 1))
        assert first != second, (pair.name, p.name)
    for pair in PAIRS.values():
        for key in pair.match:
            for turn in (0, 1):
                here, there = (
                    [values(s).of(pair, pair.by_name[n], turn) for n in key.properties if n != "contact"]
                    for s in System
                )
                assert here != there


def test_texts_are_marked_and_an_updates_are_as_long_as_they_may_be():
    """Whoever meets a probe knows it, and a cut text shows."""
    name = PAIRS["contact"].by_name["first_name"]

    short, long = (values(CUSTOMERP).of(PAIRS["contact"], name, turn) for turn in (0, 1))

    assert short.startswith(f"{MARK} a1b2c3-c0 first_name")
    assert long.startswith(f"{MARK} a1b2c3-c1 first_name")
    assert len(long) == 40


def test_a_shorter_field_of_the_org_is_heeded():
    """What Salesforce says of its field counts beside the declaration."""
    sku = PAIRS["product"].by_name["sku"]
    field = FieldShape(name="StockKeepingUnit", type="string", length=25)

    assert len(values(SALESFORCE, field).of(PAIRS["product"], sku, 1)) == 25


@pytest.mark.parametrize(
    ("choices", "restricted", "expected"),
    [
        (("A", "B"), True, ["A", "B"]),
        (("A", "B"), False, ["A", "B"]),
        (("A",), True, ["A", None]),
        (("A",), False, [f"{MARK} a1b2c3-s0", f"{MARK} a1b2c3-s1"]),
    ],
)
def test_a_picklist_is_given_what_it_lists(choices, restricted, expected):
    """A restricted one takes nothing else; one without two values of its own is given texts."""
    category = PAIRS["product"].by_name["category"]
    field = FieldShape(name="Family", type="picklist", choices=choices, restricted=restricted)

    given = [values(SALESFORCE, field).of(PAIRS["product"], category, turn) for turn in (0, 1)]

    assert [None if one is None else one[:21] for one in given] == expected


def test_a_state_that_depends_on_its_country_is_not_guessed():
    """An org with state picklists takes no other name of a region."""
    region = PAIRS["contact"].by_name["region"]
    field = FieldShape(name="MailingStateCode", type="picklist")

    assert values(SALESFORCE, field, pair="contact").of(PAIRS["contact"], region, 0) is None


def test_a_status_that_locks_comes_last():
    """An order is confirmed once everything else was tried; a quote has a second status that locks nothing."""
    order, quote = PAIRS["order"], PAIRS["quote"]

    assert locking(order, order.by_name["status"]) == "confirmed"
    assert locking(quote, quote.by_name["status"]) is None
