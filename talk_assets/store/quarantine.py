"""Quarantine: records out of the flow, kept with the reason until their input changes."""

from datetime import datetime

import polars as pl

from talk_assets.model.pair import EntityPair
from talk_assets.model.system import System
from talk_assets.model.wire import Entity
from talk_assets.store import history
from talk_assets.store.database import Database
from talk_assets.store.sql import among
from talk_assets.store.tables import QUARANTINE_SCHEMA, changes_table, raw_table

TABLE = "store.quarantine"
_NO_REFUSALS = pl.DataFrame(
    schema=dict.fromkeys(("system", "record_id", "property", "reason"), pl.String()) | {"_seq": pl.Int64()}
)
_NONE_CAME = pl.DataFrame(schema=dict.fromkeys(("record_id", "property", "value", "reason"), pl.String()))
_NO_ENTRIES = pl.DataFrame(schema=dict(QUARANTINE_SCHEMA))


def replace(
    db: Database, *, stage: str, pair: str, system: str, ids: pl.DataFrame, entries: pl.DataFrame, now: datetime
) -> list[str]:
    """Replace what *stage* holds against the records *ids* (column `_id`) by *entries*; who came into it or left it.

    Where *ids* names a `property` too, what is held against the record's other properties stays.
    *entries* has columns `record_id, property, check, value, reason`. A record that was there before
    keeps its first time and counts one more attempt.
    """
    if ids.is_empty() or (entries.is_empty() and db.is_empty(TABLE)):
        return []
    if "property" not in ids.columns:
        ids = ids.with_columns(property=pl.lit(None, dtype=pl.String))
    with db.transaction():
        before = db.frame(
            """SELECT record_id, min(first_seen) AS first_seen, max(attempts) AS attempts FROM store.quarantine
               WHERE stage = ? AND pair = ? AND system = ? AND record_id IN (SELECT _id FROM ids) GROUP BY record_id""",
            [stage, pair, system],
            ids=ids,
        )
        if before.height:
            db.run(
                """DELETE FROM store.quarantine USING ids
                   WHERE stage = ? AND pair = ? AND system = ? AND record_id = ids._id
                     AND (ids.property IS NULL OR quarantine.property IS NULL OR quarantine.property = ids.property)""",
                [stage, pair, system],
                ids=ids,
            )
        there, here = set(before["record_id"].to_list()), set(entries["record_id"].to_list())
        moved = sorted(there ^ here)
        if moved:
            came = entries.filter(pl.col("record_id").is_in(sorted(here - there)))
            history.keep_stops(db, pair, system, came=came, left=there - here, now=now)
        if entries.is_empty():
            return moved
        instant = pl.lit(now).cast(pl.Datetime("us", "UTC"))
        db.insert(
            "store.quarantine",
            entries.join(before, on="record_id", how="left")
            .with_columns(
                stage=pl.lit(stage),
                pair=pl.lit(pair),
                system=pl.lit(system),
                first_seen=pl.col("first_seen").fill_null(instant),
                last_seen=instant,
                attempts=pl.col("attempts").fill_null(0) + 1,
                _seq=pl.lit(db.latest_seq(), dtype=pl.Int64),
            )
            .select(QUARANTINE_SCHEMA.keys()),
        )
    return moved


def drop_settled(db: Database, pair: EntityPair, *, now: datetime) -> None:
    """Forget refusals of records of which nothing is asked any more, as after the edit was taken back."""
    if db.is_empty(TABLE):
        return
    settled = f"""stage = 'writeback' AND pair = ? AND NOT EXISTS
        (SELECT 1 FROM {changes_table(pair)} c WHERE c.origin_id = quarantine.record_id
                    AND c.system <> quarantine.system
                    AND (quarantine.property IS NULL OR c.property = quarantine.property OR c.op = 'create'))"""
    _drop(db, pair, settled, [pair.name], now=now)


def _drop(db: Database, pair: EntityPair, chosen: str, parameters: list[object], *, now: datetime) -> None:
    """Forget *chosen* entries of *pair*, and tell the history who is free by it."""
    left = db.rows(f"SELECT DISTINCT system, record_id FROM {TABLE} WHERE {chosen}", parameters)
    if not left:
        return
    with db.transaction():
        db.execute(f"DELETE FROM {TABLE} WHERE {chosen}", parameters)
        for system in System:
            ids = [str(record) for end, record in left if end == system.value]
            history.keep_stops(db, pair.name, system.value, came=_NONE_CAME, left=ids, now=now)


