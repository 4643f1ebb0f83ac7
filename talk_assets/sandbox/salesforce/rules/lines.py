"""What lines of orders and quotes have in common: a priced product of the document's own price book."""

from __future__ import annotations

from ..errors import field_integrity
from ..tables import Row, Stored
from ..transaction import Transaction


def price_line(tx: Transaction, row: Row, *, document: str, book_id: Stored) -> None:
    """Check a new line's price book entry and take product and list price from it."""
    if book_id is None:
        raise field_integrity(f"The {document} is missing a price book")
    entry = tx.row(
        "SELECT Pricebook2Id, Product2Id, UnitPrice, IsActive FROM PricebookEntry WHERE Id = ?",
        (row["PricebookEntryId"],),
    )
    if entry is None:  # the reference was checked before the rules ran
        return
    entry_book, product_id, list_price, active = entry
    if entry_book != book_id:
        raise field_integrity(
            f"The price book entry is in a different price book than the one assigned to the {document}",
            "PricebookEntryId",
        )
    if not active:
        raise field_integrity(
            "The price book entry is inactive. Ask your Salesforce admin for help.", "PricebookEntryId"
        )
    if row["Product2Id"] not in {None, product_id}:
        raise field_integrity("The product is not the one of the price book entry", "Product2Id")
    row["Product2Id"] = product_id
    row["ListPrice"] = list_price


def check_book(tx: Transaction, *, before: Row | None, after: Row, line_table: str, parent_field: str) -> None:
    """Refuse an inactive price book, and any change of book once lines exist."""
    book_id = after["Pricebook2Id"]
    if before is not None and before["Pricebook2Id"] == book_id:
        return
    if before is not None:
        sql = f"SELECT 1 FROM {line_table} WHERE {parent_field} = ? AND IsDeleted = 0"  # noqa: S608 - our own names
        if tx.row(sql, (after["Id"],)):
            raise field_integrity("The price book cannot change while there are products", "Pricebook2Id")
    if book_id is None:
        return
    active = tx.row("SELECT IsActive FROM Pricebook2 WHERE Id = ?", (book_id,))
    if active is not None and not active[0]:
        raise field_integrity("The price book is inactive", "Pricebook2Id")


def rounded_product(quantity: Stored, price: Stored) -> int:
    """Multiply hundredths by hundredths, rounded half up (away from zero) to hundredths."""
    exact = int(quantity or 0) * int(price or 0)
    return _half_up(exact, 100)


def after_discount(subtotal: int, percent: Stored) -> int:
    """Take a percentage, stored in hundredths, off an amount."""
    return _half_up(subtotal * (10_000 - int(percent or 0)), 10_000)


def _half_up(amount: int, unit: int) -> int:
    sign = -1 if amount < 0 else 1
    return sign * ((abs(amount) * 2 + unit) // (2 * unit))
