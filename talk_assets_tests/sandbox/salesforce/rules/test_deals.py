import pytest


def line_body(shop, quote, **changes):
    body = {"QuoteId": quote, "PricebookEntryId": shop.entry, "Quantity": 1, "UnitPrice": 5}
    return {name: value for name, value in (body | changes).items() if value is not None}


def test_stage_sets_probability_unless_given(org, shop):
    """And whether the deal is closed and won."""
    deal = shop.opportunity(StageName="Negotiation/Review", Amount=1000)
    won = shop.opportunity(StageName="Closed Won", Probability=80)
    row, closed = org.read("Opportunity", deal), org.read("Opportunity", won)

    assert (row["Probability"], row["ExpectedRevenue"], row["IsClosed"]) == (90.0, 900.0, False)
    assert (closed["Probability"], closed["IsClosed"], closed["IsWon"]) == (80.0, True, True)
    org.change("Opportunity", deal, StageName="Closed Lost")
    assert org.read("Opportunity", deal)["Probability"] == 0


def test_quote_takes_account_and_book_from_its_deal(org, shop):
    """It starts as a draft without totals, and is numbered."""
    row = org.read("Quote", shop.quote())

    assert (row["AccountId"], row["Pricebook2Id"], row["Status"]) == (shop.account, shop.book, "Draft")
    assert (row["QuoteNumber"], row["GrandTotal"], row["LineItemCount"]) == ("00000001", 0.0, 0)


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({"Name": "No deal"}, "REQUIRED_FIELD_MISSING"),
        ({"Name": "Totals", "GrandTotal": 5}, "INVALID_FIELD_FOR_INSERT_UPDATE"),
        ({"Name": "Account", "AccountId": "001Hp0000000001"}, "INVALID_FIELD_FOR_INSERT_UPDATE"),
    ],
)
def test_bad_quotes_are_refused(org, body, code):
    """A quote needs a deal; what the deal and the lines decide is not written."""
    assert org.refused("POST", "sobjects/Quote", body)[:2] == (400, code)


def test_status_of_a_quote_takes_any_text(org, shop):
    """Its picklist is not restricted."""
    assert org.read("Quote", shop.quote(Status="Sent by pigeon"))["Status"] == "Sent by pigeon"


def test_totals_follow_lines_tax_and_shipping(org, shop, clock):
    """Line discounts make the quote's discount; a line moves the quote's SystemModstamp."""
    quote = shop.quote(Tax=7.7, ShippingHandling=2.3)
    clock.move(seconds=20)
    line = org.read("QuoteLineItem", shop.quote_line(quote, Quantity=4, UnitPrice=25, Discount=10))
    shop.quote_line(quote, Quantity=1, UnitPrice=100)
    row = org.read("Quote", quote)

    assert (line["Subtotal"], line["TotalPrice"], line["ListPrice"]) == (100.0, 90.0, 20.0)
    assert line["Product2Id"] == shop.product
    assert (row["Subtotal"], row["TotalPrice"], row["Discount"], row["GrandTotal"]) == (200.0, 190.0, 5.0, 200.0)
    assert (row["LineItemCount"], row["SystemModstamp"]) == (2, "2026-03-14T09:30:35.000+0000")
    org.change("Quote", quote, Tax=None)
    assert org.read("Quote", quote)["GrandTotal"] == 192.3
    org.call("DELETE", f"sobjects/QuoteLineItem/{line['Id']}")
    assert org.read("Quote", quote)["TotalPrice"] == 100.0


@pytest.mark.parametrize(
    ("changes", "code", "message"),
    [
        ({"UnitPrice": None}, "REQUIRED_FIELD_MISSING", "Required fields are missing: [UnitPrice]"),
        ({"Quantity": 0}, "FIELD_INTEGRITY_EXCEPTION", "Quantity must be nonzero"),
        ({"TotalPrice": 5}, "INVALID_FIELD_FOR_INSERT_UPDATE", None),
        ({"Product2Id": "01tHp0000000009"}, "INSUFFICIENT_ACCESS_ON_CROSS_REFERENCE_ENTITY", None),
        ({"Quantity": 12_345_678_901}, "NUMBER_OUTSIDE_VALID_RANGE", None),
    ],
)
def test_bad_lines_are_refused(org, shop, changes, code, message):
    """As with orders, in the words of quotes."""
    status, found, text = org.refused("POST", "sobjects/QuoteLineItem", line_body(shop, shop.quote(), **changes))

    assert (status, found) == (400, code)
    assert message in {None, text}


def test_line_needs_a_book_and_an_active_entry(org, shop):
    """A deal without a book leaves its quotes without one."""
    bare = shop.quote(OpportunityId=shop.opportunity(Pricebook2Id=None))
    assert org.refused("POST", "sobjects/QuoteLineItem", line_body(shop, bare))[1] == "FIELD_INTEGRITY_EXCEPTION"
    org.change("PricebookEntry", shop.entry, IsActive=False)
    refusal = org.refused("POST", "sobjects/QuoteLineItem", line_body(shop, shop.quote()))

    assert refusal[2] == "The price book entry is inactive. Ask your Salesforce admin for help."
