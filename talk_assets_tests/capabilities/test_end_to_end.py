"""A whole sync with a Customerp that lacks something: what comes across, and that it comes to rest."""

import pytest

from talk_assets.sandbox.customerp.profile import CAPABILITIES

WORST = CAPABILITIES
PROFILES = [(name,) for name in CAPABILITIES] + [WORST]
IDS = [*CAPABILITIES, "worst"]


def stocked(shop):
    """Both systems with records of their own, and an order with two lines of one product."""
    shop.salesforce.create("Contact", LastName="Curie", FirstName="Marie", Email="marie@example.com", Title="Prof")
    for name in ("Nameless", "Noether", "Germain", "Lovelace"):
        shop.salesforce.create("Contact", LastName=name)
    shop.salesforce.create("Product2", Name="Radium", ProductCode="RA-1", IsActive=True)
    product = shop.customerp.create("products", {"name": "Polonium", "number": "PO-1", "listPrice": 10})
    contact = shop.customerp.create("contacts", {"familyName": "Meitner", "email": "lise@example.com"})
    lines = [{"productId": product, "quantity": n, "unitPrice": 10, "description": f"Line {n}"} for n in (1, 2)]
    body = {"orderDate": "2026-03-01", "companyName": "Acme", "contactId": contact, "lines": lines}
    shop.customerp.create("orders", body | {"purchaseOrderNumber": "PON-1"})
    shop.customerp.create("quotes", {"title": "Offer", "companyName": "Acme", "contactId": contact, "lines": lines})


@pytest.mark.parametrize("without", PROFILES, ids=IDS)
def test_both_come_into_step_and_stay_silent(shop, without):
    """Records made, changed, contested and deleted on both sides, with their lines; then nothing is written."""
    one = shop(*without)
    stocked(one)
    one.cycle()
    assert one.differences() == []
    assert one.doubles() == []
    assert {kind: len(one.rows(kind)[0]) for kind in ("contact", "product", "order", "line")} == {
        "contact": 6,
        "product": 2,
        "order": 1,
        "line": 2,
    }

    # Edits on both sides, and one property changed on both: the later edit stands.
    (curie,) = one.salesforce.query("SELECT Id FROM Contact WHERE LastName = 'Curie'")
    theirs = {row["familyName"]: row["id"] for row in one.customerp.all("contacts")}
    one.clock.move(seconds=5)
    one.salesforce.update("Contact", curie["Id"], Department="Physics", Title="Sooner")
    one.clock.move(seconds=5)
    one.customerp.update("contacts", theirs["Curie"], {"jobTitle": "Later"})
    one.customerp.update("contacts", theirs["Meitner"], {"department": "Chemistry"})
    (order,) = one.customerp.all("orders")
    one.customerp.update_line("orders", order["id"], order["lines"][0]["id"], {"quantity": 7})
    added = {"productId": order["lines"][1]["productId"], "quantity": 3, "unitPrice": 10, "description": "Line 3"}
    one.customerp.add_line("orders", order["id"], added)
    report = one.cycle()
    assert report.tallies["contact"].conflicts == 1
    assert one.differences() == []
    assert one.named("contact", "Curie")[1] == [("Curie", "Marie", "Later", "Physics", "marie@example.com")]
    assert sorted(row[1] for row in one.rows("line")[0]) == ["2", "3", "7"]

    # A line changed and one removed over there.
    (item,) = one.salesforce.query("SELECT Id FROM OrderItem WHERE Description = 'Line 2'")
    one.salesforce.update("OrderItem", item["Id"], Quantity=9)
    (order,) = one.customerp.all("orders")
    one.customerp.remove_line("orders", order["id"], order["lines"][0]["id"])
    one.cycle()
    assert one.differences() == []
    assert sorted(row[1] for row in one.rows("line")[1]) == ["3", "9"]

    # A record deleted over there is flagged, and not made again.
    nameless = theirs["Nameless"]
    one.customerp.delete("contacts", nameless)
    if not one.profile.has("tombstones") and not one.profile.has("changes"):
        # Nothing tells of it but two whole reads, an hour apart.
        for _ in range(2):
            one.cycle(later=3700, full=True)
        one.sign_in()
    else:
        one.cycle()
    assert one.named("contact", "Nameless")[1] == []
    assert len(one.named("contact", "Nameless")[0]) == 1
    assert one.link_states("contact") == {"customerp_deleted": 1, "live": 5}
    before = one.writes()
    one.cycle()
    assert one.writes() == before
