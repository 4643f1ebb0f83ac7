"""WHERE as SQL. Logic has two values in SOQL: a comparison with a null field is false, its negation true."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

from ..errors import ApiError
from ..schema import TEXT_TYPES
from .functions import AGGREGATES, function_column
from .literals import Bound, bind, period
from .parser import unquoted
from .scope import Column, Scope
from .tree import Comparison, Condition, Junction, Negation, Path, Query, SemiJoin, Term
from .trouble import at_position

#: Compiles the query of a semi-join to a one-column SELECT with its parameters.
SubqueryCompiler = Callable[[Query, str], tuple[str, list[Bound]]]


@dataclass(kw_only=True)
class Where:
    """Compiles the conditions of one query, collecting parameters in the order of their places.

    Conditions of groups (HAVING) may use aggregates, those of rows only parts of dates.
    """

    scope: Scope
    now: datetime
    subquery: SubqueryCompiler
    groups: bool = False
    parameters: list[Bound] = field(default_factory=list)

    def sql(self, condition: Condition) -> str:
        """Return the SQL of a condition."""
        if isinstance(condition, Junction):
            return "(" + f" {condition.word} ".join(self.sql(part) for part in condition.conditions) + ")"
        if isinstance(condition, Negation):
            return f"(NOT COALESCE({self.sql(condition.condition)}, 0))"
        if isinstance(condition, SemiJoin):
            return self._semi_join(condition)
        return self._comparison(condition)

    def _semi_join(self, join: SemiJoin) -> str:
        column = self._column(join.path)
        sql, parameters = self.subquery(join.query, f"{self.scope.prefix}s")
        self.parameters += parameters
        return f"({column.sql} {'NOT IN' if join.negated else 'IN'} ({sql}))"

    def _comparison(self, comparison: Comparison) -> str:
        column = self._column(comparison.path)
        value = comparison.values[0]
        if comparison.operator in {"IN", "NOT IN"}:
            return self._membership(column, comparison)
        if comparison.operator == "LIKE":
            return self._like(column, comparison)
        if value.kind == "period":
            return self._period(column, comparison)
        bound = bind(self.scope.text, column.field, value)
        if bound is None:
            return {"=": f"({column.sql} IS NULL)", "!=": f"({column.sql} IS NOT NULL)"}.get(comparison.operator, "0")
        if column.field.type == "boolean" and comparison.operator not in {"=", "!="}:
            raise self._operator_refused(comparison, "invalid operator on boolean field")
        self.parameters.append(bound)
        operator = "IS NOT" if comparison.operator == "!=" else comparison.operator
        return f"({column.sql} {operator} ?)"

    def _column(self, term: Term) -> Column:
        if isinstance(term, Path):
            return self.scope.filterable(term, "filtered")
        if term.name in AGGREGATES and not self.groups:
            message = at_position(self.scope.text, term.offset, "aggregate functions are not allowed in WHERE")
            raise ApiError("MALFORMED_QUERY", message)
        return function_column(term, self.scope)

    def _membership(self, column: Column, comparison: Comparison) -> str:
        bounds = [bind(self.scope.text, column.field, value) for value in comparison.values]
        present = [bound for bound in bounds if bound is not None]
        self.parameters += present
        places = ", ".join("?" * len(present))
        asks_null = len(present) < len(bounds)
        if comparison.operator == "IN":
            return f"({column.sql} IN ({places})" + (f" OR {column.sql} IS NULL)" if asks_null else ")")
        if asks_null:
            return f"({column.sql} NOT IN ({places}) AND {column.sql} IS NOT NULL)"
        return f"({column.sql} NOT IN ({places}) OR {column.sql} IS NULL)"

    def _like(self, column: Column, comparison: Comparison) -> str:
        value = comparison.values[0]
        if column.field.type not in TEXT_TYPES:
            raise self._operator_refused(comparison, f"invalid operator on {column.field.type} field")
        if value.kind != "text":
            bind(self.scope.text, column.field, value)
            return "0"
        self.parameters.append(unquoted(value.text, pattern=True))
        return f"({column.sql} LIKE ? ESCAPE '\\')"

    def _period(self, column: Column, comparison: Comparison) -> str:
        start, end = period(self.scope.text, column.field, comparison.values[0], self.now)
        one_bound = {">": (">=", end), ">=": (">=", start), "<": ("<", start), "<=": ("<", end)}
        if comparison.operator in one_bound:
            operator, bound = one_bound[comparison.operator]
            self.parameters.append(bound)
            return f"({column.sql} {operator} ?)"
        self.parameters += [start, end]
        inside = f"({column.sql} >= ? AND {column.sql} < ?)"
        return inside if comparison.operator == "=" else f"(NOT COALESCE({inside}, 0))"

    def _operator_refused(self, comparison: Comparison, message: str) -> ApiError:
        place = at_position(self.scope.text, comparison.path.offset, message)
        return ApiError("INVALID_QUERY_FILTER_OPERATOR", place)
