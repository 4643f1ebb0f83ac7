"""Everything that is held back, and why: what a person may want to look at."""

from collections.abc import Iterable

import polars as pl

from talk_assets.model.pair import EntityPair
from talk_assets.store import changes, links, quarantine
from talk_assets.store.database import Database

WAITING_SCHEMA = dict.fromkeys(("pair", "system", "id", "property", "state", "reason"), pl.String())
"""*system* and *id* name the record that has what cannot travel; *state* says who or what it waits for."""


def waiting(db: Database, pairs: Iterable[EntityPair]) -> pl.DataFrame:
    """Held, parked and undecided changes, records in review and in quarantine (`WAITING_SCHEMA`)."""
    parts = [pl.DataFrame(schema=WAITING_SCHEMA)]
    for pair in pairs:
        stopped = quarantine.entries(db, pair.name)
        refused = stopped.filter(pl.col("stage") == "writeback")["record_id"].implode()
        other = pl.when(pl.col("system") == "salesforce").then(pl.lit("customerp")).otherwise(pl.lit("salesforce"))
        parts += [
            changes.of(db, pair)
            .filter((pl.col("state") != "pending") & ~pl.col("origin_id").is_in(refused))
            .select("pair", other.alias("system"), pl.col("origin_id").alias("id"), "property", "state", "reason"),
            stopped.select(
                "pair",
                "system",
                pl.col("record_id").alias("id"),
                "property",
                pl.lit("quarantined").alias("state"),
                "reason",
            ),
            links.reviews(db, pair.name).select(
                "pair",
                "system",
                pl.col("record_id").alias("id"),
                pl.col("rule").alias("property"),
                pl.lit("review").alias("state"),
                pl.format(
                    "Salesforce {} and Customerp {} share it; link them or change one.",
                    pl.col("salesforce_ids").replace("", "none"),
                    pl.col("customerp_ids").replace("", "none"),
                ).alias("reason"),
            ),
        ]
    return pl.concat([part.cast(pl.Schema(WAITING_SCHEMA)) for part in parts])
