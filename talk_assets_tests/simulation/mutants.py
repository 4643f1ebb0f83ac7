"""Protocol bugs, each a switch of this test build only: a wrong part in the place of a right one.

They show what the simulation can see: a bug of these kinds in the engine would be found.
"""

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from datetime import timedelta
from uuid import uuid4

import polars as pl

from talk_assets.automation import cycle
from talk_assets.links import stage as links_stage
from talk_assets.mapped import stage as mapped_stage
from talk_assets.model.changes import Op, Outcome
from talk_assets.model.system import System
from talk_assets.raw import fetch as raw_fetch
from talk_assets.store import changes, conflict_log, links, raw
from talk_assets.systems import memory, memory_feed, memory_rows
from talk_assets.writeback import fresh, prepare, receipts, transmit
from talk_assets.writeback import stage as writeback_stage
from talk_assets_tests.simulation import hunts
from talk_assets_tests.simulation.scene import Scene
from talk_assets_tests.simulation.switches import switched

LOOKBACK = timedelta(minutes=10)


@dataclass(frozen=True, kw_only=True)
class Mutant:
    """One protocol bug: its name, the scene it is hunted in, its switch, and a seed from which on it soon shows."""

    name: str
    hunt: Scene
    switch: Callable[[], AbstractContextManager[None]]
    first: int = 1


def _base_first(right):
    def send(session, ready, results):
        if ready.op is Op.UPDATE:
            settled = [(p.link_id, name) for p in ready.writes for name in p.properties]
            receipts.settle_properties(session, ready.pair, ready.system, settled, ready.origins)
        right(session, ready, results)

    return send


def _judged_as(wrong: Outcome, among: set[Outcome], op: Op):
    """Take the outcomes *among* of *op* for *wrong*."""

    def made(right):
        def groups(*asked, **options):
            for sent in right(*asked, **options):
                taken = [
                    replace(r, outcome=wrong) if w.op is op and r.outcome in among else r
                    for w, r in zip(sent.writes, sent.receipts, strict=True)
                ]
                yield replace(sent, receipts=taken)

        return groups

    return made


def _no_lookback(right):
    def by_stamp(feed, entity, cursor):
        return right(replace(feed, lookback=feed.lookback * 0), entity, cursor)

    return by_stamp


def _strict(right):
    def stamped(self, entity, *, since, after, most):
        place = (since + LOOKBACK, "\uffff") if since is not None and after is None else after
        return right(self, entity, since=since, after=place, most=most)

    return stamped


def _by_offset(_):
    def by_stamp(feed, entity, cursor):
        pages = memory_feed.by_stamp(replace(feed, page=10**9), entity, cursor)
        first = next(pages)
        start, place = first, 0
        while True:
            # Each page is cut from the list as it is now, at the place where the last one ended.
            rows = first.frames[entity.name]
            part = rows[place : place + feed.page]
            place += feed.page
            if part.height < feed.page:
                yield replace(start, frames={entity.name: part})
                return
            yield replace(start, frames={entity.name: part}, cursor=None)
            first = next(memory_feed.by_stamp(replace(feed, page=10**9), entity, cursor))

    return by_stamp


def _cursor_first(_):
    def fetch(session, entity, *, full=False, **_limits):
        cursor = None if full else raw.cursor(session.db, entity)
        pages = list(session.ends[entity.system].fetch(entity, cursor))
        raw.set_cursor(session.db, entity, pages[-1].cursor, now=session.clock(), swept=cursor is None)
        for page in pages:
            raw_fetch.keep_page(session, entity, page)
        return raw_fetch.Fetched(read=0, changed=0, rejected=0, swept=False)

    return fetch


def _mark_first(right):
    def translate_rows(session, pair, system, rows, how):
        session.db.set_mark("mapped", f"{system}_{pair.name}", session.db.latest_seq())
        # The rows come in a transaction of their own: what was marked as done may never be.
        if session.db._depth:
            session.db._commit()
            if session.db.step is not None:
                session.db.step("between")
        return right(session, pair, system, rows, how)

    return translate_rows


def _swallowed(_):
    def refuse(session, prepared, refused):
        settled = [(p.link_id, name) for p, _ in refused for name in p.properties if p.link_id is not None]
        receipts.settle_properties(session, prepared.pair, prepared.system, settled, prepared.origins)
        changes.drop_origins(
            session.db, prepared.pair, prepared.system, [p.origin_id for p, _ in refused if p.link_id is None]
        )

    return refuse


