"""A Customerp that cannot compare versions: what an edit meets that lands between our last look and our write."""

import pytest

from talk_assets.model import failpoints


@pytest.fixture
def meanwhile():
    """Do something once, when the run comes to a place."""
    watching = []

    def arm(place, act):
        def reached(name):
            if name == place and reached in failpoints.WATCHERS:
                failpoints.WATCHERS.remove(reached)
                act()

        failpoints.WATCHERS.append(reached)
        watching.append(reached)

    yield arm
    for reached in watching:
        if reached in failpoints.WATCHERS:
            failpoints.WATCHERS.remove(reached)


@pytest.mark.parametrize("without", [("etag",), ("etag", "batch")], ids=["etag", "etag+batch"])
def test_an_overwritten_edit_is_kept_in_the_conflict_log(shop, meanwhile, without):
    """It is overwritten, of a record and of a line alike, and its value stands in the log."""
    one = shop(*without)
    product = one.customerp.create("products", {"name": "Radium", "number": "RA-1", "listPrice": 10})
    contact = one.customerp.create("contacts", {"familyName": "Curie", "jobTitle": "Before"})
    line = {"productId": product, "quantity": 1, "unitPrice": 10, "description": "Before"}
    body = {"orderDate": "2026-03-01", "companyName": "Acme", "purchaseOrderNumber": "PON-1", "lines": [line]}
    order = one.customerp.create("orders", body)
    one.cycle()
    (curie,) = one.salesforce.query("SELECT Id FROM Contact")
    (item,) = one.salesforce.query("SELECT Id FROM OrderItem")

    one.salesforce.update("Contact", curie["Id"], Title="Ours")
    meanwhile("intents committed", lambda: one.customerp.update("contacts", contact, {"jobTitle": "Theirs"}))
    assert one.cycle().tallies["contact"].conflicts == 1
    one.salesforce.update("OrderItem", item["Id"], Description="Ours")
    (there,) = one.customerp.all("orders")
    theirs = {"description": "Theirs"}
    meanwhile("intents committed", lambda: one.customerp.update_line("orders", order, there["lines"][0]["id"], theirs))
    assert one.cycle().tallies["order_line"].conflicts == 1

    assert one.differences() == []
    assert one.named("contact", "Curie")[1][0][2] == "Ours"
    assert one.conflicts() == [("contact", "job_title", "Theirs"), ("order_line", "description", "Theirs")]


def test_an_edit_before_the_last_look_is_not_overwritten_unseen(shop, meanwhile):
    """The write is not sent; the two edits are compared, and the later one stands on both sides."""
    one = shop("etag")
    contact = one.customerp.create("contacts", {"familyName": "Curie", "jobTitle": "Before"})
    one.cycle()
    (curie,) = one.salesforce.query("SELECT Id FROM Contact")
    one.salesforce.update("Contact", curie["Id"], Title="Ours")
    one.clock.move(seconds=5)

    def edited():
        one.clock.move(seconds=60)
        one.customerp.update("contacts", contact, {"jobTitle": "Theirs"})

    meanwhile("plan committed", edited)
    report = one.cycle()

    assert report.tallies["contact"].conflicts == 1
    one.cycle()
    assert one.named("contact", "Curie") == ([("Curie", None, "Theirs", None, None)],) * 2
