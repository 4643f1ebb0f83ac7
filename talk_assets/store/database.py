"""One DuckDB file, one writer: opening, transactions, frames in and out."""

import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from typing import Self

import duckdb
import polars as pl

from talk_assets.model.errors import StoreMismatchError
from talk_assets.store.lock import StoreLock

if find_spec("pandas") is None:
    # DuckDB 1.5 looks for pandas at every parameter it binds and does not remember that there is none:
    # an eighth of a quiet cycle. None stands for "not importable", which it is.
    sys.modules.setdefault("pandas", None)  # type: ignore[arg-type]

SCHEMA_VERSION = 1
STAGES = ("raw", "mapped", "links", "changesets", "writeback", "store")
"""DuckDB schemas: one a stage, and `store` for what belongs to none."""

THREADS_FROM = 512 * 1024 * 1024
"""File size in bytes from which DuckDB may use all cores; below, handing work to threads costs a third more."""

CATALOG = "talk"
"""The store's name inside DuckDB, whatever its file is called."""


def _literal(path: Path | None) -> str:
    return ":memory:" if path is None else str(path).replace("'", "''")


def quoted(name: str) -> str:
    """An SQL identifier; names come from declarations only."""
    return '"' + name.replace('"', '""') + '"'


def sql_type(dtype: pl.DataType) -> str:
    """The DuckDB column type of a polars type."""
    if isinstance(dtype, pl.Decimal):
        return f"DECIMAL({dtype.precision},{dtype.scale})"
    if isinstance(dtype, pl.Datetime):
        return "TIMESTAMPTZ"
    plain: dict[type[pl.DataType], str] = {
        pl.String: "VARCHAR",
        pl.Boolean: "BOOLEAN",
        pl.Date: "DATE",
        pl.Int64: "BIGINT",
    }
    return plain[type(dtype)]


