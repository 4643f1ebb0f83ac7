"""Rows by their key: asked for, and put in the place of others. What was asked before is not asked again."""

from collections.abc import Sequence

import polars as pl

from talk_assets.store.database import Database
from talk_assets.store.recent import MOST, Remembered
from talk_assets.store.sql import among, matching, quoted


def by_key(db: Database, table: str, key: str, ids: Sequence[str], *, columns: str = "*") -> pl.DataFrame:
    """Return the *columns* (SQL) of the rows of *table* whose *key* is one of *ids*, in any order.

    Of one table, everything is asked by the same key.
    """
    known = db.recent.of(table)
    if known is not None and known.columns != columns:
        known = None
    lacking = list(ids) if known is None else known.lacks(ids)
    if known is not None and not lacking:
        return known.of(ids)
    chosen, parameters, frames = among(quoted(key), lacking)
    found = db.frame(f"SELECT {columns} FROM {table} WHERE {chosen}", parameters, **frames)
    db.recent.learn(table, Remembered(key=key, columns=columns, ids=frozenset(lacking), rows=found))
    return found if known is None else pl.concat([known.of(ids), found])


def whole(db: Database, table: str) -> pl.DataFrame | None:
    """All rows of *table*; None where they are many.

    They are asked for once, until the table is written: a few changes are looked at a dozen times on their way.
    """
    if table not in db.recent.whole:
        found = db.frame(f"SELECT * FROM {table} LIMIT {MOST + 1}")
        db.recent.whole[table] = found if found.height <= MOST else None
    return db.recent.whole[table]


def replace(db: Database, table: str, rows: pl.DataFrame, *, keys: Sequence[str], known: bool = True) -> None:
    """Put *rows* in the place of those of *table* that equal one of them in *keys*, which are texts.

    Without *known* there are none.
    """
    remembered = db.recent.of(table)
    with db.transaction():
        if known:
            chosen, parameters, frames = matching(keys, rows)
            db.run(f"DELETE FROM {table} {chosen}", parameters, **frames)
        db.insert(table, rows)
        db.recent.replaced(table, remembered, rows, keys)
