"""An end in memory on which anything can go wrong, and which tells the oracle what really happened."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, Protocol

import polars as pl

from talk_assets.model.changes import Outcome, Problem, Receipt, Write
from talk_assets.model.errors import ConfigurationError, PeerAnswerError, PeerUnavailableError
from talk_assets.model.system import System
from talk_assets.model.wire import Entity
from talk_assets.systems.batching import one, split
from talk_assets.systems.memory import MemoryPort
from talk_assets.systems.memory_rules import Judgement, judged
from talk_assets.systems.port import Page, Written
from talk_assets_tests.simulation.faults import ONE_READ, ONE_WRITE, WHOLE_WRITE, Fault, Weather
from talk_assets_tests.simulation.ledger import Ledger

LAG = timedelta(seconds=90)
"""How far a lagging replica is behind."""

NO_ANSWER = {Fault.LOST_DONE, Fault.SERVER_ERROR, Fault.TRUNCATED}
NOT_DONE = {
    Fault.NOT_SENT: Outcome.NOT_APPLIED,
    Fault.THROTTLED: Outcome.NOT_APPLIED,
    Fault.LOST_UNDONE: Outcome.AMBIGUOUS,
}


class Witness(Protocol):
    """What an end tells of: calls, what the engine was shown, what it changed."""

    weather: Weather
    time: datetime
    skew: timedelta
    ledger: Ledger

    def moment(self, where: str, what: str) -> None: ...
    def shown(self, system: System, frames: Mapping[str, pl.DataFrame]) -> None: ...
    def changed(
        self, end: "TroubledPort", entity: str, record: str, before: Mapping[str, str | None], write: Write
    ) -> None: ...
    def locked(self, record: str) -> bool: ...
    def edited(self, system: System, entity: str, record: str) -> bool: ...


class TroubledPort(MemoryPort):
    """One end; *witness* is set by the world before the first call."""

    witness: Witness
    most = 200

    def __init__(self, **facts: Any) -> None:
        super().__init__(**facts, date=lambda: self.witness.time + self.witness.skew)

    def identify(self):
        self._read_or_fail("identify")
        return super().identify()

    def fetch(self, entity: Entity, cursor: str | None) -> Iterator[Page]:
        place = 0
        pages = super().fetch(entity, cursor)
        while True:
            self._read_or_fail("fetch", later=place > 0, detail=entity.name)
            try:
                page = next(pages)
            except StopIteration:
                return
            page = self._distorted(entity, page)
            self.witness.shown(self.system, page.frames)
            self.witness.moment(f"{self.system} fetched", f"{entity.name} {page.frames[entity.name].height}")
            yield page
            place += 1

    def read(self, entity: Entity, *, ids: Sequence[str] = (), keys: Sequence[str] = ()) -> Page:
        self._read_or_fail("read", detail=entity.name)
        page = super().read(entity, ids=ids, keys=keys)
        self.witness.shown(self.system, page.frames)
        self.witness.moment(f"{self.system} read", f"{entity.name} {page.frames[entity.name].height}")
        return page

    def batches(self, entity: Entity, writes: Sequence[Write]) -> list[list[Write]]:
        size = (lambda w: 1 + len(w.lines)) if self.system is System.SALESFORCE else one
        return split(writes, most=self.most, together=self._rows.is_line(entity), size=size)

    def write(self, entity: Entity, batch: Sequence[Write]) -> Written:
        told = " ".join(f"{w.op}:{w.id or w.key}:{sorted(w.values.items())}" for w in batch)
        self.witness.moment(f"{self.system} write", f"{entity.name} {told}")
        fault = self.witness.weather.strikes(self.witness.weather.write, WHOLE_WRITE)
        if fault is Fault.NO_TOKEN:
            raise ConfigurationError(f"{self.system.title} refuses the session.")
        if fault is Fault.NO_BUDGET:
            raise PeerUnavailableError(f"{self.system.title}'s request limit is used up.")
        if fault in NOT_DONE:
            written = self._unanswered(entity, batch, fault, NOT_DONE[fault])
        elif fault is Fault.HALF_DONE:
            super().write(entity, batch[: len(batch) // 2])
            written = self._unanswered(entity, batch, fault, Outcome.AMBIGUOUS)
            self.witness.ledger.unanswered()
        else:
            written = super().write(entity, batch)
            if fault in NO_ANSWER:
                written = self._unanswered(entity, batch, fault, Outcome.AMBIGUOUS)
                self.witness.ledger.unanswered()
            elif fault is Fault.NOT_READ_BACK:
                self.witness.ledger.unanswered()
                unseen = _not_ours(written, set(written.receipts))
                written = replace(written, receipts=unseen, stored=self._nothing(entity))
            elif fault is Fault.OVERTAKEN and self.system is System.SALESFORCE:
                self.witness.ledger.unanswered()
                written = self._overtaken(entity, written)
        self.witness.shown(self.system, written.stored.frames)
        told = " ".join(r.outcome.value for r in written.receipts)
        self.witness.moment(f"{self.system} wrote", f"{entity.name} {fault or ''} {told}")
        return written

    def head(self, entities: Sequence[Entity], since: Mapping[str, str], *, wait: float = 0.0) -> dict[str, str]:
        self._read_or_fail("head")
        return super().head(entities, since, wait=wait)

    def _apply(self, entity: Entity, write: Write) -> Judgement:
        if write.id is not None and self.witness.locked(write.id):
            return judged(Outcome.NOT_APPLIED, "UNABLE_TO_LOCK_ROW", "unable to obtain exclusive access")
        fault = self.witness.weather.strikes(self.witness.weather.record, ONE_WRITE)
        if fault is Fault.RECORD_LOCKED:
            return judged(Outcome.NOT_APPLIED, "UNABLE_TO_LOCK_ROW", "unable to obtain exclusive access")
        if fault is Fault.RECORD_REFUSED:
            return judged(Outcome.REFUSED, "CUSTOM_VALIDATION", "A rule of this end says no.")
        if fault is Fault.RECORD_UNKNOWN_UNDONE:
            return self._unknown()
        row = self._rows.get(entity.name, write.id or "")
        before = dict(row.values) if row is not None else {}
        done = super()._apply(entity, write)
        if done.outcome is Outcome.APPLIED and done.row is not None:
            self.witness.changed(self, entity.name, done.row.id, before, write)
            for line, receipt in zip(write.lines, done.lines, strict=True):
                self.witness.changed(self, line.entity, str(receipt.id), {}, line)
        if fault is Fault.RECORD_UNKNOWN_DONE:
            self.witness.ledger.unanswered()
            return self._unknown()
        return done

    def _unknown(self) -> Judgement:
        return judged(Outcome.AMBIGUOUS, "UNKNOWN_EXCEPTION", "An unexpected error occurred.")

    def _read_or_fail(self, kind: str, *, later: bool = False, detail: str = "") -> None:
        self.witness.moment(f"{self.system} {kind}", detail)
        weather = self.witness.weather
        fault = weather.strikes(weather.read, (Fault.READ_LATER_PAGE,) if later else ONE_READ)
        if fault is Fault.READ_CUT:
            raise PeerAnswerError(f"{self.system.title} answered with half a page.")
        if fault is not None:
            raise PeerUnavailableError(f"{self.system.title} does not answer.")

    def _distorted(self, entity: Entity, page: Page) -> Page:
        """What a lagging replica or a shifting list makes of a page; a cursor stays as it is."""
        weather = self.witness.weather
        rows = page.frames[entity.name]
        fault = weather.strikes(weather.rows if rows.height else 0.0, (Fault.ROWS_TWICE, Fault.REPLICA))
        if fault is Fault.ROWS_TWICE:
            order = list(range(rows.height))
            weather.chance.shuffle(order)
            again = pl.concat([rows[order], rows])
            return Page(frames=dict(page.frames) | {entity.name: again}, cursor=page.cursor)
        if fault is Fault.REPLICA and self.system is System.SALESFORCE and entity.name != "account":
            # A contact whose Account is not shown is set aside, and cannot be recognised meanwhile either.
            # Nobody can tell doubles made by hand while one of the two is not shown.
            known = pl.col("_id").is_in([r for r in rows["_id"] if self.witness.ledger.was_made_twice(self.system, r)])
            seen = rows.filter((pl.col("_stamp") < self.witness.time - LAG) | known)
            return Page(frames=dict(page.frames) | {entity.name: seen}, cursor=page.cursor)
        return page

    def _overtaken(self, entity: Entity, written: Written) -> Written:
        """Somebody edits what we just wrote before it is read back."""
        done = [r for r in written.receipts if r.outcome is Outcome.APPLIED and not self._rows.is_line(entity)]
        edited = {r for r in done if self.witness.edited(self.system, entity.name, str(r.id))}
        rows = [self._rows.get(entity.name, record) for record in written.stored.frames[entity.name]["_id"]]
        frames = self._rows.frames(entity, [row for row in rows if row is not None])
        stored = Page(frames=dict(written.stored.frames) | {entity.name: frames[entity.name]})
        return replace(written, receipts=_not_ours(written, edited), stored=stored)

    def _unanswered(self, entity: Entity, batch: Sequence[Write], fault: Fault | None, outcome: Outcome) -> Written:
        problem = Problem(code="NO_ANSWER", message=str(fault))
        receipts = tuple(_lost(write, outcome, problem) for write in batch)
        return Written(receipts=receipts, stored=self._nothing(entity))

    def _nothing(self, entity: Entity) -> Page:
        return Page(frames=self._rows.frames(self._rows.document_of(entity), []))


def _not_ours(written: Written, theirs: set[Receipt]) -> tuple[Receipt, ...]:
    """Receipts that say which records were not seen as our write left them."""
    return tuple(
        replace(r, ours=False, lines=tuple(replace(line, ours=False) for line in r.lines)) if r in theirs else r
        for r in written.receipts
    )


def _lost(write: Write, outcome: Outcome, problem: Problem) -> Receipt:
    lines = tuple(_lost(line, outcome, problem) for line in write.lines)
    return Receipt(intent_id=write.intent_id, outcome=outcome, id=write.id, problem=problem, lines=lines)
