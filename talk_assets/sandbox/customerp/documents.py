"""Rules of quotes and orders: totals, and what a status freezes."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from talk_assets.sandbox.customerp.kinds import EXACT
from talk_assets.sandbox.customerp.problems import Fault
from talk_assets.sandbox.customerp.reading import Record
from talk_assets.sandbox.customerp.resources import MONEY, Resource

_ZERO = Decimal("0.00")
_HUNDRED = Decimal(100)


def line_amount(line: Mapping[str, Any]) -> Decimal:
    """Return quantity x unitPrice, rounded half to even to 2 decimals."""
    return EXACT.multiply(line["quantity"], line["unitPrice"]).quantize(MONEY.step, context=EXACT)


def line_total(line: Mapping[str, Any]) -> Decimal:
    """Return quantity x unitPrice x (1 - discountPercent / 100), rounded half to even to 2 decimals."""
    discount = line.get("discountPercent")
    if not discount:
        return line_amount(line)
    kept = EXACT.divide(EXACT.subtract(_HUNDRED, discount), _HUNDRED)
    gross = EXACT.multiply(line["quantity"], line["unitPrice"])
    return EXACT.multiply(gross, kept).quantize(MONEY.step, context=EXACT)


def total(resource: Resource, record: Record) -> list[Fault]:
    """Set the derived amounts of a quote or an order, and those of its lines.

    subtotal is the sum of the lines' quantity x unitPrice, netAmount that of their line totals, and
    totalAmount is netAmount + taxAmount + freightAmount. Return a fault for each beyond decimal(18,2).
    """
    lines: Sequence[Record] = record["lines"]
    faults = []
    for position, line in enumerate(lines):
        line["lineTotal"] = line_total(line)
        if abs(line["lineTotal"]) >= MONEY.limit:
            faults.append(_too_much(f"/lines/{position}/lineTotal"))
    record["netAmount"] = net = sum((line["lineTotal"] for line in lines), _ZERO)
    if "subtotal" in resource.shape.by_name:
        record["subtotal"] = sum((line_amount(line) for line in lines), _ZERO)
        record["totalAmount"] = net + (record["taxAmount"] or _ZERO) + (record["freightAmount"] or _ZERO)
    sums = ("subtotal", "netAmount", "totalAmount")
    too_much = [name for name in sums if name in record and abs(record[name]) >= MONEY.limit]
    return faults + [_too_much(f"/{name}") for name in too_much]


def _too_much(pointer: str) -> Fault:
    return Fault(pointer=pointer, code="range", detail="The amount is beyond decimal(18,2).")


def frozen(resource: Resource, before: Record, after: Record) -> list[Fault]:
    """Return a fault for each property that the status of *before* does not allow to change.

    A request that moves the status to one that freezes nothing may change the rest with it; the
    external key belongs to whoever synchronises and is never frozen.
    """
    freezing = resource.status_rule.freezes_document
    if not freezing or before["status"] not in freezing or after["status"] not in freezing:
        return []
    return [
        Fault(pointer=f"/{name}", code="locked", detail=f"The document is {before['status']}.")
        for name in resource.shape.by_name
        if name not in ("status", "externalKey") and before[name] != after[name]
    ]


def locked_line(resource: Resource, document: Record, before: Record | None, after: Record | None) -> list[Fault]:
    """Return the fault of a line change that the document's status does not allow.

    *before* is None for a new line, *after* for one to be removed. Only the external key of an
    existing line may change in every status.
    """
    if document["status"] not in resource.status_rule.locks_lines:
        return []
    if before is not None and after is not None:
        changed = [name for name in before if before[name] != after[name] and name != "externalKey"]
    else:
        changed = [""]
    detail = f"The lines of a document that is {document['status']} are locked."
    return [Fault(pointer=f"/{name}" if name else "", code="locked", detail=detail) for name in changed]
