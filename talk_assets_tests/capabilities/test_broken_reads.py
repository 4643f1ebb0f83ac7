"""Reads that break off, and runs that die over them, with a Customerp that lacks something: nothing is passed over."""

from contextlib import suppress

import pytest

from talk_assets.model.errors import TalkError
from talk_assets.sandbox.customerp.profile import CAPABILITIES
from talk_assets_tests.capabilities.dying import dying_at
from talk_assets_tests.crashes.selection import ALL

TELLING = [("changes",), CAPABILITIES]
"""Without these, what changed is found in a way of its own."""
OTHERS = [(name,) for name in CAPABILITIES if (name,) not in TELLING]
OURS = "^talk-assets"
PAGED = [(), ("changes", "paging"), *([("changes",), ("paging",), CAPABILITIES] if ALL else [])]
"""Lists by keyset or by offset, asked for what changed or for what the feed names."""
NAMES = tuple(f"Name {letter}" for letter in "ABCDEFGHIJ")
PLACES = ("page staged", "pages committing", "pages committed", "translation committed")


def broken(shop):
    """Run twice while Customerp's answers to reads break off: from the second read on, then from the fifth."""
    for kind, nth in {"reset_mid_body": 2, "truncated_json": 5}.items():
        fault = {"kind": kind, "method": "read", "agent": OURS, "nth": nth, "count": None}
        shop.faults("customerp").take({"faults": [fault]})
        with suppress(TalkError):
            shop.cycle()
        shop.faults("customerp").clear()


@pytest.mark.parametrize(
    "without", TELLING + (OTHERS if ALL else []), ids=lambda names: names[0] if len(names) == 1 else "worst"
)
def test_what_was_half_read_is_read_again(shop, without):
    """What was made, changed and deleted over there comes across, whatever became of the reads that told of it."""
    one = shop(*without)
    product = one.customerp.create("products", {"name": "Radium", "number": "RA-1", "listPrice": 10})
    # Of fewer, one that is gone would be too large a part to be believed.
    names = ("Curie", "Germain", "Lovelace", "Meitner", "Noether", "Somerville")
    ids = {name: one.customerp.create("contacts", {"familyName": name}) for name in names}
    lines = [{"productId": product, "quantity": n, "unitPrice": 10, "description": f"Line {n}"} for n in (1, 2)]
    body = {"orderDate": "2026-03-01", "companyName": "Acme", "purchaseOrderNumber": "PON-1", "lines": lines}
    order = one.customerp.create("orders", body)
    broken(one)
    for place in PLACES:
        with dying_at(place, passing=3):
            one.cycle()
    for _ in range(2):
        one.cycle()
    assert one.doubles() == []
    assert one.differences() == []
    assert len(one.rows("contact")[0]) == 6

    # Changes, a line less and a deletion, each told by a read that breaks off.
    one.customerp.update("contacts", ids["Curie"], {"jobTitle": "Professor"})
    (there,) = one.customerp.all("orders")
    one.customerp.remove_line("orders", order, there["lines"][0]["id"])
    one.customerp.delete("contacts", ids["Noether"])
    broken(one)
    for place in ("pages committed", "translation committed"):
        one.customerp.update("contacts", ids["Meitner"], {"department": place})
        with dying_at(place):
            one.cycle()
    one.cycle()
    if not one.profile.has("tombstones") and not one.profile.has("changes"):
        for _ in range(2):
            one.cycle(later=3700, full=True)
        one.sign_in()
    assert one.doubles() == []
    assert one.named("contact", "Curie")[0] == [("Curie", None, "Professor", None, None)]
    assert one.named("contact", "Meitner")[0] == [("Meitner", None, None, "translation committed", None)]
    assert len(one.rows("line")[0]) == 1
    assert one.link_states("contact") == {"customerp_deleted": 1, "live": 5}
    before = one.writes()
    one.cycle()
    assert one.writes() == before


@pytest.mark.parametrize("without", PAGED, ids=lambda names: "worst" if len(names) > 2 else "+".join(names) or "whole")
@pytest.mark.parametrize("kind", ["reset_mid_body", "truncated_json"] if ALL else ["reset_mid_body"])
def test_a_list_that_breaks_off_at_any_page_is_read_to_its_end_later(shop, without, kind):
    """At the first page, at later ones and at the last; meanwhile records are made, changed and deleted."""
    one = shop(*without, page_rows=3)
    ids = {name: one.customerp.create("contacts", {"familyName": name}) for name in NAMES}
    broken = []
    for page in (1, 2, 3):
        broken.append(broken_at(one, page, kind))
        one.customerp.create("contacts", {"familyName": f"Made after page {page}"})
        for name in NAMES[page : page + 4]:
            one.customerp.update("contacts", ids[name], {"department": f"Page {page}"})
    assert broken == [True] * 3
    assert one.rows("contact")[0] == []
    one.cycle()
    assert one.doubles() == []
    assert one.differences() == []
    assert len(one.rows("contact")[0]) == len(NAMES) + 3

    for page in (1, 2, 3):
        for name in NAMES[:8]:
            one.customerp.update("contacts", ids[name], {"jobTitle": f"Page {page}"})
        broken.append(broken_at(one, page, kind))
    one.customerp.delete("contacts", ids[NAMES[-1]])
    one.cycle()
    if not one.profile.has("tombstones") and not one.profile.has("changes"):
        for _ in range(2):
            one.cycle(later=3700, full=True)
        one.sign_in()
    assert broken == [True] * 6
    assert one.doubles() == []
    assert {row[0] for row in one.rows("contact")[0] if row[2] == "Page 3"} == set(NAMES[:8])
    assert one.link_states("contact") == {"customerp_deleted": 1, "live": len(NAMES) + 2}
    before = one.writes()
    one.cycle()
    assert one.writes() == before


def broken_at(shop, page, kind):
    """Run once while pages of contacts break off from the given one on; whether one did."""
    fault = {"kind": kind, "method": "GET", "path": r"/contacts\?", "agent": OURS, "nth": page, "count": None}
    faults = shop.faults("customerp")
    faults.take({"faults": [fault]})
    with suppress(TalkError):
        shop.cycle()
    struck = bool(faults.plan.struck)
    faults.clear()
    return struck
