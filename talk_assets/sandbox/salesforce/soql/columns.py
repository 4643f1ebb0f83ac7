"""What the columns of a query are, without its rows: `columns=true`, as the Salesforce CLI asks for its tables."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from ..schema import SCALED_TYPES, TEXT_TYPES, Catalogue, Field, SObject
from ..transaction import Transaction
from .parser import parse
from .plan import Planner
from .tree import FieldSet, Function, Path, Query

_CUSTOM_ONLY = {"ALL": (False, True), "STANDARD": (False,), "CUSTOM": (True,)}


def describe_columns(tx: Transaction, text: str, *, now: datetime, with_deleted: bool) -> dict[str, Any]:
    """Return the columns of a query that could be run; refuses what running it would."""
    query = parse(text)
    plan = Planner(text=text, catalogue=tx.catalogue, now=now, with_deleted=with_deleted).plan(query)
    columns = _columns(tx.catalogue, plan.sobject, query)
    return {
        "columnMetadata": columns,
        "entityName": plan.sobject.name,
        "groupBy": bool(query.group_by),
        "idSelected": any(column["columnName"] == "Id" for column in columns),
        "keyPrefix": plan.sobject.prefix,
    }


def _columns(catalogue: Catalogue, sobject: SObject, query: Query) -> list[dict[str, Any]]:
    own = {name.lower() for name in (query.alias, sobject.name) if name}
    found: list[dict[str, Any]] = []
    unnamed = 0
    for item in query.select:
        if isinstance(item, Query):
            relation = catalogue.child_relation(sobject.name, item.sobject)
            inner = [] if relation is None else _columns(catalogue, relation.child, item)
            found.append(_column(item.sobject, aggregate=True, join=inner))
        elif isinstance(item, FieldSet):
            chosen = _CUSTOM_ONLY[item.name.upper()]
            found += [_of_field(field) for field in sobject.fields if field.custom in chosen]
        elif isinstance(item, Function):
            shown = f"{item.name.lower()}({'' if item.path is None else item.path.text})"
            found.append(_column(item.alias or f"expr{unnamed}", aggregate=True, display=shown))
            unnamed += item.alias is None
        else:
            _add(catalogue, sobject, found, _steps(item, own, sobject))
    return found


def _steps(path: Path, own: Iterable[str], sobject: SObject) -> list[str]:
    first, *rest = path.text.split(".")
    return rest if rest and first.lower() in own and first.lower() not in sobject.by_relationship else [first, *rest]


def _add(catalogue: Catalogue, sobject: SObject, columns: list[dict[str, Any]], steps: list[str]) -> None:
    """Add a field, or what is reached by a relation to the one column of that relation."""
    first, *rest = steps
    if not rest:
        columns.append(_of_field(sobject.by_name[first.lower()]))
        return
    link = sobject.by_relationship[first.lower()]
    name = str(link.relationship)
    known = next((column for column in columns if column["columnName"] == name), None)
    if known is None:
        known = _column(name, foreign_key=link.name)
        columns.append(known)
    _add(catalogue, catalogue[link.refers_to[0]], known["joinColumns"], rest)


def _of_field(field: Field) -> dict[str, Any]:
    return _column(field.name, field=field)


def _column(
    name: str,
    *,
    field: Field | None = None,
    aggregate: bool = False,
    display: str | None = None,
    foreign_key: str | None = None,
    join: list[dict[str, Any]] | None = None,
) -> dict[str, Any]:
    kind = "" if field is None else field.type
    return {
        "aggregate": aggregate,
        "apexType": kind or None,
        "booleanType": kind == "boolean",
        "columnName": name,
        "custom": field is not None and field.custom,
        "displayName": display or name,
        "foreignKeyName": foreign_key,
        "insertable": field is not None and field.createable,
        "joinColumns": join or [],
        "numberType": kind in SCALED_TYPES | {"int"},
        "textType": kind in TEXT_TYPES,
        "updatable": field is not None and field.updateable,
    }
