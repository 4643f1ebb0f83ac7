"""What an audit asks of the store: which linked records differ, and which records stand alone, each with its cause."""

from collections.abc import Mapping, Sequence
from datetime import datetime

import polars as pl

from talk_assets.model.pair import EntityPair
from talk_assets.model.system import System
from talk_assets.store.database import Database
from talk_assets.store.sql import among, quoted
from talk_assets.store.tables import changes_table, links_table, mapped_table

ALONE_SCHEMA = {"system": pl.String(), "cause": pl.String(), "record_id": pl.String(), "reason": pl.String()}
"""A live record without a live counterpart, and why it has none."""


def linked_counts(db: Database, pair: EntityPair) -> tuple[int, int]:
    """How many links have both their records, and how many have neither any more."""
    found = db.rows(
        f"""SELECT count(*) FILTER (here AND there), count(*) FILTER (NOT here AND NOT there) FROM
            (SELECT s._id IS NOT NULL AS here, c._id IS NOT NULL AS there FROM {links_table(pair)} l
             LEFT JOIN {mapped_table(pair, System.SALESFORCE)} s ON s._id = l.salesforce_id AND NOT s._deleted
             LEFT JOIN {mapped_table(pair, System.CUSTOMERP)} c ON c._id = l.customerp_id AND NOT c._deleted)"""
    )
    ((both, neither),) = found
    return int(str(both)), int(str(neither))


def differing(
    db: Database,
    pair: EntityPair,
    pairs: Mapping[str, EntityPair],
    *,
    of: tuple[System, Sequence[str]] | None = None,
) -> pl.DataFrame:
    """Links with both their records whose values are not the very same (columns `link_id, moved`).

    With *of*, an end and ids of its records, only their links.

    *moved* is true where something of the link was read after the pair was last reconciled. Whether a difference
    counts is for the codecs to say: here an address in another case differs too.
    """
    joins, conditions = "", []
    for p in (one for one in pair.properties if not one.derived):
        column = quoted(p.name)
        if p.reference is None:
            conditions.append(f"s.{column} IS DISTINCT FROM c.{column}")
            continue
        table, here, there = links_table(pairs[p.reference]), quoted(f"here {p.name}"), quoted(f"there {p.name}")
        joins += f" LEFT JOIN {table} {here} ON {here}.salesforce_id = s.{column}"
        joins += f" LEFT JOIN {table} {there} ON {there}.customerp_id = c.{column}"
        # What is referred to but has no link equals nothing on the other end.
        conditions.append(
            f"coalesce({here}.link_id, 's:' || s.{column}) IS DISTINCT FROM "
            f"coalesce({there}.link_id, 'c:' || c.{column})"
        )
    chosen, parameters, frames = ("TRUE", [], {}) if of is None else among(f"l.{of[0]}_id", of[1])
    return db.frame(
        f"""SELECT l.link_id, greatest(l._seq, s._seq, c._seq) > ? AS moved FROM {links_table(pair)} l
            JOIN {mapped_table(pair, System.SALESFORCE)} s ON s._id = l.salesforce_id AND NOT s._deleted
            JOIN {mapped_table(pair, System.CUSTOMERP)} c ON c._id = l.customerp_id AND NOT c._deleted{joins}
            WHERE ({" OR ".join(conditions)}) AND {chosen} ORDER BY l.link_id""",
        [db.mark("changesets", pair.name), *parameters],
        **frames,
    )


def standing_changes(db: Database, pair: EntityPair, link_ids: pl.DataFrame) -> pl.DataFrame:
    """What is asked of *link_ids* (column `link_id`) and has not been written.

    Columns: `link_id, property` (null: the whole record), `state, reason, origin_id`.
    """
    return db.frame(
        f"""SELECT link_id, property, state, reason, origin_id FROM {changes_table(pair)}
            SEMI JOIN wanted USING (link_id)""",
        wanted=link_ids.select("link_id"),
    )


