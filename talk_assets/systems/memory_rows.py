"""The records of an end in memory: rows by entity, a journal of changes, and their raw frames."""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime

import polars as pl

from talk_assets.entities.parents import CURRENCY
from talk_assets.model.system import System
from talk_assets.model.wire import NOT_SHOWN, Entity
from talk_assets.systems.port import raw_schema
from talk_assets.systems.records import empty

Values = dict[str, str | None]


@dataclass
class Row:
    """One record. *seq* is its last change; *version* counts them; *gone_with* is the record it was deleted with."""

    entity: str
    id: str
    key: str | None
    parent: str | None
    values: Values
    stamp: datetime
    seq: int = 0
    version: int = 0
    deleted: bool = False
    gone_with: str | None = None


class Rows:
    """All rows of one end; lines live inside their document on Customerp only."""

    def __init__(self, *, system: System, entities: Mapping[str, Entity], clock: Callable[[], datetime]) -> None:
        self._system = system
        self._entities = dict(entities)
        self._clock = clock
        self._stamp: datetime | None = None
        self._documents = {child.name: e for e in entities.values() for child in e.children}
        self._entities |= {child.name: child for e in entities.values() for child in e.children}
        self._rows: dict[str, dict[str, Row]] = {name: {} for name in self._entities}
        self._lines: dict[str, dict[str, Row]] = {}
        self._home: dict[str, Row] = {}
        self._keys: dict[tuple[str, str], Row] = {}
        self._journal: list[Row] = []
        self._made = 0
        self._last: dict[str, int] = {}
        self._empty = {name: empty(entity) for name, entity in self._entities.items()}
        self.hidden: set[tuple[str, str]] = set()

    @property
    def seq(self) -> int:
        """The number of the last change."""
        return len(self._journal)

    def is_line(self, entity: Entity) -> bool:
        """True for rows that belong to a document."""
        return entity.name in self._documents or entity.parent_path is not None

    def document_of(self, entity: Entity) -> Entity:
        """Return the entity whose records hold *entity*'s rows: itself unless lines are nested."""
        return self._documents.get(entity.name, entity)

    def separate_children(self, names: Iterable[str]) -> list[Entity]:
        """Return the line entities among *names* that are records of their own."""
        return [self._entities[name] for name in dict.fromkeys(names) if name not in self._documents]

    def create(self, entity: str, values: Values, *, key: str | None, parent: str | None) -> Row:
        """Add a row; its change is noted by `touch`."""
        declared = self._entities[entity]
        self._made += 1
        number = self._made
        if self._system is System.SALESFORCE:
            prefix = f"{list(self._entities).index(entity):03d}"
            record_id = f"{prefix}{number:012d}AAA"
        else:
            record_id = f"{entity[0].upper()}{number}"
        if parent is not None and declared.parent_path is not None:
            values = values | {declared.parent_path: parent}
        elif parent is None and declared.parent_path is not None:
            parent = values.get(declared.parent_path)
        if key is None and declared.key_path is not None:
            key = values.get(declared.key_path)
        row = Row(entity=entity, id=record_id, key=key, parent=parent, values=values, stamp=self._now())
        self._rows[entity][record_id] = self._home[record_id] = row
        if key is not None:
            self._keys[entity, key] = row
        if parent is not None:
            self._lines.setdefault(parent, {})[record_id] = row
        self.touch(row)
        return row

    def touch(self, row: Row) -> None:
        """Note a change of *row*: next version, stamp and place in the journal."""
        row.version += 1
        row.stamp = self._now()
        self._journal.append(row)
        row.seq = len(self._journal)
        self._last[row.entity] = row.seq
        key_path = self._entities[row.entity].key_path
        if key_path is not None and row.values.get(key_path) not in (None, row.key):
            row.key = row.values[key_path]
            self._keys[row.entity, str(row.key)] = row

    def get(self, entity: str, record_id: str) -> Row | None:
        """Return a row, deleted or not."""
        return self._rows[entity].get(record_id)

    def expect(self, entity: str, record_id: str) -> Row:
        """Return a row that must be there.

        Raises:
            KeyError: it is not.
        """
        return self._rows[entity][record_id]

    def anywhere(self, record_id: str) -> Row | None:
        """Return the row with this id, whatever its entity."""
        return self._home.get(record_id)

    def by_key(self, entity: str, key: str) -> Row | None:
        """Return the row that carries our key; Salesforce frees the key of a deleted record."""
        row = self._keys.get((entity, key))
        return None if row is not None and row.deleted and self._system is System.SALESFORCE else row

    def all(self, entity: str) -> list[Row]:
        """Return all rows of an entity, deleted ones too."""
        return list(self._rows[entity].values())

    def lines_of(self, row: Row) -> list[Row]:
        """Return the live lines of a document."""
        return [line for line in self._lines.get(row.id, {}).values() if not line.deleted]

    def gone_with(self, row: Row) -> list[Row]:
        """Return the lines that were deleted along with a document."""
        return [line for line in self._lines.get(row.id, {}).values() if line.gone_with == row.id]

    def referring(self, record_id: str) -> list[tuple[Row, str]]:
        """Return the live rows, with the path, that hold a record's id as a value."""
        return [
            (row, path)
            for row in self._home.values()
            if not row.deleted
            for path, text in row.values.items()
            if text == record_id
        ]

    def forget(self, row: Row) -> None:
        """Drop a record and its lines without a trace."""
        for gone in (*self._lines.pop(row.id, {}).values(), row):
            self._rows[gone.entity].pop(gone.id, None)
            self._home.pop(gone.id, None)
            self._lines.get(gone.parent or "", {}).pop(gone.id, None)
            if gone.key is not None and self._keys.get((gone.entity, gone.key)) is gone:
                del self._keys[gone.entity, gone.key]

    def holder(self, row: Row) -> Row:
        """Return the row whose version counts for *row*: the document where lines are nested."""
        if row.entity in self._documents and row.parent is not None:
            return self._home[row.parent]
        return row

    def is_gone(self, row: Row) -> bool:
        """True for a deleted record, and for a line of a deleted document."""
        return row.deleted or self.holder(row).deleted

    def owner(self, entity: Entity, parent_id: str | None) -> Row | None:
        """Return the document a nested line is added to."""
        return self._home.get(parent_id) if entity.name in self._documents and parent_id is not None else None

    def since(self, entity: Entity, seq: int) -> list[Row]:
        """Return the rows of *entity* that changed after *seq*, by their last change."""
        if seq == 0:
            return sorted(self._rows[entity.name].values(), key=lambda row: row.seq)
        return [
            row
            for place, row in enumerate(self._journal[seq:], seq + 1)
            if row.entity == entity.name and row.seq == place and row.id in self._home
        ]

    def stamped(
        self, entity: Entity, *, since: datetime | None, after: tuple[datetime, str] | None, most: int
    ) -> list[Row]:
        """Return at most *most* rows in (stamp, id) order, stamped at or after *since* and beyond the place *after*."""
        found = [
            row
            for row in self._rows[entity.name].values()
            if (since is None or row.stamp >= since) and (after is None or (row.stamp, row.id) > after)
        ]
        return sorted(found, key=lambda row: (row.stamp, row.id))[:most]

    @contextmanager
    def stamping(self, stamp: datetime) -> Iterator[None]:
        """Stamp what changes in the block with *stamp* and not with the time it is."""
        self._stamp = stamp
        try:
            yield
        finally:
            self._stamp = None

    def last(self, entity: Entity) -> int:
        """Return the number of the last change of *entity*'s records."""
        return self._last.get(self.document_of(entity).name, 0)

    def frames(self, entity: Entity, rows: Sequence[Row]) -> dict[str, pl.DataFrame]:
        """Return *rows* as raw frames, the nested lines of documents among them."""
        found = {entity.name: self._frame(entity, [(row, row) for row in rows])}
        for child in entity.children:
            lines = [
                (line, row)
                for row in rows
                for line in self._lines.get(row.id, {}).values()
                if line.entity == child.name and not line.deleted
            ]
            found[child.name] = self._frame(child, lines)
        return found

    def _frame(self, entity: Entity, rows: Sequence[tuple[Row, Row]]) -> pl.DataFrame:
        """Return (row, the row whose version counts) pairs as a raw frame."""
        if not rows:
            # Who asks may leave out some of what this end has.
            same = entity.paths == self._entities[entity.name].paths
            return self._empty[entity.name] if same else empty(entity)
        columns: list[list[object]] = [
            [row.id for row, _ in rows],
            [row.key for row, _ in rows],
            [row.parent for row, _ in rows],
            [holder.stamp for _, holder in rows],
            [str(holder.version) for _, holder in rows],
            [holder.deleted or row.deleted for row, holder in rows],
        ]
        columns += [
            [NOT_SHOWN if (entity.name, path) in self.hidden else row.values.get(path) for row, _ in rows]
            for path in entity.paths
        ]
        schema = raw_schema(entity)
        return pl.DataFrame(
            [pl.Series(name, values, dtype=schema[name]) for name, values in zip(schema, columns, strict=True)]
        )

    def _now(self) -> datetime:
        now = self._stamp or self._clock()
        return now.replace(microsecond=0) if self._system is System.SALESFORCE else now


def shown_of(entity: Entity, hidden: Collection[tuple[str, str]], *, currency: str | None) -> frozenset[str]:
    """Return what a description of *entity* has: all but what is *hidden*, and no currency where only one is held."""
    one = {(entity.name, CURRENCY)} if currency is not None else set()
    return frozenset(path for path in entity.paths if (entity.name, path) not in {*hidden, *one})
