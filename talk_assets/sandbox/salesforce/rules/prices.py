"""Rules of products, price books and their entries.

Every price starts with a standard price: a custom book takes a product only after the standard book has
it (Salesforce help, "Considerations for Price Books").
"""

# ruff: noqa: S608 - identifiers are our own; no value is ever put into a statement

from __future__ import annotations

from ..errors import ApiError, field_integrity
from ..shapes.catalogue import CURRENCY
from ..tables import Row, Stored
from ..transaction import Transaction
from .shape import ObjectRules


def _nothing(tx: Transaction, row: Row) -> None:
    """No rule."""


def _product_changed(tx: Transaction, before: Row, after: Row) -> None:
    """Entries carry their product's name and code."""
    if (before["Name"], before["ProductCode"]) != (after["Name"], after["ProductCode"]):
        tx.connection.execute(
            "UPDATE PricebookEntry SET Name = ?, ProductCode = ? WHERE Product2Id = ?",
            (after["Name"], after["ProductCode"], after["Id"]),
        )


def _book_changed(tx: Transaction, before: Row, after: Row) -> None:
    """No rule."""


def _book_removed(tx: Transaction, row: Row, named: bool) -> None:  # noqa: ARG001 - the shape of a rule
    if row["IsStandard"]:
        raise ApiError("DELETE_FAILED", "The standard price book cannot be deleted.", fields=[])


def _of_currency(row: Row, alias: str) -> tuple[str, tuple[Stored, ...]]:
    """Return the condition, and its parameter, that an entry is in the currency of *row*; an org may have only one."""
    return (f" AND {alias}{CURRENCY} = ?", (row[CURRENCY],)) if CURRENCY in row else ("", ())


def _standard_price(tx: Transaction, row: Row) -> int | None:
    same, currency = _of_currency(row, "e.")
    found = tx.row(
        "SELECT e.UnitPrice FROM PricebookEntry e JOIN Pricebook2 b ON b.Id = e.Pricebook2Id "
        f"WHERE e.Product2Id = ? AND e.IsDeleted = 0 AND b.IsStandard = 1{same}",
        (row["Product2Id"], *currency),
    )
    return None if found is None else int(found[0])


def _is_standard(tx: Transaction, book_id: object) -> bool:
    found = tx.row("SELECT IsStandard FROM Pricebook2 WHERE Id = ?", (str(book_id),))
    return found is not None and bool(found[0])


def _entry_created(tx: Transaction, row: Row) -> None:
    same, currency = _of_currency(row, "")
    sql = f"SELECT 1 FROM PricebookEntry WHERE Pricebook2Id = ? AND Product2Id = ? AND IsDeleted = 0{same}"
    taken = tx.row(sql, (row["Pricebook2Id"], row["Product2Id"], *currency))
    if taken:
        raise field_integrity("This price definition already exists in this price book")
    _check_standard_price(tx, row)
    product = tx.row("SELECT Name, ProductCode FROM Product2 WHERE Id = ?", (row["Product2Id"],))
    if product is not None:
        row["Name"], row["ProductCode"] = product


def _check_standard_price(tx: Transaction, row: Row) -> None:
    if _is_standard(tx, row["Pricebook2Id"]):
        return
    standard = _standard_price(tx, row)
    if standard is None:
        message = "Before creating a custom price, create a standard price."
        raise ApiError("STANDARD_PRICE_NOT_DEFINED", message, fields=[])
    if row["UseStandardPrice"] and row["UnitPrice"] != standard:
        raise field_integrity("When using the standard price, the unit price must match it.", "UnitPrice")


def _entry_changed(tx: Transaction, before: Row, after: Row) -> None:
    if (before["UnitPrice"], before["UseStandardPrice"]) == (after["UnitPrice"], after["UseStandardPrice"]):
        return
    _check_standard_price(tx, after)
    if _is_standard(tx, after["Pricebook2Id"]):
        same, currency = _of_currency(after, "")
        followers = tx.rows(
            "SELECT Id FROM PricebookEntry "
            f"WHERE Product2Id = ? AND UseStandardPrice = 1 AND IsDeleted = 0 AND Id <> ?{same}",
            (after["Product2Id"], after["Id"], *currency),
        )
        for (follower,) in followers:
            tx.change(tx.catalogue["PricebookEntry"], follower, {"UnitPrice": after["UnitPrice"]})


PRODUCT = ObjectRules(create=_nothing, change=_product_changed)
PRICEBOOK = ObjectRules(create=_nothing, change=_book_changed, remove=_book_removed)
ENTRY = ObjectRules(create=_entry_created, change=_entry_changed)
