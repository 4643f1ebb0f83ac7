"""What people said of two records: that they are one thing, or that they are not."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import polars as pl

from talk_assets.model.pair import EntityPair
from talk_assets.model.system import System
from talk_assets.store.database import Database
from talk_assets.store.tables import TIE_SCHEMA, links_table, mapped_table

SAID = "links.said"
LAST = """(SELECT * FROM links.said WHERE what <> 'renewed' QUALIFY row_number() OVER
  (PARTITION BY pair, salesforce_id, customerp_id ORDER BY said_at DESC, rowid DESC) = 1)"""
"""The last that was said of each two records, as SQL."""
_NOT_APART = pl.DataFrame(
    schema=dict.fromkeys(("system", "_id", "salesforce_id", "customerp_id"), pl.String())
    | {"said_at": TIE_SCHEMA["said_at"]}
)
_NOT_PARTED = pl.DataFrame(schema=dict.fromkeys(("salesforce_id", "customerp_id", "what"), pl.String()))


def say(
    db: Database, pair: EntityPair, salesforce_id: str, customerp_id: str, what: str, *, by: str, now: datetime
) -> None:
    """Record that a person said *what* (see `store.tables.TIE_SCHEMA`) of two records."""
    row = (pair.name, salesforce_id, customerp_id, what, by, now)
    db.insert(SAID, pl.DataFrame([row], schema=dict(TIE_SCHEMA), orient="row"))


def apart(db: Database, pair: EntityPair) -> pl.DataFrame:
    """Live unlinked records whose link a person took away: nothing but a person links them again.

    Columns: `system, _id, salesforce_id, customerp_id, said_at`; one row a record, the last thing said of it.
    """
    if db.is_empty(SAID):
        return _NOT_APART
    ends = " UNION ALL ".join(
        f"""SELECT '{system}' AS system, m._id, s.salesforce_id, s.customerp_id, s.said_at FROM {LAST} s
            JOIN {mapped_table(pair, system)} m ON m._id = s.{system}_id AND NOT m._deleted
            ANTI JOIN {links_table(pair)} l ON l.{system}_id = m._id
            WHERE s.pair = ? AND s.what = 'unlinked'"""
        for system in System
    )
    return db.frame(
        f"""SELECT * FROM ({ends}) QUALIFY row_number() OVER (PARTITION BY system, _id ORDER BY said_at DESC) = 1
            ORDER BY system, _id""",
        [pair.name] * len(System),
    )


def parted(db: Database, pair: EntityPair) -> pl.DataFrame:
    """Records that a person said are no one thing (columns `salesforce_id, customerp_id, what`: separate or kept)."""
    if db.is_empty(SAID):
        return _NOT_PARTED
    return db.frame(
        f"""SELECT salesforce_id, customerp_id, what FROM {LAST} s WHERE pair = ? AND what IN ('separate', 'kept')
            ORDER BY ALL""",
        [pair.name],
    )


def parted_lines(db: Database, child: EntityPair, here: str, there: str) -> list[dict[System, str]]:
    """The lines of the documents *here* (Salesforce) and *there* (Customerp) whose links a person took away."""
    found = db.rows(
        f"""SELECT s.salesforce_id, s.customerp_id FROM {LAST} s
            JOIN {mapped_table(child, System.SALESFORCE)} a ON a._id = s.salesforce_id AND a._parent = ?
            JOIN {mapped_table(child, System.CUSTOMERP)} b ON b._id = s.customerp_id AND b._parent = ?
            WHERE s.pair = ? AND s.what = 'unlinked' ORDER BY ALL""",
        [here, there, child.name],
    )
    return [dict(zip(System, map(str, ids), strict=True)) for ids in found]


def last_said(db: Database, pair: EntityPair, salesforce_id: str, customerp_id: str) -> str | None:
    """What was last said of these two records, None if nothing."""
    found = db.value(
        f"SELECT what FROM {LAST} s WHERE pair = ? AND salesforce_id = ? AND customerp_id = ?",
        [pair.name, salesforce_id, customerp_id],
    )
    return None if found is None else str(found)


def about(db: Database, pair: EntityPair, records: Sequence[str]) -> list[dict[str, Any]]:
    """All that was said of *records* of either end, oldest first (`TIE_SCHEMA`)."""
    return db.frame(
        """SELECT * FROM links.said WHERE pair = ? AND (list_contains(?::VARCHAR[], salesforce_id)
             OR list_contains(?::VARCHAR[], customerp_id)) ORDER BY said_at, salesforce_id, customerp_id""",
        [pair.name, list(records), list(records)],
    ).to_dicts()


def renewals(db: Database, pair: EntityPair, system: System) -> dict[str, int]:
    """How often the key under which the other end knows a copy was given up, by record of *system*; none: never."""
    if db.is_empty(SAID):
        return {}
    found = db.rows(
        f"SELECT {system}_id, count(*) FROM links.said WHERE pair = ? AND what = 'renewed' GROUP BY 1", [pair.name]
    )
    return {str(record): int(str(count)) for record, count in found}
