"""What a SOQL text says, as values."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, kw_only=True)
class Path:
    """A field, perhaps through parents: `Account.Owner.Name`; `offset` is where it stands in the text.

    Only a grouped field has an `alias`.
    """

    text: str
    offset: int
    alias: str | None = None


@dataclass(frozen=True, kw_only=True)
class Function:
    """An aggregate or a part of a date: `COUNT()` has no path."""

    name: str
    path: Path | None
    alias: str | None
    offset: int


@dataclass(frozen=True, kw_only=True)
class FieldSet:
    """`FIELDS(ALL)`, `FIELDS(STANDARD)` or `FIELDS(CUSTOM)`."""

    name: str
    offset: int


Term = Path | Function

LiteralKind = Literal["text", "number", "boolean", "date", "datetime", "period", "null"]


@dataclass(frozen=True, kw_only=True)
class Value:
    """A literal with the kind its spelling gives it."""

    kind: LiteralKind
    text: str
    offset: int


@dataclass(frozen=True, kw_only=True)
class Comparison:
    """One condition; `values` has one element except for IN and NOT IN."""

    path: Term
    operator: str
    values: tuple[Value, ...]


@dataclass(frozen=True, kw_only=True)
class SemiJoin:
    """`X IN (SELECT …)` or `X NOT IN (SELECT …)`."""

    path: Term
    negated: bool
    query: Query


@dataclass(frozen=True, kw_only=True)
class Negation:
    """NOT before a condition."""

    condition: Condition


@dataclass(frozen=True, kw_only=True)
class Junction:
    """Conditions that must all hold (AND) or of which one must (OR)."""

    word: Literal["AND", "OR"]
    conditions: tuple[Condition, ...]


Condition = Comparison | SemiJoin | Negation | Junction


@dataclass(frozen=True, kw_only=True)
class Ordering:
    """One ORDER BY term; nulls come first unless said otherwise."""

    term: Term
    descending: bool
    nulls_last: bool


@dataclass(frozen=True, kw_only=True)
class Query:
    """One SELECT."""

    select: tuple[Path | Function | FieldSet | Query, ...]
    sobject: str
    sobject_offset: int
    alias: str | None = None
    where: Condition | None = None
    group_by: tuple[Term, ...] = ()
    having: Condition | None = None
    order_by: tuple[Ordering, ...] = ()
    limit: int | None = None
    offset: int | None = None
