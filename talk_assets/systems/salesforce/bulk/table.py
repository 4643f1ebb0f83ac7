"""CSV as bulk jobs take and give it, and its rows as records of the REST API's JSON."""

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from talk_assets.model.errors import PeerAnswerError
from talk_assets.model.wire import Wire
from talk_assets.systems.wire_text import TO_JSON

EMPTIED = "#N/A"
"""A cell that means null, which no text can therefore be told by."""

_LARGEST_CELL = 1 << 27
csv.field_size_limit(_LARGEST_CELL)


def can_hold(values: Mapping[str, str | None]) -> bool:
    """Whether a row of a CSV says exactly *values*: an empty cell says nothing, `EMPTIED` says null."""
    return not any(text is not None and (not text or text == EMPTIED) for text in values.values())


def written(header: Sequence[str], rows: Iterable[Mapping[str, str | None]]) -> bytes:
    """Return rows as a CSV; what a row lacks is an empty cell."""
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(header)
    writer.writerows([row.get(name) or "" for name in header] for row in rows)
    return out.getvalue().encode()


def rows_of(body: bytes) -> list[dict[str, str]]:
    """Return a CSV's rows by column name.

    Raises:
        PeerAnswerError: it is none.
    """
    try:
        table = csv.reader(io.StringIO(body.decode("utf-8-sig"), newline=""), strict=True)
        header = next(table, [])
        rows = [row for row in table if row]
    except (UnicodeDecodeError, csv.Error):
        raise _unusable() from None
    if any(len(row) != len(header) for row in rows):
        raise _unusable()
    return [dict(zip(header, row, strict=True)) for row in rows]


def record_of(row: Mapping[str, str], wires: Mapping[str, Wire]) -> dict[str, Any]:
    """Return a row as the query resource would have told it; an empty cell is null.

    A text that is none of its kind stays a text, so that its record is set aside where it is read.
    """
    record: dict[str, Any] = {}
    for path, cell in row.items():
        *steps, last = path.split(".")
        inner = record
        for step in steps:
            inner = inner.setdefault(step, {})
        inner[last] = _value(cell, wires.get(path, Wire.TEXT))
    return record


def _value(cell: str, wire: Wire) -> object:
    if not cell:
        return None
    try:
        return TO_JSON[wire](cell)
    except ValueError:
        return cell


def _unusable() -> PeerAnswerError:
    return PeerAnswerError(
        "Salesforce answered a bulk job with something that is no CSV. Nothing of it was used. Run again later."
    )
