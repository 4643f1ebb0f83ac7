"""A query made ready to run: its SQL, its parameters and the shape of its records."""

# ruff: noqa: S608 - identifiers come from the catalogue; no value is ever put into a statement

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from ..errors import ApiError
from ..schema import Catalogue, Field, SObject
from .conditions import Where
from .literals import Bound
from .scope import Scope
from .shape import Columns, Node, Shape, leaf
from .totals import AggregateShape, direction, select_aggregates
from .tree import FieldSet, Function, Ordering, Path, Query
from .trouble import at_position, no_such_object, no_such_relation

_MAX_OFFSET, _MAX_LIMIT, _MAX_SUBQUERIES, _MAX_FIELDS_LIMIT = 2_000, 2**31, 20, 200
_FIELD_SETS = {"ALL": {False, True}, "STANDARD": {False}, "CUSTOM": {True}}


@dataclass(frozen=True, kw_only=True)
class Plan:
    """What to run for one query.

    `sql` finds the rows, `ids_sql` only their ids, `page_sql` the rows of a JSON list of ids. A child
    plan's `sql` takes a JSON list of parent ids first, and its second column is the parent's id. `paths` are the
    keys that lead to each selected field in a record, in the order of the SELECT.
    """

    sobject: SObject
    kind: Literal["rows", "count", "aggregate"]
    sql: str
    parameters: tuple[Bound, ...]
    ids_sql: str = ""
    page_sql: str = ""
    shape: Shape | None = None
    paths: tuple[tuple[str, ...], ...] = ()
    aggregates: AggregateShape | None = None
    children: tuple[tuple[str, Plan], ...] = ()


