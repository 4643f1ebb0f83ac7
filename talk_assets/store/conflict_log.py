"""The conflict log: what both ends changed to different values, with both."""

import polars as pl

from talk_assets.model.pair import EntityPair
from talk_assets.store.database import Database
from talk_assets.store.tables import CONFLICT_SCHEMA


def add(db: Database, found: pl.DataFrame) -> int:
    """Keep conflicts with both values; how many were not yet known."""
    if found.is_empty():
        return 0
    with db.transaction():
        new = db.frame(
            """SELECT f.* FROM found f ANTI JOIN changesets.conflict c ON c.pair = f.pair AND c.link_id = f.link_id
                 AND c.property = f.property AND c.salesforce_value IS NOT DISTINCT FROM f.salesforce_value
                 AND c.customerp_value IS NOT DISTINCT FROM f.customerp_value
                 AND c.salesforce_at IS NOT DISTINCT FROM f.salesforce_at
                 AND c.customerp_at IS NOT DISTINCT FROM f.customerp_at""",
            found=found,
        )
        db.insert("changesets.conflict", new.select(CONFLICT_SCHEMA.keys()))
    return new.height


def entries(db: Database, pair: str | None = None) -> pl.DataFrame:
    """The conflict log, newest first."""
    return db.frame(
        "SELECT * FROM changesets.conflict WHERE ? IS NULL OR pair = ? ORDER BY found_at DESC, pair, link_id, property",
        [pair, pair],
    )


def of_link(db: Database, pair: EntityPair, link: str) -> pl.DataFrame:
    """The conflicts of *link*, oldest first (conflict schema)."""
    return db.frame(
        "SELECT * FROM changesets.conflict WHERE pair = ? AND link_id = ? ORDER BY found_at, property",
        [pair.name, link],
    )
