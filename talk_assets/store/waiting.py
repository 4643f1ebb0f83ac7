"""Everything that is held back, and why: what a person may want to look at."""

from collections.abc import Iterable, Mapping

import polars as pl

from talk_assets.model.pair import EntityPair
from talk_assets.model.system import System
from talk_assets.store import changes, mapped, quarantine, reviews
from talk_assets.store.altered import altered
from talk_assets.store.database import Database
from talk_assets.store.tables import REVIEW, changes_table

WAITING_SCHEMA = dict.fromkeys(("pair", "system", "id", "property", "state", "reason"), pl.String())
"""*system* and *id* name the record that has what cannot travel; *state* says who or what it waits for. What an
end does not show of any record is told once, with the state `unshown` and no id."""
UNSETTLED_SCHEMA = (
    WAITING_SCHEMA
    | dict.fromkeys(("value", "old", "new"), pl.String())
    | {
        "since": pl.Datetime("us", "UTC"),
        "attempts": pl.Int64(),
    }
)
"""Besides: the *value* objected to, a change's *old* and *new*, and of what is in quarantine or
review *since* when, and how often it was tried."""


def waiting(db: Database, pairs: Iterable[EntityPair]) -> pl.DataFrame:
    """Held, parked and undecided changes, records in review and in quarantine, and what is not shown."""
    return unsettled(db, pairs).select(WAITING_SCHEMA.keys())


def unsettled(db: Database, pairs: Iterable[EntityPair]) -> pl.DataFrame:
    """As `waiting`, with all that is known of it (`UNSETTLED_SCHEMA`)."""
    parts = [pl.DataFrame(schema=UNSETTLED_SCHEMA)]
    chosen = list(pairs)
    hidden = mapped.unshown_of(db, [(pair, system) for pair in chosen for system in System])
    by_name = {pair.name: pair for pair in chosen}
    parts += [_unshown(by_name[name], system, counts) for (name, system), counts in hidden.items()]
    for pair in chosen:
        if db.is_empty(quarantine.TABLE) and db.is_empty(changes_table(pair)) and db.is_empty(REVIEW):
            continue
        stopped = quarantine.entries(db, pair.name)
        refused = stopped.filter(pl.col("stage") == "writeback").select(
            pl.col("record_id").alias("origin_id"), "property"
        )
        whole = refused.filter(pl.col("property").is_null())
        other = pl.when(pl.col("system") == "salesforce").then(pl.lit("customerp")).otherwise(pl.lit("salesforce"))
        parts += [
            changes.of(db, pair)
            .filter(pl.col("state") != "pending")
            .join(whole, on="origin_id", how="anti")
            .join(refused, on=["origin_id", "property"], how="anti")
            .select(
                "pair",
                other.alias("system"),
                pl.col("origin_id").alias("id"),
                "property",
                "state",
                "reason",
                "old",
                "new",
            ),
            stopped.select(
                "pair",
                "system",
                pl.col("record_id").alias("id"),
                "property",
                pl.lit("quarantined").alias("state"),
                "reason",
                "value",
                pl.col("first_seen").alias("since"),
                "attempts",
            ),
            reviews.waiting(db, pair.name).select(
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
                "since",
            ),
        ]
    typed = [part.cast({name: UNSETTLED_SCHEMA[name] for name in part.columns}) for part in parts]
    return pl.concat(typed, how="diagonal")


def stored_otherwise(db: Database, pairs: Iterable[EntityPair]) -> pl.DataFrame:
    """What an end has stored otherwise than it was sent, one row a property (`WAITING_SCHEMA`, no id)."""
    rows = [
        {
            "pair": pair.name,
            "property": row["property"],
            "state": "stored otherwise",
            "reason": f"In {row['records']:,} records an end stores it otherwise than it was sent, as in Salesforce "
            f"{row['salesforce_id']} and Customerp {row['customerp_id']}. Each end keeps its own spelling and nothing "
            "is written for it. Give the property the same length and form on both ends if that is not meant.",
        }
        for pair in pairs
        for row in altered(db, pair).iter_rows(named=True)
    ]
    return pl.DataFrame(rows, schema=WAITING_SCHEMA)


def _unshown(pair: EntityPair, system: System, counts: Mapping[str, int]) -> pl.DataFrame:
    rows = [
        {
            "pair": pair.name,
            "system": system.value,
            "id": None,
            "property": name,
            "state": "unshown",
            "reason": f"{system.title} leaves {pair.by_name[name].side(system).path} out of {count:,} records, so "
            "it is neither read nor written there. Allow the integration user to read it, or take it out of the "
            "declaration.",
        }
        for name, count in sorted(counts.items())
        if name in pair.by_name
    ]
    return pl.DataFrame(rows, schema=WAITING_SCHEMA)
