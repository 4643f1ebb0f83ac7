"""One port for each rule that it breaks, made of an end in memory."""

import threading
from dataclasses import replace

import polars as pl

from talk_assets.model.changes import Op, Outcome
from talk_assets.systems.port import CallCount, Identity, Page, Written

BROKEN = {}


def breaks(rule):
    """Say which rule the port breaks."""

    def note(port):
        BROKEN[rule] = port
        return port

    return note


class Connection:
    """An end in memory, seen through a connection that changes what it says."""

    def __init__(self, memory):
        self._memory = memory

    def __getattr__(self, name):
        return getattr(self._memory, name)


class Altering(Connection):
    """Changes writes on their way, and answers on theirs."""

    def sent(self, write):
        return write

    def receipt(self, receipt):
        return receipt

    def write(self, entity, batch):
        written = self._memory.write(entity, [self.sent(write) for write in batch])
        return replace(written, receipts=tuple(self.receipt(receipt) for receipt in written.receipts))


class AlteringPages(Connection):
    """Changes the pages it reads."""

    def page(self, page):
        return page

    def fetch(self, entity, cursor):
        return (self.page(page) for page in self._memory.fetch(entity, cursor))

    def read(self, entity, *, ids=(), keys=()):
        return self.page(self._memory.read(entity, ids=ids, keys=keys))


@breaks("identity_is_one_and_the_same")
class TenantOfTheConnection(Connection):
    def identify(self):
        return Identity(tenant=f"tenant-{id(self)}", name="In memory", currency=None)


@breaks("calls_are_counted")
class CountsNothing(Connection):
    @property
    def calls(self):
        return CallCount()


@breaks("closing_leaves_the_end_to_others")
class ClosesOnce(Connection):
    is_open = True

    def close(self):
        if not self.is_open:
            raise AssertionError("closed already")
        self.is_open = False


@breaks("frames_have_the_declared_columns")
class NoColumnsWithoutRows(AlteringPages):
    def page(self, page):
        frames = {name: frame if frame.height else pl.DataFrame() for name, frame in page.frames.items()}
        return replace(page, frames=frames)


@breaks("fetch_ends_with_one_cursor")
class CursorOnEveryPage(AlteringPages):
    def fetch(self, entity, cursor):
        pages = list(self._memory.fetch(entity, cursor))
        yield replace(pages[-1], cursor=pages[-1].cursor)
        yield from pages


@breaks("first_fetch_brings_everything")
class FirstPageWithoutItsLast(AlteringPages):
    def fetch(self, entity, cursor):
        for page in self._memory.fetch(entity, cursor):
            frames = {name: frame.head(-1) for name, frame in page.frames.items()}
            yield page if cursor else replace(page, frames=frames)


@breaks("later_fetch_brings_what_moved")
class NewOnesOnly(AlteringPages):
    """Takes for changed only what was made since: its cursor is an id."""

    def fetch(self, entity, cursor):
        made, before = (cursor or "0|").split("|", 1)
        for page in self._memory.fetch(entity, before or None):
            frame = page.frames[entity.name]
            number = pl.col("_id").str.slice(1).cast(pl.Int64)
            last = max(int(made), frame.select(number.max()).item() or 0)
            new = frame.filter((number > int(made)) | pl.col("_deleted"))
            yield replace(page, frames=page.frames | {entity.name: new}, cursor=f"{last}|{page.cursor or ''}")


@breaks("cursor_outlives_its_connection")
class CursorOfTheConnection(Connection):
    def __init__(self, memory):
        super().__init__(memory)
        self._cursors = {}

    def fetch(self, entity, cursor):
        start = None if cursor is None else self._cursors.get(cursor)
        for page in self._memory.fetch(entity, start):
            name = f"{id(self)}-{len(self._cursors)}"
            self._cursors[name] = page.cursor
            known = cursor is None or start is not None
            frames = page.frames if known else {n: f.clear() for n, f in page.frames.items()}
            yield replace(page, frames=frames, cursor=None if page.cursor is None else name)


@breaks("change_during_a_fetch_is_not_missed")
class CursorOfTheEnd(Connection):
    """Takes the cursor when the reading ends, and not when it began."""

    def fetch(self, entity, cursor):
        for page in list(self._memory.fetch(entity, cursor)):
            yield replace(page, cursor=None)
        *_, last = self._memory.fetch(entity, cursor)
        yield Page(frames={name: frame.clear() for name, frame in last.frames.items()}, cursor=last.cursor)


