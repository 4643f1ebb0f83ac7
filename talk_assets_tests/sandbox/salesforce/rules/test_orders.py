import pytest

from talk_assets.sandbox.salesforce import SalesforceSettings


def order_body(shop, **changes):
    body = {"AccountId": shop.account, "EffectiveDate": "2026-03-01", "Status": "Draft", "Pricebook2Id": shop.book}
    return {name: value for name, value in (body | changes).items() if value is not None}


def item_body(shop, order, **changes):
    body = {"OrderId": order, "PricebookEntryId": shop.entry, "Quantity": 1, "UnitPrice": 5}
    return {name: value for name, value in (body | changes).items() if value is not None}


@pytest.mark.parametrize(
    ("changes", "code", "message"),
    [
        ({"AccountId": None}, "REQUIRED_FIELD_MISSING", "Select an account."),
        ({"EffectiveDate": None}, "REQUIRED_FIELD_MISSING", "Required fields are missing: [EffectiveDate]"),
        ({"Status": "Activated"}, "FAILED_ACTIVATION", "For a new or cloned order, choose Draft"),
        ({"TotalAmount": 5}, "INVALID_FIELD_FOR_INSERT_UPDATE", None),
        ({"StatusCode": "Draft"}, "INVALID_FIELD_FOR_INSERT_UPDATE", None),
        ({"EndDate": "2026-02-01"}, "FIELD_INTEGRITY_EXCEPTION", None),
    ],
)
def test_order_must_be_born_right(org, shop, changes, code, message):
    """With an account and a start date, as a draft, without derived values."""
    status, found, text = org.refused("POST", "sobjects/Order", order_body(shop, **changes))

    assert (status, found) == (400, code)
    assert message in {None, text}


def test_missing_account_names_no_fields(org, shop):
    """It is the platform's own message, not the list of required fields."""
    (error,) = org.call("POST", "sobjects/Order", order_body(shop, AccountId=None)).json()

    assert "fields" not in error


def test_orders_are_numbered_and_have_no_book_unless_given(org, shop):
    """The first order is 00000100."""
    first = org.read("Order", org.create("Order", **order_body(shop, Pricebook2Id=None)))
    second = org.read("Order", shop.order())

    assert (first["OrderNumber"], first["Pricebook2Id"], first["TotalAmount"]) == ("00000100", None, 0.0)
    assert (second["OrderNumber"], second["StatusCode"]) == ("00000101", "Draft")


def test_line_takes_product_and_list_price_and_moves_the_order(org, shop, clock):
    """TotalPrice is quantity times price; TotalAmount is a roll-up that moves SystemModstamp only."""
    order = shop.order()
    clock.move(seconds=30)
    item = org.read("OrderItem", shop.order_item(order, Quantity=1.5, UnitPrice=3.33))
    parent = org.read("Order", order)

    assert (item["Product2Id"], item["ListPrice"], item["TotalPrice"]) == (shop.product, 20.0, 5.0)
    assert item["OrderItemNumber"] == "00000001"
    assert parent["TotalAmount"] == 5.0
    assert parent["SystemModstamp"] == "2026-03-14T09:30:45.000+0000"
    assert parent["LastModifiedDate"] == "2026-03-14T09:30:15.000+0000"


@pytest.mark.parametrize(
    ("changes", "code", "message"),
    [
        ({"UnitPrice": None}, "REQUIRED_FIELD_MISSING", "Order Products must have a Unit Price."),
        ({"Quantity": None}, "REQUIRED_FIELD_MISSING", "Required fields are missing: [Quantity]"),
        ({"Quantity": 0}, "FIELD_INTEGRITY_EXCEPTION", "Can't save order products with quantities of zero"),
        ({"ServiceDate": "2026-02-28"}, "FIELD_INTEGRITY_EXCEPTION", None),
        ({"EndDate": "2026-06-01"}, "FIELD_INTEGRITY_EXCEPTION", None),
        ({"TotalPrice": 5}, "INVALID_FIELD_FOR_INSERT_UPDATE", None),
        ({"ListPrice": 5}, "INVALID_FIELD_FOR_INSERT_UPDATE", None),
    ],
)
def test_bad_lines_are_refused(org, shop, changes, code, message):
    """Price and quantity are needed, dates lie within the order's, derived values are not written."""
    order = shop.order(EndDate="2026-05-31")
    status, found, text = org.refused("POST", "sobjects/OrderItem", item_body(shop, order, **changes))

    assert (status, found) == (400, code)
    assert message in {None, text}


