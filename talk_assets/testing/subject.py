"""A port under test, and what a test must know to make records through it."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import count
from typing import Any
from uuid import uuid4

import polars as pl

from talk_assets.model.changes import Op, Outcome, Write
from talk_assets.model.wire import Entity
from talk_assets.systems.port import SystemPort, Written

Row = dict[str, Any]


@dataclass(frozen=True, kw_only=True)
class Kind:
    """Records of one kind: what creating one takes.

    *values* are the least that a creation needs, in wire text by property path. *text* is the path of a text that
    may be written freely and be empty. *refused* are values that the end refuses on create; empty if it takes all.
    """

    entity: Entity
    values: Mapping[str, str | None]
    text: str
    refused: Mapping[str, str | None] = field(default_factory=dict)


@dataclass(kw_only=True)
class Subject:
    """What `PortTests` are run on.

    *another* opens a second connection to the same end. *record* is a kind of records without lines; *document* and
    its *line* are a kind with lines, None where the end has none. Records made carry keys that begin with *prefix*.
    *edit* changes a record as a person would: (entity name, id, values); by default through another connection.
    """

    port: SystemPort
    another: Callable[[], SystemPort]
    record: Kind
    document: Kind | None = None
    line: Kind | None = None
    edit: Callable[[str, str, Mapping[str, str | None]], None] | None = None
    prefix: str = field(default_factory=lambda: f"kit:{uuid4().hex[:12]}")
    _numbers: Iterator[int] = field(default_factory=lambda: count(1), repr=False)

    def key(self) -> str:
        """A key that no record carries."""
        return f"{self.prefix}:{next(self._numbers)}"

    def create(self, kind: Kind, *, key: str | None = None, text: str | None = None, **facts: Any) -> Write:  # noqa: ANN401 - the write's own fields
        """A creation of *kind*, not sent yet."""
        values = dict(kind.values) | ({} if text is None else {kind.text: text})
        return self.order(kind, Op.CREATE, values, key=key or self.key(), **facts)

    def refused(self, kind: Kind, **facts: Any) -> Write:  # noqa: ANN401 - the write's own fields
        """A creation of *kind* that the end refuses."""
        return self.order(kind, Op.CREATE, dict(kind.values) | dict(kind.refused), key=self.key(), **facts)

    def change(self, kind: Kind, row: Row, text: str | None) -> Write:
        """An update of the record read as *row*, not sent yet."""
        return self.order(kind, Op.UPDATE, {kind.text: text}, id=row["_id"], version=row["_version"])

    def removal(self, kind: Kind, row: Row) -> Write:
        """A deletion of the record read as *row*, not sent yet."""
        return self.order(kind, Op.DELETE, {}, id=row["_id"], version=row["_version"])

    def order(self, kind: Kind, op: Op, values: Mapping[str, str | None], **facts: Any) -> Write:  # noqa: ANN401 - the write's own fields
        """Any write of *kind*."""
        intent = f"{self.prefix}-intent-{next(self._numbers)}"
        return Write(intent_id=intent, entity=kind.entity.name, op=op, values=dict(values), **facts)

    def whole(self, lines: int = 2, *, key: str | None = None, bad: int | None = None) -> Write:
        """A creation of a document with *lines*, the line at place *bad* being one the end refuses."""
        document, line = self.with_lines()
        parts = tuple(self.refused(line) if place == bad else self.create(line) for place in range(lines))
        return self.create(document, key=key, lines=parts)

    def with_lines(self) -> tuple[Kind, Kind]:
        """The kind of documents, and of their lines.

        Raises:
            ValueError: there is none.
        """
        if self.document is None or self.line is None:
            raise ValueError("the subject names no document with lines")
        return self.document, self.line

    def send(self, *writes: Write) -> Written:
        """Send writes of one kind and operation as one batch."""
        return self.port.write(self.kind(writes[0].entity).entity, writes)

    def made(self, kind: Kind, *, text: str | None = None) -> Row:
        """Create one record; how it is stored.

        Raises:
            AssertionError: the end did not take it.
        """
        written = self.send(self.create(kind, text=text))
        rows = written.stored.frames[kind.entity.name].to_dicts()
        if [one.outcome for one in written.receipts] != [Outcome.APPLIED] or len(rows) != 1:
            raise AssertionError(f"A plain creation was not taken: {written.receipts}, stored {rows}")
        return rows[0]

    def made_whole(self) -> tuple[Row, tuple[str, str]]:
        """Create a document of two lines; how it is stored, and the ids of its lines.

        Raises:
            AssertionError: the end did not take it.
        """
        document, _ = self.with_lines()
        written = self.send(self.whole(2))
        rows = written.stored.frames[document.entity.name].to_dicts()
        ids = [line.id for receipt in written.receipts for line in receipt.lines if line.id]
        if len(rows) != 1 or len(ids) != 2:  # noqa: PLR2004 - as many as were ordered
            raise AssertionError(f"A plain document was not taken, or not told whole: {written.receipts}")
        return rows[0], (ids[0], ids[1])

    def kind(self, name: str) -> Kind:
        """The kind of the entity called *name*."""
        return next(one for one in (self.record, self.document, self.line) if one and one.entity.name == name)

    def edited(self, kind: Kind, row: Row, text: str) -> None:
        """Change the record read as *row* as somebody else would."""
        if self.edit is not None:
            self.edit(kind.entity.name, row["_id"], {kind.text: text})
            return
        with self.elsewhere() as port:
            rows = port.read(kind.entity, ids=[row["_id"]]).frames[kind.entity.name].to_dicts()
            receipts = port.write(kind.entity, [self.change(kind, rows[0] if rows else row, text)]).receipts
        if receipts[0].outcome is not Outcome.APPLIED:
            raise AssertionError(f"Somebody else's change was not taken: {receipts}")

    @contextmanager
    def elsewhere(self) -> Iterator[SystemPort]:
        """Another connection, closed afterwards."""
        port = self.another()
        try:
            yield port
        finally:
            port.close()

    def read(self, kind: Kind, row: Row) -> Row | None:
        """The record read as *row* as it is now, None if it is not given."""
        rows = self.port.read(kind.entity, ids=[row["_id"]]).frames[kind.entity.name].to_dicts()
        return rows[0] if rows else None

    def fetched(self, kind: Kind, cursor: str | None = None) -> tuple[dict[str, Row], str | None]:
        """All rows of a fetch by id, the later one of two, and the last page's cursor."""
        rows: dict[str, Row] = {}
        last = None
        for page in self.port.fetch(kind.entity, cursor):
            rows |= _by_id(page.frames[kind.entity.name])
            last = page.cursor
        return rows, last

    def lines_of(self, document_id: str) -> list[Row]:
        """The live lines of a document, as fetched."""
        document, line = self.with_lines()
        # Lines are listed with their document where they stand inside it, and by themselves otherwise.
        holder = line if line.entity.parent_path is not None else document
        rows: dict[str, Row] = {}
        for page in self.port.fetch(holder.entity, None):
            rows |= _by_id(page.frames[line.entity.name])
        return [row for row in rows.values() if row["_parent"] == document_id and not row["_deleted"]]


def _by_id(frame: pl.DataFrame) -> dict[str, Row]:
    return {row["_id"]: row for row in frame.to_dicts()}
