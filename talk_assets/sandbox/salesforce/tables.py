"""The SQLite tables behind the objects: one column a stored field, values only ever as parameters."""

# ruff: noqa: S608 - identifiers come from the catalogue; no value is ever put into a statement

from __future__ import annotations

import re
import sqlite3
from dataclasses import dataclass
from functools import cached_property, lru_cache
from pathlib import Path

from .schema import CASELESS, Catalogue, SObject

Stored = str | int | None
Row = dict[str, Stored]

#: Says with which row a row went to the recycle bin, so that an undelete brings the same rows back.
DELETED_WITH = "_DeletedWith"


@dataclass(frozen=True, kw_only=True)
class Table:
    """The statements of one object."""

    sobject: SObject

    @cached_property
    def name(self) -> str:
        """The quoted table name: `Order` is a word of SQL."""
        return f'"{self.sobject.name}"'

    @cached_property
    def columns(self) -> tuple[str, ...]:
        """Columns in order of declaration."""
        return tuple(field.name for field in self.sobject.stored)

    @cached_property
    def recyclable(self) -> bool:
        """True if rows go to the recycle bin; users and organizations never do."""
        return "IsDeleted" in self.columns

    @cached_property
    def insert(self) -> str:
        """INSERT of every column, in order."""
        places = ", ".join("?" * len(self.columns))
        return f"INSERT INTO {self.name} ({', '.join(self.columns)}) VALUES ({places})"

    @cached_property
    def select(self) -> str:
        """SELECT of every column, to be followed by a WHERE."""
        return f"SELECT {', '.join(self.columns)} FROM {self.name}"

    @cached_property
    def template(self) -> Row:
        """A new row with the defaults of its fields."""
        return {field.name: field.default for field in self.sobject.stored}

    def ddl(self) -> list[str]:
        """Return the statements that make the table and its indexes."""
        columns = [
            f"{field.name} {field.column_type}" + (" PRIMARY KEY" if field.type == "id" else "")
            for field in self.sobject.stored
        ]
        statements = [f"CREATE TABLE IF NOT EXISTS {self.name} ({', '.join(columns)}, {DELETED_WITH} TEXT)"]
        for field in self.sobject.stored:
            index = f'CREATE INDEX IF NOT EXISTS "{self.sobject.name}.{field.name}" ON {self.name}'
            if field.name == "SystemModstamp":
                statements.append(f"{index} (SystemModstamp, Id)")
            elif field.unique or (field.indexed and field.refers_to != ("User",)):
                # Unique fields are checked by the rows module: a row in the recycle bin no longer holds its key,
                # and a partial unique index would tempt SQLite to sort by it.
                statements.append(f"{index} ({field.name})")
        return statements


def tables_of(catalogue: Catalogue) -> dict[str, Table]:
    """Return the table of each object, by object name."""
    return {sobject.name: Table(sobject=sobject) for sobject in catalogue.objects}


def connect(database: Path | None) -> sqlite3.Connection:
    """Open the org's own database: a file, or memory when None.

    The connection may be used from any thread; the org lets one at a time in.
    """
    connection = sqlite3.connect(
        ":memory:" if database is None else database,
        isolation_level=None,
        check_same_thread=False,
        cached_statements=1024,
    )
    connection.create_collation(CASELESS, _compare)
    connection.create_function("like", 3, _like, deterministic=True)
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = NORMAL")
    connection.execute("PRAGMA cache_size = -65536")
    return connection


def _compare(first: str, second: str) -> int:
    """Order two texts without regard to case; SQLite's own NOCASE knows only ASCII letters."""
    first, second = first.casefold(), second.casefold()
    return (first > second) - (first < second)


def _like(pattern: str | None, text: str | None, escape: str) -> bool | None:
    """Answer `text LIKE pattern ESCAPE escape` without regard to case."""
    if pattern is None or text is None:
        return None
    return _like_matcher(pattern, escape).fullmatch(text) is not None


@lru_cache(maxsize=256)
def _like_matcher(pattern: str, escape: str) -> re.Pattern[str]:
    parts = re.findall(re.escape(escape) + r".|.", pattern, flags=re.DOTALL)
    wild = {"%": ".*", "_": "."}
    return re.compile("".join(wild.get(part, re.escape(part[-1])) for part in parts), re.IGNORECASE | re.DOTALL)


def create_tables(connection: sqlite3.Connection, tables: dict[str, Table]) -> None:
    """Create whatever is missing: a kept database may be of an org that had fewer fields."""
    for table in tables.values():
        create, *indexes = table.ddl()
        connection.execute(create)
        there = {column[1] for column in connection.execute(f"PRAGMA table_info({table.name})")}
        for field in table.sobject.stored:
            if field.name not in there:
                connection.execute(f"ALTER TABLE {table.name} ADD COLUMN {field.name} {field.column_type}")
        for statement in indexes:
            connection.execute(statement)
