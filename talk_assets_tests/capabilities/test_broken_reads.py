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
