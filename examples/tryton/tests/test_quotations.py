"""Quotes made at Salesforce are quotations at Tryton; what is cancelled or deleted there is told and not made again."""

from decimal import Decimal


def offered(desk, name, *, status):
    """A Salesforce Quote with one line of two lamps for a new Contact; the ids of the quote and its line."""
    org = desk.salesforce
    lamp = org.create("Product2", Name=f"Lamp of {name}", ProductCode=f"L-{name}", IsActive=True)
    (book,) = org.query("SELECT Id FROM Pricebook2 WHERE IsStandard = true")
    entry = org.create("PricebookEntry", Pricebook2Id=book["Id"], Product2Id=lamp, UnitPrice=20, IsActive=True)
    account = org.create("Account", Name=f"{name} Ltd")
    contact = org.create("Contact", LastName=name, AccountId=account)
    deal = org.create(
        "Opportunity", Name=f"Deal of {name}", StageName="Prospecting", CloseDate="2026-12-01", AccountId=account,
        Pricebook2Id=book["Id"],
    )  # fmt: skip
    quote = org.create("Quote", Name=f"Lamps for {name}", OpportunityId=deal, ContactId=contact, Status=status)
    item = org.create("QuoteLineItem", QuoteId=quote, PricebookEntryId=entry, Quantity=2, UnitPrice=19)
    return quote, item


def shown(desk, title):
    """State, note and (quantity, price) of each line of the one sale with a title."""
    (sale,) = desk.tryton.find(
        "sale.sale", ("state", "talk_order", "comment", "lines.quantity", "lines.unit_price"),
        ["description", "=", title],
    )  # fmt: skip
    assert not sale["talk_order"]
    return sale["state"], sale["comment"], sorted((line["quantity"], line["unit_price"]) for line in sale["lines."])


def quoted(desk, quote):
    """The Salesforce Quote's name, status and sum."""
    (row,) = desk.salesforce.query(f"SELECT Name, Status, Description, Subtotal FROM Quote WHERE Id = '{quote}'")  # noqa: S608
    return row["Name"], row["Status"], row["Description"], row["Subtotal"]


def test_presented_quote_is_a_quotation_and_edits_go_both_ways(desk):
    """It stays one whoever edits it: Tryton locks a quotation, so it is opened, changed and offered again in one."""
    quote, item = offered(desk, "Hamilton", status="Presented")
    desk.settle()
    title = "Lamps for Hamilton"
    assert shown(desk, title) == ("quotation", None, [(2, Decimal(19))])
    assert quoted(desk, quote) == (title, "Presented", None, Decimal(38))

    # From Salesforce: the document, a line of it, and a line more.
    desk.salesforce.update("Quote", quote, Name="More lamps for Hamilton", Description="By Monday")
    desk.salesforce.update("QuoteLineItem", item, Quantity=5)
    (line,) = desk.salesforce.query(f"SELECT PricebookEntryId FROM QuoteLineItem WHERE Id = '{item}'")  # noqa: S608
    entry = line["PricebookEntryId"]
    desk.salesforce.create("QuoteLineItem", QuoteId=quote, PricebookEntryId=entry, Quantity=1, UnitPrice=7)
    desk.settle()
    title = "More lamps for Hamilton"
    assert shown(desk, title) == ("quotation", "By Monday", [(1, Decimal(7)), (5, Decimal(19))])
    assert quoted(desk, quote) == (title, "Presented", "By Monday", Decimal(102))

    # From Tryton: a note beside, then the lines, as its people do it.
    (sale,) = desk.tryton.call("model.sale.sale.search", [["description", "=", title]], 0, 1, None)
    (cheap,) = desk.tryton.find("sale.line", ("unit_price",), ["sale", "=", sale], ["quantity", "=", 1])
    desk.tryton.edit("sale.sale", sale, comment="By Tuesday")
    desk.tryton.press("draft", sale)
    desk.tryton.edit("sale.line", cheap["id"], unit_price=Decimal(8))
    desk.tryton.press("quote", sale)
    desk.settle()
    assert shown(desk, title) == ("quotation", "By Tuesday", [(1, Decimal(8)), (5, Decimal(19))])
    assert quoted(desk, quote) == (title, "Presented", "By Tuesday", Decimal(103))

    # A line less, and back to a draft, in one go.
    desk.salesforce.update("QuoteLineItem", item, Quantity=4)
    desk.salesforce.update("Quote", quote, Status="Draft", Name="Lamps, again")
    desk.settle()
    assert shown(desk, "Lamps, again") == ("draft", "By Tuesday", [(1, Decimal(8)), (4, Decimal(19))])
    assert desk.sync() == {}


def test_cancelled_sale_is_a_denied_quote_and_a_denied_quote_a_cancelled_sale(desk):
    """Each end's no reaches the other, and nothing is made again."""
    cancelled, _ = offered(desk, "Hopper-Murray", status="Presented")
    denied, _ = offered(desk, "Johnson", status="Draft")
    desk.settle()
    (sale,) = desk.tryton.call("model.sale.sale.search", [["description", "=", "Lamps for Hopper-Murray"]], 0, 1, None)

    desk.tryton.press("cancel", sale)
    desk.salesforce.update("Quote", denied, Status="Denied")
    desk.settle()

    assert quoted(desk, cancelled)[1] == "Denied"
    assert quoted(desk, denied)[1] == "Denied"
    assert shown(desk, "Lamps for Hopper-Murray")[0] == "cancelled"
    assert shown(desk, "Lamps for Johnson")[0] == "cancelled"
    assert desk.sync() == {}


def test_deleted_party_is_told_and_its_contact_stays(desk):
    """The link is flagged; the Contact is neither deleted nor made a party again, not even when it is edited."""
    contact = desk.salesforce.create("Contact", LastName="Vaughan", FirstName="Dorothy")
    desk.settle()
    named = ["name", "=", "Vaughan, Dorothy"]
    ((party,), before) = desk.tryton.call("model.party.party.search", [named], 0, 1, None), desk.links("contact")

    desk.tryton.call("model.party.party.delete", [party])
    desk.settle()
    desk.salesforce.update("Contact", contact, Phone="+1 757 123456")
    desk.settle()

    assert "Vaughan" in desk.contacts()
    assert desk.tryton.find("party.party", ("name",), named) == []
    after = desk.links("contact")
    assert after.get("customerp_deleted", 0) == before.get("customerp_deleted", 0) + 1
    assert after["live"] == before["live"] - 1
