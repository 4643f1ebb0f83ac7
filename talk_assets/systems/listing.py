"""Records as an end lists them, to be read one property at a time."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from operator import itemgetter
from typing import Any, Protocol

import polars as pl

from talk_assets.model.wire import Wire
from talk_assets.systems.wire_text import NOT_TEXT, TO_JSON

JsonObject = dict[str, Any]


class Listing(Protocol):
    """Some records; their places count from 0."""

    def __len__(self) -> int:
        """How many there are."""
        ...

    def column(self, path: str, *, missing: object) -> list[Any]:
        """Return the values at *path*: null where it or something on the way is null, *missing* where it is not there.

        A step through something that is not an object gives `NOT_TEXT`, and so does a record that is none.
        """
        ...

    def texts(self, path: str, wire: Wire, *, missing: object) -> pl.Series | None:
        """Return the values at *path* as wire text; None where some may be of another kind, which `column` tells."""
        ...

    def record(self, place: int) -> Any:  # noqa: ANN401 - JSON
        """Return the record at *place*."""
        ...

    def at(self, places: Sequence[int]) -> "Listing":
        """Return the records at *places*."""
        ...


_PLAIN: Mapping[Wire, pl.DataType] = {Wire.TEXT: pl.String(), Wire.BOOLEAN: pl.Boolean()}
"""Kinds that polars takes from JSON's values, no others among them, and writes as wire text has them."""


@dataclass(frozen=True)
class Objects:
    """Records of a JSON list."""

    records: Sequence[Any]

    def __len__(self) -> int:
        return len(self.records)

    def column(self, path: str, *, missing: object) -> list[Any]:
        """As `Listing`."""
        try:
            # Most pages have it in every record: a third of the time of the way below.
            values: Iterable[Any] = self.records
            for name in path.split("."):
                values = list(map(itemgetter(name), values))
        except (KeyError, TypeError):
            return self._looked_for(path, missing)
        return list(values)

    def _looked_for(self, path: str, missing: object) -> list[Any]:
        name, dot, rest = path.partition(".")
        values = [r.get(name, missing) if isinstance(r, dict) else NOT_TEXT for r in self.records]
        while dot:
            name, dot, rest = rest.partition(".")
            values = [
                v.get(name, missing) if isinstance(v, dict) else v if v is None or v is missing else NOT_TEXT
                for v in values
            ]
        return values

    def texts(self, path: str, wire: Wire, *, missing: object) -> pl.Series | None:
        """As `Listing`."""
        if wire not in _PLAIN:
            return None
        try:
            return pl.Series(self.column(path, missing=missing), dtype=_PLAIN[wire]).cast(pl.String)
        except (TypeError, ValueError):
            return None

    def record(self, place: int) -> Any:  # noqa: ANN401 - JSON
        """As `Listing`."""
        return self.records[place]

    def at(self, places: Sequence[int]) -> Listing:
        """As `Listing`."""
        return Objects([self.records[place] for place in places])


@dataclass(frozen=True, kw_only=True)
class Cells:
    """Records of a table: a frame of texts, where an empty one is null; *wires* says what is not text.

    A text that is none of its kind stays a text, so that its record is set aside where it is read. Benchmark "B1 read"
    is why columns are not made into records and back.
    """

    frame: pl.DataFrame
    wires: Mapping[str, Wire]

    def __len__(self) -> int:
        return self.frame.height

    def column(self, path: str, *, missing: object) -> list[Any]:
        """As `Listing`."""
        if path not in self.frame.columns:
            return [missing] * len(self)
        wire = self.wires.get(path, Wire.TEXT)
        return [_value(cell, wire) for cell in self.frame[path]]

    def texts(self, path: str, wire: Wire, *, missing: object) -> pl.Series | None:
        """As `Listing`."""
        if wire is Wire.TEXTS:
            return None
        if path not in self.frame.columns:
            known = missing is None or isinstance(missing, str)
            return pl.Series([missing], dtype=pl.String).new_from_index(0, len(self)) if known else None
        cells = self.frame.select(pl.when(pl.col(path) != "").then(pl.col(path)))[path]
        legal = _LEGAL.get(wire)
        return None if legal and not cells.str.contains(legal).all() else cells

    def record(self, place: int) -> Any:  # noqa: ANN401 - JSON
        """As `Listing`; a path with dots makes nested objects."""
        record: JsonObject = {}
        for path, cell in self.frame.row(place, named=True).items():
            *steps, last = path.split(".")
            inner = record
            for step in steps:
                inner = inner.setdefault(step, {})
            inner[last] = _value(cell, self.wires.get(path, Wire.TEXT))
        return record

    def at(self, places: Sequence[int]) -> Listing:
        """As `Listing`."""
        return Cells(frame=self.frame[list(places)], wires=self.wires)


_LEGAL: Mapping[Wire, str] = {
    Wire.NUMBER: r"\A-?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][+-]?[0-9]+)?\z",
    Wire.INTEGER: r"\A-?(0|[1-9][0-9]*)\z",
    Wire.BOOLEAN: r"\A(true|false)\z",
}
"""What is wire text as it stands, by kind; an array may be written in several ways."""


def _value(cell: str, wire: Wire) -> object:
    if not cell:
        return None
    try:
        return TO_JSON[wire](cell)
    except ValueError:
        return cell
