"""Questions the asset checks ask of the store."""

from collections.abc import Mapping, Sequence
from datetime import datetime

import polars as pl

from talk_assets.model.pair import EntityPair
from talk_assets.model.system import System
from talk_assets.store.database import Database
from talk_assets.store.sql import quoted
from talk_assets.store.tables import changes_table, links_table, mapped_table

CENT = "0.01"
_DISAGREEMENT = ("salesforce_id", "customerp_id", "property", "salesforce_value", "customerp_value")


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
    """Derived amounts that differ between linked records though all they are worked out from is the same.

    A cent for each line is allowed: ends round half a cent differently, and each line by itself. Left out
    are records with a change standing, theirs or of their *lines*, and records where an amount entered has
    more decimals on one end than the other holds.
    Columns: `salesforce_id, customerp_id, property, salesforce_value, customerp_value` (values as text).
    An amount that an end does not tell agrees with anything.
    """
    entered, derived = _amounts(pair)
    if not derived:
        return pl.DataFrame(schema=dict.fromkeys(_DISAGREEMENT, pl.String()))
    rows = " UNION ALL ".join(
        f"""SELECT l.salesforce_id, l.customerp_id, '{name}' AS property,
              CAST(s.{quoted(name)} AS VARCHAR) AS salesforce_value,
              CAST(c.{quoted(name)} AS VARCHAR) AS customerp_value
            FROM ({_linked(pair)}) l JOIN {mapped_table(pair, System.SALESFORCE)} s ON s._id = l.salesforce_id
            JOIN {mapped_table(pair, System.CUSTOMERP)} c ON c._id = l.customerp_id
            WHERE abs(s.{quoted(name)} - c.{quoted(name)}) > {CENT} * {_line_count(lines)} AND {_same(entered)}"""
        for name in derived
    )
    inside = "".join(
        f" AND {system}_id NOT IN ({_unsettled_documents(line, system)})" for line in lines for system in System
    )
    return db.frame(f"SELECT * FROM ({rows}) WHERE TRUE{inside} ORDER BY salesforce_id, property")


def _line_count(lines: Sequence[EntityPair]) -> str:
    """How many lines document `s` has, but at least one."""
    counts = "".join(
        f", (SELECT count(*) FROM {mapped_table(line, System.SALESFORCE)} n WHERE n._parent = s._id AND NOT n._deleted)"
        for line in lines
    )
    return f"greatest(1{counts})"


def _amounts(pair: EntityPair) -> tuple[list[str], list[str]]:
    """The decimal properties: those a person enters, and those an end works out."""
    decimals = [p for p in pair.properties if isinstance(p.dtype, pl.Decimal)]
    return [p.name for p in decimals if not p.derived], [p.name for p in decimals if p.derived]


def _linked(pair: EntityPair) -> str:
    """Live links on which no change stands."""
    return f"""SELECT * FROM {links_table(pair)} WHERE state = 'live'
        AND link_id NOT IN (SELECT link_id FROM {changes_table(pair)} WHERE link_id IS NOT NULL)"""


def _same(names: Sequence[str]) -> str:
    return " AND ".join(["TRUE", *(f"s.{quoted(name)} IS NOT DISTINCT FROM c.{quoted(name)}" for name in names)])


def _unsettled_documents(line: EntityPair, system: System) -> str:
    """Documents of *system* with a line that is not linked, has a change standing, or was rounded."""
    entered, _ = _amounts(line)
    return f"""SELECT m._parent FROM {mapped_table(line, system)} m
        LEFT JOIN ({_linked(line)}) l ON l.{system}_id = m._id
        LEFT JOIN {mapped_table(line, System.SALESFORCE)} s ON s._id = l.salesforce_id
        LEFT JOIN {mapped_table(line, System.CUSTOMERP)} c ON c._id = l.customerp_id
        WHERE NOT m._deleted AND m._parent IS NOT NULL AND NOT (l.link_id IS NOT NULL AND {_same(entered)})"""


def unmapped(db: Database, pair: EntityPair, system: System, codes: Mapping[str, Sequence[str]]) -> pl.DataFrame:
    """Values of live records of *system* that are none of their property's *codes*, the most frequent first.

    Columns: `property, value, records, example` (a record's id).
    """
    rows = " UNION ALL ".join(
        f"""SELECT '{name}' AS property, {quoted(name)} AS value, count(*) AS records, min(_id) AS example
            FROM {mapped_table(pair, system)}
            WHERE NOT _deleted AND {quoted(name)} IS NOT NULL AND NOT list_contains(?::VARCHAR[], {quoted(name)})
            GROUP BY {quoted(name)}"""
        for name in codes
    )
    return db.frame(
        f"SELECT * FROM ({rows}) ORDER BY records DESC, property, value", [list(one) for one in codes.values()]
    )


def waiting_for_references(db: Database, pair: EntityPair, system: System) -> pl.DataFrame:
    """Changes that *system* is to take once a record they refer to is there.

    Columns: `origin_id, property` (null: the record itself), `waits_pair, waits_id, reason`.
    """
    return db.frame(
        f"""SELECT origin_id, property, waits_pair, waits_id, reason FROM {changes_table(pair)}
            WHERE state = 'parked' AND waits_pair IS NOT NULL AND system = ? ORDER BY origin_id, property""",
        [system],
    )


def written_since(db: Database, pair: EntityPair, system: System, since: datetime, *, limit: int) -> list[str]:
    """Ids of at most *limit* records of *system* that a write of *since* or later made or changed, mixed."""
    found = db.rows(
        """SELECT record_id FROM writeback.intent WHERE pair = ? AND system = ? AND outcome = 'applied'
             AND op <> 'delete' AND sent_at >= ? AND record_id IS NOT NULL
           GROUP BY record_id ORDER BY md5(record_id) LIMIT ?""",
        [pair.name, system, since, limit],
    )
    return [str(record) for (record,) in found]
