"""How a row of SQL becomes a record of JSON, in the order of the SELECT."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from ..schema import SObject
from ..values import writer
from .scope import Column

Record = dict[str, Any]


@dataclass(kw_only=True)
class Shape:
    """The record of one object: leaves from columns, parents as records of their own."""

    sobject: SObject
    id_index: int
    nodes: list[Node] = field(default_factory=list)

    def record(self, row: Sequence[Any], base: str) -> Record:
        """Return the record of a SQL row; *base* is the URL under which objects live."""
        name = self.sobject.name
        record: Record = {"attributes": {"type": name, "url": f"{base}{name}/{row[self.id_index]}"}}
        for node in self.nodes:
            if node.parent is not None:
                parent = node.parent
                record[node.key] = None if row[parent.id_index] is None else parent.record(row, base)
            elif node.read is None:
                record[node.key] = row[node.index]
            else:
                record[node.key] = node.read(row)
        return record

    def parent(self, key: str) -> Shape | None:
        """Return the shape of a parent already in this record."""
        return next((node.parent for node in self.nodes if node.key == key and node.parent is not None), None)


@dataclass(frozen=True, kw_only=True)
class Node:
    """One key of a record: a column as it is, a column read by a function, or a parent."""

    key: str
    index: int = -1
    read: Callable[[Sequence[Any]], Any] | None = None
    parent: Shape | None = None


class Columns:
    """The columns that a SELECT asks SQL for, each once."""

    def __init__(self) -> None:
        self.sql: list[str] = []

    def index(self, sql: str) -> int:
        """Return the place of a column, adding it if it is new."""
        if sql not in self.sql:
            self.sql.append(sql)
        return self.sql.index(sql)


def leaf(column: Column, columns: Columns) -> Node:
    """Return the node of one selected field."""
    selected = column.field
    if selected.components:
        parts = [
            (key, columns.index(f"{column.alias}.{name}"), writer(column.sobject.by_name[name.lower()]))
            for key, name in selected.components
        ]
        return Node(key=selected.name, read=lambda row: compound(parts, row))
    index = columns.index(column.sql)
    convert = writer(selected)
    if convert is None:
        return Node(key=selected.name, index=index)
    return Node(key=selected.name, read=lambda row: convert(row[index]))


def compound(parts: list[tuple[str, int, Callable[[Any], Any] | None]], row: Sequence[Any]) -> Record | None:
    """Return a compound address, null if all of it is."""
    values = {key: row[index] if convert is None else convert(row[index]) for key, index, convert in parts}
    return values if any(value is not None for value in values.values()) else None