def last_reads(db: Database) -> dict[tuple[str, str], tuple[datetime | None, datetime | None]]:
    """When each end's entities were last read, and last read whole, by end and entity."""
    found = db.frame("SELECT system, entity, read_at, swept_at FROM store.cursor")
    return {(system, entity): (read, swept) for system, entity, read, swept in found.iter_rows()}


def stopped(db: Database, pair: EntityPair) -> pl.DataFrame:
    """What is in quarantine of *pair* (columns `stage, system, record_id, property, reason`)."""
    return db.frame(
        "SELECT stage, system, record_id, property, reason FROM store.quarantine WHERE pair = ? ORDER BY ALL",
        [pair.name],
    )


def alone_counts(db: Database, pair: EntityPair, system: System, *, parent: EntityPair | None) -> dict[str, int]:
    """How many live records of *system* have no live counterpart, by cause."""
    found = db.rows(f"SELECT cause, count(*) FROM ({_alone(db, pair, system, parent)}) GROUP BY cause ORDER BY cause")
    return {str(cause): int(str(count)) for cause, count in found}


def alone(db: Database, pair: EntityPair, system: System, *, parent: EntityPair | None, limit: int) -> pl.DataFrame:
    """Live records of *system* without a live counterpart, at most *limit* of each cause (`ALONE_SCHEMA`)."""
    return db.frame(
        f"""SELECT '{system}' AS system, cause, record_id, reason FROM ({_alone(db, pair, system, parent)})
            QUALIFY row_number() OVER (PARTITION BY cause ORDER BY record_id) <= ? ORDER BY cause, record_id""",
        [limit],
    )


def _alone(db: Database, pair: EntityPair, system: System, parent: EntityPair | None) -> str:
    """The query of records that stand alone; the first cause that holds counts."""
    other, name = system.other, f"'{pair.name}'"
    mark = db.mark("changesets", pair.name)
    document, without_document = "", "FALSE"
    if parent is not None:
        document = f"LEFT JOIN {links_table(parent)} d ON d.{system}_id = m._parent AND d.state = 'live'"
        without_document = "d.link_id IS NULL"
    return f"""
        SELECT m._id AS record_id, coalesce(a.reason, q.reason) AS reason, CASE
            WHEN q.unread THEN 'quarantined' WHEN q.refused THEN 'refused' WHEN v.record_id IS NOT NULL THEN 'review'
            WHEN a.state IS NOT NULL THEN a.state WHEN l.link_id IS NOT NULL AND l._seq <= {mark:d} THEN 'deleted'
            WHEN m._seq > {mark:d} THEN 'not_compared' WHEN l.link_id IS NOT NULL THEN 'deleted'
            WHEN {without_document} THEN 'document' ELSE 'unknown' END AS cause
        FROM {mapped_table(pair, system)} m
        LEFT JOIN {links_table(pair)} l ON l.{system}_id = m._id
        LEFT JOIN {mapped_table(pair, other)} o ON o._id = l.{other}_id AND NOT o._deleted
        LEFT JOIN (SELECT record_id, bool_or(stage = 'writeback' AND property IS NULL) AS refused,
                     bool_or(stage <> 'writeback') AS unread, min(reason) AS reason
                   FROM store.quarantine WHERE pair = {name} AND system = '{system}' GROUP BY record_id) q
          ON q.record_id = m._id
        LEFT JOIN (SELECT DISTINCT record_id FROM links.review WHERE pair = {name} AND system = '{system}') v
          ON v.record_id = m._id
        LEFT JOIN (SELECT origin_id, link_id, min(state) AS state, min(reason) AS reason FROM {changes_table(pair)}
                   WHERE property IS NULL GROUP BY origin_id, link_id) a
          ON a.link_id IS NOT DISTINCT FROM l.link_id AND (a.link_id IS NOT NULL OR a.origin_id = m._id)
        {document}
        WHERE NOT m._deleted AND o._id IS NULL
        UNION ALL
        SELECT record_id, min(reason), 'quarantined' FROM store.quarantine q
        WHERE stage <> 'writeback' AND pair = {name} AND system = '{system}'
          AND NOT EXISTS (SELECT 1 FROM {mapped_table(pair, system)} m WHERE m._id = q.record_id)
        GROUP BY record_id"""
