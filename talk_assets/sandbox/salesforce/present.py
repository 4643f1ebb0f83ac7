"""A stored row as the JSON record that a read of the row returns."""

from __future__ import annotations

from collections.abc import Sequence

from .errors import ApiError
from .schema import Field, SObject
from .tables import Row
from .values import writer
from .wire import Json


def record_of(sobject: SObject, row: Row, *, base: str, names: Sequence[str] = ()) -> dict[str, Json]:
    """Return a row with its attributes, nulls included; *names* limits the fields, and Id always comes."""
    record: dict[str, Json] = {
        "attributes": {"type": sobject.name, "url": f"{base}sobjects/{sobject.name}/{row['Id']}"}
    }
    for field in _selected(sobject, names):
        record[field.name] = _shown(sobject, field, row)
    return record


def _selected(sobject: SObject, names: Sequence[str]) -> Sequence[Field]:
    if not names:
        return sobject.fields
    chosen: list[Field] = []
    for name in names:
        field = sobject.field(name)
        if field is None:
            raise ApiError("INVALID_FIELD", f"No such column '{name}' on sobject of type {sobject.name}")
        chosen.append(field)
    if not any(field.type == "id" for field in chosen):
        chosen.append(sobject.by_name["id"])
    return chosen


def _shown(sobject: SObject, field: Field, row: Row) -> Json:
    if field.components:
        parts = {key: _shown(sobject, sobject.by_name[name.lower()], row) for key, name in field.components}
        return parts if any(part is not None for part in parts.values()) else None
    convert = writer(field)
    return row[field.name] if convert is None else convert(row[field.name])
