"""Links that go from one record to another, and the log that says so."""

from datetime import datetime
from typing import Any

import polars as pl

from talk_assets.model.pair import EntityPair
from talk_assets.model.system import System
from talk_assets.store.database import Database
from talk_assets.store.tables import MOVE_SCHEMA, links_table


def move(db: Database, pair: EntityPair, moves: pl.DataFrame, *, now: datetime) -> None:
    """Hand links to other Salesforce records (columns `link_id, was, now, rule, reason`), and log it."""
    if moves.is_empty():
        return
    table = links_table(pair)
    with db.transaction():
        logged = moves.with_columns(
            pair=pl.lit(pair.name),
            system=pl.lit(System.SALESFORCE.value),
            moved_at=pl.lit(now).cast(pl.Datetime("us", "UTC")),
        )
        db.insert("links.moved", logged.select(MOVE_SCHEMA.keys()))
        db.run(
            f"""UPDATE {table} SET salesforce_id = moves.now, rule = moves.rule, _seq = ?
                FROM moves WHERE {table}.link_id = moves.link_id""",
            [db.next_seq(table)],
            moves=moves,
        )


def moved(db: Database) -> pl.DataFrame:
    """The log of links that were handed to other records, oldest first."""
    return db.frame("SELECT * FROM links.moved ORDER BY moved_at, pair, link_id")


def about(db: Database, pair: EntityPair, link: str | None, record: str | None) -> list[dict[str, Any]]:
    """What was handed on of *link*, and from or to the Salesforce *record*, oldest first (`MOVE_SCHEMA`)."""
    return db.frame(
        "SELECT * FROM links.moved WHERE pair = ? AND (link_id = ? OR ? IN (was, now)) ORDER BY moved_at, link_id",
        [pair.name, link, record],
    ).to_dicts()
