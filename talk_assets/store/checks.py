"""Questions the asset checks ask of the store."""

from collections.abc import Sequence

import polars as pl

from talk_assets.model.pair import EntityPair
from talk_assets.model.system import System
from talk_assets.store.database import Database, quoted
from talk_assets.store.tables import changes_table, links_table, mapped_table


def mapped_count(db: Database, pair: EntityPair, system: System) -> int:
    """How many mapped rows are not tombstones."""
    return db.count(f"SELECT count(*) FROM {mapped_table(pair, system)} WHERE NOT _deleted")


def out_of_contract(db: Database, pair: EntityPair, system: System) -> pl.DataFrame:
    """What of *system* could not be read or translated, newest first.

    Columns: `record_id, property, check, value, reason`.
    """
    return db.frame(
        """SELECT record_id, property, "check", value, reason FROM store.quarantine
           WHERE stage IN ('raw', 'mapped') AND pair = ? AND system = ?
           ORDER BY first_seen DESC, record_id, property, "check" """,
        [pair.name, system],
    )


def linked_twice(db: Database, pair: EntityPair) -> pl.DataFrame:
    """Record ids that are in several links, which must not be (columns `system, record_id, links`)."""
    ends = " UNION ALL ".join(
        f"SELECT '{system}' AS system, {system}_id AS record_id FROM {links_table(pair)} WHERE {system}_id IS NOT NULL"
        for system in System
    )
    return db.frame(
        f"""SELECT system, record_id, count(*) AS links FROM ({ends}) GROUP BY ALL HAVING count(*) > 1
            ORDER BY system DESC, record_id"""
    )


def disagreements(db: Database, pair: EntityPair, lines: Sequence[EntityPair] = ()) -> pl.DataFrame:
    """Derived amounts that differ between linked records with no change standing, theirs or of their *lines*.

    Columns: `salesforce_id, customerp_id, property, salesforce_value, customerp_value` (values as text).
    An amount that an end does not tell agrees with anything.
    """
    amounts = [p.name for p in pair.properties if p.derived and isinstance(p.dtype, pl.Decimal)]
    if not amounts:
        return db.frame(
            """SELECT '' AS salesforce_id, '' AS customerp_id, '' AS property, '' AS salesforce_value,
               '' AS customerp_value WHERE FALSE"""
        )
    open_documents = "".join(
        f""" AND {system}_id NOT IN (SELECT m._parent FROM {changes_table(line)} c
             JOIN {mapped_table(line, system)} m ON m._id = c.origin_id OR m._id = c.record_id
             WHERE m._parent IS NOT NULL)"""
        for line in lines
        for system in System
    )
    parts = " UNION ALL ".join(
        f"""SELECT l.salesforce_id, l.customerp_id, '{name}' AS property,
              CAST(s.{quoted(name)} AS VARCHAR) AS salesforce_value,
              CAST(c.{quoted(name)} AS VARCHAR) AS customerp_value
            FROM settled l JOIN {mapped_table(pair, System.SALESFORCE)} s ON s._id = l.salesforce_id
            JOIN {mapped_table(pair, System.CUSTOMERP)} c ON c._id = l.customerp_id
            WHERE s.{quoted(name)} <> c.{quoted(name)}"""
        for name in amounts
    )
    return db.frame(
        f"""WITH settled AS (SELECT * FROM {links_table(pair)} WHERE state = 'live'
              AND link_id NOT IN (SELECT link_id FROM {changes_table(pair)} WHERE link_id IS NOT NULL){open_documents})
            SELECT * FROM ({parts}) ORDER BY salesforce_id, property"""
    )