@breaks("deletion_leaves_a_tombstone")
class Undead(AlteringPages):
    def page(self, page):
        alive = pl.lit(value=False).alias("_deleted")
        return replace(page, frames={name: frame.with_columns(alive) for name, frame in page.frames.items()})


@breaks("read_by_id_and_key")
class EachNameByItself(Connection):
    def read(self, entity, *, ids=(), keys=()):
        pages = [self._memory.read(entity, ids=[one]) for one in ids]
        pages += [self._memory.read(entity, keys=[one]) for one in keys]
        return Page.joined(pages or [self._memory.read(entity)])


@breaks("shown_paths_are_told")
class ShowsAnything(Connection):
    def shown(self, entity):
        return frozenset({*entity.paths, "anything"})


@breaks("head_moves_with_a_change")
class DeafDoorbell(Connection):
    def head(self, entities, since, *, wait=0.0):  # noqa: ARG002 - the protocol's shape
        return {entity.name: "1" for entity in entities}


@breaks("creation_answers_with_the_record")
class StoredInSilence(Connection):
    def write(self, entity, batch):
        written = self._memory.write(entity, batch)
        nothing = Page(frames={name: frame.clear() for name, frame in written.stored.frames.items()})
        return replace(written, stored=nothing)


@breaks("creation_is_idempotent_by_key")
class OverwritesWhatExists(Connection):
    """An upsert: what exists takes the values."""

    def write(self, entity, batch):
        written = self._memory.write(entity, batch)
        for receipt, write in zip(written.receipts, batch, strict=True):
            if receipt.outcome is Outcome.EXISTS:
                self._memory.edit(entity.name, receipt.id, write.values)
        return written


@breaks("update_changes_what_it_names")
class WritesTheWholeRecord(Altering):
    def sent(self, write):
        reset = {"familyName": "Unknown"} if write.op is Op.UPDATE and write.entity == "contact" else {}
        return replace(write, values=write.values | reset)


@breaks("null_clears_a_property")
class LeavesOutNulls(Altering):
    def sent(self, write):
        return replace(write, values={path: text for path, text in write.values.items() if text is not None})


@breaks("others_changes_are_not_overwritten_unseen")
class ComparesNothing(Altering):
    def sent(self, write):
        return replace(write, version=None)


@breaks("own_change_is_not_stale")
class ForgetsItsOwnWrites(Altering):
    def sent(self, write):
        self._memory._moved.clear()
        return write


@breaks("each_write_is_judged_by_itself")
class AllOrNothing(Connection):
    def write(self, entity, batch):
        written = self._memory.write(entity, batch)
        bad = [receipt for receipt in written.receipts if receipt.outcome is Outcome.REFUSED]
        if not bad:
            return written
        receipts = tuple(replace(bad[0], intent_id=receipt.intent_id) for receipt in written.receipts)
        return Written(receipts=receipts, stored=written.stored)


@breaks("update_of_a_deleted_record_is_gone")
class GoneIsRefused(Altering):
    def receipt(self, receipt):
        return replace(receipt, outcome=Outcome.REFUSED) if receipt.outcome is Outcome.GONE else receipt


@breaks("batches_lose_nothing")
class FirstBatchOnly(Connection):
    def batches(self, entity, writes):
        return self._memory.batches(entity, writes)[:1]


@breaks("threads_may_write_side_by_side")
class OfOneThread(Altering):
    def receipt(self, receipt):
        is_first = threading.current_thread() is threading.main_thread()
        return receipt if is_first else replace(receipt, outcome=Outcome.AMBIGUOUS)


@breaks("document_is_created_whole")
class LinesUntold(Altering):
    def receipt(self, receipt):
        return replace(receipt, lines=())


@breaks("document_with_a_bad_line_is_not_created")
class WithoutTheBadLine(Altering):
    def sent(self, write):
        return replace(write, lines=tuple(line for line in write.lines if line.values.get("quantity") != "0"))


@breaks("document_sent_again_exists")
class DocumentWithoutKey(Altering):
    def sent(self, write):
        return replace(write, key=None) if write.entity == "order" else write


@breaks("lines_change_one_by_one")
class KeepsItsLines(Altering):
    def write(self, entity, batch):
        if entity.name == "order_line" and batch[0].op is Op.DELETE:
            batch = [replace(write, op=Op.UPDATE, values={}) for write in batch]
        return super().write(entity, batch)


@breaks("lines_of_a_document_stay_together")
class CutsAnywhere(Connection):
    def batches(self, entity, writes):  # noqa: ARG002 - the protocol's shape
        return [writes[start : start + 100] for start in range(0, len(writes), 100)]