def test_line_needs_an_order_with_a_book_and_an_active_entry_of_it(org, shop):
    """Without a book, of another book, inactive: three refusals."""
    custom = org.create("Pricebook2", Name="Custom", IsActive=True)
    bare = org.create("Order", **order_body(shop, Pricebook2Id=None))
    other = shop.order(Pricebook2Id=custom)

    assert org.refused("POST", "sobjects/OrderItem", item_body(shop, bare)) == (
        400,
        "FIELD_INTEGRITY_EXCEPTION",
        "The order is missing a price book",
    )
    assert org.refused("POST", "sobjects/OrderItem", item_body(shop, other))[1] == "FIELD_INTEGRITY_EXCEPTION"
    org.change("PricebookEntry", shop.entry, IsActive=False)
    refusal = org.refused("POST", "sobjects/OrderItem", item_body(shop, shop.order()))
    assert refusal[2] == "The price book entry is inactive. Ask your Salesforce admin for help."


def test_book_of_an_order_with_lines_cannot_change(org, shop):
    """Before the first line it can."""
    custom = org.create("Pricebook2", Name="Custom", IsActive=True)
    order = shop.order(Pricebook2Id=custom)
    org.change("Order", order, Pricebook2Id=shop.book)
    shop.order_item(order)

    assert org.refused("PATCH", f"sobjects/Order/{order}", {"Pricebook2Id": custom})[1] == "FIELD_INTEGRITY_EXCEPTION"


def test_activation_needs_a_line_and_is_recorded(org, shop, clock):
    """A second activation changes nothing; back to draft forgets the first."""
    order = shop.order()
    path = f"sobjects/Order/{order}"
    refusal = org.refused("PATCH", path, {"Status": "Activated"})
    assert refusal == (400, "FAILED_ACTIVATION", "An order must have at least one product.")
    shop.order_item(order)
    org.change("Order", order, Status="Activated")
    activated = org.read("Order", order)
    clock.move(seconds=10)
    org.change("Order", order, Status="Activated")

    assert activated["StatusCode"] == "Activated"
    assert activated["ActivatedDate"] == "2026-03-14T09:30:15.000+0000"
    assert org.read("Order", order)["ActivatedDate"] == activated["ActivatedDate"]
    org.change("Order", order, Status="Draft")
    assert org.read("Order", order)["ActivatedDate"] is None


def test_activated_order_is_locked(org, shop):
    """Lines neither come, go nor change their price; the account stays; the order cannot be deleted."""
    order = shop.order()
    item = shop.order_item(order)
    other = org.create("Account", Name="Other")
    org.change("Order", order, Status="Activated")

    assert org.refused("POST", "sobjects/OrderItem", item_body(shop, order))[1] == "ENTITY_IS_LOCKED"
    assert org.refused("DELETE", f"sobjects/OrderItem/{item}")[1] == "ENTITY_IS_LOCKED"
    assert org.refused("PATCH", f"sobjects/OrderItem/{item}", {"Quantity": 9})[1] == "ENTITY_IS_LOCKED"
    assert org.refused("PATCH", f"sobjects/Order/{order}", {"AccountId": other})[1] == "FIELD_INTEGRITY_EXCEPTION"
    refusal = org.refused("DELETE", f"sobjects/Order/{order}")
    assert refusal == (400, "DELETE_FAILED", "unable to modify activated order")
    org.change("OrderItem", item, Description="a note is no harm")
    org.change("Order", order, Status="Draft")
    assert org.call("DELETE", f"sobjects/Order/{order}").status_code == 204
    assert org.query("SELECT Id FROM OrderItem") == []


class TestOrgThatCancels:
    @pytest.fixture
    def settings(self):
        statuses = (("Draft", "Draft"), ("Activated", "Activated"), ("Cancelled", "Canceled"))
        return SalesforceSettings(order_statuses=statuses)

    def test_own_status_has_its_category(self, org, shop):
        """The label is the org's, the category the platform's."""
        order = shop.order()
        org.change("Order", order, Status="Cancelled")

        assert org.read("Order", order)["StatusCode"] == "Canceled"
