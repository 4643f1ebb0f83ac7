"""One cycle of all stages, without the Dagster daemon: the same functions the assets call.

First everything is read and decided, then each pair is written, what others refer to first. Guards
look at the whole plan before the first write.
"""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import polars as pl

from talk_assets.automation.journal import COMMAND, kind_of, noted
from talk_assets.changesets import guard
from talk_assets.changesets.stage import reconcile_pair
from talk_assets.links.stage import match_pair
from talk_assets.mapped.stage import translate_pair
from talk_assets.model.changes import ChangeState, Tally
from talk_assets.model.errors import ConfigurationError, PeerUnavailableError
from talk_assets.model.failpoints import failpoint
from talk_assets.model.pair import EntityPair
from talk_assets.model.system import System
from talk_assets.raw.ahead import announce, to_read
from talk_assets.raw.fetch import fetch, recover
from talk_assets.session import Session
from talk_assets.store import changes, quarantine, reviews
from talk_assets.store.waiting import waiting
from talk_assets.writeback.completion import completions
from talk_assets.writeback.stage import apply_pair

Progress = Callable[[str], None]


@dataclass(frozen=True, kw_only=True)
class CycleReport:
    """What a cycle did.

    *plan* lists the changes that stand after it: sent ones are gone from it; after a dry run also what its creations
    bring with them (state `model.changes.FOLLOWS`). *waiting* lists
    everything that is held back, each with its reason (`store.waiting.WAITING_SCHEMA`).
    """

    tallies: dict[str, Tally]
    calls: dict[System, int]
    seconds: float
    plan: pl.DataFrame
    waiting: pl.DataFrame

    def as_json(self) -> dict[str, Any]:
        """The report as `talk sync --json` prints it."""
        return {
            "pairs": {name: _tally_json(tally) for name, tally in self.tallies.items()},
            "api_calls": {system.value: self.calls[system] for system in System},
            "seconds": round(self.seconds, 3),
        }

    @property
    def exit_code(self) -> int:
        """0 when all is in step; 1 when records are held back in quarantine, review or conflict.

        4 when an end did not take all that was to be written, so that it is worth running again.
        """
        if any(t.postponed for t in self.tallies.values()):
            return PeerUnavailableError.exit_code
        return int(any(t.quarantined or t.review or t.undecided for t in self.tallies.values()))


def _tally_json(tally: Tally) -> dict[str, Any]:
    counts: dict[str, Any] = {
        system.value: {
            "created": tally.created[system],
            "updated": tally.updated[system],
            "deleted": tally.deleted[system],
        }
        for system in System
    }
    return counts | {
        "linked": tally.linked,
        "conflicts": tally.conflicts,
        "undecided": tally.undecided,
        "quarantined": tally.quarantined,
        "parked": tally.parked,
        "held": tally.held,
        "review": tally.review,
        "postponed": tally.postponed,
    }


def with_lines(session: Session, names: Sequence[str] | None) -> list[EntityPair]:
    """The pairs to run, in run order; lines run with their documents.

    Raises:
        ConfigurationError: a name is no pair.
    """
    wanted = set(names or session.pairs)
    unknown = sorted(wanted - set(session.pairs))
    if unknown:
        raise ConfigurationError(
            f"There is no pair named {', '.join(unknown)}. Nothing was read or written. "
            f"The pairs are: {', '.join(session.pairs)}."
        )
    wanted |= {str(session.pairs[name].parent) for name in wanted if session.pairs[name].parent}
    return [p for p in session.pairs.values() if p.name in wanted or p.parent in wanted]


def run_cycle(
    session: Session,
    *,
    pairs: Sequence[str] | None = None,
    full: bool = False,
    dry_run: bool = False,
    accept: str | None = None,
    progress: Progress | None = None,
) -> CycleReport:
    """Run one cycle over *pairs* (None: all).

    With *dry_run* both ends are read and the plan is made, and nothing is written to either, so that a
    plan its guard would stop can be read. *accept* is the hash of a plan that may pass its guard.

    Raises:
        TalkError: with what happened, what was not done and what to do next.
    """
    started = time.monotonic()
    say = progress or (lambda _: None)
    session.accept = accept
    chosen = with_lines(session, pairs)
    with noted(session, job=COMMAND, kind=kind_of(full=full, dry_run=dry_run)):
        for system in System:
            recover(session, system)
        _read(session, chosen, full=full, say=say)
        for pair in chosen:
            say(f"comparing {pair.name}")
            match_pair(session, pair)
            reconcile_pair(session, pair)
        if not dry_run:
            for pair in chosen:
                guard.check(session, pair)
            for pair in (p for p in chosen if p.parent is None):
                _write(session, pair, say=say)
    failpoint("checkpointing")
    session.db.checkpoint()
    failpoint("checkpointed")
    for pair in chosen:
        count_standing(session, pair)
    plan = pl.concat([_plan_rows(session, pair, dry_run=dry_run) for pair in chosen])
    return CycleReport(
        tallies={pair.name: session.tally(pair) for pair in chosen},
        calls={system: session.ends[system].calls.total for system in System},
        seconds=time.monotonic() - started,
        plan=plan,
        waiting=waiting(session.db, chosen),
    )


def _read(session: Session, chosen: Sequence[EntityPair], *, full: bool, say: Progress) -> None:
    announce(session, chosen, full=full)
    for entity in to_read(session, chosen):
        say(f"reading {entity.system.title} {entity.resource}")
        pair = session.pairs.get(entity.name)
        limits = {} if pair is None else {"shrink_limit": session.guards(pair).shrink_ratio}
        fetch(session, entity, full=full, **limits)
    for pair in chosen:
        for system in System:
            translate_pair(session, pair, system)


def _write(session: Session, pair: EntityPair, *, say: Progress) -> None:
    """Write a pair and its lines: documents first, then their lines, then statuses that lock those."""
    lines = session.children(pair)
    for one in (pair, *lines):
        match_pair(session, one)
        reconcile_pair(session, one)
    for system in System:
        say(f"writing {system.title} {pair.resource(system)}")
        apply_pair(session, pair, system)
    for line in lines:
        match_pair(session, line)
        reconcile_pair(session, line)
        for system in System:
            apply_pair(session, line, system)
    if lines:
        for system in System:
            apply_pair(session, pair, system, closing=True)


def count_standing(session: Session, pair: EntityPair) -> None:
    """Count what of the pair stands still, and why."""
    tally = session.tally(pair)
    tally.quarantined = quarantine.count(session.db, pair.name)
    tally.review = reviews.count(session.db, pair)
    tally.parked = changes.count(session.db, pair, ChangeState.PARKED.value)
    tally.undecided = changes.count(session.db, pair, ChangeState.CONFLICT.value)
    tally.postponed = sum(1 for name, _, _ in session.postponed if name == pair.name)
    tally.held = changes.count(session.db, pair, ChangeState.HELD.value)


def _plan_rows(session: Session, pair: EntityPair, *, dry_run: bool) -> pl.DataFrame:
    found = changes.of(session.db, pair)
    if dry_run:
        found = pl.concat([found, completions(session, pair)])
    return found.select(
        "pair",
        "system",
        "op",
        pl.coalesce("record_id", "origin_id").alias("id"),
        "property",
        "old",
        "new",
        "state",
        "reason",
    )