def _agreed_unseen(right):
    def add(db, pair, found, *, now, fresh):
        right(db, pair, found, now=now, fresh=fresh)
        for system in System:
            rows = links_stage.links.baselines(db, pair, found["link_id"].to_list())
            there = db.frame(f'SELECT * FROM mapped."{system}_{pair.name}"')  # noqa: S608 - declared names
            own = found.join(there, left_on=f"{system}_id", right_on="_id", how="inner")
            kept = [c for c in rows.columns if c not in {"link_id", "system"}]
            links.set_baselines(db, pair, own.select("link_id", *kept, system=pl.lit(system.value)))

    return add


def _without_tombstones(right):
    def keep(db, entity, rows):
        return right(db, entity, rows.filter(~pl.col("_deleted")))

    return keep


def _unlinked_when_deleted(right):
    def set_states(db, pair, states):
        right(db, pair, states)
        table = f'links."{pair.name}"'
        db.run(f"DELETE FROM {table} WHERE state IN ('salesforce_deleted', 'customerp_deleted')")  # noqa: S608 - as above

    return set_states


def _base_as_sent(right):
    def settle(session, pair, system, settled, origins, **_options):
        right(session, pair, system, settled, origins, edited=[str(link) for link, _ in settled])

    return settle


def _mutant(name: str, hunt: Scene, owner: object, part: str, wrong: Callable, *, first: int = 1) -> Mutant:
    return Mutant(name=name, hunt=hunt, switch=lambda: switched(owner, part, wrong), first=first)


_MISSED = {Outcome.NOT_APPLIED, Outcome.STALE, Outcome.GONE, Outcome.REFUSED}
_TAKEN = _judged_as(Outcome.APPLIED, {Outcome.AMBIGUOUS}, Op.UPDATE)

MUTANTS = (
    _mutant("base updated before the write", hunts.UNANSWERED, writeback_stage, "_send", _base_first),
    _mutant("no re-read before a write", hunts.CROWDED, fresh.Fresh, "_moved", lambda _: lambda *_: set()),
    _mutant("no version compared", hunts.CROWDED, memory.MemoryPort, "_is_stale", lambda _: lambda *_: False),
    _mutant(
        "per-record result ignored",
        hunts.REFUSED,
        writeback_stage,
        "groups",
        _judged_as(Outcome.APPLIED, _MISSED, Op.UPDATE),
    ),
    _mutant("unanswered update taken for applied", hunts.UNANSWERED, writeback_stage, "groups", _TAKEN),
    _mutant("strict cursor and no lookback", hunts.LATE, memory_rows.Rows, "stamped", _strict, first=2005),
    _mutant("no lookback", hunts.LATE, memory, "by_stamp", _no_lookback, first=2005),
    _mutant(
        "own creations not adopted",
        hunts.UNANSWERED,
        links_stage,
        "_ties",
        lambda right: lambda *asked: right(*asked).clear(),
    ),
    _mutant("a new key for each attempt", hunts.UNANSWERED, prepare, "create_key", lambda _: lambda *_: uuid4().hex),
    _mutant("cursor committed before the rows", hunts.DYING, cycle, "fetch", _cursor_first),
    _mutant("offset paging", hunts.SHIFTING, memory, "by_stamp", _by_offset, first=1001),
    _mutant("mark set before the work", hunts.DYING, mapped_stage, "translate_rows", _mark_first, first=1001),
    _mutant("refusals swallowed", hunts.REFUSED, receipts, "refuse", _swallowed),
    _mutant("first link agreed unseen", hunts.DISAGREEING, links, "add", _agreed_unseen),
    _mutant("tombstones ignored", hunts.DELETING, raw, "keep", _without_tombstones),
    _mutant("link dropped with its record", hunts.DELETING, links, "set_states", _unlinked_when_deleted),
    _mutant("conflicts not logged", hunts.DISAGREEING, conflict_log, "add", lambda _: lambda *_: 0),
    _mutant("base taken from what was sent", hunts.RESPELLED, receipts, "settle_properties", _base_as_sent),
    _mutant("intents not stored", hunts.UNANSWERED, transmit, "_record", lambda _: lambda *_: None, first=1014),
)
