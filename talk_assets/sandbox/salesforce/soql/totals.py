"""Queries of groups: aggregates and grouped fields, with or without GROUP BY."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ..errors import ApiError
from ..values import writer
from .functions import AGGREGATES, function_column
from .scope import Column, Scope
from .tree import FieldSet, Function, Ordering, Path, Query, Term
from .trouble import at_position


@dataclass(frozen=True, kw_only=True)
class AggregateShape:
    """The SQL pieces of an aggregate query and the keys of its records."""

    columns: str
    group: str
    order: str
    keys: tuple[str, ...]
    converters: tuple[Callable[[Any], Any] | None, ...]

    def record(self, row: Sequence[Any]) -> dict[str, Any]:
        """Return one AggregateResult."""
        record: dict[str, Any] = {"attributes": {"type": "AggregateResult"}}
        for key, convert, value in zip(self.keys, self.converters, row, strict=True):
            record[key] = value if convert is None else convert(value)
        return record


def select_aggregates(query: Query, scope: Scope) -> AggregateShape:
    """Plan the SELECT list of an aggregate query; unnamed functions are called expr0, expr1 and so on."""
    grouped = [_grouping(term, scope) for term in query.group_by]
    named: dict[str, str] = {}
    columns: list[str] = []
    converters: list[Callable[[Any], Any] | None] = []
    unnamed = 0
    for item in query.select:
        if isinstance(item, Query | FieldSet) or (
            isinstance(item, Function) and item.name == "COUNT" and not item.path
        ):
            message = at_position(scope.text, query.sobject_offset, "Grouped query cannot use this selection")
            raise ApiError("MALFORMED_QUERY", message)
        column = _column(item, scope, "selected")
        if isinstance(item, Function):
            key = item.alias or f"expr{unnamed}"
            unnamed += item.alias is None
        else:
            key = item.alias or column.field.name
        if not (isinstance(item, Function) and item.name in AGGREGATES) and column.sql not in grouped:
            message = f"Field must be grouped or aggregated: {key}"
            raise ApiError("MALFORMED_QUERY", at_position(scope.text, item.offset, message))
        if key in named:
            message = at_position(scope.text, item.offset, f"duplicate alias: {key}")
            raise ApiError("MALFORMED_QUERY", message)
        named[key] = column.sql
        columns.append(column.sql)
        converters.append(writer(column.field))
    return AggregateShape(
        columns=", ".join(columns),
        group=f" GROUP BY {', '.join(grouped)}" if grouped else "",
        order=_order(query, scope, named),
        keys=tuple(named),
        converters=tuple(converters),
    )


def _grouping(term: Term, scope: Scope) -> str:
    if isinstance(term, Function) and term.name in AGGREGATES:
        message = at_position(scope.text, term.offset, f"{term.name} cannot be grouped by")
        raise ApiError("MALFORMED_QUERY", message)
    return _column(term, scope, "grouped").sql


def _order(query: Query, scope: Scope, named: Mapping[str, str]) -> str:
    terms = []
    for ordering in query.order_by:
        term = ordering.term
        sql = named.get(term.text) if isinstance(term, Path) else None
        terms.append(f"{sql or _column(term, scope, 'sorted').sql}{direction(ordering, nillable=True)}")
    return f" ORDER BY {', '.join(terms)}" if terms else ""


def _column(term: Term, scope: Scope, verb: str) -> Column:
    return scope.filterable(term, verb) if isinstance(term, Path) else function_column(term, scope)


def direction(ordering: Ordering, *, nillable: bool) -> str:
    """Return the SQL after an ORDER BY term: nulls come first in both directions unless said otherwise."""
    words = " DESC" if ordering.descending else ""
    natively_first = not ordering.descending
    if nillable and ordering.nulls_last == natively_first:
        words += " NULLS LAST" if ordering.nulls_last else " NULLS FIRST"
    return words
