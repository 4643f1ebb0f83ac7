"""CSV as bulk jobs take and give it, and its rows as records of the REST API."""

import csv
import io
from collections.abc import Iterable, Mapping, Sequence

import polars as pl
from polars.exceptions import PolarsError

from talk_assets.model.errors import PeerAnswerError
from talk_assets.model.wire import Wire
from talk_assets.systems.listing import Cells

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
    header, rows = _read(body)
    return [dict(zip(header, row, strict=True)) for row in rows]


def cells_of(body: bytes, wires: Mapping[str, Wire], *, stamps: Sequence[str] = ()) -> Cells:
    """Return a CSV's rows as records of the REST API, whose *stamps* end in ``+0000`` where a table has ``Z``.

    Raises:
        PeerAnswerError: it is none.
    """
    frame = _quoted(body)
    if frame is None:
        header, rows = _read(body)
        if len(set(header)) != len(header):
            raise _unusable()
        frame = pl.DataFrame(rows, schema=dict.fromkeys(header, pl.String()), orient="row")
    named = [pl.col(name).str.replace(r"Z\z", "+0000") for name in stamps if name in frame.columns]
    return Cells(frame=frame.with_columns(named), wires=wires)


def _quoted(body: bytes) -> pl.DataFrame | None:
    """Return a CSV whose cells are all quoted, as Salesforce writes them, as a frame of texts; None for any other."""
    try:
        frame = pl.read_csv(body, infer_schema=False, empty_string_is_null=False)
    except PolarsError:
        return None
    # Polars takes more for a CSV than is one. What it writes as it was read, it understood.
    return frame if frame.write_csv(quote_style="always").encode() == body else None


def _read(body: bytes) -> tuple[list[str], list[list[str]]]:
    try:
        table = csv.reader(io.StringIO(body.decode("utf-8-sig"), newline=""), strict=True)
        header = next(table, [])
        rows = [row for row in table if row]
    except (UnicodeDecodeError, csv.Error):
        raise _unusable() from None
    if any(len(row) != len(header) for row in rows):
        raise _unusable()
    return header, rows


def _unusable() -> PeerAnswerError:
    return PeerAnswerError(
        "Salesforce answered a bulk job with something that is no CSV. Nothing of it was used. Run again later."
    )
