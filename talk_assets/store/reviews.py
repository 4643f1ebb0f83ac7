"""Records in review: unlinked, with several candidates, until a person decides."""

from collections.abc import Mapping

import polars as pl

from talk_assets.model.pair import EntityPair
from talk_assets.model.system import System
from talk_assets.store import mapped
from talk_assets.store.database import Database
from talk_assets.store.tables import REVIEW, REVIEW_SCHEMA, links_table, mapped_table


def replace(db: Database, pair: EntityPair, examined: pl.DataFrame, reviews: pl.DataFrame) -> None:
    """Replace the reviews of the *examined* records (columns `system, _id`) by *reviews* (review schema).

    Records that were linked or deleted meanwhile leave review, one entry a record stays. A record
    that leaves it unlinked counts as moved, so that it is looked at as one without a counterpart.
    """
    if reviews.is_empty() and db.is_empty(REVIEW):
        return
    with db.transaction():
        before = db.frame("SELECT DISTINCT system, record_id AS _id FROM links.review WHERE pair = ?", [pair.name])
        if before.height and examined.height:
            db.run(
                """DELETE FROM links.review WHERE pair = ? AND EXISTS
                   (SELECT 1 FROM examined e WHERE e.system = review.system AND e._id = review.record_id)""",
                [pair.name],
                examined=examined,
            )
        if reviews.height:
            single = reviews.unique(["system", "record_id"], keep="first", maintain_order=True)
            db.insert("links.review", single.select(REVIEW_SCHEMA.keys()))
        if before.is_empty() and reviews.is_empty():
            return
        for system in System:
            _leave(db, pair, system, before.filter(pl.col("system") == system.value).select("_id"))


def _leave(db: Database, pair: EntityPair, system: System, before: pl.DataFrame) -> None:
    free = f"""SELECT m._id FROM {mapped_table(pair, system)} m ANTI JOIN {links_table(pair)} l ON l.{system}_id = m._id
               WHERE NOT m._deleted"""
    db.run(f"DELETE FROM links.review WHERE pair = ? AND system = ? AND record_id NOT IN ({free})", [pair.name, system])
    left = db.frame(
        f"""SELECT before._id FROM before JOIN ({free}) f ON f._id = before._id WHERE before._id NOT IN
            (SELECT record_id FROM links.review WHERE pair = ? AND system = ?)""",
        [pair.name, system],
        before=before,
    )
    mapped.touch(db, pair, system, left["_id"].to_list())


def waiting(db: Database, pair: str | None = None) -> pl.DataFrame:
    """Records in review, oldest first."""
    return db.frame(
        "SELECT * FROM links.review WHERE ? IS NULL OR pair = ? ORDER BY since, pair, system, record_id", [pair, pair]
    )


def count(db: Database, pair: EntityPair) -> int:
    """How many records of *pair* are in review."""
    if db.is_empty(REVIEW):
        return 0
    return db.count("SELECT count(*) FROM links.review WHERE pair = ?", [pair.name])


def leave(db: Database, pair: EntityPair, ids: Mapping[System, str]) -> None:
    """Take the records *ids* out of review; others that name them are looked at again by the next matching."""
    for system, record in ids.items():
        db.execute(
            "DELETE FROM links.review WHERE pair = ? AND system = ? AND record_id = ?", [pair.name, system, record]
        )


def leave_for(db: Database, pair: EntityPair, system: System, record: str, other: str) -> None:
    """Take a record out of review where *other* was all that it could be taken for."""
    db.execute(
        f"DELETE FROM links.review WHERE pair = ? AND system = ? AND record_id = ? AND {system}_ids = ? "
        f"AND {system.other}_ids = ?",
        [pair.name, system, record, record, other],
    )