def entries(db: Database, pair: str | None = None) -> pl.DataFrame:
    """What is in quarantine, oldest first."""
    if db.is_empty(TABLE):
        return _NO_ENTRIES
    return db.frame(
        "SELECT * FROM store.quarantine WHERE ? IS NULL OR pair = ? ORDER BY first_seen, pair, record_id, property",
        [pair, pair],
    )


def count(db: Database, pair: str) -> int:
    """How many records of *pair* are in quarantine."""
    if db.is_empty(TABLE):
        return 0
    return db.count(
        "SELECT count(*) FROM (SELECT DISTINCT system, record_id FROM store.quarantine WHERE pair = ?)", [pair]
    )


def unread(db: Database, name: str, system: str) -> list[str]:
    """Records that could not be read though they can be asked for again by id."""
    if db.is_empty(TABLE):
        return []
    found = db.frame(
        """SELECT DISTINCT record_id FROM store.quarantine
           WHERE stage = 'raw' AND pair = ? AND system = ? AND lower(property) <> 'id' AND record_id <> ''
           ORDER BY record_id""",
        [name, system],
    )
    return found["record_id"].to_list()


def drop_nameless(db: Database, name: str, system: str, *, all_ids: bool) -> None:
    """Forget records that came without an id; with *all_ids* those whose id could not be asked for too."""
    if db.is_empty(TABLE):
        return
    db.run(
        """DELETE FROM store.quarantine WHERE stage = 'raw' AND pair = ? AND system = ?
           AND (record_id = '' OR (? AND lower(property) = 'id'))""",
        [name, system, all_ids],
    )


def stopped(db: Database, pair: str, system: str, ids: list[str]) -> list[str]:
    """Which of the records *ids* cannot be read or translated at the moment, so that their rows are old."""
    if db.is_empty(TABLE):
        return []
    chosen, parameters, frames = among("record_id", ids)
    found = db.frame(
        f"""SELECT DISTINCT record_id FROM store.quarantine
            WHERE stage IN ('raw', 'mapped') AND pair = ? AND system = ? AND {chosen}""",
        [pair, system, *parameters],
        **frames,
    )
    return found["record_id"].to_list()


def refusals(db: Database, pair: str) -> pl.DataFrame:
    """What ends refused (columns `system, record_id, property, reason, _seq`), by the record whose input must change.

    A null property stands for the whole record.
    """
    if db.is_empty(TABLE):
        return _NO_REFUSALS
    return db.frame(
        """SELECT system, record_id, property, max(reason) AS reason, max(_seq) AS _seq FROM store.quarantine
           WHERE stage = 'writeback' AND pair = ? GROUP BY system, record_id, property""",
        [pair],
    )


def forget_creations(db: Database, pair: EntityPair, system: System, ids: list[str], *, now: datetime) -> None:
    """Forget that a counterpart of the records *ids* of *system* was refused: each has one by now."""
    if not ids or db.is_empty(TABLE):
        return
    chosen = "stage = 'writeback' AND property IS NULL AND pair = ? AND system = ? AND list_contains(?, record_id)"
    _drop(db, pair, chosen, [pair.name, system, ids], now=now)


def lines_stopped(db: Database, child: str, entity: Entity, documents: list[str]) -> pl.DataFrame:
    """Which of *documents* have a line in quarantine (columns `_id, stops`: the reason)."""
    chosen, parameters, frames = among("r._parent", documents)
    return db.frame(
        f"""SELECT r._parent AS _id, min('Line ' || q.record_id || ': ' || q.reason) AS stops
            FROM store.quarantine q JOIN {raw_table(entity)} r ON r._id = q.record_id
            WHERE q.pair = ? AND q.system = ? AND q.stage IN ('raw', 'mapped') AND NOT r._deleted
              AND {chosen} GROUP BY r._parent""",
        [child, entity.system, *parameters],
        **frames,
    )


def release(db: Database, pair: EntityPair, record: str | None = None) -> pl.DataFrame:
    """Let what is in quarantine be tried again though its input did not change (columns `stage, system, record_id`).

    With *record* only that record's entries. First time and attempts stay known.
    """
    chosen = "store.quarantine WHERE pair = ? AND (? IS NULL OR record_id = ?)"
    parameters = [pair.name, record, record]
    found = db.frame(f"SELECT DISTINCT stage, system, record_id FROM {chosen} ORDER BY ALL", parameters)
    db.execute(f"UPDATE {chosen.replace(' WHERE', ' SET _seq = -1 WHERE')}", parameters)
    return found
