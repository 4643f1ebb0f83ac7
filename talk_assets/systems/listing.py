"""Records as an end lists them, to be read one property at a time."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

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

    def record(self, place: int) -> Any:  # noqa: ANN401 - JSON
        """Return the record at *place*."""
        ...

    def at(self, places: Sequence[int]) -> "Listing":
        """Return the records at *places*."""
        ...


@dataclass(frozen=True)
class Objects:
    """Records of a JSON list."""

    records: Sequence[Any]

    def __len__(self) -> int:
        return len(self.records)

    def column(self, path: str, *, missing: object) -> list[Any]:
        """As `Listing`."""
        name, dot, rest = path.partition(".")
        values = [r.get(name, missing) if isinstance(r, dict) else NOT_TEXT for r in self.records]
        while dot:
            name, dot, rest = rest.partition(".")
            values = [
                v.get(name, missing) if isinstance(v, dict) else v if v is None or v is missing else NOT_TEXT
                for v in values
            ]
        return values

    def record(self, place: int) -> Any:  # noqa: ANN401 - JSON
        """As `Listing`."""
        return self.records[place]

    def at(self, places: Sequence[int]) -> Listing:
        """As `Listing`."""
        return Objects([self.records[place] for place in places])


@dataclass(frozen=True, kw_only=True)
class Cells:
    """Records of a table: texts by column, where an empty one is null; *wires* says what is not text.

    A text that is none of its kind stays a text, so that its record is set aside where it is read. Benchmark "B1 read"
    is why columns are not made into records and back.
    """

    columns: Mapping[str, Sequence[str]]
    wires: Mapping[str, Wire]
    size: int

    def __len__(self) -> int:
        return self.size

    def column(self, path: str, *, missing: object) -> list[Any]:
        """As `Listing`."""
        cells = self.columns.get(path)
        if cells is None:
            return [missing] * self.size
        wire = self.wires.get(path, Wire.TEXT)
        return [cell or None for cell in cells] if wire is Wire.TEXT else [_value(cell, wire) for cell in cells]

    def record(self, place: int) -> Any:  # noqa: ANN401 - JSON
        """As `Listing`; a path with dots makes nested objects."""
        record: JsonObject = {}
        for path, cells in self.columns.items():
            *steps, last = path.split(".")
            inner = record
            for step in steps:
                inner = inner.setdefault(step, {})
            inner[last] = _value(cells[place], self.wires.get(path, Wire.TEXT))
        return record

    def at(self, places: Sequence[int]) -> Listing:
        """As `Listing`."""
        columns = {path: [cells[place] for place in places] for path, cells in self.columns.items()}
        return Cells(columns=columns, wires=self.wires, size=len(places))


def _value(cell: str, wire: Wire) -> object:
    if not cell:
        return None
    try:
        return TO_JSON[wire](cell)
    except ValueError:
        return cell
