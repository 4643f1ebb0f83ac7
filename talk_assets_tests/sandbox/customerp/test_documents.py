"""Totals of quotes and orders, and what their status freezes."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from talk_assets.sandbox.customerp.documents import line_total, total
from talk_assets.sandbox.customerp.resources import QUOTES

PRICES = st.decimals(min_value=0, max_value=10**6, places=4)
QUANTITIES = st.decimals(min_value=Decimal("0.0001"), max_value=10**6, places=4)
PERCENTS = st.decimals(min_value=0, max_value=100, places=2)


def codes(answer):
    assert answer.status_code == 422, answer.text
    return {(fault["pointer"], fault["code"]) for fault in answer.json()["errors"]}


@pytest.mark.parametrize(
    ("quantity", "price", "discount", "expected"),
    [
        ("3", "0.3333", None, "1.00"),
        ("1", "0.125", None, "0.12"),
        ("1", "0.135", None, "0.14"),
        ("2", "10", "12.5", "17.50"),
        ("1", "10", "100", "0.00"),
        ("99999999.9999", "99999999.9999", "0", "9999999999980000.00"),
    ],
)
def test_line_total_rounds_half_to_even(quantity, price, discount, expected):
    """Quantity x unit price x (1 - discount / 100), exact until it is rounded to cents."""
    line = {
        "quantity": Decimal(quantity),
        "unitPrice": Decimal(price),
        "discountPercent": discount and Decimal(discount),
    }

    assert line_total(line) == Decimal(expected)


@given(st.lists(st.tuples(QUANTITIES, PRICES, PERCENTS), max_size=5), PRICES, PRICES)
def test_the_totals_of_a_quote_add_up(lines, tax, freight):
    """What a reader adds up from the shown amounts is the shown total."""
    cents = Decimal("0.01")
    record = {
        "lines": [{"quantity": q, "unitPrice": p, "discountPercent": d} for q, p, d in lines],
        "taxAmount": tax.quantize(cents),
        "freightAmount": freight.quantize(cents),
    }
    total(QUOTES, record)

    assert record["netAmount"] == sum(line["lineTotal"] for line in record["lines"])
    assert record["totalAmount"] == record["netAmount"] + record["taxAmount"] + record["freightAmount"]
    assert record["subtotal"] >= record["netAmount"]


def test_a_quote_is_created_with_its_lines_and_totals(erp):
    """One POST makes the document and its lines, numbered and added up."""
    quote = erp.made(
        "quotes",
        taxAmount=1.9,
        freightAmount=5,
        lines=[erp.line(quantity=2, unitPrice=10.5, discountPercent=10), erp.line(quantity=1, unitPrice=0.5)],
    )

    assert quote["number"] == "Q-000001"
    assert [line["position"] for line in quote["lines"]] == [1, 2]
    assert [line["lineTotal"] for line in quote["lines"]] == [18.9, 0.5]
    assert (quote["subtotal"], quote["netAmount"], quote["totalAmount"]) == (21.5, 19.4, 26.3)


def test_an_order_adds_up_its_lines(erp):
    """The net amount of an order is the sum of its line totals; without lines it is zero."""
    order = erp.made("orders", lines=[erp.line(), erp.line(quantity=1, unitPrice=0.25)])

    assert (order["number"], order["netAmount"]) == ("SO-000001", 20.25)
    assert erp.made("orders")["netAmount"] == 0


def test_a_changed_tax_changes_the_total(erp):
    """Totals follow a patch of what they are made of."""
    quote = erp.made("quotes", lines=[erp.line()])
    record = erp.patch(f"/quotes/{quote['id']}", {"taxAmount": 3.8}, If_Match='"1"').json()

    assert record["totalAmount"] == 23.8


def test_a_refused_line_refuses_the_document(erp):
    """A document with a bad line is not created at all."""
    erp.post("/orders", {**erp.acceptable("orders"), "lines": [erp.line(), erp.line(quantity=0)]})

    assert erp.get("/orders").json()["items"] == []


def test_a_fault_counts_the_lines_as_they_were_sent(erp):
    """A pointer leads to the line of the request, wherever its position puts it in the document."""
    lines = [erp.line(position=9), erp.line(position=1, productId="P9")]
    answer = erp.post("/orders", {**erp.acceptable("orders"), "lines": lines})

    assert codes(answer) == {("/lines/1/productId", "reference")}


def test_lines_are_shown_by_their_position(erp):
    """The order of the request gives way to the positions it names."""
    order = erp.made("orders", lines=[erp.line(position=9), erp.line(position=1, quantity=7)])

    assert [line["quantity"] for line in order["lines"]] == [7, 2]


@pytest.mark.parametrize("status", ["accepted", "declined"])
def test_a_decided_quote_is_frozen(erp, status):
    """Nothing but status and external key of an accepted or declined quote changes."""
    quote = erp.made("quotes", status=status, lines=[erp.line()])
    path = f"/quotes/{quote['id']}"

    assert codes(erp.patch(path, {"title": "Other", "taxAmount": 1}, If_Match='"1"')) == {
        ("/title", "locked"),
        ("/taxAmount", "locked"),
    }
    assert codes(erp.post(f"{path}/lines", erp.line(), If_Match='"1"')) == {("", "locked")}
    assert erp.patch(path, {"externalKey": "0Q0"}, If_Match='"1"').status_code == 200


def test_a_frozen_property_may_be_sent_unchanged(erp):
    """Only a change is refused, not the mention of a value it has."""
    quote = erp.made("quotes", status="accepted")
    answer = erp.patch(f"/quotes/{quote['id']}", {"title": quote["title"], "externalKey": "0Q0"}, If_Match='"1"')

    assert answer.status_code == 200


def test_a_quote_may_change_while_it_leaves_the_frozen_status(erp):
    """Moving the status to one that freezes nothing lets the rest of the patch through."""
    quote = erp.made("quotes", status="declined")
    answer = erp.patch(f"/quotes/{quote['id']}", {"status": "draft", "title": "Again"}, If_Match='"1"')

    assert (answer.status_code, answer.json()["title"]) == (200, "Again")


def test_a_quote_does_not_escape_from_one_frozen_status_to_another(erp):
    """From accepted to declined the rest stays frozen."""
    quote = erp.made("quotes", status="accepted")
    answer = erp.patch(f"/quotes/{quote['id']}", {"status": "declined", "title": "Again"}, If_Match='"1"')

    assert codes(answer) == {("/title", "locked")}


def test_the_lines_of_a_confirmed_order_are_locked(erp):
    """Lines are not added, changed or removed; the order itself may change."""
    order = erp.made("orders", status="confirmed", lines=[erp.line()])
    path, line = f"/orders/{order['id']}", order["lines"][0]["id"]

    assert codes(erp.post(f"{path}/lines", erp.line(), If_Match='"1"')) == {("", "locked")}
    assert codes(erp.patch(f"{path}/lines/{line}", {"quantity": 9}, If_Match='"1"')) == {("/quantity", "locked")}
    assert codes(erp.delete(f"{path}/lines/{line}", If_Match='"1"')) == {("", "locked")}
    assert erp.patch(path, {"reference": "R"}, If_Match='"1"').status_code == 200


def test_the_key_of_a_locked_line_can_be_set(erp):
    """A synchronisation may still note its key on a line that is locked."""
    order = erp.made("orders", status="confirmed", lines=[erp.line()])
    path = f"/orders/{order['id']}/lines/{order['lines'][0]['id']}"

    assert erp.patch(path, {"externalKey": "802"}, If_Match='"1"').json()["externalKey"] == "802"


def test_an_order_can_be_opened_again(erp):
    """Back in status open its lines change again."""
    order = erp.made("orders", status="confirmed", lines=[erp.line()])
    path = f"/orders/{order['id']}"
    erp.patch(path, {"status": "open"}, If_Match='"1"')

    assert erp.post(f"{path}/lines", erp.line(), If_Match='"2"').status_code == 201
