"""Currencies of an org that has several: what a record takes from the one it belongs to, and what must agree.

Source: Object Reference, "QuoteLineItem" and "PricebookEntry" (CurrencyIsoCode).
"""

from __future__ import annotations

from ..errors import field_integrity
from ..shapes.catalogue import CURRENCY
from ..tables import Row, Stored
from ..transaction import Transaction


def currency_of(tx: Transaction, name: str, record_id: Stored) -> Stored:
    """Return the currency of a record, None in an org that has only one."""
    if not tx.settings.shape.currencies:
        return None
    found = tx.row(f'SELECT {CURRENCY} FROM "{name}" WHERE Id = ?', (record_id,))  # noqa: S608 - our own names
    return found[0] if found else None


def copy_currency(tx: Transaction, row: Row, name: str, record_id: Stored) -> None:
    """Give a new row the currency of the record it belongs to."""
    if CURRENCY in row:
        row[CURRENCY] = currency_of(tx, name, record_id)


def check_entry(tx: Transaction, row: Row, document: str) -> None:
    """Refuse a line whose price book entry is in another currency than its document."""
    if CURRENCY in row and currency_of(tx, "PricebookEntry", row["PricebookEntryId"]) != row[CURRENCY]:
        raise field_integrity(
            "field integrity exception: PricebookEntryId (pricebook entry currency code does not match "
            f"{document} currency code)",
            "PricebookEntryId",
        )


def check_kept(tx: Transaction, before: Row, after: Row, *, line_table: str, parent_field: str) -> None:
    """Refuse another currency once there are lines."""
    if before.get(CURRENCY) == after.get(CURRENCY):
        return
    sql = f"SELECT 1 FROM {line_table} WHERE {parent_field} = ? AND IsDeleted = 0"  # noqa: S608 - our own names
    if tx.row(sql, (after["Id"],)):
        raise field_integrity("The currency cannot change while there are products", CURRENCY)
