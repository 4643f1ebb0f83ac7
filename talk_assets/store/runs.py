"""The journal of runs: one row a run, one a run and pair, and the figures of a pair that they are made of.

A run that finds nothing to do and leaves everything as the last one did adds no row: it is counted on the last
run's, within an hour. So a sync each minute makes a row an hour, and a report still tells all calls.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import polars as pl

from talk_assets.model.changes import Tally
from talk_assets.model.pair import EntityPair
from talk_assets.model.system import System
from talk_assets.store import changes, quarantine
from talk_assets.store.database import Database
from talk_assets.store.run_schema import RUN_PAIR_SCHEMA, RUN_SCHEMA
from talk_assets.store.tables import changes_table, links_table, mapped_table

DONE = "done"
"""What became of a run that came to its end."""
_LONGEST = timedelta(hours=1)
_KNOWN = "journal"
_STANDING = ("linked", "in_step", "undecided", "quarantined", "parked", "held", "review", "postponed")
_WRITTEN = ("created", "updated", "deleted")


@dataclass(frozen=True, kw_only=True)
class Run:
    """One run: *job* is the Dagster job or the command, *kind* sync, whole read, part or dry run.

    *outcome* is `DONE` or the kind of error that ended it. *calls* are those of this run, *left* of *allowance* what
    Salesforce said remains of the day's (None: it did not say).
    """

    run_id: str
    job: str
    kind: str
    outcome: str
    started: datetime
    ended: datetime
    calls: Mapping[System, int]
    left: int | None = None
    allowance: int | None = None


@dataclass(frozen=True, kw_only=True)
class _Known:
    """What the store remembers of the last row: when it began, the change number then, the figures of each pair."""

    run_id: str
    started: datetime
    seq: int
    first: datetime
    pruned: str
    pairs: Mapping[str, Sequence[int]] = field(default_factory=dict)


def record(
    db: Database, run: Run, tallies: Mapping[EntityPair, Tally], *, postponed: Mapping[str, int], keep: timedelta
) -> None:
    """Write *run* into the journal with what it did of each pair; rows older than *keep* go, once a day.

    *tallies* has what the run did, of the pairs it looked at; what stands still is counted here.
    """
    known = _known(db)
    did = run.outcome != DONE or any(_did(tally) for tally in tallies.values()) or any(postponed.values())
    recent = known is not None and run.ended - known.started < _LONGEST
    if known is not None and recent and not did and known.seq == db.latest_seq():
        _add_quiet(db, known, run)
        return
    figures = {pair.name: standing(db, pair) | {"postponed": postponed.get(pair.name, 0)} for pair in tallies}
    now = {name: [found[key] for key in _STANDING] for name, found in figures.items()}
    if known is not None and recent and not did and all(known.pairs.get(name) == now[name] for name in now):
        _add_quiet(db, known, run)
        return
    first = run.started if known is None else known.first
    with db.transaction():
        _insert(db, "store.run", RUN_SCHEMA, [_run_row(run)])
        rows = [
            {"run_id": run.run_id, "pair": pair.name}
            | figures[pair.name]
            | _done(tally)
            | _delays(db, pair, tally, run, first)
            for pair, tally in tallies.items()
        ]
        _insert(db, "store.run_pair", RUN_PAIR_SCHEMA, rows)
        today = run.ended.date().isoformat()
        if known is None or known.pruned != today:
            forget(db, run.ended - keep)
        remembered = {
            "run": run.run_id,
            "started": run.started.isoformat(),
            "seq": db.latest_seq(),
            "first": first.isoformat(),
            "pruned": today,
            "pairs": dict({} if known is None else known.pairs) | now,
        }
        db.set_meta(_KNOWN, json.dumps(remembered))


def forget(db: Database, before: datetime) -> None:
    """Drop runs that ended before *before*."""
    db.execute(
        "DELETE FROM store.run_pair WHERE run_id IN (SELECT run_id FROM store.run WHERE last_ended < ?)", [before]
    )
    db.execute("DELETE FROM store.run WHERE last_ended < ?", [before])


def standing(db: Database, pair: EntityPair) -> dict[str, int]:
    """What of *pair* is linked, in step and waiting now: records, or links for `linked` and `in_step`.

    In step are the live links of which nothing waits and neither record is in quarantine.
    """
    linked = db.count(f"SELECT count(*) FROM {links_table(pair)} WHERE state = 'live'")
    return {
        "linked": linked,
        "in_step": linked - _out_of_step(db, pair),
        "undecided": changes.count(db, pair, "conflict"),
        "quarantined": quarantine.count(db, pair.name),
        "parked": changes.count(db, pair, "parked"),
        "held": _held(db, pair),
        "review": _in_review(db, pair),
    }


def _held(db: Database, pair: EntityPair) -> int:
    """Records with a change that a rule keeps back; what an end refused counts as in quarantine."""
    if db.is_empty(changes_table(pair)):
        return 0
    refused = """SELECT 1 FROM store.quarantine q WHERE q.stage = 'writeback' AND q.pair = ?
                 AND q.record_id = c.origin_id AND (q.property IS NULL OR q.property = c.property)"""
    return db.count(
        f"""SELECT count(*) FROM (SELECT DISTINCT link_id, origin_id, system FROM {changes_table(pair)} c
            WHERE state = 'held' AND NOT EXISTS ({refused}))""",
        [pair.name],
    )


def _in_review(db: Database, pair: EntityPair) -> int:
    if db.is_empty("links.review"):
        return 0
    return db.count("SELECT count(*) FROM links.review WHERE pair = ?", [pair.name])


def _out_of_step(db: Database, pair: EntityPair) -> int:
    parts, parameters = [], []
    if not db.is_empty(changes_table(pair)):
        parts.append(
            f"""SELECT l.link_id FROM {links_table(pair)} l WHERE l.state = 'live' AND l.link_id IN
                (SELECT link_id FROM {changes_table(pair)} WHERE link_id IS NOT NULL)"""
        )
    if not db.is_empty(quarantine.TABLE):
        for system in System:
            parts.append(
                f"""SELECT l.link_id FROM {links_table(pair)} l WHERE l.state = 'live' AND l.{system}_id IN
                    (SELECT record_id FROM store.quarantine WHERE pair = ? AND system = ?)"""
            )
            parameters += [pair.name, system.value]
    if not parts:
        return 0
    return db.count(f"SELECT count(*) FROM ({' UNION '.join(parts)})", parameters)


def runs(db: Database, *, since: datetime) -> pl.DataFrame:
    """The journal's runs that ended after *since* (`RUN_SCHEMA`), the latest first."""
    return db.frame("SELECT * FROM store.run WHERE last_ended >= ? ORDER BY started DESC, run_id", [since])


