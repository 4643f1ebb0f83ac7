"""Intents and receipts: what is about to be sent, stored before the call; what it did, stored after."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import polars as pl

from talk_assets.model.failpoints import failpoint
from talk_assets.store.database import Database
from talk_assets.store.rows import by_key, replace
from talk_assets.store.sql import among
from talk_assets.store.tables import INTENT_SCHEMA

_TABLE = "writeback.intent"
OPEN = ("sent", "ambiguous")
UNANSWERED = "unanswered"
"""State of a creation that may have been made, on an end that keeps no key to find it by."""
NO_CREATIONS = pl.DataFrame(schema=dict.fromkeys(("intent_id", "origin_id", "body"), pl.String()))
"""States whose effect is not known yet."""
_LOOKED_AT = "recovered looked at"
"""The mark of a pair without updates that were read back and not looked at since."""
_NO_UPDATES = pl.DataFrame(schema=dict.fromkeys(("intent_id", "system", "link_id", "body"), pl.String()))
UNDONE = frozenset({*OPEN, "planned", "exists", "recovered"})
"""States that leave the same write to be tried again."""


@dataclass(frozen=True, kw_only=True)
class Tries:
    """What came of an intent so far: how often it was tried, and when it may be again."""

    state: str
    attempt: int
    sent_at: datetime
    not_before: datetime | None
    problem: str | None


def record(db: Database, rows: pl.DataFrame) -> None:
    """Store intents as sent; *rows* has the intent schema's columns but for state, outcome and problem."""
    sent = rows.with_columns(
        state=pl.lit("sent"),
        outcome=pl.lit(None, dtype=pl.String),
        problem=pl.lit(None, dtype=pl.String),
        not_before=pl.lit(None, dtype=pl.Datetime("us", "UTC")),
    ).select(INTENT_SCHEMA.keys())
    with db.transaction():
        # Mostly they were asked for a moment ago, and are new.
        known = _tried(db, sent["intent_id"].to_list())
        replace(db, _TABLE, sent, keys=["intent_id"], known=known.height > 0)
        failpoint("intents committing")
    failpoint("intents committed")


def tries(db: Database, intent_ids: Sequence[str]) -> dict[str, Tries]:
    """What came of those of *intent_ids* that were sent before."""
    return {row.pop("intent_id"): Tries(**row) for row in _tried(db, intent_ids).iter_rows(named=True)}


def _tried(db: Database, intent_ids: Sequence[str]) -> pl.DataFrame:
    columns = "intent_id, state, attempt, sent_at, not_before, problem"
    return by_key(db, _TABLE, "intent_id", intent_ids, columns=columns)


def judge(db: Database, receipts: pl.DataFrame) -> None:
    """Store what intents did (columns `intent_id, state, outcome, problem, record_id, attempt, not_before`)."""
    db.run(
        """UPDATE writeback.intent i SET state = r.state, outcome = r.outcome, problem = r.problem,
             record_id = coalesce(r.record_id, i.record_id), attempt = r.attempt, not_before = r.not_before
           FROM receipts r WHERE i.intent_id = r.intent_id""",
        receipts=receipts,
    )


def close(db: Database, intent_ids: Sequence[str], *, state: str) -> None:
    """Move intents to *state*."""
    chosen, parameters, frames = among("intent_id", intent_ids)
    db.run(f"UPDATE writeback.intent SET state = ? WHERE {chosen}", [state, *parameters], **frames)


def recovered(db: Database, pair: str, intent_ids: Sequence[str]) -> None:
    """Note that what intents of *pair* wrote was read back."""
    with db.transaction():
        close(db, intent_ids, state="recovered")
        db.set_mark(_LOOKED_AT, pair, 0)


def open_of(db: Database, system: str) -> pl.DataFrame:
    """Intents of *system* whose effect is not known, in the order they were sent."""
    return db.frame(
        "SELECT * FROM writeback.intent WHERE system = ? AND state IN (?, ?) ORDER BY sent_at, intent_id",
        [system, *OPEN],
    )


def creates(db: Database, pair: str, system: str) -> pl.DataFrame:
    """What creates of *pair* on *system* were last sent with, by key (columns `key, body`).

    Left out are those that certainly made nothing, as a record that exists cannot come from them.
    """
    return db.frame(
        """SELECT key, arg_max(body, sent_at) AS body FROM writeback.intent
           WHERE pair = ? AND system = ? AND op = 'create' AND key IS NOT NULL
             AND state NOT IN ('refused', 'planned', 'exists', 'stale') GROUP BY key""",
        [pair, system],
    )


