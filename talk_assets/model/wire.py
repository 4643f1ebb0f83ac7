"""How records look on the wire: which properties an end is asked for, and their JSON kinds.

Between the clients and the mapped stage every value travels as *wire text*: the JSON string itself,
the exact digits of a JSON number, ``true``/``false``, compact JSON for an array, or null. That keeps
decimals exact and lets one column type hold whatever an end sends. What an end should have sent and did
not is `NOT_SHOWN`.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType

import polars as pl

from talk_assets.model.system import System

RAW_SCHEMA: Mapping[str, pl.DataType] = MappingProxyType(
    {
        "_id": pl.String(),
        "_key": pl.String(),
        "_parent": pl.String(),
        "_stamp": pl.Datetime("us", "UTC"),
        "_version": pl.String(),
        "_deleted": pl.Boolean(),
    }
)
"""Columns every raw frame starts with: the record's id, our key if it carries one, the owning
document's id for child rows, the end's last-modified stamp, the version to compare with, tombstone."""


NOT_SHOWN = "\x00not shown"
"""Wire text of a property that the end's answer leaves out, as when a permission is taken away: unlike null, which
says that it is empty, this says nothing. It holds a NUL, which no value does."""


class Wire(StrEnum):
    """The JSON kind of a property."""

    TEXT = "text"
    NUMBER = "number"
    INTEGER = "integer"
    BOOLEAN = "boolean"
    TEXTS = "texts"


@dataclass(frozen=True, kw_only=True)
class Field:
    """One property an end is asked for; a dot in *path* steps into a nested JSON object."""

    path: str
    wire: Wire = Wire.TEXT


@dataclass(frozen=True, kw_only=True)
class Entity:
    """One system's records of one kind, as the clients read and write them.

    *name* is the rows' name in the store (a pair's or a lookup's name); *resource* is the end's own
    name for them (``Contact``, ``contacts``). *key_path* is the property that carries our key, or
    None where the end has none for this kind. A child entity names the property that refers to its
    parent in *parent_path* when the end lists children by themselves (Salesforce), or stands in the
    parent's *children* under *nested_at* when the end keeps them inside the document (Customerp).
    *master_path* names the property that tells, of a record that was merged away, the one that stayed.
    """

    name: str
    system: System
    resource: str
    fields: tuple[Field, ...]
    key_path: str | None = None
    parent_path: str | None = None
    nested_at: str | None = None
    master_path: str | None = None
    children: tuple["Entity", ...] = field(default=())

    @property
    def paths(self) -> tuple[str, ...]:
        """The asked-for property paths, in declaration order."""
        return tuple(f.path for f in self.fields)


def raw_schema(entity: Entity) -> dict[str, pl.DataType]:
    """The columns of *entity*'s raw frames."""
    return dict(RAW_SCHEMA) | {path: pl.String() for path in entity.paths}
