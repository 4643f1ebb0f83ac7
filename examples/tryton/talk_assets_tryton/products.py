"""Products: a Tryton variant with its template, which has the name, the code and the price."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from talk_assets_tryton.kinds import Call, Facts, Kind, Line, LineWrite, Row, Texts, UnfitError, digits

UNITS = {"EA": "u", "KGM": "kg", "GRM": "g", "HUR": "h", "DAY": "d", "MTR": "m", "LTR": "l", "MTK": "m²", "MTQ": "m³"}
"""UN/ECE code to the symbol of Tryton's unit."""
_CODES = {symbol: code for code, symbol in UNITS.items()}


class Products(Kind):
    """Variants; one whose template has several is several products."""

    model = "product.product"
    related: Mapping[str, str] = {"template": "product.template"}
    domain: tuple[Any, ...] = ()
    fields = (
        "code",
        "description",
        "active",
        "template",
        *(f"template.{name}" for name in ("name", "active", "list_price", "default_uom.symbol")),
    )

    def values(self, row: Row, facts: Facts) -> Texts:
        """The variant and its template in one; the price is in the company's currency."""
        template = row["template."]
        return {
            "number": row["code"],
            "name": template["name"],
            "description": row["description"],
            "status": "active" if row["active"] and template["active"] else "discontinued",
            "unit": _CODES.get(template["default_uom."]["symbol"]),
            "listPrice": digits(template["list_price"]),
            "currency": facts.company["currency."]["code"],
        }

    def lines(self, row: Row) -> list[Line]:  # noqa: ARG002 - the protocol's shape
        """None."""
        return []

    def creation(self, values: Mapping[str, str | None], lines: Sequence[LineWrite], facts: Facts) -> Row:  # noqa: ARG002 - the protocol's shape
        """A variant, and a template of its own by the relation."""
        unit = _unit(values.get("unit") or "EA", facts)
        template = {"salable": True, "type": "goods", "default_uom": unit, "sale_uom": unit} | self._template(values)
        return {"template": template} | self._variant(values)

    def change(self, values: Mapping[str, str | None], lines: Sequence[LineWrite], row: Row, facts: Facts) -> Row:  # noqa: ARG002 - the protocol's shape
        """What belongs to the variant, and under *template* what belongs there."""
        template = self._template(values)
        if values.get("unit") is not None:
            template |= {
                "default_uom": _unit(values["unit"] or "", facts),
                "sale_uom": _unit(values["unit"] or "", facts),
            }
        return self._variant(values) | ({"template": template} if template else {})

    def steps(self, values: Mapping[str, str | None], row: Row) -> list[str]:  # noqa: ARG002 - the protocol's shape
        """A product's status is a field."""
        return []

    def create(self, call: Call, fields: Row, steps: Sequence[str]) -> int:  # noqa: ARG002 - the protocol's shape
        """Create the template with the variant in it."""
        variant = {name: value for name, value in fields.items() if name != "template"}
        made = call("model.product.template.create", [fields["template"] | {"products": [["create", [variant]]]}])
        return int(call("model.product.product.search", [["template", "=", made[0]]], 0, 1, None)[0])

    def write(self, call: Call, row: Row, fields: Row) -> None:
        """Write the template with the variant in it: both or neither."""
        variant = {name: value for name, value in fields.items() if name != "template"}
        template = fields.get("template", {}) | {"products": [["write", [row["id"]], variant]]}
        call("model.product.template.write", [row["template"]], template)

    def _template(self, values: Mapping[str, str | None]) -> Row:
        fields: Row = {
            name: values[path] for path, name in {"name": "name", "number": "code"}.items() if path in values
        }
        if "listPrice" in values:
            price = values["listPrice"]
            fields["list_price"] = None if price is None else Decimal(price)
        if "status" in values:
            fields["active"] = values["status"] != "discontinued"
        return fields

    def _variant(self, values: Mapping[str, str | None]) -> Row:
        fields: Row = {"description": values["description"]} if "description" in values else {}
        return fields | ({"active": values["status"] != "discontinued"} if "status" in values else {})


def _unit(code: str, facts: Facts) -> int:
    if code not in UNITS:
        raise UnfitError("unit", f"Tryton's unit of measure for {code} is not known")
    return facts.unit(UNITS[code])
