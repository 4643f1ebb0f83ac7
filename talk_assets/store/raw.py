"""Raw rows: keeping what an end said, and finding what changed since."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import cast

import polars as pl

from talk_assets.model.wire import NOT_SHOWN, Entity, raw_schema
from talk_assets.store.database import Database
from talk_assets.store.known import held
from talk_assets.store.rows import by_key, replace
from talk_assets.store.sql import among, quoted
from talk_assets.store.tables import raw_table

_ALL_SHOWN = "all shown"
"""The stage, as it were, whose marks tell up to which change no live row lacks a property."""


def _columns(entity: Entity) -> str:
    return ", ".join(quoted(name) for name in raw_schema(entity))


def keep(db: Database, entity: Entity, rows: pl.DataFrame) -> int:
    """Store *rows* (raw schema); the number of rows that were new or differ from what was known.

    Rows that say nothing new are left alone, so that an overlap read twice costs no work downstream.
    """
    if rows.is_empty():
        return 0
    columns = list(raw_schema(entity))
    incoming = rows.select(columns).unique("_id", keep="last", maintain_order=True)
    there = held(db, raw_table(entity), incoming["_id"])
    changed, known = incoming, 0
    if there:
        rows_there = by_id(db, entity, there)
        known = rows_there.height
        changed = incoming.join(rows_there, on=columns, how="anti", nulls_equal=True, maintain_order="left")
    if changed.height:
        _replace(db, entity, changed, known=known > 0)
    return changed.height


def _replace(db: Database, entity: Entity, changed: pl.DataFrame, *, known: bool = True) -> None:
    table = raw_table(entity)
    with db.transaction():
        stamped = changed.with_columns(_seq=pl.lit(db.next_seq(table), dtype=pl.Int64))
        replace(db, table, stamped, keys=["_id"], known=known)


def lines_gone(db: Database, child: Entity, documents: pl.DataFrame, lines: pl.DataFrame) -> pl.DataFrame:
    """Return as tombstones the known lines of *documents* that the end no longer lists among *lines*.

    Both frames are in the raw schema; the tombstones take their document's stamp and version.
    """
    known = by_id(db, child, documents["_id"].to_list(), column="_parent").filter(~pl.col("_deleted"))
    gone = known.join(lines.select("_id"), on="_id", how="anti").drop("_stamp", "_version", "_deleted", "_seq")
    owners = documents.select(pl.col("_id").alias("_parent"), "_stamp", "_version")
    return (
        gone.join(owners, on="_parent", how="inner")
        .with_columns(_deleted=pl.lit(value=True))
        .select(raw_schema(child).keys())
    )


@dataclass(frozen=True, kw_only=True)
class Lookup:
    """That *column* of a row equals *key* of rows of *entity*, whose values are read along."""

    column: str
    entity: Entity
    key: str


def since(db: Database, entity: Entity, seq: int, lookups: Sequence[Lookup] = ()) -> pl.DataFrame:
    """Rows that changed after *seq*, or whose look-ups did."""
    moved = "".join(
        f" OR {quoted(one.column)} IN (SELECT {quoted(one.key)} FROM {raw_table(one.entity)} WHERE _seq > {seq:d})"
        for one in lookups
        if db.moved(raw_table(one.entity)) > seq
    )
    return db.frame(f"SELECT {_columns(entity)} FROM {raw_table(entity)} WHERE _seq > {seq:d}{moved}")


def all_rows(db: Database, entity: Entity, *, most: int) -> Iterator[pl.DataFrame]:
    """All rows, up to *most* at a time: together they may be more than memory should hold.

    Read them within one transaction. They come by the places that the store has them in, which it may change after a
    commit; by their ids each part would take a look at all rows (benchmark "B1 read").
    """
    table = raw_table(entity)
    for start in range(0, db.count(f"SELECT coalesce(max(rowid) + 1, 0) FROM {table}"), most):
        yield db.frame(f"SELECT {_columns(entity)} FROM {table} WHERE rowid >= {start:d} AND rowid < {start + most:d}")


def by_id(db: Database, entity: Entity, ids: Sequence[str], *, column: str = "_id") -> pl.DataFrame:
    """Rows whose *column* is one of *ids*."""
    if column == "_id":
        return by_key(db, raw_table(entity), column, ids, columns=f"{_columns(entity)}, _seq")
    chosen, parameters, frames = among(quoted(column), ids)
    return db.frame(f"SELECT {_columns(entity)}, _seq FROM {raw_table(entity)} WHERE {chosen}", parameters, **frames)


def sweep(db: Database, entity: Entity, seen: pl.DataFrame, *, now: datetime, patience: float) -> pl.DataFrame:
    """After a whole read: note which known live rows were absent, and take long absence as deletion.

    A row counts as deleted when a second whole read, at least *patience* seconds later, does not list
    it either; one read alone may have met a lagging replica. Returns the rows now taken as deleted, as
    tombstones in the raw schema.
    """
    table = raw_table(entity)
    with db.transaction():
        db.run(
            f"""UPDATE {table} SET _missing_since = NULL
                WHERE _missing_since IS NOT NULL AND _id IN (SELECT _id FROM seen)""",
            seen=seen,
        )
        gone = db.frame(
            f"""SELECT {_columns(entity)} FROM {table} WHERE NOT _deleted AND _id NOT IN (SELECT _id FROM seen)
                AND _missing_since IS NOT NULL AND epoch(?::TIMESTAMPTZ) - epoch(_missing_since) >= ?""",
            [now, patience],
            seen=seen,
        )
        db.run(
            f"""UPDATE {table} SET _missing_since = ? WHERE NOT _deleted AND _missing_since IS NULL
                AND _id NOT IN (SELECT _id FROM seen)""",
            [now],
            seen=seen,
        )
        tombstones = gone.with_columns(_deleted=pl.lit(value=True))
        if tombstones.height:
            _replace(db, entity, tombstones)
    return tombstones


def newest(db: Database, entity: Entity, *, since: datetime) -> tuple[datetime, str] | None:
    """The stamp and the id of the row with the latest stamp, if that is not before *since*."""
    found = db.rows(
        f"SELECT _stamp, _id FROM {raw_table(entity)} WHERE _stamp >= ? ORDER BY _stamp DESC, _id DESC LIMIT 1", [since]
    )
    return cast("tuple[datetime, str]", found[0]) if found else None


def merged_into(db: Database, entity: Entity) -> dict[str, str]:
    """The records that were merged away, each with the one that is left in the end."""
    if entity.master_path is None:
        return {}
    found = db.rows(
        f"""SELECT _id, {quoted(entity.master_path)} FROM {raw_table(entity)}
            WHERE _deleted AND {quoted(entity.master_path)} <> ?""",
        [NOT_SHOWN],
    )
    masters = {str(lost): str(kept) for lost, kept in found}
    final = {}
    for lost, kept in masters.items():
        passed = {lost}
        while kept in masters and kept not in passed:
            passed.add(kept)
            kept = masters[kept]  # noqa: PLW2901 - the one that was kept may have been merged away later
        final[lost] = kept
    return final


def hidden_paths(db: Database, entity: Entity, *, anew: bool) -> set[str]:
    """The paths of *entity* that some live row was read without.

    Once there were none, only rows that changed since are looked at, until *anew* says that all were read.
    """
    mark = (_ALL_SHOWN, f"{entity.system}_{entity.name}")
    since = 0 if anew else db.mark(*mark)
    asked = ", ".join(f"coalesce(bool_or({quoted(path)} = ?), FALSE)" for path in entity.paths)
    found = db.rows(
        f"SELECT {asked} FROM {raw_table(entity)} WHERE NOT _deleted AND _seq > ?",
        [*[NOT_SHOWN] * len(entity.paths), since],
    )
    hidden = {path for path, lacks in zip(entity.paths, found[0], strict=True) if lacks}
    if hidden or not since:
        db.set_mark(*mark, 0 if hidden else db.latest_seq())
    return hidden


def live_count(db: Database, entity: Entity) -> int:
    """Rows that are not tombstones."""
    return db.count(f"SELECT count(*) FROM {raw_table(entity)} WHERE NOT _deleted")


def cursor(db: Database, entity: Entity) -> str | None:
    """How far *entity* was read, in its end's own words; None if never."""
    found = db.value("SELECT cursor FROM store.cursor WHERE system = ? AND entity = ?", [entity.system, entity.name])
    return None if found is None else str(found)


