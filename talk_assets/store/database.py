"""One DuckDB file, one writer: opening, transactions, frames in and out."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Self

import duckdb
import polars as pl
from msgspec import structs

from talk_assets.model.failpoints import failpoint
from talk_assets.store.disk import written
from talk_assets.store.forked import guard, keep_forever
from talk_assets.store.ledger import Ledger
from talk_assets.store.lock import StoreLock
from talk_assets.store.opening import CATALOG, SCHEMA_VERSION, configure, open_file
from talk_assets.store.place import check_place, make_private
from talk_assets.store.recent import Recent
from talk_assets.store.sql import FEW, few_rows, visible
from talk_assets.store.witness import Standing, Witness, standing, testimony

MOVED = "moved"
"""The stage, as it were, whose marks tell for each table when a row of it last changed."""

STAGES = ("raw", "mapped", "links", "changesets", "writeback", "store")
"""DuckDB schemas: one a stage, and `store` for what belongs to none."""


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
        configure(self._connection, path)
        self._depth = 0
        self._begun = False
        self._columns: dict[str, set[str]] | None = None
        self._ledger = Ledger(connection=self._connection)
        self.recent = Recent()
        self.standing = Standing(store="", epoch=0, commits=0)
        self.standing = self._begin(said, opened.aside)
        if path is not None:
            self._witness = Witness(store=path)
            self._witness.tell(self.standing)
        failpoint("store opened")

    def _begin(self, said: Standing | None, aside: Path | None) -> Standing:
        """Create the frame and say how far the store has come, in the next epoch if it went back in time."""
        if "store.mark" not in self.columns:
            for stage in STAGES:
                self.define(f"CREATE SCHEMA IF NOT EXISTS {stage}")
            self.define("CREATE TABLE IF NOT EXISTS store.meta (key VARCHAR, value VARCHAR)")
            self.define("CREATE TABLE IF NOT EXISTS store.mark (stage VARCHAR, name VARCHAR, seq BIGINT)")
        facts = dict(self._ledger.facts)
        now, why = standing(facts, said, kept=self.path is not None)
        why = f"{why}, and a log that did not belong to it was set aside as {aside.name}" if why and aside else why
        wanted = {"schema_version": str(SCHEMA_VERSION), "seq": "0"} | facts
        wanted |= {"store": now.store, "epoch": str(now.epoch), "commits": str(now.commits)}
        wanted |= {} if why is None else {"rewound": why}
        with self.transaction():
            for key, value in wanted.items():
                self.set_meta(key, value)
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

    def execute(self, sql: str, parameters: Sequence[object] = ()) -> int:
        """Run one statement that changes something; how many rows it changed."""
        if self._depth:
            self._begin_writing()
        self.recent.forget(sql)
        found = self._connection.execute(sql, list(parameters)).fetchall()
        return int(found[0][0]) if found else 0

    @property
    def columns(self) -> Mapping[str, set[str]]:
        """The store's tables, as `schema.table` without quotes, and their columns."""
        if self._columns is None:
            self._columns = {}
            for table, column in self.rows(
                "SELECT schema_name || '.' || table_name, column_name FROM duckdb_columns() WHERE database_name = ?",
                [CATALOG],
            ):
                self._columns.setdefault(str(table), set()).add(str(column))
        return self._columns

    def define(self, sql: str, **made: set[str]) -> None:
        """Run one statement that changes which tables or columns there are; *made* are the tables it only adds."""
        self.execute(sql)
        self._columns = {**self._columns, **made} if made and self._columns is not None else None

    def rows(self, sql: str, parameters: Sequence[object] = ()) -> list[tuple[object, ...]]:
        """Run one query; all rows."""
        return list(self._connection.execute(sql, list(parameters)).fetchall())

    def value(self, sql: str, parameters: Sequence[object] = ()) -> object:
        """Return the first column of the first row, or None."""
        return next((row[0] for row in self.rows(sql, parameters)), None)

    def count(self, sql: str, parameters: Sequence[object] = ()) -> int:
        """Return the first column of the first row as a number."""
        found = self.value(sql, parameters)
        return int(found) if isinstance(found, int) else 0

    def frame(self, sql: str, parameters: Sequence[object] = (), **frames: pl.DataFrame) -> pl.DataFrame:
        """Run one query over the store and the given *frames* (by name); the result as a frame."""
        with visible(self._connection, frames):
            if all(frame.height <= FEW for frame in frames.values()):
                found = few_rows(self._connection.execute(sql, list(parameters)))
                if found is not None:
                    return found
            # `sql(...)` and not `execute(...)`: only its result turns into a frame in DuckDB 2.0.
            return self._connection.sql(sql, params=list(parameters) or None).pl()

    def run(self, sql: str, parameters: Sequence[object] = (), **frames: pl.DataFrame) -> None:
        """Run one statement that changes something over the store and the given *frames* (by name)."""
        if self._depth:
            # First, or a rollback would bring the frames' names back that were made before the transaction.
            self._begin_writing()
        with visible(self._connection, frames):
            self.execute(sql, parameters)

    def insert(self, table: str, rows: pl.DataFrame) -> None:
        """Append *rows* to *table*, columns by name."""
        if rows.height:
            self._ledger.empty.discard(table)
            self.run(f"INSERT INTO {table} BY NAME SELECT * FROM incoming", incoming=rows)

    def is_empty(self, table: str) -> bool:
        """Whether *table*, which rows come into by `insert` only, has none."""
        if table not in self.recent.filled and table not in self._ledger.empty:
            (self.recent.filled if self.rows(f"SELECT 1 FROM {table} LIMIT 1") else self._ledger.empty).add(table)
        return table in self._ledger.empty

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """Run the block in one transaction; a nested block joins the outer one, one that changes nothing costs nothing.

        It begins with the first statement that changes something.
        """
        if self._depth:
            yield
            return
        self._depth = 1
        try:
            yield
            self._commit()
        except BaseException:
            if self._begun:
                self._connection.execute("ROLLBACK")
            self._begun = False
            self._ledger.forget()
            self.recent.clear()
            self._columns = None
            raise
        finally:
            self._depth = 0

    def _begin_writing(self) -> None:
        if not self._begun:
            self._connection.execute("BEGIN")
            self._begun = True

    def _commit(self) -> None:
        if not self._begun and not self._ledger.changed:
            return
        self._begin_writing()
        counted = self._counted()
        self._ledger.write()
        failpoint("store committing")
        self._begun = False
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
        self._ledger.set_fact("commits", str(counted.commits))
        return counted

    def checkpoint(self) -> None:
        """Fold the write-ahead log into the file; done once, at the end of a cycle."""
        with written(self.path):
            self.execute(f"CHECKPOINT {CATALOG}")
            if self._witness is not None:
                self._witness.tell(self.standing)

    def meta(self, key: str) -> str | None:
        """One of the store's own facts."""
        return self._ledger.facts.get(key)

    def set_meta(self, key: str, value: str) -> None:
        """Set one of the store's own facts."""
        with self.transaction():
            self._ledger.set_fact(key, value)

    def note(self, key: str, value: str) -> None:
        """Set one of the store's own facts along with whatever is committed next; it is no loss if nothing is."""
        self._ledger.set_fact(key, value)

    def drop_meta(self, key: str) -> None:
        """Forget one of the store's own facts."""
        with self.transaction():
            self._begin_writing()
            self._ledger.drop_fact(key)

    def belongs_to(self) -> dict[str, str]:
        """The Salesforce org and the Customerp tenant that filled the store, by system; empty before the first run."""
        found = sorted((item for item in self._ledger.facts.items() if item[0].startswith("tenant_")), reverse=True)
        return {key.removeprefix("tenant_"): value for key, value in found}

    def next_seq(self, table: str) -> int:
        """Return the next number of the store's one change counter, for rows of *table* that change now.

        Every changed row carries the number of the step that changed it, so each stage knows what is
        new since it last looked by comparing with its own mark.
        """
        with self.transaction():
            seq = self.latest_seq() + 1
            self._ledger.set_fact("seq", str(seq))
            self._ledger.set_mark((MOVED, table), seq)
        return seq

    def watch(self, table: str) -> None:
        """Tell from now on when a row of *table* last changed; it counts as changed now if that is not known yet."""
        if (MOVED, table) not in self._ledger.marks:
            self.set_mark(MOVED, table, self.latest_seq())

    def moved(self, *tables: str) -> int:
        """The last change number given to a row of any of *tables* (all of them watched)."""
        return max(self._ledger.marks[MOVED, table] for table in tables)

    def mark(self, stage: str, name: str) -> int:
        """The change number up to which *stage* has worked through *name*."""
        return self._ledger.marks.get((stage, name), 0)

    def set_mark(self, stage: str, name: str, seq: int) -> None:
        """Record that *stage* has worked through *name* up to *seq*."""
        with self.transaction():
            self._ledger.set_mark((stage, name), seq)

    def latest_seq(self) -> int:
        """The last number `next_seq` gave."""
        return int(self._ledger.facts.get("seq", 0))
