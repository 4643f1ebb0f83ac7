"""Rules of opportunities and quotes.

Source: Object Reference for the Salesforce Platform, "Opportunity", "Quote" and "QuoteLineItem".
"""

from __future__ import annotations

from ..catalogue.deals import STAGES
from ..errors import ApiError, field_integrity
from ..tables import Row
from ..transaction import Transaction
from .currencies import check_entry, copy_currency
from .lines import after_discount, check_book, price_line, rounded_product
from .shape import ObjectRules

_UNKNOWN_STAGE = (0, "Pipeline")


def _opportunity_created(tx: Transaction, row: Row) -> None:
    _derive_stage(row, restaged=row["Probability"] is None)
    check_book(tx, before=None, after=row, line_table="Quote", parent_field="OpportunityId")


def _opportunity_changed(tx: Transaction, before: Row, after: Row) -> None:
    kept = before["Probability"] == after["Probability"]
    _derive_stage(after, restaged=kept and before["StageName"] != after["StageName"])
    if before["AccountId"] != after["AccountId"] and tx.settings.shape.quotes:
        sql = "SELECT Id FROM Quote WHERE OpportunityId = ? AND IsDeleted = 0"
        for (quote_id,) in tx.rows(sql, (after["Id"],)):
            tx.change(tx.catalogue["Quote"], quote_id, {"AccountId": after["AccountId"]})


def _derive_stage(row: Row, *, restaged: bool) -> None:
    """The stage sets probability (unless given), forecast category and whether the deal is closed."""
    probability, forecast = STAGES.get(str(row["StageName"]), _UNKNOWN_STAGE)
    if restaged:
        row["Probability"] = probability
    row["ForecastCategory"] = forecast
    row["IsWon"] = int(row["StageName"] == "Closed Won")
    row["IsClosed"] = int(forecast != "Pipeline")
    amount = row["Amount"]
    row["ExpectedRevenue"] = None if amount is None else int(amount) * int(row["Probability"] or 0) // 100


def _quote_created(tx: Transaction, row: Row) -> None:
    """A quote belongs to its opportunity's account and starts with its price book."""
    deal = tx.row("SELECT AccountId, Pricebook2Id FROM Opportunity WHERE Id = ?", (row["OpportunityId"],))
    if deal is not None:
        row["AccountId"] = deal[0]
        row["Pricebook2Id"] = row["Pricebook2Id"] or deal[1]
    copy_currency(tx, row, "Opportunity", row["OpportunityId"])
    check_book(tx, before=None, after=row, line_table="QuoteLineItem", parent_field="QuoteId")
    _derive_grand_total(row)


def _quote_changed(tx: Transaction, before: Row, after: Row) -> None:
    check_book(tx, before=before, after=after, line_table="QuoteLineItem", parent_field="QuoteId")
    _derive_grand_total(after)


def _derive_grand_total(row: Row) -> None:
    parts = (row["TotalPrice"], row["Tax"], row["ShippingHandling"])
    row["GrandTotal"] = sum(int(part or 0) for part in parts)


def _line_created(tx: Transaction, row: Row) -> None:
    book = tx.row("SELECT Pricebook2Id FROM Quote WHERE Id = ?", (row["QuoteId"],))
    price_line(tx, row, document="quote", book_id=book[0] if book else None)
    copy_currency(tx, row, "Quote", row["QuoteId"])
    check_entry(tx, row, "quote")
    _check_line(row)


def _line_changed(tx: Transaction, before: Row, after: Row) -> None:  # noqa: ARG001 - the shape of a rule
    _check_line(after)


def _line_removed(tx: Transaction, row: Row, named: bool) -> None:  # noqa: ARG001 - the shape of a rule
    tx.touch("Quote", str(row["QuoteId"]))


def _line_saved(tx: Transaction, row: Row) -> None:
    tx.touch("Quote", str(row["QuoteId"]))


def _check_line(row: Row) -> None:
    if row["UnitPrice"] is None:
        raise ApiError("REQUIRED_FIELD_MISSING", "Required fields are missing: [UnitPrice]", fields=["UnitPrice"])
    if row["Quantity"] == 0:
        raise field_integrity("Quantity must be nonzero", "Quantity")
    subtotal = rounded_product(row["Quantity"], row["UnitPrice"])
    row["Subtotal"] = subtotal
    row["TotalPrice"] = after_discount(subtotal, row["Discount"])


OPPORTUNITY = ObjectRules(create=_opportunity_created, change=_opportunity_changed)
QUOTE = ObjectRules(create=_quote_created, change=_quote_changed)
QUOTE_LINE = ObjectRules(create=_line_created, change=_line_changed, remove=_line_removed, saved=_line_saved)