def cursors(db: Database) -> dict[tuple[str, str], str]:
    """How far everything was read, by system and entity, in the ends' own words."""
    return {
        (str(system), str(entity)): str(text)
        for system, entity, text in db.rows("SELECT system, entity, cursor FROM store.cursor")
    }


def set_cursor(db: Database, entity: Entity, text: str, *, now: datetime, swept: bool) -> None:
    """Store how far *entity* was read; call it in the transaction that keeps the rows."""
    with db.transaction():
        about, swept_at = [entity.system, entity.name], now if swept else None
        known = db.execute(
            """UPDATE store.cursor SET cursor = ?, read_at = ?, swept_at = coalesce(?::TIMESTAMPTZ, swept_at)
               WHERE system = ? AND entity = ?""",
            [text, now, swept_at, *about],
        )
        if not known:
            db.execute("INSERT INTO store.cursor VALUES (?, ?, ?, ?, ?)", [*about, text, now, swept_at])


def read_anew(db: Database, entity: Entity) -> None:
    """Read *entity* whole next time, as after what could not be read was put right."""
    db.execute("DELETE FROM store.cursor WHERE system = ? AND entity = ?", [entity.system, entity.name])


def touch(db: Database, entity: Entity, ids: Sequence[str]) -> None:
    """Count rows as moved, so that they are translated again."""
    chosen, parameters, frames = among("_id", ids)
    table = raw_table(entity)
    with db.transaction():
        db.run(f"UPDATE {table} SET _seq = ? WHERE {chosen}", [db.next_seq(table), *parameters], **frames)
