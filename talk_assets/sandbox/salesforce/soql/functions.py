"""Functions of SOQL as SQL: aggregates, and parts of dates.

Source: SOQL and SOSL Reference, "Aggregate Functions" and "Date Functions". Dates are in UTC, fiscal years begin
in January.
"""

from __future__ import annotations

from ..errors import ApiError
from ..schema import SCALED_TYPES, Field
from .scope import Column, Scope
from .tree import Function
from .trouble import at_position

AGGREGATES = frozenset({"COUNT", "COUNT_DISTINCT", "MIN", "MAX", "SUM", "AVG"})

_MONTH = "CAST(substr({0}, 6, 2) AS INTEGER)"
_DAY = "CAST(substr({0}, 9, 2) AS INTEGER)"
_DAY_OF_YEAR = "CAST(strftime('%j', substr({0}, 1, 10)) AS INTEGER)"
_PARTS = {
    "YEAR": "CAST(substr({0}, 1, 4) AS INTEGER)",
    "QUARTER": f"(({_MONTH} + 2) / 3)",
    "MONTH": _MONTH,
    "DAY_IN_MONTH": _DAY,
    "DAY_IN_WEEK": "(CAST(strftime('%w', substr({0}, 1, 10)) AS INTEGER) + 1)",
    "DAY_IN_YEAR": _DAY_OF_YEAR,
    "WEEK_IN_MONTH": f"(({_DAY} + 6) / 7)",
    "WEEK_IN_YEAR": f"(({_DAY_OF_YEAR} + 6) / 7)",
    "HOUR_IN_DAY": "CAST(substr({0}, 12, 2) AS INTEGER)",
    "DAY_ONLY": "substr({0}, 1, 10)",
}


def function_column(function: Function, scope: Scope) -> Column:
    """Return a function as a column, whose field says how its values are read and compared."""
    name = function.name
    if function.path is None:
        if name != "COUNT":
            raise ApiError("MALFORMED_QUERY", at_position(scope.text, function.offset, f"{name} needs a field"))
        return _derived(None, scope, "COUNT(*)", "int")
    column = scope.filterable(function.path, "aggregated" if name in AGGREGATES else "used")
    if name in AGGREGATES:
        return _aggregate(function, column, scope)
    if column.field.type not in {"date", "datetime"} or (name == "HOUR_IN_DAY" and column.field.type == "date"):
        message = f"field {column.field.name} does not support function {name}"
        raise ApiError("INVALID_FIELD", at_position(scope.text, function.offset, message))
    part = _PARTS[name.removeprefix("CALENDAR_").removeprefix("FISCAL_")]
    return _derived(column, scope, part.format(column.sql), "date" if name == "DAY_ONLY" else "int")


def _aggregate(function: Function, column: Column, scope: Scope) -> Column:
    if function.name == "COUNT":
        return _derived(column, scope, f"COUNT({column.sql})", "int")
    if function.name == "COUNT_DISTINCT":
        return _derived(column, scope, f"COUNT(DISTINCT {column.sql})", "int")
    if function.name in {"SUM", "AVG"} and column.field.type not in SCALED_TYPES | {"int"}:
        message = f"field {column.field.name} does not support aggregate operator {function.name}"
        raise ApiError("MALFORMED_QUERY", at_position(scope.text, function.offset, message))
    return column.as_expression(f"{function.name}({column.sql})", column.field)


def _derived(column: Column | None, scope: Scope, sql: str, kind: str) -> Column:
    field = Field(name=sql, type=kind, label=sql)
    if column is None:
        return Column(alias=scope.root, sobject=scope.sobject, field=field, parents=(), expression=sql)
    return column.as_expression(sql, field)
