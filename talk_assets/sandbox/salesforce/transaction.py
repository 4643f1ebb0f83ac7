"""One call's work on the org's rows: all of it is kept, or none."""

# ruff: noqa: S608 - identifiers come from the catalogue; no value is ever put into a statement

from __future__ import annotations

import sqlite3
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from .schema import Catalogue, SObject
from .settings import SalesforceSettings
from .shapes.shape import Policies
from .tables import DELETED_WITH, Row, Stored, Table


@dataclass(kw_only=True)
class Savepoint:
    """A part of a transaction that can be taken back without raising."""

    undone: bool = False


@dataclass(kw_only=True)
class Transaction:
    """The rows as this call sees and changes them.

    `now` is the stamp that every row written by the call gets. `touched` holds documents whose lines
    changed and whose totals are due; `settle` computes them once, however many lines changed. `policies` are the
    rules an administrator has set; a call that `allows_duplicates` passes those duplicate rules that let it.
    """

    connection: sqlite3.Connection
    catalogue: Catalogue
    settings: SalesforceSettings
    tables: Mapping[str, Table]
    now: str
    user_id: str
    next_id: Callable[[str], str]
    next_number: Callable[[str], int]
    total: Callable[[Transaction, str, str], None]
    policies: Policies
    base: str = "/services/data/v62.0/"
    allows_duplicates: bool = False
    touched: dict[tuple[str, str], None] = field(default_factory=dict)
    written: Counter[str] = field(default_factory=Counter)

    def rows(self, sql: str, parameters: Sequence[Stored] = ()) -> list[tuple[Any, ...]]:
        """Return every row of a query."""
        return self.connection.execute(sql, parameters).fetchall()

    def row(self, sql: str, parameters: Sequence[Stored] = ()) -> tuple[Any, ...] | None:
        """Return the first row of a query, or None."""
        found: tuple[Any, ...] | None = self.connection.execute(sql, parameters).fetchone()
        return found

    def load(self, sobject: SObject, record_id: str) -> Row | None:
        """Return a row, deleted or not, by its 18-character id."""
        table = self.tables[sobject.name]
        found = self.row(f"{table.select} WHERE Id = ?", (record_id,))
        return None if found is None else dict(zip(table.columns, found, strict=True))

    def live(self, object_name: str, record_id: str) -> bool:
        """True if the row exists and is not in the recycle bin."""
        table = self.tables[object_name]
        alive = " AND IsDeleted = 0" if table.recyclable else ""
        return self.row(f"SELECT 1 FROM {table.name} WHERE Id = ?{alive}", (record_id,)) is not None

    def matching(self, sobject: SObject, field_name: str, value: Stored) -> list[str]:
        """Return the ids of live rows whose *field_name* equals *value*."""
        table = self.tables[sobject.name]
        sql = f"SELECT Id FROM {table.name} WHERE {field_name} = ? AND IsDeleted = 0 ORDER BY Id"
        return [found[0] for found in self.rows(sql, (value,))]

    def insert(self, sobject: SObject, row: Row) -> None:
        """Store a complete new row."""
        table = self.tables[sobject.name]
        self.connection.execute(table.insert, [row[column] for column in table.columns])
        self.written["created"] += 1

    def change(self, sobject: SObject, record_id: str, values: Mapping[str, Stored]) -> None:
        """Store *values* on a row, with the stamp of system work."""
        table = self.tables[sobject.name]
        stamped = {**values, "SystemModstamp": self.now}
        columns = ", ".join(f"{name} = ?" for name in stamped)
        self.connection.execute(f"UPDATE {table.name} SET {columns} WHERE Id = ?", (*stamped.values(), record_id))

    def bin(self, sobject: SObject, record_ids: Iterable[str], *, with_row: str | None) -> None:
        """Move rows to the recycle bin, or with None back out of it."""
        table = self.tables[sobject.name]
        deleted = int(with_row is not None)
        self.connection.executemany(
            f"UPDATE {table.name} SET IsDeleted = ?, {DELETED_WITH} = ?, SystemModstamp = ?, LastModifiedDate = ?, "
            "LastModifiedById = ? WHERE Id = ?",
            [(deleted, with_row, self.now, self.now, self.user_id, record_id) for record_id in record_ids],
        )

    def touch(self, document: str, record_id: str) -> None:
        """Note that the lines of a document changed."""
        self.touched[document, record_id] = None

    def settle(self) -> None:
        """Compute the totals that are due."""
        for document, record_id in self.touched:
            self.total(self, document, record_id)
        self.touched.clear()

    @contextmanager
    def savepoint(self) -> Iterator[Savepoint]:
        """Undo everything done inside if it raises, or if it is marked as undone."""
        touched, written = dict(self.touched), Counter(self.written)
        savepoint = Savepoint()
        self.connection.execute("SAVEPOINT part")
        kept = False
        try:
            yield savepoint
            self.settle()
            kept = not savepoint.undone
        finally:
            if not kept:
                self.connection.execute("ROLLBACK TO part")
                self.touched, self.written = touched, written
            self.connection.execute("RELEASE part")
