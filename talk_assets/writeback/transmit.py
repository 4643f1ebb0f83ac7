"""Send batches: the intent is stored before the call, the receipt is judged after it.

Several batches are under way at once; only this thread touches the store.
"""

from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass

import msgspec
import polars as pl

from talk_assets.model.changes import Op, Outcome, Receipt, Write
from talk_assets.model.wire import Entity
from talk_assets.raw.fetch import keep_page
from talk_assets.session import Session
from talk_assets.store import intents
from talk_assets.store.tables import INTENT_SCHEMA
from talk_assets.systems.port import Written

STATE_OF = {
    Outcome.APPLIED: "applied",
    Outcome.EXISTS: "exists",
    Outcome.STALE: "stale",
    Outcome.REFUSED: "refused",
    Outcome.GONE: "gone",
    Outcome.NOT_APPLIED: "planned",
    Outcome.AMBIGUOUS: "ambiguous",
}
"""The state an intent takes with each outcome; only `ambiguous` (and `sent`) still need a look."""

MOST_ATTEMPTS = 8


@dataclass(frozen=True, kw_only=True)
class Subject:
    """What a write is about, for its intent: link and origin, None for records without a counterpart."""

    link_id: str | None
    origin_id: str | None


def batches(
    session: Session, entity: Entity, writes: Sequence[Write], subjects: Mapping[str, Subject]
) -> Iterator[tuple[list[Write], Written]]:
    """Send *writes* in the end's batches; each batch with what it did, in the order they were sent.

    The caller stores what a batch did in one transaction, `judge` included. When the caller stops early,
    batches under way are still awaited and stay `sent` in the store, for the next run to read back.
    """
    port = session.ends[entity.system]
    waiting: deque[tuple[list[Write], Future[Written]]] = deque()
    with ThreadPoolExecutor(max_workers=session.options.concurrent_writes) as pool:
        for batch in port.batches(entity, writes):
            while len(waiting) >= session.options.concurrent_writes:
                sent, future = waiting.popleft()
                yield sent, future.result()
            _record(session, entity, batch, subjects)
            waiting.append((batch, pool.submit(port.write, entity, batch)))
        while waiting:
            sent, future = waiting.popleft()
            yield sent, future.result()


def _record(session: Session, entity: Entity, batch: Sequence[Write], subjects: Mapping[str, Subject]) -> None:
    flat = [line for write in batch for line in (write, *write.lines)]
    tried = intents.attempts(session.db, [write.intent_id for write in flat])
    nested = entity.parent_path is None and entity.nested_at is not None
    rows = [
        {
            "intent_id": write.intent_id,
            "pair": write.entity,
            "system": entity.system.value,
            "op": write.op.value,
            "link_id": subjects[write.intent_id].link_id if write.intent_id in subjects else None,
            "origin_id": subjects[write.intent_id].origin_id if write.intent_id in subjects else None,
            # A line inside a document is read back with the document.
            "record_id": write.parent_id if nested else write.id,
            "key": write.key,
            "body": msgspec.json.encode(write.values, order="deterministic").decode(),
            "attempt": tried.get(write.intent_id, 0) + 1,
            "sent_at": session.clock(),
        }
        for write in flat
    ]
    schema = {name: dtype for name, dtype in INTENT_SCHEMA.items() if name in rows[0]}
    intents.record(session.db, pl.DataFrame(rows, schema=schema))


def judge(session: Session, batch: Sequence[Write], receipts: Sequence[Receipt]) -> None:
    """Store what the intents of a batch did."""
    rows = [
        (
            receipt.intent_id,
            STATE_OF[receipt.outcome],
            receipt.outcome.value,
            f"{receipt.problem.code}: {receipt.problem.message}"[:500] if receipt.problem else None,
            receipt.id,
        )
        for receipt in _flat(batch, receipts)
    ]
    columns = ("intent_id", "state", "outcome", "problem", "record_id")
    intents.judge(session.db, pl.DataFrame(rows, schema=dict.fromkeys(columns, pl.String()), orient="row"))


def _flat(batch: Sequence[Write], receipts: Sequence[Receipt]) -> Iterator[Receipt]:
    for write, receipt in zip(batch, receipts, strict=True):
        yield receipt
        known = {line.intent_id for line in receipt.lines}
        yield from receipt.lines
        # A document is all or nothing: its lines share its fate where it says nothing of them.
        yield from (
            Receipt(intent_id=line.intent_id, outcome=receipt.outcome)
            for line in write.lines
            if line.intent_id not in known
        )


def transmit(session: Session, entity: Entity, writes: Sequence[Write]) -> Iterator[tuple[Write, Receipt]]:
    """Send *writes* of a look-up's records and keep what the end stored; each write with its receipt."""
    for op in Op:
        for batch, written in batches(session, entity, [w for w in writes if w.op is op], {}):
            with session.db.transaction():
                keep_page(session, entity, written.stored)
                judge(session, batch, written.receipts)
            yield from zip(batch, written.receipts, strict=True)
