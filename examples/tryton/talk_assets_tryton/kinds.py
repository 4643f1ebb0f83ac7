"""What a Tryton model is to Customerp: which records, how they read, and what a write of them calls."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any, Protocol

Row = dict[str, Any]
"""A record as Tryton reads it: fields by name, related records' fields under the name with a dot."""
Texts = dict[str, str | None]
"""Wire text by property path."""

Call = Callable[..., Any]
"""Calls a method of Tryton with its arguments, as a write that compares versions."""


@dataclass(frozen=True, kw_only=True)
class Line:
    """A line of a document as it reads."""

    id: str
    key: str | None
    values: Texts


@dataclass(frozen=True, kw_only=True)
class LineWrite:
    """A line to create (no *id*), to change, or, without *values*, to delete."""

    id: str | None
    key: str | None
    values: Texts | None


class UnfitError(Exception):
    """Tryton has no place for a value, known before it is asked."""

    def __init__(self, path: str, reason: str) -> None:
        super().__init__(f"{path}: {reason}")
        self.path = path


class Facts(Protocol):
    """What a kind may ask Tryton for."""

    def country(self, code: str) -> int:
        """The id of a country."""
        ...

    def unit(self, symbol: str) -> int:
        """The id of a unit of measure."""
        ...

    def product(self, product_id: str) -> Row:
        """A product's units."""
        ...

    def address(self, party_id: str) -> int | None:
        """The id of a party's first address."""
        ...

    @property
    def company(self) -> Row:
        """The company worked for."""
        ...


class Kind(Protocol):
    """One resource of Customerp."""

    model: str
    """Whose records they are."""
    fields: tuple[str, ...]
    """What is read of each."""
    related: Mapping[str, str]
    """The relations whose changes are changes of the record, with their models."""
    domain: tuple[Any, ...]
    """Which of the model's records they are."""

    def values(self, row: Row, facts: Facts) -> Texts:
        """What a record says, by Customerp's property paths; what Tryton has no place for is missing."""
        ...

    def lines(self, row: Row) -> list[Line]:
        """Its lines; none for most."""
        ...

    def creation(self, values: Mapping[str, str | None], lines: Sequence[LineWrite], facts: Facts) -> Row:
        """The fields of a new record.

        Raises:
            UnfitError: Tryton has no place for a value.
        """
        ...

    def change(self, values: Mapping[str, str | None], lines: Sequence[LineWrite], row: Row, facts: Facts) -> Row:
        """The fields that a change of *row* writes; empty if there are none.

        Raises:
            UnfitError: Tryton has no place for a value.
        """
        ...

    def steps(self, values: Mapping[str, str | None], row: Row) -> list[str]:
        """The buttons that bring a record to the status wanted, in order.

        Raises:
            UnfitError: no button leads there.
        """
        ...

    def create(self, call: Call, fields: Row, steps: Sequence[str]) -> int:  # noqa: ARG002 - most have no buttons
        """Create a record in one call, with its *steps* done; its id."""
        return int(call(f"model.{self.model}.create", [fields])[0])

    def write(self, call: Call, row: Row, fields: Row) -> None:
        """Change a record in one call."""
        call(f"model.{self.model}.write", [row["id"]], fields)


def versions(row: Row, model: str, related: Mapping[str, str]) -> dict[str, str]:
    """The stamps to compare with, as Tryton's context takes them: of the record and of what belongs to it."""
    found = {f"{model},{row['id']}": str(row["_timestamp"])}
    for relation, other in related.items():
        inner = row.get(f"{relation}.")
        for one in inner if isinstance(inner, list) else [inner] if inner else []:
            found[f"{other},{one['id']}"] = str(one["_timestamp"])
    return found


def moved_at(row: Row, related: Iterable[str]) -> datetime:
    """When a record, or what belongs to it, last moved."""
    inner = [row.get(f"{relation}.") for relation in related]
    parts = [one for found in inner for one in (found if isinstance(found, list) else [found] if found else [])]
    stamps: list[datetime] = [one["last_modified_at"] for one in (row, *parts)]
    return max(stamps)


def digits(value: object) -> str | None:
    """A number's exact digits."""
    return None if value is None else format(Decimal(str(value)), "f")
