"""A real Tryton and the embedded Salesforce come into step, and stay there, wherever either is edited."""

from datetime import date
from decimal import Decimal


def test_contacts_appear_on_the_other_side_and_follow_edits(desk):
    """A party becomes a Contact and a Contact a party; then each edit travels, and nothing is written twice."""
    (germany,) = desk.tryton.call("model.country.country.search", [["code", "=", "DE"]], 0, 1, None)
    ada = desk.tryton.make(
        "party.party",
        name="Byron, Ada",
        addresses=[["create", [{"street": "1 Main Street", "city": "Ulm", "country": germany}]]],
        contact_mechanisms=[["create", [{"type": "email", "value": "ada@example.com"}]]],
    )
    grace = desk.salesforce.create("Contact", LastName="Hopper", FirstName="Grace", Email="grace@example.com")
    desk.settle()

    assert {**desk.contacts()["Byron"], "Id": None, "attributes": None} == {
        "Id": None,
        "attributes": None,
        "FirstName": "Ada",
        "LastName": "Byron",
        "Email": "ada@example.com",
        "Phone": None,
        "MailingCity": "Ulm",
        "MailingCountry": "Germany",
    }
    parties = desk.tryton.find("party.party", ("name", "contact_mechanisms.value"), ["name", "=", "Hopper, Grace"])
    assert [[one["value"] for one in party["contact_mechanisms."]] for party in parties] == [["grace@example.com"]]

    desk.tryton.edit("party.party", ada, name="Lovelace, Ada")
    desk.salesforce.update("Contact", grace, Phone="+49 731 123456", MailingCity="Arlington")
    desk.settle()

    assert "Lovelace" in desk.contacts()
    (party,) = desk.tryton.find(
        "party.party", ("addresses.city", "contact_mechanisms.type", "contact_mechanisms.value"),
        ["name", "=", "Hopper, Grace"],
    )  # fmt: skip
    assert [one["city"] for one in party["addresses."]] == ["Arlington"]
    assert {one["type"] for one in party["contact_mechanisms."]} == {"email", "phone"}
    assert desk.sync() == {}


def test_products_appear_on_the_other_side_with_their_price(desk):
    """A Tryton product gets a Product2 with a standard price, a Product2 a template with a variant."""
    pump = desk.tryton.make(
        "product.template", name="Pump", code="P-1", type="goods", default_uom=1, sale_uom=1, salable=True,
        list_price=Decimal("12.5"), products=[["create", [{}]]],
    )  # fmt: skip
    valve = desk.salesforce.create("Product2", Name="Valve", ProductCode="V-1", IsActive=True)
    desk.settle()

    entries = desk.salesforce.query(
        "SELECT UnitPrice, Product2.ProductCode FROM PricebookEntry WHERE Product2.ProductCode = 'P-1'"
    )
    assert [entry["UnitPrice"] for entry in entries] == [Decimal("12.5")]
    assert [row["name"] for row in desk.tryton.find("product.product", ("name",), ["code", "=", "V-1"])] == ["Valve"]

    desk.tryton.edit("product.template", pump, list_price=Decimal(15))
    desk.salesforce.update("Product2", valve, Name="Ball valve")
    desk.settle()

    entries = desk.salesforce.query("SELECT UnitPrice FROM PricebookEntry WHERE Product2.ProductCode = 'P-1'")
    assert [entry["UnitPrice"] for entry in entries] == [Decimal(15)]
    rows = desk.tryton.find("product.product", ("name",), ["code", "=", "V-1"])
    assert [row["name"] for row in rows] == ["Ball valve"]


def test_tryton_sale_is_a_quote_and_once_confirmed_an_order(desk):
    """An offer made in Tryton becomes a Quote; sent it is presented; confirmed it is an activated Order besides."""
    (party,) = desk.tryton.call("model.party.party.search", [["name", "=", "Lovelace, Ada"]], 0, 1, None)
    (place,) = desk.tryton.call("model.party.address.search", [["party", "=", party]], 0, 1, None)
    (pump,) = desk.tryton.call("model.product.product.search", [["code", "=", "P-1"]], 0, 1, None)
    sale = desk.tryton.make(
        "sale.sale", party=party, invoice_address=place, shipment_address=place, description="Pumps for Ada",
        invoice_method="manual", shipment_method="manual",
        lines=[["create", [{"product": pump, "unit": 1, "quantity": 3, "unit_price": Decimal("12.5")}]]],
    )  # fmt: skip
    desk.settle()
    quote = "SELECT Status, Subtotal, Contact.LastName FROM Quote WHERE Name = 'Pumps for Ada'"

    assert [(q["Status"], q["Subtotal"]) for q in desk.salesforce.query(quote)] == [("Draft", Decimal("37.5"))]

    desk.tryton.press("quote", sale)
    desk.settle()
    assert [q["Status"] for q in desk.salesforce.query(quote)] == ["Presented"]

    desk.tryton.press("confirm", sale)
    desk.settle()
    assert [q["Status"] for q in desk.salesforce.query(quote)] == ["Accepted"]
    orders = desk.salesforce.query("SELECT Status, TotalAmount FROM Order WHERE Name = 'Pumps for Ada'")
    assert [(o["Status"], o["TotalAmount"]) for o in orders] == [("Activated", Decimal("37.5"))]
    assert desk.sync() == {}


def test_salesforce_order_becomes_a_sale_and_is_confirmed(desk):
    """An Order with a line becomes a draft sale; its edits travel; activated, the sale is confirmed."""
    (contact,) = desk.salesforce.query("SELECT Id, AccountId FROM Contact WHERE LastName = 'Hopper'")
    (entry,) = desk.salesforce.query("SELECT Id, Pricebook2Id FROM PricebookEntry WHERE Product2.ProductCode = 'P-1'")
    account = desk.salesforce.create("Account", Name="Navy")
    order = desk.salesforce.create(
        "Order", AccountId=account, BillToContactId=contact["Id"], EffectiveDate=date(2026, 3, 14).isoformat(),
        Status="Draft", Name="Pumps for Grace", Pricebook2Id=entry["Pricebook2Id"],
    )  # fmt: skip
    item = desk.salesforce.create("OrderItem", OrderId=order, PricebookEntryId=entry["Id"], Quantity=2, UnitPrice=14)
    desk.settle()
    (sale,) = desk.sales("Pumps for Grace")

    assert (sale["state"], sale["talk_order"], sale["party."]["name"]) == ("draft", True, "Hopper, Grace")
    assert [(one["quantity"], one["unit_price"]) for one in sale["lines."]] == [(2, Decimal(14))]

    desk.salesforce.update("OrderItem", item, Quantity=5)
    desk.settle()
    (sale,) = desk.sales("Pumps for Grace")
    assert [one["quantity"] for one in sale["lines."]] == [5]

    desk.salesforce.update("Order", order, Status="Activated")
    desk.settle()
    (sale,) = desk.sales("Pumps for Grace")
    assert sale["state"] in {"confirmed", "processing", "done"}
    assert desk.sync() == {}
