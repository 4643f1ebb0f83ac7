"""A complete end in memory: the same promises as a real one, without a network.

It keeps wire text per property path and plays either system: Customerp with lines inside their
document, versions compared on every write and one change feed; Salesforce with lines as records of
their own, stamps of whole seconds and no comparison. Everything it does follows from the calls and
the clock given, so runs repeat exactly.

What changed is found as on the real ends: Customerp by its feed's number, without a gap; Salesforce by
stamps, which a row gets before others can see it, so that a fetch starts *lookback* before its cursor.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import replace
from datetime import datetime, timedelta
from threading import RLock

from talk_assets.model.changes import Op, Outcome, Problem, Receipt, Write
from talk_assets.model.system import System
from talk_assets.model.wire import Entity
from talk_assets.systems.batching import one, split
from talk_assets.systems.memory_feed import Feed, by_feed, by_stamp
from talk_assets.systems.memory_rows import Row, Rows, Values, shown_of
from talk_assets.systems.memory_rules import Judgement, Request, Rules, before_page, judged, refused_lines, stored_page
from talk_assets.systems.port import CallCount, Capabilities, Identity, Page, Written

_MOST = {System.SALESFORCE: 200, System.CUSTOMERP: 500}


class MemoryPort:
    """One end. *entities* are all its entities by name, as for the real client of *system*.

    *date* is the time its answers are dated with, where that is not its *clock*.
    """

    def __init__(
        self,
        *,
        system: System,
        entities: Mapping[str, Entity],
        clock: Callable[[], datetime],
        rules: Rules | None = None,
        identity: Identity | None = None,
        compare_and_set: bool | None = None,
        lookback: timedelta = timedelta(minutes=10),
        date: Callable[[], datetime] | None = None,
    ) -> None:
        exact = system is System.CUSTOMERP
        self.system = system
        self.calls = CallCount()
        self.capabilities = Capabilities(
            compare_and_set=exact if compare_and_set is None else compare_and_set,
            change_feed=exact,
            long_poll=False,
            needs_reread=not (exact if compare_and_set is None else compare_and_set),
        )
        self.requests: list[Request] = []
        self._identity = identity or Identity(tenant=f"memory-{system}", name="In memory", currency="USD")
        self._entities = dict(entities)
        self._rules = rules or Rules()
        self._rows = Rows(system=system, entities=entities, clock=clock)
        self._moved: dict[tuple[str, str], str] = {}
        self._lock = RLock()
        self._feed = Feed(
            rows=self._rows,
            page=self._rules.page,
            called=lambda: self._called("fetch"),
            lock=self._lock,
            lookback=lookback,
            date=date or clock,
        )

    def ready(self) -> None:
        """Memory is always there."""

    def identify(self) -> Identity:
        """Return who this end plays."""
        return self._identity

    def shown(self, entity: Entity) -> frozenset[str] | None:
        """Salesforce describes what it shows; an org with one currency has no property for it."""
        if self.system is System.CUSTOMERP:
            return None
        return shown_of(entity, self._rows.hidden, currency=self._identity.currency)

    def fetch(self, entity: Entity, cursor: str | None) -> Iterator[Page]:
        """Yield what changed since *cursor*; each page shows the rows as they are when it is read."""
        pages = by_stamp if self.system is System.SALESFORCE else by_feed
        return pages(self._feed, entity, cursor)

    def read(self, entity: Entity, *, ids: Sequence[str] = (), keys: Sequence[str] = ()) -> Page:
        """Return the named records, tombstones included."""
        self._called("read")
        with self._lock:
            rows = [row for row in (self._rows.get(entity.name, i) for i in dict.fromkeys(ids)) if row]
            rows += [row for row in (self._rows.by_key(entity.name, k) for k in dict.fromkeys(keys)) if row]
            unique = list({row.id: row for row in rows}.values())
            return Page(frames=self._rows.frames(entity, unique))

    def batches(self, entity: Entity, writes: Sequence[Write]) -> list[list[Write]]:
        """Split as the real end wants it."""
        size = (lambda w: 1 + len(w.lines)) if self.system is System.SALESFORCE else one
        return split(writes, most=_MOST[self.system], together=self._rows.is_line(entity), size=size)

    def write(self, entity: Entity, batch: Sequence[Write]) -> Written:
        """Apply one batch, each record by itself, a document with its lines or not at all."""
        self._called("write", writes=True)
        with self._lock:
            self.requests.append(Request(entity=entity.name, writes=tuple(batch)))
            before = before_page(self._rows, entity, batch) if self.capabilities.needs_reread else None
            results = [self._apply(entity, write) for write in batch]
            receipts = tuple(result.receipt(write) for write, result in zip(batch, results, strict=True))
            stored = stored_page(self._rows, entity, batch, results)
            return Written(receipts=receipts, stored=stored, before=before)

    def head(self, entities: Sequence[Entity], since: Mapping[str, str], *, wait: float = 0.0) -> dict[str, str]:  # noqa: ARG002 - the protocol's shape
        """Return the number of the last change per entity."""
        self._called("head")
        with self._lock:
            return {e.name: str(self._rows.last(e)) for e in entities}

    def close(self) -> None:
        """There is nothing to give up."""

    def add(
        self,
        entity: str,
        values: Mapping[str, str | None],
        *,
        key: str | None = None,
        parent_id: str | None = None,
        lines: Sequence[tuple[str, Mapping[str, str | None]]] = (),
    ) -> str:
        """Create a record as a user of the end would, with (entity, values) of its lines; return its id."""
        with self._lock:
            row = self._rows.create(entity, self._rules.clean(entity, values), key=key, parent=parent_id)
            for name, line in lines:
                self._settle(self._rows.create(name, self._rules.clean(name, line), key=None, parent=row.id))
            self._settle(row)
            return row.id

    def edit(self, entity: str, id: str, values: Mapping[str, str | None]) -> None:
        """Change a record as a user of the end would; without values it is only touched."""
        with self._lock:
            row = self._rows.expect(entity, id)
            row.values |= self._rules.clean(entity, values)
            self._settle(row)

    def remove(self, entity: str, id: str) -> None:
        """Delete a record, and its lines, as a user of the end would."""
        with self._lock:
            self._delete(self._rows.expect(entity, id))

    def restore(self, entity: str, id: str) -> None:
        """Undelete a record, with the lines that were deleted along with it; a merged one is its own again."""
        with self._lock:
            row = self._rows.expect(entity, id)
            for back in (*self._rows.gone_with(row), row):
                back.deleted, back.gone_with = False, None
            row.values |= dict.fromkeys(self._master(entity))
            for back in (*self._rows.lines_of(row), row):
                self._settle(back)

    def merge(self, entity: str, loser: str, winner: str) -> None:
        """Merge *loser* into *winner*, as a user would; what refers to the one then refers to the other."""
        with self._lock:
            lost, kept = self._rows.expect(entity, loser), self._rows.expect(entity, winner)
            for row, path in self._rows.referring(loser):
                row.values[path] = None if row in (lost, kept) else winner
                self._settle(row)
            lost.values |= dict.fromkeys(self._master(entity), winner)
            self._delete(lost)
            self._settle(kept)

    def purge(self, entity: str, id: str) -> None:
        """Remove a record and its lines, deleted or not, so that nothing tells that they ever were."""
        with self._lock:
            self._rows.forget(self._rows.expect(entity, id))

    def _master(self, entity: str) -> tuple[str, ...]:
        path = self._entities[entity].master_path if entity in self._entities else None
        return () if path is None else (path,)

    def hide(self, entity: str, path: str, *, hidden: bool = True) -> None:
        """Take away, or give back, the permission to read and write a property; its values stay."""
        change = self._rows.hidden.add if hidden else self._rows.hidden.discard
        change((entity, path))

    def stamped(self, stamp: datetime) -> AbstractContextManager[None]:
        """Give what is changed in the block an older *stamp*: a transaction that took long to commit."""
        return self._rows.stamping(stamp)

    def get(self, entity: str, id: str) -> dict[str, str | None] | None:
        """Return a live record's values, or None."""
        row = self._rows.get(entity, id)
        return None if row is None or self._rows.is_gone(row) else dict(row.values)

    def live(self, entity: str) -> dict[str, dict[str, str | None]]:
        """Return the values of all live records by id."""
        return {row.id: dict(row.values) for row in self._rows.all(entity) if not self._rows.is_gone(row)}

    def _apply(self, entity: Entity, write: Write) -> Judgement:
        if write.op is Op.CREATE:
            return self._create(entity, write)
        row = self._rows.get(entity.name, write.id or "")
        if row is None or self._rows.is_gone(row):
            return judged(Outcome.GONE, "deleted", "The record is deleted.", row=row)
        holder = self._rows.holder(row)
        if self._is_stale(holder, write):
            return judged(Outcome.STALE, "stale", "The record has moved on.", row=row)
        values = self._rules.clean(entity.name, write.values)
        refusal = self._unseen(entity.name, values) or self._rules.refusal(entity.name, write.op, row.values | values)
        if refusal is not None:
            return Judgement(outcome=Outcome.REFUSED, row=row, problem=refusal)
        before = holder.version
        if write.op is Op.DELETE:
            self._delete(row)
        else:
            row.values |= values
            self._settle(row)
        self._moved[holder.id, str(before)] = str(holder.version)
        return Judgement(outcome=Outcome.APPLIED, row=row)

    def _create(self, entity: Entity, write: Write) -> Judgement:
        known = self._rows.by_key(entity.name, write.key) if write.key is not None else None
        if known is not None:
            found = judged(Outcome.EXISTS, "key", "The key is taken.", row=known)
            return replace(found, lines=tuple(self._existing(line, known) for line in write.lines))
        parent = self._rows.owner(entity, write.parent_id)
        document = self._rows.anywhere(write.parent_id or "")
        purged = document is None and write.parent_id is not None
        if purged or (document is not None and document.deleted):
            return judged(Outcome.REFUSED, "deleted", "The document is deleted.")
        if parent is not None and self._is_stale(parent, write):
            return judged(Outcome.STALE, "stale", "The document has moved on.")
        for part in (write, *write.lines):
            refusal = self._rules.refusal(part.entity, Op.CREATE, self._rules.clean(part.entity, part.values))
            if refusal is not None:
                return Judgement(outcome=Outcome.REFUSED, problem=refusal, lines=refused_lines(write, part, refusal))
        before = parent.version if parent else 0
        row = self._rows.create(
            entity.name, self._rules.clean(entity.name, write.values), key=write.key, parent=write.parent_id
        )
        lines = []
        for line in write.lines:
            made = self._rows.create(
                line.entity, self._rules.clean(line.entity, line.values), key=line.key, parent=row.id
            )
            self._settle(made)
            lines.append(Receipt(intent_id=line.intent_id, outcome=Outcome.APPLIED, id=made.id))
        self._settle(row)
        if parent is not None:
            self._moved[parent.id, str(before)] = str(parent.version)
        return Judgement(outcome=Outcome.APPLIED, row=row, lines=tuple(lines))

    def _existing(self, line: Write, document: Row) -> Receipt:
        """Return the receipt of a line whose document exists already."""
        ids = {row.key: row.id for row in self._rows.lines_of(document) if row.key is not None}
        return Receipt(intent_id=line.intent_id, outcome=Outcome.EXISTS, id=ids.get(line.key or ""))

    def _is_stale(self, row: Row, write: Write) -> bool:
        """Compare versions; what only our own writes moved since is not stale."""
        if not self.capabilities.compare_and_set or write.version is None:
            return False
        version = write.version
        while (row.id, version) in self._moved:
            version = self._moved[row.id, version]
        return version != str(row.version)

    def _settle(self, row: Row) -> None:
        """Compute derived values of a record and its document, and note the change of both."""
        for record_id in dict.fromkeys((row.id, self._rows.holder(row).id, row.parent or row.id)):
            changed = self._rows.anywhere(record_id)
            if changed is None:
                continue
            if self._rules.derive is not None and not changed.deleted:
                lines = [line.values for line in self._rows.lines_of(changed)]
                changed.values |= self._rules.derive(self.get, changed.entity, changed.values, lines)
            self._rows.touch(changed)

    def _delete(self, row: Row) -> None:
        for line in self._rows.lines_of(row):
            if self._rows.holder(line) is line:
                line.deleted, line.gone_with = True, row.id
                self._rows.touch(line)
        row.deleted = True
        self._settle(row)

    def _unseen(self, entity: str, values: Values) -> Problem | None:
        hidden = tuple(sorted(path for path in values if (entity, path) in self._rows.hidden))
        text = f"There is no {', '.join(hidden)}."
        return Problem(code="unknown", message=text, property=hidden[0], properties=hidden) if hidden else None

    def _called(self, kind: str, *, writes: bool = False) -> None:
        if self._rules.on_call is not None:
            self._rules.on_call(kind)
        with self._lock:
            self.calls.total += 1
            self.calls.writes += writes
            self.calls.by_kind[kind] = self.calls.by_kind.get(kind, 0) + 1