def pairs_of_runs(db: Database, *, since: datetime) -> pl.DataFrame:
    """What runs that ended after *since* did of each pair (`RUN_PAIR_SCHEMA` and `ended`), the oldest first."""
    return db.frame(
        """SELECT p.*, r.ended FROM store.run_pair p JOIN store.run r ON r.run_id = p.run_id
           WHERE r.last_ended >= ? ORDER BY r.ended, p.run_id, p.pair""",
        [since],
    )


def _known(db: Database) -> _Known | None:
    text = db.meta(_KNOWN)
    if text is None:
        return None
    found = json.loads(text)
    return _Known(
        run_id=found["run"],
        started=datetime.fromisoformat(found["started"]),
        seq=found["seq"],
        first=datetime.fromisoformat(found["first"]),
        pruned=found["pruned"],
        pairs=found["pairs"],
    )


def _add_quiet(db: Database, known: _Known, run: Run) -> None:
    calls = ", ".join(f"{system}_calls = {system}_calls + ?" for system in System)
    # One statement and no transaction: forgotten, it would be missed by nobody.
    db.execute(
        f"""UPDATE store.run SET quiet = quiet + 1, last_ended = ?, {calls},
              salesforce_calls_left = coalesce(?, salesforce_calls_left) WHERE run_id = ?""",
        [run.ended, *(run.calls[system] for system in System), run.left, known.run_id],
    )


def _run_row(run: Run) -> dict[str, Any]:
    return {
        "run_id": run.run_id,
        "job": run.job,
        "kind": run.kind,
        "outcome": run.outcome,
        "started": run.started,
        "ended": run.ended,
        "quiet": 0,
        "last_ended": run.ended,
        "salesforce_calls_left": run.left,
        "salesforce_allowance": run.allowance,
    } | {f"{system}_calls": run.calls[system] for system in System}


def _insert(db: Database, table: str, schema: Mapping[str, pl.DataType], rows: Sequence[Mapping[str, Any]]) -> None:
    if rows:
        places = ", ".join([f"({', '.join('?' * len(schema))})"] * len(rows))
        db.execute(
            f"INSERT INTO {table} ({', '.join(schema)}) VALUES {places}",
            [row.get(name) for row in rows for name in schema],
        )


def _did(tally: Tally) -> bool:
    return bool(tally.linked or tally.conflicts or _wrote(tally))


def _wrote(tally: Tally, systems: Iterable[System] = System) -> bool:
    return any(getattr(tally, kind)[system] for kind in _WRITTEN for system in systems)


def _done(tally: Tally) -> dict[str, int]:
    counts = {f"{system}_{kind}": getattr(tally, kind)[system] for system in System for kind in _WRITTEN}
    return counts | {"new_links": tally.linked, "new_conflicts": tally.conflicts}


def _delays(db: Database, pair: EntityPair, tally: Tally, run: Run, first: datetime) -> dict[str, Any]:
    """How long what this run wrote took, from the other end's stamp to our sending it, in milliseconds, for each end.

    What was last edited before the first run of all says nothing of the sync's speed and is left out.
    """
    found: dict[str, Any] = {}
    for system in (one for one in System if _wrote(tally, [one])):
        ((count, median, most),) = db.rows(
            f"""SELECT count(*), quantile_disc(took, 0.5), max(took) FROM (
                  SELECT greatest(0, epoch_ms(i.sent_at) - epoch_ms(m._stamp)) AS took FROM writeback.intent i
                  JOIN {mapped_table(pair, system.other)} m ON m._id = i.origin_id
                  WHERE i.pair = ? AND i.system = ? AND i.sent_at >= ? AND i.state = 'applied' AND m._stamp >= ?)""",
            [pair.name, system.value, run.started, first],
        )
        found |= {f"{system}_delays": count, f"{system}_delay_median": median, f"{system}_delay_most": most}
    return found
