"""Letting go what is held: it is tried again though its input did not change, and who said so is remembered."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import polars as pl

from talk_assets.model.pair import EntityPair
from talk_assets.model.system import System
from talk_assets.store import intents, mapped, quarantine, raw
from talk_assets.store.database import Database
from talk_assets.store.past import RELEASE_SCHEMA, RELEASES


def let_go(
    db: Database,
    pair: EntityPair,
    pairs: Mapping[str, EntityPair],
    records: Sequence[str] | None,
    *,
    lookups: Sequence[str],
    by: str,
    now: datetime,
) -> tuple[int, int]:
    """Have the next cycle try again what is in quarantine of *pair*: all of it, or only *records* of either end.

    A record waits as well for the Account or Opportunity (*lookups*) that was refused for it; those are let go each
    time. Returns how many records, and how many of those writes, were let go.
    """
    with db.transaction():
        chosen: Sequence[str | None] = [None] if records is None else records
        parts = []
        for one in chosen:
            parts.append(quarantine.release(db, pair, one))
            intents.let_go(db, pair.name, one)
        released = pl.concat(parts)
        parents = intents.release(db, lookups)
        for stage, system, one in released.iter_rows():
            end = System(system)
            if stage == "raw":
                raw.read_anew(db, pair.entity(end))
                if pair.parent is not None:
                    raw.read_anew(db, pairs[pair.parent].entity(end))
            elif stage == "mapped":
                raw.touch(db, pair.entity(end), [one])
            else:
                mapped.touch(db, pair, end, [one])
        told = released.with_columns(
            pair=pl.lit(pair.name), said_by=pl.lit(by), said_at=pl.lit(now).cast(pl.Datetime("us", "UTC"))
        )
        db.insert(RELEASES, told.select(RELEASE_SCHEMA.keys()))
    return released.select("system", "record_id").unique().height, parents


def of(db: Database, pair: EntityPair, records: Sequence[str]) -> list[dict[str, Any]]:
    """How often *records* of either end were let go, oldest first (`RELEASE_SCHEMA`)."""
    return db.frame(
        f"SELECT * FROM {RELEASES} WHERE pair = ? AND list_contains(?::VARCHAR[], record_id) ORDER BY said_at, stage",
        [pair.name, list(records)],
    ).to_dicts()


def last(db: Database) -> dict[tuple[str, str, str], tuple[str, datetime]]:
    """Who let each record (pair, end, id) go last, and when."""
    found = db.rows(
        f"""SELECT pair, system, record_id, arg_max(said_by, said_at), max(said_at) FROM {RELEASES}
            GROUP BY pair, system, record_id"""
    )
    return {
        (str(pair), str(system), str(record)): (str(by), at)
        for pair, system, record, by, at in found
        if isinstance(at, datetime)
    }
