"""Rows of one Salesforce object as the bytes that are sent, in the order they changed."""

from array import array
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from itertools import islice


class Rows:
    """Rows by place, and the places by (stamp, place); stamps are whole seconds, as the org gives them.

    A row that changes takes a new entry at the end, and its old entry no longer counts.
    """

    def __init__(self) -> None:
        self.rows: list[bytes] = []
        self._entries = array("q")
        self._stamps = array("q")
        self._entry_of = array("q")
        self._unsorted: int | None = None

    def __len__(self) -> int:
        return len(self.rows)

    def put(self, place: int, row: bytes, stamp: int) -> None:
        """Keep *row* as changed at *stamp*, which is not before any other; the next free place makes a new row."""
        entry = len(self._entries)
        if place == len(self.rows):
            self.rows.append(row)
            self._entry_of.append(entry)
        else:
            self.rows[place] = row
            self._entry_of[place] = entry
        # Within one second rows come in the order of their ids.
        if self._unsorted is None and entry and self._stamps[-1] == stamp and self._entries[-1] >= place:
            self._unsorted = bisect_left(self._stamps, stamp)
        self._entries.append(place)
        self._stamps.append(stamp)

    def places(self, *, since: int | None = None, beyond: tuple[int, int] | None = None) -> Iterator[int]:
        """The places of rows stamped *since* a second, or after the (stamp, place) *beyond*, in order."""
        self._sort()
        start = 0 if since is None else bisect_left(self._stamps, since)
        if beyond is not None:
            stamp, last = beyond
            start = bisect_left(self._stamps, stamp)
            end = bisect_left(self._stamps, stamp + 1)
            start = bisect_left(self._entries, last + 1, start, end)
        entries, entry_of = self._entries, self._entry_of
        return (place for entry, place in enumerate(islice(entries, start, None), start) if entry_of[place] == entry)

    def newest(self) -> int | None:
        """The place of the row that is last in order."""
        self._sort()
        for entry in range(len(self._entries) - 1, -1, -1):
            if self._entry_of[self._entries[entry]] == entry:
                return self._entries[entry]
        return None

    def _sort(self) -> None:
        """Bring the seconds since rows were put out of order into order."""
        start = self._unsorted
        if start is None:
            return
        live = {(self._stamps[e], self._entries[e]) for e in range(start, len(self._entries)) if self._counts(e)}
        del self._entries[start:], self._stamps[start:]
        for stamp, place in sorted(live):
            self._entry_of[place] = len(self._entries)
            self._entries.append(place)
            self._stamps.append(stamp)
        self._unsorted = None

    def _counts(self, entry: int) -> bool:
        return self._entry_of[self._entries[entry]] == entry


def stamp_of(text: str) -> int:
    """The second of a time as SOQL and the API write it."""
    return int(datetime.fromisoformat(text.replace("Z", "+00:00").replace("+0000", "+00:00")).timestamp())


def stamp_text(stamp: int) -> str:
    """A second as the API tells it."""
    return datetime.fromtimestamp(stamp, UTC).strftime("%Y-%m-%dT%H:%M:%S.000+0000")


def joined(rows: Sequence[bytes]) -> bytes:
    """Rows as a JSON list."""
    return b"[" + b",".join(rows) + b"]"