class Database:
    """A store opened for writing. Use as a context manager; one at a time a file."""

    def __init__(self, path: Path | None) -> None:
        self._lock = StoreLock(path) if path is not None else None
        if path is not None:
            path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        if self._lock is not None:
            self._lock.take()
        try:
            # Attached under a name of our own: a file called store.duckdb would otherwise make
            # `store.meta` ambiguous between the database and the schema.
            self._connection = duckdb.connect(":memory:")
            self._connection.execute(f"ATTACH '{_literal(path)}' AS {CATALOG}")
            self._connection.execute(f"USE {CATALOG}")
        except duckdb.Error as error:
            self._give_up_lock()
            raise StoreMismatchError(
                f"The store {path} cannot be opened: {error}. Nothing was read or written. "
                "Restore it from a backup, or move it away to start from an empty store."
            ) from error
        # Time stamps with a zone are handed over in the session's zone; the contracts say UTC.
        self._connection.execute("SET TimeZone='UTC'")
        self._connection.execute("SET preserve_insertion_order=false")
        # It would be drawn on stdout, into the middle of a command's JSON.
        self._connection.execute("SET enable_progress_bar=false")
        if path is None or path.stat().st_size < THREADS_FROM:
            self._connection.execute("SET threads=1")
        self._connection.execute("SET enable_external_access=false")
        self._depth = 0
        self._create_frame()

    def _create_frame(self) -> None:
        for stage in STAGES:
            self.execute(f"CREATE SCHEMA IF NOT EXISTS {stage}")
        self.execute("CREATE TABLE IF NOT EXISTS store.meta (key VARCHAR, value VARCHAR)")
        self.execute("CREATE TABLE IF NOT EXISTS store.mark (stage VARCHAR, name VARCHAR, seq BIGINT)")
        found = self.meta("schema_version")
        if found is None:
            self.set_meta("schema_version", str(SCHEMA_VERSION))
            self.set_meta("seq", "0")
        elif found != str(SCHEMA_VERSION):
            self.close()
            raise StoreMismatchError(
                f"The store has layout {found}, this version of Talk Assets reads layout {SCHEMA_VERSION}. "
                "Nothing was changed. Use the version that wrote it, or start from an empty store."
            )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the file and release the lock."""
        self._connection.close()
        self._give_up_lock()

    def _give_up_lock(self) -> None:
        if self._lock is not None:
            self._lock.release()

    def execute(self, sql: str, parameters: Sequence[object] = ()) -> None:
        """Run one statement and drop its result."""
        self._connection.execute(sql, list(parameters)).fetchall()

    def rows(self, sql: str, parameters: Sequence[object] = ()) -> list[tuple[object, ...]]:
        """Run one query; all rows."""
        return list(self._connection.execute(sql, list(parameters)).fetchall())

    def value(self, sql: str, parameters: Sequence[object] = ()) -> object:
        """Return the first column of the first row, or None."""
        found = self.rows(sql, parameters)
        return found[0][0] if found else None

    def count(self, sql: str, parameters: Sequence[object] = ()) -> int:
        """Return the first column of the first row as a number."""
        found = self.value(sql, parameters)
        return int(found) if isinstance(found, int) else 0

    def frame(self, sql: str, parameters: Sequence[object] = (), **frames: pl.DataFrame) -> pl.DataFrame:
        """Run one query over the store and the given *frames* (by name); the result as a frame."""
        with self._visible(frames):
            # `sql(...)` and not `execute(...)`: only its result turns into a frame in DuckDB 2.0.
            relation = self._connection.sql(sql, params=list(parameters) or None)
            return relation.pl()

    def run(self, sql: str, parameters: Sequence[object] = (), **frames: pl.DataFrame) -> None:
        """Run one statement over the store and the given *frames* (by name)."""
        with self._visible(frames):
            self.execute(sql, parameters)

    def insert(self, table: str, rows: pl.DataFrame) -> None:
        """Append *rows* to *table*, columns by name."""
        if rows.height:
            self.run(f"INSERT INTO {table} BY NAME SELECT * FROM incoming", incoming=rows)

    @contextmanager
    def _visible(self, frames: dict[str, pl.DataFrame]) -> Iterator[None]:
        for name, frame in frames.items():
            self._connection.register(name, frame)
        try:
            yield
        finally:
            for name in frames:
                self._connection.unregister(name)

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """Run the block in one transaction; a nested block joins the outer one."""
        if self._depth:
            yield
            return
        self._connection.execute("BEGIN")
        self._depth = 1
        try:
            yield
        except BaseException:
            self._depth = 0
            self._connection.execute("ROLLBACK")
            raise
        self._depth = 0
        self._connection.execute("COMMIT")

    def checkpoint(self) -> None:
        """Fold the write-ahead log into the file; done once, at the end of a cycle."""
        self.execute(f"CHECKPOINT {CATALOG}")

    def meta(self, key: str) -> str | None:
        """One of the store's own facts."""
        found = self.value("SELECT value FROM store.meta WHERE key = ?", [key])
        return None if found is None else str(found)

    def set_meta(self, key: str, value: str) -> None:
        """Set one of the store's own facts."""
        with self.transaction():
            self.execute("DELETE FROM store.meta WHERE key = ?", [key])
            self.execute("INSERT INTO store.meta VALUES (?, ?)", [key, value])

    def next_seq(self) -> int:
        """Return the next number of the store's one change counter.

        Every changed row carries the number of the step that changed it, so each stage knows what is
        new since it last looked by comparing with its own mark.
        """
        seq = self.value(
            "UPDATE store.meta SET value = CAST(CAST(value AS BIGINT) + 1 AS VARCHAR) WHERE key = 'seq' RETURNING value"
        )
        return int(str(seq))

    def mark(self, stage: str, name: str) -> int:
        """The change number up to which *stage* has worked through *name*."""
        return self.count("SELECT seq FROM store.mark WHERE stage = ? AND name = ?", [stage, name])

    def set_mark(self, stage: str, name: str, seq: int) -> None:
        """Record that *stage* has worked through *name* up to *seq*."""
        with self.transaction():
            self.execute("DELETE FROM store.mark WHERE stage = ? AND name = ?", [stage, name])
            self.execute("INSERT INTO store.mark VALUES (?, ?, ?)", [stage, name, seq])

    def latest_seq(self) -> int:
        """The last number `next_seq` gave."""
        return int(self.meta("seq") or 0)
