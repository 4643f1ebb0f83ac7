"""What the records were before: copies that lag behind, and writes that are not seen yet.

Both work on an end's own SQLite database, so an end needs to know nothing of it: whole rows are compared
before and after a request. That is quick for the few thousand rows of a sandbox.
"""

import sqlite3
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from talk_assets.sandbox.faults.request import Asked

# ruff: noqa: S608 - names of tables and columns come from the ends' own declarations

Row = tuple[object, ...]


@dataclass(frozen=True, kw_only=True)
class Shelf:
    """An end's database.

    *current* is the connection the end works on, *swap* makes it work on another, and *blank* opens an empty one
    in memory. *tables* names the key column of each table of records; *feed* is the table of change entries, whose
    numbers are given in the order in which changes are seen. *names* are columns by which clients name records.
    """

    current: Callable[[], sqlite3.Connection]
    swap: Callable[[sqlite3.Connection], None]
    blank: Callable[[], sqlite3.Connection]
    tables: Mapping[str, str]
    names: Sequence[str]
    feed: str | None = None


@dataclass(frozen=True, kw_only=True)
class _Hidden:
    """One row that a late write has changed; *before* or *after* is None where there was or is none."""

    table: str
    key: object
    before: Row | None
    after: Row | None


@dataclass(frozen=True, kw_only=True)
class _Late:
    until: datetime
    rows: tuple[_Hidden, ...]
    names: frozenset[str]


@dataclass(kw_only=True)
class Past:
    """The lagging copy and the hidden writes of one end."""

    shelf: Shelf
    clock: Callable[[], datetime]
    _copy: sqlite3.Connection | None = None
    _late: list[_Late] = field(default_factory=list)

    @property
    def hides(self) -> bool:
        """True if some write is not seen yet."""
        return bool(self._late)

    def keep(self) -> None:
        """Make the lagging copy anew, of the records as they are now."""
        copy = self.shelf.blank()
        self.shelf.current().backup(copy)
        if self._copy is not None:
            self._copy.close()
        self._copy = copy

    @contextmanager
    def shown(self) -> Iterator[None]:
        """Let the end work on the lagging copy while the block runs; on its records where there is no copy."""
        current = self.shelf.current()
        self.shelf.swap(self._copy or current)
        try:
            yield
        finally:
            self.shelf.swap(current)

    def images(self) -> dict[str, dict[object, Row]]:
        """Return every row there is, by table and key."""
        connection = self.shelf.current()
        found: dict[str, dict[object, Row]] = {}
        for table, key in self.shelf.tables.items():
            place = self._columns(table).index(key)
            found[table] = {row[place]: tuple(row) for row in connection.execute(f"SELECT * FROM {table}")}
        return found

    def hide(self, before: Mapping[str, Mapping[object, Row]], *, seconds: float) -> None:
        """Take back what was written since *before*, to be seen in *seconds*."""
        after = self.images()
        rows = tuple(
            _Hidden(table=table, key=key, before=before[table].get(key), after=after[table].get(key))
            for table in self.shelf.tables
            for key in [*before[table], *(after[table].keys() - before[table].keys())]
            if before[table].get(key) != after[table].get(key)
        )
        if not rows:
            return
        for row in rows:
            self._store(row.table, row.key, row.before)
        names = frozenset(str(name) for row in rows for name in self._names(row))
        until = self.clock() + timedelta(seconds=seconds)
        self._late.append(_Late(until=until, rows=rows, names=names))

    def release(self, asked: Asked | None = None) -> None:
        """Show what is due; with *asked* also what that write names, for it would have waited; with None all."""
        now = self.clock()
        text = "" if asked is None else f"{asked.target}\n{asked.body.decode('utf-8', errors='replace')}"
        staying: list[_Late] = []
        for late in self._late:
            named = asked is not None and asked.writes and any(name in text for name in late.names)
            if asked is None or late.until <= now or named:
                self._show(late)
            else:
                staying.append(late)
        self._late = staying

    def close(self) -> None:
        """Show everything and drop the copy."""
        self.release()
        if self._copy is not None:
            self._copy.close()
            self._copy = None

    def _show(self, late: _Late) -> None:
        for row in late.rows:
            columns = self._columns(row.table)
            if row.table == self.shelf.feed and row.after is not None:
                entry = [
                    None if c == self.shelf.tables[row.table] else v for c, v in zip(columns, row.after, strict=True)
                ]
                self._insert(row.table, tuple(entry))
                continue
            place = columns.index(self.shelf.tables[row.table])
            current = next(
                (
                    tuple(found)
                    for found in self.shelf.current().execute(
                        f"SELECT * FROM {row.table} WHERE {columns[place]} = ?", (row.key,)
                    )
                ),
                None,
            )
            after = row.after
            if after is not None and current is not None and row.before is not None:
                # Somebody else changed the row meanwhile: only what the late write itself changed is put back.
                after = tuple(
                    new if new != old else here for new, old, here in zip(after, row.before, current, strict=True)
                )
            self._store(row.table, row.key, after)

    def _store(self, table: str, key: object, row: Row | None) -> None:
        self.shelf.current().execute(f"DELETE FROM {table} WHERE {self.shelf.tables[table]} = ?", (key,))
        if row is not None:
            self._insert(table, row)

    def _insert(self, table: str, row: Row) -> None:
        self.shelf.current().execute(f"INSERT INTO {table} VALUES ({', '.join('?' * len(row))})", row)

    def _names(self, row: _Hidden) -> list[object]:
        columns = self._columns(row.table)
        image = row.after or row.before or ()
        return [value for name, value in zip(columns, image, strict=True) if name in self.shelf.names and value]

    def _columns(self, table: str) -> list[str]:
        return [str(column[1]) for column in self.shelf.current().execute(f"PRAGMA table_info({table})")]
