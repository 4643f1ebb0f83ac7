"""Compare targets again just before they are written, on an end that cannot compare by itself.

A target is read again at most `FRESH_SECONDS` before the call that writes it, and a record that is no
longer as the plan knew it is not written but compared anew. An edit that lands after that look is still
overwritten; the end's client tells such an overwrite where it can (see `talk_assets.writeback.overwrites`).
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

import polars as pl

from talk_assets.model.changes import Outcome, Problem, Receipt, Write
from talk_assets.model.wire import Entity
from talk_assets.session import Session
from talk_assets.store import raw
from talk_assets.systems.port import Page, SystemPort, Written

FRESH_SECONDS = 2.0
"""How old the last look at a record may be when a write of it is sent."""


@dataclass(frozen=True, kw_only=True)
class _Look:
    """What was planned with, and when the end was last seen to hold just that."""

    known: pl.DataFrame
    at: datetime


@dataclass(kw_only=True)
class Fresh:
    """Looks at the targets of writes to one entity; *keep* stores what a look found.

    Lines that stand inside their document are read with it: *owner* is the document's entity then.
    `look` belongs to the thread that owns the store, `write` may run in several.
    """

    session: Session
    entity: Entity
    keep: Callable[[Page], None]
    owner: Entity | None = None
    _looks: dict[str, _Look] = field(default_factory=dict)

    def look(self, writes: Sequence[Write]) -> list[Write]:
        """Read the targets of *writes* again; those whose target moved, or is not there any more."""
        moved: set[str] = set()
        for start in range(0, len(writes), self.session.options.reread_chunk):
            part = writes[start : start + self.session.options.reread_chunk]
            chunk = [str(write.id) for write in part]
            at = self.session.clock()
            page = self._read(self.session.ends[self.entity.system], part)
            known = raw.by_id(self.session.db, self.entity, chunk).select(self._content())
            moved |= self._moved(chunk, known, page)
            self._looks |= dict.fromkeys(chunk, _Look(known=known, at=at))
            self.keep(page)
        return [write for write in writes if write.id in moved]

    def write(self, port: SystemPort, batch: Sequence[Write]) -> Written:
        """Send *batch*, after one more look where the last one is too old by now."""
        looks = [self._looks[str(write.id)] for write in batch]
        if self.session.clock() - min(look.at for look in looks) <= timedelta(seconds=FRESH_SECONDS):
            return port.write(self.entity, batch)
        ids = [str(write.id) for write in batch]
        page = self._read(port, batch)
        known = pl.concat({id(look): look.known for look in looks}.values()).unique("_id")
        moved = self._moved(ids, known, page)
        sent = [write for write in batch if write.id not in moved]
        written = port.write(self.entity, sent) if sent else Written(receipts=(), stored=replace(page, rejects=()))
        receipts = {receipt.intent_id: receipt for receipt in written.receipts}
        return replace(
            written,
            receipts=tuple(receipts.get(write.intent_id) or stale(write) for write in batch),
            stored=self._with(written.stored, page, moved),
        )

    def _read(self, port: SystemPort, writes: Sequence[Write]) -> Page:
        if self.owner is None:
            return port.read(self.entity, ids=[str(write.id) for write in writes])
        return port.read(self.owner, ids=list(dict.fromkeys(str(write.parent_id) for write in writes)))

    def _with(self, stored: Page, page: Page, moved: set[str]) -> Page:
        """*stored* with the rows of *page* that were not written; of lines, with the other documents."""
        if self.owner is None:
            return _with(stored, page, self.entity, moved)
        told = stored.frames[self.owner.name]["_id"].to_list()
        frames = {}
        for name, frame in stored.frames.items():
            document = "_id" if name == self.owner.name else "_parent"
            frames[name] = pl.concat([page.frames[name].filter(~pl.col(document).is_in(told)), frame])
        return replace(stored, frames=frames)

    def _content(self) -> list[str]:
        return ["_id", "_deleted", *self.entity.paths]

    def _moved(self, ids: Sequence[str], known: pl.DataFrame, page: Page) -> set[str]:
        content = self._content()
        now = page.frames[self.entity.name].select(content)
        same = now.join(known, on=content, how="semi", nulls_equal=True)
        return set(ids) - set(same["_id"].to_list())


def stale(write: Write) -> Receipt:
    """The receipt of a write that was not sent because its target had moved."""
    problem = Problem(code="MOVED", message="The record was edited after it had been compared.")
    return Receipt(intent_id=write.intent_id, outcome=Outcome.STALE, id=write.id, problem=problem)


def _with(stored: Page, page: Page, entity: Entity, moved: set[str]) -> Page:
    """*stored* with the rows of *page* that were not written."""
    rows = page.frames[entity.name].filter(pl.col("_id").is_in(sorted(moved)))
    beside = stored.frames[entity.name].filter(~pl.col("_id").is_in(sorted(moved)))
    return replace(stored, frames=stored.frames | {entity.name: pl.concat([beside, rows])})
