"""Send batches: the intent is stored before the call, the receipt is judged after it.

Several batches are under way at once; only the calling thread touches the store, once a group of
batches, because a transaction costs the store about as much for 2,000 rows as for 200.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass

import msgspec
import polars as pl

from talk_assets.model.changes import Op, Outcome, Problem, Receipt, Write
from talk_assets.model.errors import BudgetUsedError, TalkError
from talk_assets.model.system import System
from talk_assets.model.wire import Entity
from talk_assets.raw.fetch import keep_page
from talk_assets.session import Session
from talk_assets.store import intents
from talk_assets.store.tables import INTENT_SCHEMA
from talk_assets.systems.port import Page, Written
from talk_assets.writeback.fitting import refused as unfit
from talk_assets.writeback.fresh import Fresh, stale
from talk_assets.writeback.sizes import batches, put
from talk_assets.writeback.tries import counts, due, not_before, postponed

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
    """A group of writes with their receipts, in order, and the records as the end now stores them.

    *before* has, where the end tells, the records as they were directly before the write.
    """

    writes: list[Write]
    receipts: list[Receipt]
    stored: Page
    before: Page | None = None


_Underway = tuple[list[Write], Future[Written]]


def groups(
    session: Session,
    entity: Entity,
    writes: Sequence[Write],
    subjects: Mapping[str, Subject],
    *,
    tried: Mapping[str, int],
    fresh: Fresh | None = None,
) -> Iterator[Sent]:
    """Send *writes* in the end's batches, several at once; yield what they did group by group.

    A group's intents are stored before its first call. The caller stores what it did in one
    transaction, `judge` included, while the next group is already under way. After a failure what
    did get an answer is still yielded; the rest stays `sent` in the store, for the next run to read back.
    *tried* tells how often writes were tried before, *fresh* compares targets again before they are written.

    Raises:
        PeerUnavailableError: the end cannot be called any more; what is left was not sent.
    """
    port = session.ends[entity.system]
    failure: BaseException | None = None
    with ThreadPoolExecutor(max_workers=session.options.concurrent_writes) as pool:
        underway: list[_Underway] = []
        for group in _grouped(batches(port, entity, writes, tried), session.options.group_records):
            following: list[_Underway] = []
            moved: list[Write] = []
            try:
                port.ready()
                moved = [] if fresh is None else fresh.look([write for batch in group for write in batch])
            except TalkError as error:
                failure = error
            else:
                gone = {write.intent_id for write in moved}
                left = [[write for write in batch if write.intent_id not in gone] for batch in group]
                sendable = [batch for batch in left if batch]
                _record(session, entity, [write for batch in sendable for write in batch], subjects, tried)
                following = [(batch, pool.submit(put, port, entity, batch, fresh)) for batch in sendable]
            if moved:
                yield Sent(writes=moved, receipts=[stale(write) for write in moved], stored=Page(frames={}))
            done, failed = _answers(underway)
            yield from done
            underway, failure = following, failed or failure
            if failure is not None:
                break
        done, failed = _answers(underway)
        yield from done
    failure = failure or failed
    if failure is not None:
        raise failure
    port.ready()


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


def _answers(underway: Sequence[_Underway]) -> tuple[list[Sent], BaseException | None]:
    """Wait for what is under way: the answers that came, as one group, and the first failure."""
    failure: BaseException | None = None
    writes: list[Write] = []
    answers: list[Written] = []
    for batch, future in underway:
        failed = future.exception()
        if failed is None:
            writes += batch
            answers.append(future.result())
            continue
        failure = failure or failed
        if isinstance(failed, BudgetUsedError):
            # The end said so instead of doing anything: the batch stays planned.
            writes += batch
            unsent = tuple(postponed(write) for write in batch)
            answers.append(Written(receipts=unsent, stored=Page(frames={})))
    if not answers:
        return [], failure
    told = Written.joined(answers)
    sent = Sent(writes=writes, receipts=list(told.receipts), stored=told.stored, before=told.before)
    return [sent], failure


def _record(
    session: Session,
    entity: Entity,
    batch: Sequence[Write],
    subjects: Mapping[str, Subject],
    tried: Mapping[str, int],
) -> None:
    if not batch:
        return
    flat = [(line, write) for write in batch for line in (write, *write.lines)]
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
            "attempt": tried.get(top.intent_id, 0) + 1,
            "sent_at": session.clock(),
        }
        for write, top in flat
    ]
    schema = {name: dtype for name, dtype in INTENT_SCHEMA.items() if name in rows[0]}
    intents.record(session.db, pl.DataFrame(rows, schema=schema))


def judge(
    session: Session, system: System, batch: Sequence[Write], receipts: Sequence[Receipt], tried: Mapping[str, int]
) -> None:
    """Store what the intents of a batch did; *tried* tells how often they had been tried before."""
    rows = []
    for write, receipt, top in _flat(batch, receipts):
        attempt = tried.get(top.intent_id, 0) + counts(receipt)
        rows.append(
            (
                receipt.intent_id,
                STATE_OF[receipt.outcome],
                receipt.outcome.value,
                f"{receipt.problem.code}: {receipt.problem.message}"[:500] if receipt.problem else None,
                receipt.id,
                attempt,
                not_before(session, system, write.op, receipt, attempt),
            )
        )
    columns = ("intent_id", "state", "outcome", "problem", "record_id", "attempt", "not_before")
    schema = {name: INTENT_SCHEMA[name] for name in columns}
    intents.judge(session.db, pl.DataFrame(rows, schema=schema, orient="row"))


def _flat(batch: Sequence[Write], receipts: Sequence[Receipt]) -> Iterator[tuple[Write, Receipt, Write]]:
    """Each write and line with its receipt and the write that it belongs to."""
    for write, receipt in zip(batch, receipts, strict=True):
        yield write, receipt, write
        known = {line.intent_id: line for line in receipt.lines}
        for line in write.lines:
            # A document is all or nothing: its lines share its fate where it says nothing of them.
            fate = known.get(line.intent_id) or Receipt(intent_id=line.intent_id, outcome=receipt.outcome)
            yield line, fate, write


def transmit(
    session: Session, entity: Entity, writes: Sequence[Write], *, watch: Callable[[Sent], None] | None = None
) -> Iterator[tuple[Write, Receipt]]:
    """Send *writes* of a look-up's records and keep what the end stored; each write with its receipt.

    *watch* sees what a group did before any of it is kept, in the same transaction.

    The creation of a record that was refused as it stands is not asked for again: the answer would be the same
    until a value of it changes, or a person releases it. What was tried too often counts as refused, as does what
    the end's description rules out, and what was tried too lately waits; none of it costs a call.
    """
    port = session.ends[entity.system]
    refused = intents.refused(session.db, [w.intent_id for w in writes if w.op is Op.CREATE and w.key is not None])
    for write in (w for w in writes if w.intent_id in refused):
        code, _, message = refused[write.intent_id].partition(": ")
        problem = Problem(code=code, message=message)
        yield write, Receipt(intent_id=write.intent_id, outcome=Outcome.REFUSED, problem=problem)
    ruled_out = {w.intent_id: r for w in writes if (r := unfit(session, entity, w)) and w.intent_id not in refused}
    yield from ((w, ruled_out[w.intent_id]) for w in writes if w.intent_id in ruled_out)
    settled = refused.keys() | ruled_out.keys()
    for op in Op:
        found = due(session, entity.system, [w for w in writes if w.op is op and w.intent_id not in settled])
        if found.exhausted:
            given_up = [write for write, _ in found.exhausted]
            judge(session, entity.system, given_up, [receipt for _, receipt in found.exhausted], {})
        yield from found.exhausted
        yield from ((write, postponed(write)) for write in found.later)
        fresh = None
        if op is not Op.CREATE and port.capabilities.needs_reread:
            fresh = Fresh(session=session, entity=entity, keep=lambda page: _kept(session, entity, page))
        for sent in groups(session, entity, found.now, {}, tried=found.tried, fresh=fresh):
            with session.db.transaction():
                if watch is not None:
                    watch(sent)
                keep_page(session, entity, sent.stored)
                judge(session, entity.system, sent.writes, sent.receipts, found.tried)
            yield from zip(sent.writes, sent.receipts, strict=True)


def _kept(session: Session, entity: Entity, page: Page) -> None:
    keep_page(session, entity, page)
