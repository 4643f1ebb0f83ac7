# ruff: noqa: S608 - SOQL over HTTP, made of this test's own ids

import pytest

KEY = "ERP_External_Id__c"


def test_deleted_row_stays_in_the_bin_with_a_new_stamp(org, clock):
    """Query no longer sees it, queryAll does; touching it says that it is deleted."""
    contact = org.create("Contact", LastName="K")
    clock.move(seconds=60)
    assert org.call("DELETE", f"sobjects/Contact/{contact}").status_code == 204

    assert org.query("SELECT Id FROM Contact") == []
    (row,) = org.query("SELECT Id, IsDeleted, SystemModstamp FROM Contact", bin_too=True)
    assert (row["IsDeleted"], row["SystemModstamp"]) == (True, "2026-03-14T09:31:15.000+0000")
    for method, body in (("GET", None), ("PATCH", {"LastName": "L"}), ("DELETE", None)):
        assert org.refused(method, f"sobjects/Contact/{contact}", body) == (
            404,
            "ENTITY_IS_DELETED",
            "entity is deleted",
        )


def test_account_takes_contacts_deals_quotes_and_draft_orders_along(org, shop):
    """All of it goes at once, down to the lines."""
    shop.order_item(shop.order())
    shop.quote_line(shop.quote())
    assert org.call("DELETE", f"sobjects/Account/{shop.account}").status_code == 204

    for name in ("Account", "Contact", "Opportunity", "Quote", "QuoteLineItem", "Order", "OrderItem"):
        assert org.query(f"SELECT Id FROM {name}") == []
    assert len(org.query("SELECT Id FROM Product2")) == 1


def test_account_with_an_activated_order_stays(org, shop):
    """The order blocks, and nothing at all is deleted."""
    order = shop.order()
    shop.order_item(order)
    org.change("Order", order, Status="Activated")

    assert org.refused("DELETE", f"sobjects/Account/{shop.account}") == (
        400,
        "DELETE_FAILED",
        "unable to modify activated order",
    )
    assert len(org.query("SELECT Id FROM Contact")) == 1


@pytest.mark.parametrize("field", ["BillToContactId", "ShipToContactId", "CustomerAuthorizedById"])
def test_contact_named_on_an_order_stays(org, shop, field):
    """The message names the contact and the orders."""
    shop.order(**{field: shop.contact})
    message = (
        "Your attempt to delete Keller could not be completed because it is associated with the following "
        "orders.: 00000100\n"
    )

    assert org.refused("DELETE", f"sobjects/Contact/{shop.contact}") == (400, "DELETE_FAILED", message)


def test_reference_of_a_quote_to_a_deleted_contact_is_cleared(org, shop, clock):
    """As is that of a report to a manager; both rows move."""
    quote = shop.quote(ContactId=shop.contact)
    report = org.create("Contact", LastName="Report", ReportsToId=shop.contact)
    clock.move(seconds=5)
    org.call("DELETE", f"sobjects/Contact/{shop.contact}")

    assert org.read("Quote", quote)["ContactId"] is None
    assert org.read("Contact", report)["ReportsToId"] is None
    assert org.read("Quote", quote)["SystemModstamp"] == "2026-03-14T09:30:20.000+0000"


def test_used_product_and_its_entry_stay(org, shop):
    """An order line holds both."""
    shop.order_item(shop.order())
    message = (
        "Your attempt to delete Chair could not be completed because it is associated with the following "
        "order products.: 00000001\n"
    )

    assert org.refused("DELETE", f"sobjects/Product2/{shop.product}") == (400, "DELETE_FAILED", message)
    assert org.refused("DELETE", f"sobjects/PricebookEntry/{shop.entry}")[1] == "DELETE_FAILED"


def test_unused_product_takes_its_entries_along(org, shop):
    """A price without a product is none."""
    assert org.call("DELETE", f"sobjects/Product2/{shop.product}").status_code == 204

    assert org.query("SELECT Id FROM PricebookEntry") == []


def test_price_book_in_use_stays_and_the_standard_one_always(org, shop):
    """A custom book without documents can go."""
    custom = org.create("Pricebook2", Name="Custom", IsActive=True)
    order = shop.order(Pricebook2Id=custom)
    assert org.refused("DELETE", f"sobjects/Pricebook2/{custom}")[1] == "DELETE_FAILED"
    org.call("DELETE", f"sobjects/Order/{order}")

    assert org.call("DELETE", f"sobjects/Pricebook2/{custom}").status_code == 204
    assert org.refused("DELETE", f"sobjects/Pricebook2/{shop.book}")[1] == "DELETE_FAILED"


def test_undelete_brings_a_row_back_with_all_that_went_with_it(org, shop, clock):
    """The same ids, a new stamp; what was deleted before stays in the bin."""
    order = shop.order()
    gone, item = shop.order_item(order), shop.order_item(order)
    org.call("DELETE", f"sobjects/OrderItem/{gone}")
    org.call("DELETE", f"sobjects/Order/{order}")
    clock.move(minutes=1)
    assert org.call("POST", f"sandbox/undelete/{order}", {}).status_code == 204

    assert org.read("Order", order)["SystemModstamp"] == "2026-03-14T09:31:15.000+0000"
    assert [row["Id"] for row in org.query("SELECT Id FROM OrderItem")] == [item]


def test_undelete_of_a_line_counts_it_again(org, shop):
    """The order's total follows."""
    order = shop.order()
    item = shop.order_item(order)
    org.call("DELETE", f"sobjects/OrderItem/{item}")
    assert org.read("Order", order)["TotalAmount"] == 0
    org.call("POST", f"sandbox/undelete/{item}", {})

    assert org.read("Order", order)["TotalAmount"] == 21.0


def test_undelete_refuses_a_key_taken_meanwhile(org):
    """Unique stays unique."""
    first = org.create("Contact", LastName="A", **{KEY: "k"})
    org.call("DELETE", f"sobjects/Contact/{first}")
    org.create("Contact", LastName="B", **{KEY: "k"})

    assert org.refused("POST", f"sandbox/undelete/{first}", {})[1] == "DUPLICATE_VALUE"
