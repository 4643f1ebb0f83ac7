"""Send batches: the intent is stored before the call, the receipt is judged after it.

Several batches are under way at once; only the calling thread touches the store, once a group of
batches, because a transaction costs the store about as much for 2,000 rows as for 200.
"""

from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass

import msgspec
import polars as pl

from talk_assets.model.changes import Op, Outcome, Problem, Receipt, Write
from talk_assets.model.wire import Entity
from talk_assets.raw.fetch import keep_page
from talk_assets.session import Session
from talk_assets.store import intents
from talk_assets.store.tables import INTENT_SCHEMA
from talk_assets.systems.port import Page, Written

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


@dataclass(frozen=True, kw_only=True)
class Subject:
    """What a write is about, for its intent: link and origin, None for records without a counterpart."""

    link_id: str | None
    origin_id: str | None


@dataclass(frozen=True, kw_only=True)
class Sent:
    """A group of writes with their receipts, in order, and the records as the end now stores them."""

    writes: list[Write]
    receipts: list[Receipt]
    stored: Page


def groups(
    session: Session, entity: Entity, writes: Sequence[Write], subjects: Mapping[str, Subject]
) -> Iterator[Sent]:
    """Send *writes* in the end's batches, several at once; yield what they did group by group.

    A group's intents are stored before its first call. The caller stores what it did in one
    transaction, `judge` included, while the next group is already under way. After a failure what
    did get an answer is still yielded; the rest stays `sent` in the store, for the next run to read back.
    """
    port = session.ends[entity.system]
    with ThreadPoolExecutor(max_workers=session.options.concurrent_writes) as pool:
        underway: list[tuple[list[Write], Future[Written]]] = []
        for group in _grouped(port.batches(entity, writes), session.options.group_records):
            _record(session, entity, [write for batch in group for write in batch], subjects)
            following = [(batch, pool.submit(port.write, entity, batch)) for batch in group]
            yield from _answers(underway)
            underway = following
        yield from _answers(underway)


def _grouped(batches: Sequence[list[Write]], most: int) -> Iterator[list[list[Write]]]:
    group: list[list[Write]] = []
    size = 0
    for batch in batches:
        records = sum(1 + len(write.lines) for write in batch)
        if group and size + records > most:
            yield group
            group, size = [], 0
        group.append(batch)
        size += records
    if group:
        yield group


def _answers(underway: Sequence[tuple[list[Write], Future[Written]]]) -> Iterator[Sent]:
    failure: BaseException | None = None
    writes: list[Write] = []
    answers: list[Written] = []
    for batch, future in underway:
        failed = future.exception()
        if failed is None:
            writes += batch
            answers.append(future.result())
        else:
            failure = failure or failed
    if answers:
        yield Sent(
            writes=writes,
            receipts=[receipt for answer in answers for receipt in answer.receipts],
            stored=_merged([answer.stored for answer in answers]),
        )
    if failure is not None:
        raise failure


def _merged(pages: Sequence[Page]) -> Page:
    frames: dict[str, list[pl.DataFrame]] = {}
    for page in pages:
        for name, frame in page.frames.items():
            frames.setdefault(name, []).append(frame)
    return Page(
        frames={name: pl.concat(parts) for name, parts in frames.items()},
        rejects=tuple(reject for page in pages for reject in page.rejects),
    )


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
    """Send *writes* of a look-up's records and keep what the end stored; each write with its receipt.

    The creation of a record that was refused as it stands is not asked for again: the answer would be the same
    until a value of it changes, or a person releases it.
    """
    refused = intents.refused(session.db, [w.intent_id for w in writes if w.op is Op.CREATE and w.key is not None])
    for write in (w for w in writes if w.intent_id in refused):
        code, _, message = refused[write.intent_id].partition(": ")
        problem = Problem(code=code, message=message)
        yield write, Receipt(intent_id=write.intent_id, outcome=Outcome.REFUSED, problem=problem)
    for op in Op:
        for sent in groups(session, entity, [w for w in writes if w.op is op and w.intent_id not in refused], {}):
            with session.db.transaction():
                keep_page(session, entity, sent.stored)
                judge(session, sent.writes, sent.receipts)
            yield from zip(sent.writes, sent.receipts, strict=True)