def unanswered(db: Database, pair: str, system: str) -> pl.DataFrame:
    """Creations of *pair* on *system* whose effect is not known (columns `intent_id, origin_id, body`)."""
    return db.frame(
        """SELECT intent_id, origin_id, body FROM writeback.intent
           WHERE pair = ? AND system = ? AND op = 'create' AND state IN (?, ?, ?) AND origin_id IS NOT NULL
           ORDER BY sent_at, intent_id""",
        [pair, system, *OPEN, UNANSWERED],
    )


def let_go(db: Database, pair: str, record: str | None) -> None:
    """Let creations of *pair* be made again that no answer came to; with *record* only that made from it."""
    db.execute(
        """UPDATE writeback.intent SET state = 'released'
           WHERE pair = ? AND state = ? AND (? IS NULL OR origin_id = ?)""",
        [pair, UNANSWERED, record, record],
    )


def recovered_updates(db: Database, pair: str) -> pl.DataFrame:
    """Updates of *pair* that were read back because no answer came, and not looked at since."""
    if db.mark(_LOOKED_AT, pair):
        return _NO_UPDATES
    found = db.frame(
        """SELECT intent_id, system, link_id, body FROM writeback.intent
           WHERE pair = ? AND op = 'update' AND state = 'recovered' AND link_id IS NOT NULL
           ORDER BY sent_at, intent_id""",
        [pair],
    )
    if found.is_empty():
        db.set_mark(_LOOKED_AT, pair, db.latest_seq())
    return found


def recovered_creates(db: Database, pair: str) -> pl.DataFrame:
    """Creations of *pair* that no answer came to, not looked at since the end was read (columns `intent_id, body`)."""
    return db.frame(
        """SELECT intent_id, body FROM writeback.intent WHERE pair = ? AND op = 'create' AND state = 'recovered'
           ORDER BY sent_at, intent_id""",
        [pair],
    )


def about(db: Database, pair: str, link: str | None, records: Sequence[str]) -> pl.DataFrame:
    """What was sent of *link*, to the *records* of any end or made from them, oldest first (intent schema)."""
    return db.frame(
        """SELECT * FROM writeback.intent WHERE pair = ? AND (link_id = ? OR list_contains(?::VARCHAR[], record_id)
             OR list_contains(?::VARCHAR[], origin_id)) ORDER BY sent_at, intent_id""",
        [pair, link, list(records), list(records)],
    )


def forget(db: Database, before: datetime) -> None:
    """Drop intents settled before *before*; the open ones stay."""
    db.execute("DELETE FROM writeback.intent WHERE sent_at < ? AND state NOT IN (?, ?, ?)", [before, *OPEN, UNANSWERED])


def unlink(db: Database, pair: str, system: str, link_id: str, records: Sequence[str]) -> None:
    """Note of what was written to a link, or made the *records* of *system*, that it belongs to no link any more."""
    wanted = pl.DataFrame({"_id": list(records)}, schema={"_id": pl.String()})
    db.run(
        """UPDATE writeback.intent SET link_id = NULL, state = CASE state WHEN 'applied' THEN 'unlinked' ELSE state END
           WHERE link_id = ?
              OR (pair = ? AND system = ? AND op = 'create' AND record_id IN (SELECT _id FROM wanted))""",
        [link_id, pair, system],
        wanted=wanted,
    )


def refused(db: Database, intent_ids: Sequence[str]) -> dict[str, str]:
    """Which of *intent_ids* an end refused before, and its words."""
    chosen, parameters, frames = among("intent_id", intent_ids)
    found = db.frame(
        f"""SELECT intent_id, coalesce(problem, 'refused: no reason') AS problem FROM writeback.intent
            WHERE state = 'refused' AND {chosen}""",
        parameters,
        **frames,
    )
    return dict(found.iter_rows())


def release(db: Database, names: Sequence[str]) -> int:
    """Let what was refused of the entities *names* be tried again; how many writes that is."""
    wanted = pl.DataFrame({"name": list(names)}, schema={"name": pl.String()})
    refusals = "writeback.intent WHERE state = 'refused' AND pair IN (SELECT name FROM wanted)"
    found = db.frame(f"SELECT intent_id FROM {refusals}", wanted=wanted).height
    db.run(
        """UPDATE writeback.intent SET state = 'released'
           WHERE state = 'refused' AND pair IN (SELECT name FROM wanted)""",
        wanted=wanted,
    )
    return found
