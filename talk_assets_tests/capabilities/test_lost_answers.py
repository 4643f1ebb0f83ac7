"""Answers that get lost, and runs that are killed, with a Customerp that lacks something: no double, no lost edit."""

from contextlib import suppress

import pytest

from talk_assets.model.errors import TalkError
from talk_assets.sandbox.customerp.profile import CAPABILITIES
from talk_assets_tests.capabilities.dying import dying_at
from talk_assets_tests.crashes.selection import ALL

TELLING = [("etag",), ("external_key",), CAPABILITIES]
"""Without these a write is made good in a way of its own; with other lacks, in the same ways."""
OTHERS = [("external_key", "idempotency"), *((name,) for name in CAPABILITIES if (name,) not in TELLING)]
PROFILES = TELLING + (OTHERS if ALL else [])
OURS = "^talk-assets"


def lose(shop, *, count=1, method="write"):
    """Let Customerp carry out our next writes and give no answer."""
    fault = {"kind": "commit_then_reset", "method": method, "agent": OURS, "count": count}
    shop.faults("customerp").take({"faults": [fault]})


def ordered(shop):
    """An order at Salesforce with two lines of one product; the id of one of them."""
    org = shop.salesforce
    product = org.create("Product2", Name="Radium", ProductCode="RA-1", IsActive=True)
    (book,) = org.query("SELECT Id FROM Pricebook2 WHERE IsStandard = true")
    entry = org.create("PricebookEntry", Pricebook2Id=book["Id"], Product2Id=product, UnitPrice=20, IsActive=True)
    account = org.create("Account", Name="Acme")
    dated = {"EffectiveDate": "2026-11-01", "Status": "Draft", "PoNumber": "PON-1"}
    order = org.create("Order", AccountId=account, Pricebook2Id=book["Id"], **dated)
    lines = [
        org.create(
            "OrderItem", OrderId=order, PricebookEntryId=entry, Quantity=n, UnitPrice=19, Description=f"Line {n}"
        )
        for n in (1, 2)
    ]
    return lines[0]


@pytest.mark.parametrize("without", PROFILES, ids=lambda names: "+".join(names) if len(names) < 3 else "worst")
def test_what_got_no_answer_is_neither_doubled_nor_lost(shop, without):
    """Creations and updates that took effect unseen, and a run that died before it could believe them."""
    one = shop(*without)
    for name in ("Curie", "Meitner", "Noether"):
        one.salesforce.create("Contact", LastName=name, Title=f"Title of {name}")
    item = ordered(one)
    for _ in range(3):
        # What refers to a record waits until its creation is believed.
        lose(one, count=None)
        with suppress(TalkError):
            one.cycle()
        one.faults("customerp").clear()
        assert one.doubles() == []
    for _ in range(2):
        one.cycle()
        assert one.doubles() == []
    assert one.differences() == []
    assert len(one.rows("line")[1]) == 2

    # An update that is not answered, and an edit made on the other side meanwhile.
    (curie,) = one.salesforce.query("SELECT Id FROM Contact WHERE LastName = 'Curie'")
    one.salesforce.update("Contact", curie["Id"], Department="Physics")
    one.salesforce.update("OrderItem", item, Quantity=9)
    lose(one, count=None)
    with suppress(TalkError):
        one.cycle()
    one.faults("customerp").clear()
    (theirs,) = [row["id"] for row in one.customerp.all("contacts") if row["familyName"] == "Curie"]
    one.customerp.update("contacts", theirs, {"jobTitle": "Professor"})

    # A run that dies with its creation made and not believed.
    one.salesforce.create("Contact", LastName="Germain", Email="sophie@example.com")
    with dying_at("batch answered"):
        one.cycle()
    for _ in range(3):
        one.cycle()
    assert one.doubles() == []
    assert one.differences() == []
    assert sorted(row[1] for row in one.rows("line")[1]) == ["2", "9"]
    assert one.named("contact", "Curie")[0] == [("Curie", None, "Professor", "Physics", None)]
    before = one.writes()
    one.cycle()
    assert one.writes() == before
