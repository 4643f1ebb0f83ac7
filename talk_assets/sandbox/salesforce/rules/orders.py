"""Rules of orders: born as drafts, priced by one book, locked once activated.

Sources: Object Reference for the Salesforce Platform, "Order" and "OrderItem" (usage notes); Salesforce
help, "Order Limitations".
"""

from __future__ import annotations

from ..errors import ApiError, field_integrity
from ..tables import Row
from ..transaction import Transaction
from .currencies import check_entry, check_kept, copy_currency
from .lines import check_book, price_line, rounded_product
from .shape import ObjectRules

_DRAFT, _ACTIVATED = "Draft", "Activated"
_LOCKED_WHEN_ACTIVATED = ("Quantity", "UnitPrice", "ServiceDate", "EndDate")


def _order_created(tx: Transaction, row: Row) -> None:
    if row["AccountId"] is None:
        raise ApiError("REQUIRED_FIELD_MISSING", "Select an account.")
    row["StatusCode"] = _category(tx, row)
    if row["StatusCode"] != _DRAFT:
        raise ApiError("FAILED_ACTIVATION", "For a new or cloned order, choose Draft", fields=["Status"])
    _check_period(row)
    check_book(tx, before=None, after=row, line_table="OrderItem", parent_field="OrderId")


def _order_changed(tx: Transaction, before: Row, after: Row) -> None:
    after["StatusCode"] = _category(tx, after)
    if after["AccountId"] is None:
        raise ApiError("REQUIRED_FIELD_MISSING", "Select an account.")
    if before["StatusCode"] != _DRAFT and after["AccountId"] != before["AccountId"]:
        raise field_integrity("The account of an order can change only while it is a draft", "AccountId")
    _check_period(after)
    check_book(tx, before=before, after=after, line_table="OrderItem", parent_field="OrderId")
    check_kept(tx, before, after, line_table="OrderItem", parent_field="OrderId")
    if after["StatusCode"] == _ACTIVATED and before["StatusCode"] != _ACTIVATED:
        if not tx.row("SELECT 1 FROM OrderItem WHERE OrderId = ? AND IsDeleted = 0", (after["Id"],)):
            raise ApiError("FAILED_ACTIVATION", "An order must have at least one product.", fields=[])
        after["ActivatedDate"], after["ActivatedById"] = tx.now, tx.user_id
    elif after["StatusCode"] == _DRAFT:
        after["ActivatedDate"] = after["ActivatedById"] = None


def _order_removed(tx: Transaction, row: Row, named: bool) -> None:  # noqa: ARG001 - the shape of a rule
    if row["StatusCode"] == _ACTIVATED:
        raise ApiError("DELETE_FAILED", "unable to modify activated order", fields=[])


def _category(tx: Transaction, row: Row) -> str:
    return dict(tx.settings.order_statuses)[str(row["Status"])]


def _check_period(row: Row) -> None:
    if row["EndDate"] is not None and str(row["EndDate"]) < str(row["EffectiveDate"]):
        raise field_integrity("The order end date cannot be before its start date", "EndDate")


def _item_created(tx: Transaction, row: Row) -> None:
    parent = _parent(tx, row)
    if parent["StatusCode"] == _ACTIVATED:
        raise _locked()
    price_line(tx, row, document="order", book_id=parent["Pricebook2Id"])
    copy_currency(tx, row, "Order", row["OrderId"])
    check_entry(tx, row, "order")
    _check_item(row, parent)


def _item_changed(tx: Transaction, before: Row, after: Row) -> None:
    parent = _parent(tx, after)
    changed = any(before[name] != after[name] for name in _LOCKED_WHEN_ACTIVATED)
    if parent["StatusCode"] == _ACTIVATED and changed:
        raise _locked()
    _check_item(after, parent)


def _item_removed(tx: Transaction, row: Row, named: bool) -> None:
    if named and _parent(tx, row)["StatusCode"] == _ACTIVATED:
        raise _locked()
    tx.touch("Order", str(row["OrderId"]))


def _item_saved(tx: Transaction, row: Row) -> None:
    tx.touch("Order", str(row["OrderId"]))


def _check_item(row: Row, parent: Row) -> None:
    if row["UnitPrice"] is None:
        raise ApiError("REQUIRED_FIELD_MISSING", "Order Products must have a Unit Price.", fields=["UnitPrice"])
    if row["Quantity"] == 0:
        raise field_integrity("Can't save order products with quantities of zero", "Quantity")
    if row["ServiceDate"] is not None and str(row["ServiceDate"]) < str(parent["EffectiveDate"]):
        raise field_integrity("The start date cannot be before the order's start date", "ServiceDate")
    if None not in {row["EndDate"], parent["EndDate"]} and str(row["EndDate"]) > str(parent["EndDate"]):
        raise field_integrity("The end date cannot be after the order's end date", "EndDate")
    row["TotalPrice"] = rounded_product(row["Quantity"], row["UnitPrice"])
    row["AvailableQuantity"] = row["Quantity"]


def _parent(tx: Transaction, row: Row) -> Row:
    names = ("StatusCode", "Pricebook2Id", "EffectiveDate", "EndDate")
    found = tx.row(
        'SELECT StatusCode, Pricebook2Id, EffectiveDate, EndDate FROM "Order" WHERE Id = ?', (row["OrderId"],)
    )
    return dict(zip(names, found or (None,) * len(names), strict=True))


def _locked() -> ApiError:
    return ApiError("ENTITY_IS_LOCKED", "entity is locked for editing", fields=[])


ORDER = ObjectRules(create=_order_created, change=_order_changed, remove=_order_removed)
ORDER_ITEM = ObjectRules(create=_item_created, change=_item_changed, remove=_item_removed, saved=_item_saved)
