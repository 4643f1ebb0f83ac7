"""Quotes and orders: both are Tryton sales, told apart by where they came from and how far they got."""

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from talk_assets_tryton.kinds import Call, Facts, Kind, Line, LineWrite, Row, Texts, UnfitError, digits

_CONFIRMED = ("confirmed", "processing", "done")
_OPEN = ("draft", "quotation")
_UNLOCKED = frozenset({"comment", "reference", "sale_date"})
"""What Tryton lets be written to a quotation as it is."""
_STEPS = {
    ("draft", "quotation"): ["quote"],
    ("draft", "confirmed"): ["quote", "confirm"],
    ("quotation", "confirmed"): ["confirm"],
    ("quotation", "draft"): ["draft"],
    ("draft", "cancelled"): ["cancel"],
    ("quotation", "cancelled"): ["cancel"],
    ("cancelled", "draft"): ["draft"],
    ("cancelled", "quotation"): ["draft", "quote"],
}
"""Tryton's buttons from one state to another."""


class Sales(Kind):
    """What quotes and orders have in common."""

    model = "sale.sale"
    related: Mapping[str, str] = {"lines": "sale.line"}
    fields = (
        *("state", "number", "description", "rec_name", "comment", "reference", "party", "sale_date"),
        *("untaxed_amount", "total_amount", "talk_order", "create_date", "currency.code"),
        *(f"lines.{name}" for name in ("type", "product", "quantity", "unit_price", "amount", "description")),
        *("lines.sequence", "lines.talk_key"),
    )
    states: Mapping[str, str]
    """Customerp's status to Tryton's state."""
    is_order: bool
    dates: Mapping[str, str] = {}
    texts: Mapping[str, str] = {"title": "description", "notes": "comment"}

    def status(self, state: str) -> str:
        """Customerp's word for a state of Tryton's."""
        return next(
            status for status, own in self.states.items() if own == ("confirmed" if state in _CONFIRMED else state)
        )

    def values(self, row: Row, facts: Facts) -> Texts:  # noqa: ARG002 - the protocol's shape
        """The sale's own fields and what Tryton computes."""
        return {
            **{path: row[name] for path, name in self.texts.items()},
            "title": row["description"] or row["rec_name"],
            "status": self.status(row["state"]),
            "contactId": str(row["party"]),
            **{path: None if row[name] is None else row[name].isoformat() for path, name in self.dates.items()},
            "currency": row["currency."]["code"],
            "number": row["number"],
            "netAmount": digits(row["untaxed_amount"]),
        }

    def lines(self, row: Row) -> list[Line]:
        """The lines that sell a product; titles and comments between them are Tryton's own."""
        sold = [one for one in row["lines."] if one["type"] == "line" and one["product"] is not None]
        return [Line(id=str(one["id"]), key=one["talk_key"], values=_line(one)) for one in sold]

    def creation(self, values: Mapping[str, str | None], lines: Sequence[LineWrite], facts: Facts) -> Row:
        """A draft with its lines."""
        party = values.get("contactId")
        if party is None:
            raise UnfitError("contactId", "Tryton sells to a party, and none is named")
        place = facts.address(party)
        return self._own(values) | {
            "party": int(party),
            "company": facts.company["id"],
            "currency": facts.company["currency"],
            "invoice_address": place,
            "shipment_address": place,
            "invoice_method": "manual",
            "shipment_method": "manual",
            "talk_order": self.is_order,
            "lines": [["create", [self._line(line, facts) for line in lines]]] if lines else [],
        }

    def change(self, values: Mapping[str, str | None], lines: Sequence[LineWrite], row: Row, facts: Facts) -> Row:  # noqa: ARG002 - the protocol's shape
        """The sale's own fields and its lines, in one."""
        fields = self._own(values)
        if values.get("contactId") is not None:
            place = facts.address(str(values["contactId"]))
            fields |= {"party": int(str(values["contactId"])), "invoice_address": place, "shipment_address": place}
        steps: list[Any] = []
        for line in lines:
            if line.values is None:
                steps.append(["delete", [int(str(line.id))]])
            elif line.id is None:
                steps.append(["create", [self._line(line, facts)]])
            else:
                steps.append(["write", [int(line.id)], self._line(line, facts)])
        return fields | ({"lines": steps} if steps else {})

    def steps(self, values: Mapping[str, str | None], row: Row) -> list[str]:
        """The buttons to press."""
        wanted = values.get("status")
        if wanted is None or wanted == self.status(row["state"]):
            return []
        found = _STEPS.get((row["state"], self.states.get(wanted, "")))
        if found is None:
            raise UnfitError("status", f"no button of Tryton leads from {row['state']} to {wanted}")
        return found

    def create(self, call: Call, fields: Row, steps: Sequence[str]) -> int:
        """Create a sale in the state it shall have: a draft whose answer got lost would pass for somebody's edit."""
        return int(call(f"model.{self.model}.talk_make", fields, list(steps)))

    def write(self, call: Call, row: Row, fields: Row) -> None:
        """Change a sale in one call; a quotation, which Tryton locks, is opened and offered again in the same one."""
        if row["state"] == "quotation" and not _UNLOCKED.issuperset(fields):
            call(f"model.{self.model}.talk_revise", [row["id"]], fields)
        else:
            super().write(call, row, fields)

    def _own(self, values: Mapping[str, str | None]) -> Row:
        fields: Row = {name: values[path] for path, name in self.texts.items() if path in values}
        for path, name in self.dates.items():
            if path in values:
                text = values[path]
                fields[name] = None if text is None else date.fromisoformat(text)
        return fields

    def _line(self, line: LineWrite, facts: Facts) -> Row:
        values = line.values or {}
        if Decimal(values.get("discountPercent") or 0):
            raise UnfitError("discountPercent", "Tryton has no discounts without its module sale_discount")
        fields: Row = {"talk_key": line.key, "type": "line"} if line.id is None else {}
        if values.get("productId") is not None:
            product = facts.product(str(values["productId"]))
            fields |= {"product": product["id"], "unit": product["sale_uom"]}
        for path, name in {"quantity": "quantity", "unitPrice": "unit_price"}.items():
            if path in values:
                fields[name] = Decimal(str(values[path])) if name == "unit_price" else float(str(values[path]))
        if "description" in values:
            fields["description"] = values["description"]
        if values.get("position") is not None:
            fields["sequence"] = int(str(values["position"]))
        return fields


