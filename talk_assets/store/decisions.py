"""What people decided of conflicts: which end's value wins, and what becomes of a record that one end deleted."""

from datetime import datetime
from typing import Any

import polars as pl

from talk_assets.model.pair import EntityPair
from talk_assets.model.system import System
from talk_assets.store.database import Database
from talk_assets.store.tables import DECISION_SCHEMA, changes_table, links_table

RECORD = ""
"""What stands for the property where a decision is about a whole record: the winner is the end that deleted it."""


def decide(db: Database, conflict: dict[str, str], *, winner: System, by: str, now: datetime) -> None:
    """Record that *winner* wins the *conflict* (`pair, link_id, property` and both values as they were seen).

    An earlier decision of the same conflict that was not applied yet is replaced, and remembered as such.
    """
    row = conflict | {"winner": winner.value, "decided_by": by, "decided_at": now, "state": "standing"}
    with db.transaction():
        db.execute(
            """UPDATE changesets.decision SET state = 'replaced', settled_at = ?
               WHERE pair = ? AND link_id = ? AND property = ? AND state = 'standing'""",
            [now, conflict["pair"], conflict["link_id"], conflict["property"]],
        )
        db.insert("changesets.decision", pl.DataFrame([row], schema=dict(DECISION_SCHEMA)))


_NO_DECISIONS = pl.DataFrame(schema=dict(DECISION_SCHEMA))


def standing(db: Database, pair: EntityPair) -> pl.DataFrame:
    """Decisions of *pair* that are not applied yet (decision schema)."""
    if db.is_empty("changesets.decision"):
        return _NO_DECISIONS
    return db.frame("SELECT * FROM changesets.decision WHERE pair = ? AND state = 'standing'", [pair.name])


def settle(db: Database, pair: EntityPair, settled: pl.DataFrame, *, now: datetime) -> None:
    """Close decisions (columns `link_id, property, state`); who won is noted in the conflict log."""
    if settled.is_empty():
        return
    with db.transaction():
        db.run(
            """UPDATE changesets.conflict c SET winner = d.winner FROM changesets.decision d JOIN settled s
                 ON s.link_id = d.link_id AND s.property = d.property
               WHERE s.state = 'applied' AND d.pair = ? AND d.state = 'standing' AND c.pair = d.pair
                 AND c.link_id = d.link_id AND c.property = d.property AND c.winner IS NULL
                 AND c.salesforce_value IS NOT DISTINCT FROM d.salesforce_value
                 AND c.customerp_value IS NOT DISTINCT FROM d.customerp_value""",
            [pair.name],
            settled=settled,
        )
        db.run(
            """UPDATE changesets.decision d SET state = s.state, settled_at = ? FROM settled s
               WHERE d.pair = ? AND d.state = 'standing' AND d.link_id = s.link_id AND d.property = s.property""",
            [now, pair.name],
            settled=settled,
        )


def deletions(db: Database, pair: EntityPair) -> pl.DataFrame:
    """What people decided of records that one end deleted, newest first.

    Columns: both ids, `decision` (keep or delete), `state` (standing, applied, overtaken), `decided_by, decided_at`.
    """
    return db.frame(
        f"""SELECT * FROM (
              SELECT l.salesforce_id, l.customerp_id, 'delete' AS decision, d.state, d.decided_by, d.decided_at
              FROM changesets.decision d JOIN {links_table(pair)} l ON l.link_id = d.link_id
              WHERE d.pair = ? AND d.property = '{RECORD}' AND d.state <> 'replaced' UNION ALL
              SELECT salesforce_id, customerp_id, 'keep', 'applied', said_by, said_at
              FROM links.said WHERE pair = ? AND what = 'kept')
            ORDER BY decided_at DESC, salesforce_id, customerp_id""",
        [pair.name, pair.name],
    )


def undecided(db: Database, pair: EntityPair) -> pl.DataFrame:
    """Conflicts that wait for a person, oldest first.

    Columns: `pair, link_id, property` (null: one end deleted the record), both ids, values and times, `reason` and,
    where a decision was overtaken by an edit, `asked_again` (true).
    """
    return db.frame(
        f"""SELECT c.pair, c.link_id, c.property, l.salesforce_id, l.customerp_id,
              CASE WHEN c.property IS NOT NULL THEN c.new END AS salesforce_value,
              CASE WHEN c.property IS NOT NULL THEN c.old END AS customerp_value,
              g.salesforce_at, g.customerp_at, g.found_at, c.reason,
              EXISTS (SELECT 1 FROM changesets.decision d WHERE d.pair = c.pair AND d.link_id = c.link_id
                AND d.property = coalesce(c.property, '{RECORD}') AND d.state = 'overtaken') AS asked_again
            FROM {changes_table(pair)} c JOIN {links_table(pair)} l ON l.link_id = c.link_id
            LEFT JOIN changesets.conflict g ON g.pair = c.pair AND g.link_id = c.link_id AND g.property = c.property
              AND g.salesforce_value IS NOT DISTINCT FROM c.new AND g.customerp_value IS NOT DISTINCT FROM c.old
            WHERE c.state = 'conflict'
            QUALIFY row_number() OVER (PARTITION BY c.link_id, c.property ORDER BY g.found_at DESC) = 1
            ORDER BY g.found_at NULLS LAST, c.link_id, c.property"""
    )


def history(db: Database, pair: EntityPair) -> pl.DataFrame:
    """The conflict log of *pair*, newest first, with who decided (`decided_by, decided_at`; null: its policy)."""
    return db.frame(
        """SELECT c.*, d.decided_by, d.decided_at FROM changesets.conflict c
           LEFT JOIN changesets.decision d ON d.pair = c.pair AND d.link_id = c.link_id AND d.property = c.property
             AND d.salesforce_value IS NOT DISTINCT FROM c.salesforce_value
             AND d.customerp_value IS NOT DISTINCT FROM c.customerp_value AND d.state = 'applied'
           WHERE c.pair = ? ORDER BY c.found_at DESC, c.link_id, c.property""",
        [pair.name],
    )


def about(db: Database, pair: EntityPair, link: str) -> list[dict[str, Any]]:
    """All that was decided of *link*, oldest first (decision schema)."""
    return db.frame(
        "SELECT * FROM changesets.decision WHERE pair = ? AND link_id = ? ORDER BY decided_at, property",
        [pair.name, link],
    ).to_dicts()
