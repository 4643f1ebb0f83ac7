"""One DuckDB file, one writer: opening, transactions, frames in and out."""

import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from typing import Self
from uuid import uuid4

import duckdb
import polars as pl
from msgspec import structs

from talk_assets.model.failpoints import failpoint
from talk_assets.store.disk import written
from talk_assets.store.forked import guard, keep_forever
from talk_assets.store.lock import StoreLock
from talk_assets.store.opening import CATALOG, SCHEMA_VERSION, open_file
from talk_assets.store.place import check_place, make_private
from talk_assets.store.witness import Standing, Witness, testimony

if find_spec("pandas") is None:
    # DuckDB 1.5 looks for pandas at every parameter it binds and does not remember that there is none:
    # an eighth of a quiet cycle. None stands for "not importable", which it is.
    sys.modules.setdefault("pandas", None)  # type: ignore[arg-type]

STAGES = ("raw", "mapped", "links", "changesets", "writeback", "store")
"""DuckDB schemas: one a stage, and `store` for what belongs to none."""

THREADS_FROM = 512 * 1024 * 1024
"""File size in bytes from which DuckDB may use all cores; below, handing work to threads costs a third more."""


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
    """A store opened for writing. Use as a context manager; one at a time a file.

    *rewound* says why the store is known to have gone back in time, and None where it is not: what both ends last
    agreed on may then be newer than what it holds.
    """

    def __init__(self, path: Path | None) -> None:
        self.path = path
        self._lock = StoreLock(path) if path is not None else None
        self._witness: Witness | None = None
        if self._lock is not None and path is not None:
            make_private()
            with written(path):
                path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
                self._lock.take()
        failpoint("store locked")
        try:
            with written(path):
                self._open(path)
        except BaseException:
            self._give_up_lock()
            raise
        guard(self)

    def _open(self, path: Path | None) -> None:
        if path is not None:
            check_place(path)
        said = None if path is None else testimony(path)
        opened = open_file(path, said)
        self._connection = opened.connection
        # Time stamps with a zone are handed over in the session's zone; the contracts say UTC.
        self._connection.execute("SET TimeZone='UTC'")
        self._connection.execute("SET preserve_insertion_order=false")
        # It would be drawn on stdout, into the middle of a command's JSON.
        self._connection.execute("SET enable_progress_bar=false")
        if path is None or path.stat().st_size < THREADS_FROM:
            self._connection.execute("SET threads=1")
        self._connection.execute("SET enable_external_access=false")
        self._connection.execute("SET lock_configuration=true")
        self._depth = 0
        self.standing = Standing(store="", epoch=0, commits=0)
        self.standing = self._begin(said, opened.aside)
        if path is not None:
            self._witness = Witness(store=path)
            self._witness.tell(self.standing)
        failpoint("store opened")

    def _begin(self, said: Standing | None, aside: Path | None) -> Standing:
        """Create the frame and say how far the store has come, in the next epoch if it went back in time."""
        for stage in STAGES:
            self.execute(f"CREATE SCHEMA IF NOT EXISTS {stage}")
        self.execute("CREATE TABLE IF NOT EXISTS store.meta (key VARCHAR, value VARCHAR)")
        self.execute("CREATE TABLE IF NOT EXISTS store.mark (stage VARCHAR, name VARCHAR, seq BIGINT)")
        facts = {str(key): str(value) for key, value in self.rows("SELECT key, value FROM store.meta")}
        known = facts.get("store")
        now = Standing(
            store=known or uuid4().hex, epoch=int(facts.get("epoch", 1)), commits=int(facts.get("commits", 0))
        )
        why = None
        if said is not None and now.behind(said):
            why = "a newer state of it was seen here before" if known else "the store that was here is gone"
            now = structs.replace(now, epoch=max(now.epoch, said.epoch) + 1)
        elif said is None and known and self.path is not None:
            why = "nothing beside it tells whether it is the newest state"
            now = structs.replace(now, epoch=now.epoch + 1)
        if why is not None and aside is not None:
            why += f", and a log that did not belong to it was set aside as {aside.name}"
        first = {"schema_version": str(SCHEMA_VERSION), "seq": "0"}
        wanted = first | facts | {"store": now.store, "epoch": str(now.epoch), "commits": str(now.commits)}
        wanted |= {} if why is None else {"rewound": why}
        with self.transaction():
            for key in wanted:
                if wanted[key] != facts.get(key):
                    self.set_meta(key, wanted[key])
        return now

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the file and release the lock."""
        self._connection.close()
        if self._witness is not None:
            self._witness.close()
        self._give_up_lock()

    def disown(self) -> None:
        """Let go of the store in a forked child: it belongs to the parent."""
        keep_forever(self._connection)
        self._connection = duckdb.connect(":memory:")
        self._connection.close()
        self._witness = None
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
            counted = self._counted()
            failpoint("store committing")
        except BaseException:
            self._depth = 0
            self._connection.execute("ROLLBACK")
            raise
        self._depth = 0
        with written(self.path):
            self._connection.execute("COMMIT")
            failpoint("store committed")
            if self._witness is not None:
                self.standing = counted
                self._witness.tell(counted)

    def _counted(self) -> Standing:
        """Count the transaction under way: a store that forgets commits is told by its witness that it did."""
        if self._witness is None:
            return self.standing
        counted = structs.replace(self.standing, commits=self.standing.commits + 1)
        self.execute("UPDATE store.meta SET value = ? WHERE key = 'commits'", [str(counted.commits)])
        return counted

    def checkpoint(self) -> None:
        """Fold the write-ahead log into the file; done once, at the end of a cycle."""
        with written(self.path):
            self.execute(f"CHECKPOINT {CATALOG}")
            if self._witness is not None:
                self._witness.tell(self.standing)

    def meta(self, key: str) -> str | None:
        """One of the store's own facts."""
        found = self.value("SELECT value FROM store.meta WHERE key = ?", [key])
        return None if found is None else str(found)

    def set_meta(self, key: str, value: str) -> None:
        """Set one of the store's own facts."""
        with self.transaction():
            self.execute("DELETE FROM store.meta WHERE key = ?", [key])
            self.execute("INSERT INTO store.meta VALUES (?, ?)", [key, value])

    def belongs_to(self) -> dict[str, str]:
        """The Salesforce org and the Customerp tenant that filled the store, by system; empty before the first run."""
        found = self.rows("SELECT key, value FROM store.meta WHERE starts_with(key, 'tenant_') ORDER BY key DESC")
        return {str(key).removeprefix("tenant_"): str(value) for key, value in found}

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
