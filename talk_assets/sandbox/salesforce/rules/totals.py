"""Totals of a document from its lines; they move the document's SystemModstamp, not its LastModifiedDate."""

from __future__ import annotations

from ..transaction import Transaction


def total_document(tx: Transaction, document: str, record_id: str) -> None:
    """Compute the totals of one order or quote."""
    if document == "Order":
        _total_order(tx, record_id)
    else:
        _total_quote(tx, record_id)


def _total_order(tx: Transaction, record_id: str) -> None:
    amount = tx.row(
        "SELECT COALESCE(SUM(TotalPrice), 0) FROM OrderItem WHERE OrderId = ? AND IsDeleted = 0", (record_id,)
    )
    tx.change(tx.catalogue["Order"], record_id, {"TotalAmount": amount[0] if amount else 0})


def _total_quote(tx: Transaction, record_id: str) -> None:
    lines = tx.row(
        "SELECT COALESCE(SUM(Subtotal), 0), COALESCE(SUM(TotalPrice), 0), COUNT(*) FROM QuoteLineItem "
        "WHERE QuoteId = ? AND IsDeleted = 0",
        (record_id,),
    )
    extras = tx.row("SELECT COALESCE(Tax, 0) + COALESCE(ShippingHandling, 0) FROM Quote WHERE Id = ?", (record_id,))
    if lines is None or extras is None:
        return
    subtotal, total, count = lines
    discount = round((subtotal - total) * 10_000 / subtotal) if subtotal else 0
    totals = {
        "Subtotal": subtotal,
        "TotalPrice": total,
        "LineItemCount": count,
        "Discount": discount,
        "GrandTotal": total + extras[0],
    }
    tx.change(tx.catalogue["Quote"], record_id, totals)