class Quotes(Sales):
    """Sales that began as an offer, whatever became of them."""

    domain: tuple[Any, ...] = (["talk_order", "!=", True],)
    is_order = False
    states: Mapping[str, str] = {
        "draft": "draft",
        "sent": "quotation",
        "accepted": "confirmed",
        "declined": "cancelled",
    }

    def values(self, row: Row, facts: Facts) -> Texts:
        """With the totals that quotes have besides."""
        found = super().values(row, facts)
        return found | {"subtotal": found["netAmount"], "totalAmount": digits(row["total_amount"])}


class Orders(Sales):
    """Sales that came as an order, and offers once they are confirmed."""

    domain: tuple[Any, ...] = ("OR", ["talk_order", "=", True], ["state", "in", [*_CONFIRMED]])
    is_order = True
    states: Mapping[str, str] = {"open": "draft", "confirmed": "confirmed", "cancelled": "cancelled"}
    dates: Mapping[str, str] = {"orderDate": "sale_date"}
    texts: Mapping[str, str] = {"title": "description", "notes": "comment", "purchaseOrderNumber": "reference"}

    def status(self, state: str) -> str:
        """A quotation is an open order still."""
        return super().status("draft" if state in _OPEN else state)

    def values(self, row: Row, facts: Facts) -> Texts:
        """An order without a date of its own was ordered when it was made."""
        found = super().values(row, facts)
        return found | {"orderDate": found["orderDate"] or row["create_date"].date().isoformat()}


def _line(row: Row) -> Texts:
    return {
        "productId": str(row["product"]),
        "quantity": digits(row["quantity"]),
        "unitPrice": digits(row["unit_price"]),
        "description": row["description"],
        "position": None if row["sequence"] is None else str(row["sequence"]),
        "lineTotal": digits(row["amount"]),
    }
