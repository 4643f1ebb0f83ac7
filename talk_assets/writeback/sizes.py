"""How much goes into one call: as the end takes it, less for what was tried before, halves of what is too large."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from talk_assets.model.changes import TOO_LARGE, Op, Outcome, Problem, Receipt, Write
from talk_assets.model.wire import Entity
from talk_assets.systems.port import SystemPort, Written
from talk_assets.writeback.fresh import Fresh

SECOND_TRY = 100
"""Records in a batch of those tried once before; halved with each further try."""


def batches(port: SystemPort, entity: Entity, writes: Sequence[Write], tried: Mapping[str, int]) -> list[list[Write]]:
    """Split *writes* into batches; those that failed before, as on a locked parent, come last and in smaller ones.

    The writes to one document's lines stay together.
    """
    split = port.batches(entity, [write for write in writes if not tried.get(write.intent_id)])
    again: dict[int, list[Write]] = {}
    for write in writes:
        if times := tried.get(write.intent_id, 0):
            again.setdefault(times, []).append(write)
    for times, failed in sorted(again.items()):
        for part in _parts(failed, max(1, SECOND_TRY >> (times - 1))):
            split += port.batches(entity, part)
    return split


def _parts(writes: Iterable[Write], most: int) -> Iterable[list[Write]]:
    documents: dict[str, list[Write]] = {}
    for write in writes:
        documents.setdefault(write.parent_id or write.intent_id, []).append(write)
    part: list[Write] = []
    for document in documents.values():
        if part and len(part) + len(document) > most:
            yield part
            part = []
        part += document
    if part:
        yield part


def put(port: SystemPort, entity: Entity, batch: Sequence[Write], fresh: Fresh | None) -> Written:
    """Send *batch*, in halves where the end finds it too large; believed is only what was also read back."""
    written = port.write(entity, batch) if fresh is None else fresh.write(port, batch)
    if all(receipt.problem is not None and receipt.problem.code == TOO_LARGE for receipt in written.receipts):
        if len(batch) == 1:
            return replace(written, receipts=(replace(written.receipts[0], outcome=Outcome.REFUSED),))
        middle = len(batch) // 2
        return Written.joined([put(port, entity, half, fresh) for half in (batch[:middle], batch[middle:])])
    return replace(written, receipts=_seen(batch, written))


def _seen(batch: Sequence[Write], written: Written) -> tuple[Receipt, ...]:
    """The receipts, an applied write without its record counting as uncertain: the next run reads it back.

    So do the lines of a document, as they are linked along with it. A link without a record of its own would look
    like a deletion, a baseline without one like an edit.
    """
    stored = {record for frame in written.stored.frames.values() for record in frame["_id"].to_list()}
    unseen = Problem(code="NOT_READ_BACK", message="The record was written but could not be read back.")
    return tuple(
        replace(receipt, outcome=Outcome.AMBIGUOUS, problem=unseen, lines=())
        if receipt.outcome is Outcome.APPLIED
        and write.op is not Op.DELETE
        and not stored.issuperset({receipt.id, *(line.id for line in receipt.lines)})
        else receipt
        for write, receipt in zip(batch, written.receipts, strict=True)
    )
