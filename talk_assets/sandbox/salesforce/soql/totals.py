"""Aggregates: COUNT(field), COUNT_DISTINCT, MIN, MAX, SUM and AVG, with or without GROUP BY."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from ..errors import ApiError
from ..schema import SCALED_TYPES
from ..values import writer
from .scope import Scope
from .tree import Function, Path, Query
from .trouble import at_position

_SQL = {"COUNT": "COUNT({})", "COUNT_DISTINCT": "COUNT(DISTINCT {})"}


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
    grouped = [scope.filterable(path, "grouped").sql for path in query.group_by]
    columns: list[str] = []
    keys: list[str] = []
    converters: list[Callable[[Any], Any] | None] = []
    unnamed = 0
    for item in query.select:
        if isinstance(item, Query) or (isinstance(item, Function) and item.path is None):
            message = at_position(scope.text, query.sobject_offset, "Grouped query cannot use this selection")
            raise ApiError("MALFORMED_QUERY", message)
        if isinstance(item, Function):
            sql, convert = _function(item, scope)
            key = item.alias or f"expr{unnamed}"
            unnamed += item.alias is None
        else:
            column = scope.column(item)
            sql, key, convert = column.sql, column.field.name, writer(column.field)
            if sql not in grouped:
                message = f"Field must be grouped or aggregated: {key}"
                raise ApiError("MALFORMED_QUERY", at_position(scope.text, item.offset, message))
        columns.append(sql)
        keys.append(key)
        converters.append(convert)
    return AggregateShape(
        columns=", ".join(columns),
        group=f" GROUP BY {', '.join(grouped)}" if grouped else "",
        order=_order(query, scope),
        keys=tuple(keys),
        converters=tuple(converters),
    )


def _order(query: Query, scope: Scope) -> str:
    terms = []
    for ordering in query.order_by:
        term = ordering.term
        sql = scope.filterable(term, "sorted").sql if isinstance(term, Path) else _function(term, scope)[0]
        terms.append(f"{sql} {'DESC' if ordering.descending else 'ASC'}")
    return f" ORDER BY {', '.join(terms)}" if terms else ""


def _function(function: Function, scope: Scope) -> tuple[str, Callable[[Any], Any] | None]:
    if function.path is None:
        return "COUNT(*)", None
    column = scope.filterable(function.path, "aggregated")
    sql = _SQL.get(function.name, f"{function.name}({{}})").format(column.sql)
    if function.name in _SQL:
        return sql, None
    if function.name in {"SUM", "AVG"} and column.field.type not in SCALED_TYPES | {"int"}:
        message = f"field {column.field.name} does not support aggregate operator {function.name}"
        raise ApiError("MALFORMED_QUERY", at_position(scope.text, function.offset, message))
    return sql, writer(column.field)
