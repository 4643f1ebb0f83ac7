"""Rows that a run just read or wrote, so that its later stages need not ask for the same ones again.

A table kept by columns has no quick way to a single row: whoever asks for some looks at all, and the stages of a run
ask for the rows of the same records a dozen times. Nobody else writes while a store is open, so what was read holds
until the table is written.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import polars as pl

from talk_assets.model.system import System

MOST = 8000
"""Rows of one table that are remembered at most; who works on more reads them anew."""

_WRITES = re.compile(r"\s*(?:DELETE\s+FROM|UPDATE|INSERT\s+INTO)\s+(?P<table>[^\s(]+)", re.IGNORECASE)


@dataclass(frozen=True, kw_only=True)
class Remembered:
    """All *rows* of a table whose *key* is one of *ids*, with its *columns* (SQL); of some ids there may be none."""

    key: str
    columns: str
    ids: frozenset[str]
    rows: pl.DataFrame

    def lacks(self, ids: Sequence[str]) -> list[str]:
        """Those of *ids* of which is not known which rows the table has."""
        return [one for one in ids if one not in self.ids]

    def of(self, ids: Sequence[str]) -> pl.DataFrame:
        """The rows of those of *ids* that are remembered."""
        if self.ids.issubset(ids):
            return self.rows
        return self.rows.join(pl.DataFrame({self.key: ids}, schema={self.key: pl.String()}), on=self.key, how="semi")


@dataclass(kw_only=True)
class Recent:
    """What is remembered, by table.

    *whole* has all rows of a table, None where they are many; *filled* names tables that have rows. *moves* tells, by
    pair and change number, which records of either end moved since, and the last numbers of their tables then.
    """

    whole: dict[str, pl.DataFrame | None] = field(default_factory=dict)
    filled: set[str] = field(default_factory=set)
    moves: dict[tuple[str, int], tuple[tuple[int, ...], dict[System, list[str]] | None]] = field(default_factory=dict)
    _tables: dict[str, Remembered] = field(default_factory=dict)

    def of(self, table: str) -> Remembered | None:
        """What is remembered of *table*."""
        return self._tables.get(table)

    def learn(self, table: str, fresh: Remembered) -> None:
        """Remember *fresh* of *table*, beside what is known already."""
        known = self._tables.get(table)
        if known is not None and known.columns == fresh.columns and _alike(known.rows, fresh.rows):
            joined = replace(fresh, ids=known.ids | fresh.ids, rows=pl.concat([known.rows, fresh.rows]))
            if len(joined.ids) <= MOST and joined.rows.height <= MOST:
                self._tables[table] = joined
                return
        if len(fresh.ids) <= MOST and fresh.rows.height <= MOST:
            self._tables[table] = fresh
        else:
            self._tables.pop(table, None)

    def replaced(self, table: str, known: Remembered | None, rows: pl.DataFrame, keys: Sequence[str]) -> None:
        """Remember what was *known* before *rows* took the place of those with the same *keys*."""
        if known is None or {*known.rows.columns} != {*rows.columns}:
            return
        new = rows.select(known.rows.columns)
        if not _alike(known.rows, new):
            return
        whole = [known.key] == list(keys)
        ids = known.ids | {*new[known.key]} if whole else known.ids
        mine = new if whole else new.filter(pl.col(known.key).is_in(pl.Series(sorted(ids), dtype=pl.String).implode()))
        left = known.rows.join(new, on=list(keys), how="anti")
        if len(ids) <= MOST and left.height + mine.height <= MOST:
            self._tables[table] = replace(known, ids=ids, rows=pl.concat([left, mine]))

    def forget(self, sql: str) -> None:
        """Forget what the statement *sql* may change: the table that it writes to, or everything if it is no such."""
        found = _WRITES.match(sql)
        if found is not None:
            written = found["table"].replace('"', "")
            for tables in (self._tables, self.whole):
                for table in [name for name in tables if name.replace('"', "") == written]:
                    del tables[table]
            self.filled = {table for table in self.filled if table.replace('"', "") != written}
        elif not sql.startswith("CHECKPOINT"):
            self.clear()

    def clear(self) -> None:
        """Forget everything, as after a rollback."""
        self._tables.clear()
        self.whole.clear()
        self.filled.clear()
        self.moves.clear()


def _alike(one: pl.DataFrame, other: pl.DataFrame) -> bool:
    return list(one.schema.items()) == list(other.schema.items())