@dataclass(frozen=True, kw_only=True)
class Planner:
    """Plans the queries of one text."""

    text: str
    catalogue: Catalogue
    now: datetime
    with_deleted: bool

    def plan(self, query: Query) -> Plan:
        """Return the plan of the outer query."""
        sobject = self._object(query)
        scope = self._scope(query, sobject)
        body, parameters = self._body(query, scope)
        limits = self._limits(query)
        functions = [item for item in query.select if isinstance(item, Function)]
        if len(query.select) == 1 and functions and functions[0].path is None:
            sql = f"SELECT COUNT(*) FROM (SELECT 1 FROM {body(scope)}{limits})"
            return Plan(sobject=sobject, kind="count", sql=sql, parameters=tuple(parameters))
        if functions or query.group_by:
            aggregates = select_aggregates(query, scope)
            having, more = self._having(query, scope)
            groups = f"{aggregates.group}{having}{aggregates.order}{limits}"
            return Plan(
                sobject=sobject,
                kind="aggregate",
                sql=f"SELECT {aggregates.columns} FROM {body(scope)}{groups}",
                parameters=(*parameters, *more),
                aggregates=aggregates,
            )
        if query.having is not None:
            raise ApiError("MALFORMED_QUERY", at_position(self.text, query.sobject_offset, "HAVING needs GROUP BY"))
        columns = Columns()
        columns.index(f"{scope.root}.Id")
        shape, children, paths = self._shape(query, scope, columns)
        order = self._order(query.order_by, scope)
        source, selected = body(scope), ", ".join(columns.sql)
        joined = " ".join([f'"{sobject.name}" {scope.root}', *scope.joins])
        return Plan(
            sobject=sobject,
            kind="rows",
            sql=f"SELECT {selected} FROM {source}{order}{limits}",
            ids_sql=f"SELECT {scope.root}.Id FROM {source}{order}{limits}",
            page_sql=f"SELECT {selected} FROM {joined} WHERE {scope.root}.Id IN (SELECT value FROM json_each(?))",
            parameters=tuple(parameters),
            shape=shape,
            paths=paths,
            children=children,
        )

    def _child(self, query: Query, parent: SObject) -> tuple[str, Plan]:
        relation = self.catalogue.child_relation(parent.name, query.sobject)
        if relation is None or relation.field.children is None:
            raise no_such_relation(self.text, query.sobject_offset, query.sobject, parent.name)
        scope = self._scope(query, relation.child)
        body, parameters = self._body(query, scope, link=relation.field)
        columns = Columns()
        columns.index(f"{scope.root}.Id")
        columns.index(f"{scope.root}.{relation.field.name}")
        shape, _, _ = self._shape(query, scope, columns)
        order = self._order(query.order_by, scope)
        selected, source = ", ".join(columns.sql), body(scope)
        sql = f"SELECT {selected} FROM {source}{order}"
        if query.limit is not None or query.offset:
            first = query.offset or 0
            last = "" if query.limit is None else f" AND place <= {first + min(query.limit, _MAX_LIMIT)}"
            link = f"{scope.root}.{relation.field.name}"
            numbered = f"SELECT {selected}, ROW_NUMBER() OVER (PARTITION BY {link}{order}) AS place FROM {source}"
            sql = f"SELECT * FROM ({numbered}) WHERE place > {first}{last} ORDER BY place"
        plan = Plan(sobject=relation.child, kind="rows", sql=sql, parameters=tuple(parameters), shape=shape)
        return relation.field.children, plan

    def _object(self, query: Query) -> SObject:
        sobject = self.catalogue.get(query.sobject)
        if sobject is None:
            raise no_such_object(self.text, query.sobject_offset, query.sobject)
        return sobject

    def _scope(self, query: Query, sobject: SObject, prefix: str = "t") -> Scope:
        names = frozenset(name.lower() for name in (sobject.name, query.alias or sobject.name))
        return Scope(text=self.text, catalogue=self.catalogue, sobject=sobject, names=names, prefix=prefix)

    def _body(self, query: Query, scope: Scope, link: Field | None = None) -> tuple[_Body, list[Bound]]:
        conditions = []
        if link is not None:
            conditions.append(f"{scope.root}.{link.name} IN (SELECT value FROM json_each(?))")
        if not self.with_deleted and "isdeleted" in scope.sobject.by_name:
            conditions.append(f"{scope.root}.IsDeleted = 0")
        where = Where(scope=scope, now=self.now, subquery=self._one_column)
        if query.where is not None:
            conditions.append(where.sql(query.where))
        return _Body(conditions=tuple(conditions)), where.parameters

    def _having(self, query: Query, scope: Scope) -> tuple[str, list[Bound]]:
        if query.having is None:
            return "", []
        where = Where(scope=scope, now=self.now, subquery=self._one_column, groups=True)
        return f" HAVING {where.sql(query.having)}", where.parameters

    def _one_column(self, query: Query, prefix: str) -> tuple[str, list[Bound]]:
        scope = self._scope(query, self._object(query), prefix)
        body, parameters = self._body(query, scope)
        if len(query.select) != 1 or not isinstance(query.select[0], Path):
            message = at_position(self.text, query.sobject_offset, "semi join sub-selects must select one field")
            raise ApiError("MALFORMED_QUERY", message)
        column = scope.column(query.select[0])
        return f"SELECT {column.sql} FROM {body(scope)} AND {column.sql} IS NOT NULL", parameters

    def _limits(self, query: Query) -> str:
        if query.offset is not None and query.offset > _MAX_OFFSET:
            raise ApiError("NUMBER_OUTSIDE_VALID_RANGE", f"Maximum SOQL offset allowed is {_MAX_OFFSET}")
        if query.limit is None and not query.offset:
            return ""
        return f" LIMIT {-1 if query.limit is None else min(query.limit, _MAX_LIMIT)} OFFSET {query.offset or 0}"

    def _order(self, order_by: tuple[Ordering, ...], scope: Scope) -> str:
        terms = []
        for ordering in order_by:
            if isinstance(ordering.term, Function):
                message = at_position(self.text, ordering.term.offset, "Ordered field must be grouped or aggregated")
                raise ApiError("MALFORMED_QUERY", message)
            column = scope.filterable(ordering.term, "sorted")
            nillable = column.field.nillable or bool(column.parents)
            terms.append(column.sql + direction(ordering, nillable=nillable))
        return f" ORDER BY {', '.join(terms)}" if terms else ""

    def _shape(
        self, query: Query, scope: Scope, columns: Columns
    ) -> tuple[Shape, tuple[tuple[str, Plan], ...], tuple[tuple[str, ...], ...]]:
        shape = Shape(sobject=scope.sobject, id_index=0)
        children: list[tuple[str, Plan]] = []
        seen: dict[tuple[str, ...], None] = {}
        for item in self._selection(query, scope.sobject):
            if isinstance(item, Path):
                self._select(item, scope, columns, shape, seen)
            elif isinstance(item, Query):
                children.append(self._child(item, scope.sobject))
                shape.nodes.append(Node(key=children[-1][0], read=lambda _row: None))
        if len(children) > _MAX_SUBQUERIES:
            raise ApiError("MALFORMED_QUERY", "A query may have at most 20 child subqueries")
        return shape, tuple(children), tuple(seen)

    def _selection(self, query: Query, sobject: SObject) -> Iterator[Path | Function | Query]:
        """Yield what is selected, with each FIELDS() spelled out without the fields that are named beside it."""
        named = {item.text.lower() for item in query.select if isinstance(item, Path)}
        for item in query.select:
            if isinstance(item, Path) and item.alias is not None:
                message = "only aggregate expressions use field aliasing"
                raise ApiError("MALFORMED_QUERY", at_position(self.text, item.offset, message))
            if not isinstance(item, FieldSet):
                yield item
                continue
            if item.name not in _FIELD_SETS:
                message = f"FIELDS({item.name}) is not ALL, STANDARD or CUSTOM"
                raise ApiError("MALFORMED_QUERY", at_position(self.text, item.offset, message))
            if item.name != "STANDARD" and (query.limit is None or query.limit > _MAX_FIELDS_LIMIT):
                message = f"The SOQL FIELDS function must have a LIMIT of at most {_MAX_FIELDS_LIMIT}"
                raise ApiError("MALFORMED_QUERY", at_position(self.text, item.offset, message))
            for field in sobject.fields:
                if field.custom in _FIELD_SETS[item.name] and field.name.lower() not in named:
                    named.add(field.name.lower())
                    yield Path(text=field.name, offset=item.offset)

    def _select(
        self, path: Path, scope: Scope, columns: Columns, shape: Shape, seen: dict[tuple[str, ...], None]
    ) -> None:
        column = scope.column(path)
        key = (*column.parents, column.field.name)
        if key in seen:
            message = at_position(self.text, path.offset, f"duplicate field selected: {column.field.name}")
            raise ApiError("MALFORMED_QUERY", message)
        seen[key] = None
        for depth, relation in enumerate(column.parents, start=1):
            inner = shape.parent(relation)
            if inner is None:
                alias, sobject = scope.parent_table(column.parents[:depth])
                inner = Shape(sobject=sobject, id_index=columns.index(f"{alias}.Id"))
                shape.nodes.append(Node(key=relation, parent=inner))
            shape = inner
        shape.nodes.append(leaf(column, columns))


@dataclass(frozen=True, kw_only=True)
class _Body:
    """FROM and WHERE; asked for last, because every later path may add a join."""

    conditions: tuple[str, ...]

    def __call__(self, scope: Scope) -> str:
        tables = " ".join([f'"{scope.sobject.name}" {scope.root}', *scope.joins])
        return f"{tables} WHERE {' AND '.join(self.conditions or ('1',))}"
