"""Values that an end stores otherwise than it was sent: trimmed, cut, in another case.

Such a value is agreed all the same: each end's baseline is what that end holds, so nothing is written for the
difference. A person should know of it, once for each property.
"""

import polars as pl

from talk_assets.model.pair import EntityPair
from talk_assets.model.system import System
from talk_assets.store.database import Database
from talk_assets.store.sql import quoted
from talk_assets.store.tables import baseline_table, links_table

ALTERED_SCHEMA = {
    "property": pl.String(),
    "records": pl.Int64(),
    "salesforce_id": pl.String(),
    "customerp_id": pl.String(),
}
"""A property, how many linked records hold it agreed and yet differing, and the two records of one such link."""


def altered(db: Database, pair: EntityPair) -> pl.DataFrame:
    """The properties of *pair* that an end has stored otherwise than it was sent (`ALTERED_SCHEMA`)."""
    plain = [p for p in pair.properties if not p.derived and p.reference is None]
    both = f"""{links_table(pair)} l JOIN {baseline_table(pair)} s ON s.link_id = l.link_id AND s.system = ?
        JOIN {baseline_table(pair)} c ON c.link_id = l.link_id AND c.system = ? WHERE l.state = 'live'"""
    counts = ", ".join(f"count(*) FILTER (s.{quoted(p.name)} <> c.{quoted(p.name)})" for p in plain)
    ((*differing,),) = db.rows(f"SELECT {counts} FROM {both}", list(System))
    rows = []
    for p, count in zip(plain, differing, strict=True):
        if not count:
            continue
        column = quoted(p.name)
        found = db.frame(
            f"""SELECT l.salesforce_id, l.customerp_id, s.{column} AS here, c.{column} AS there
                FROM {both} AND s.{column} <> c.{column} ORDER BY l.link_id""",
            list(System),
        ).filter(p.fold(pl.col("here")).ne_missing(p.fold(pl.col("there"))))
        if found.height:
            rows.append((p.name, found.height, *found.select("salesforce_id", "customerp_id").row(0)))
    return pl.DataFrame(rows, schema=ALTERED_SCHEMA, orient="row")
