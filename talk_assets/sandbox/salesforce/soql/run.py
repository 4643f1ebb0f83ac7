"""Runs a planned query: the first page at once, later pages from the ids it found."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from ..cursors import Cursor, Cursors
from ..errors import ApiError
from ..schema import SObject
from ..transaction import Transaction
from .parser import parse
from .plan import Plan, Planner
from .shape import Record


@dataclass(frozen=True, kw_only=True)
class Found:
    """All that a query found; `paths` lead to its fields in each record, in the order of the SELECT."""

    sobject: SObject
    paths: tuple[tuple[str, ...], ...]
    records: list[Record]


def run(
    tx: Transaction, text: str, *, now: datetime, with_deleted: bool, page: int, base: str, cursors: Cursors
) -> dict[str, Any]:
    """Answer a query; *base* is the URL of the API version, `/services/data/v62.0/`."""
    planner = Planner(text=text, catalogue=tx.catalogue, now=now, with_deleted=with_deleted)
    plan = planner.plan(parse(text))
    if plan.kind == "count":
        found = tx.row(plan.sql, plan.parameters)  # type: ignore[arg-type]
        return {"totalSize": found[0] if found else 0, "done": True, "records": []}
    if plan.aggregates is not None:
        rows = tx.rows(plan.sql, plan.parameters)  # type: ignore[arg-type]
        records = [plan.aggregates.record(row) for row in rows]
        return {"totalSize": len(records), "done": True, "records": records}
    found_rows = tx.connection.execute(plan.sql, plan.parameters).fetchmany(page + 1)
    if len(found_rows) <= page:
        return {"totalSize": len(found_rows), "done": True, "records": _records(tx, plan, found_rows, base)}
    ids = tuple(row[0] for row in tx.connection.execute(plan.ids_sql, plan.parameters))
    cursor_id = cursors.keep(Cursor(plan=plan, ids=ids, page=page))
    return {
        "totalSize": len(ids),
        "done": False,
        "nextRecordsUrl": f"{base}query/{cursor_id}-{page}",
        "records": _records(tx, plan, found_rows[:page], base),
    }


def run_on(tx: Transaction, locator: str, *, base: str, cursors: Cursors) -> dict[str, Any]:
    """Answer the next page of an open cursor, or raise INVALID_QUERY_LOCATOR."""
    cursor_id, cursor, offset = cursors.at(locator)
    wanted = cursor.ids[offset : offset + cursor.page]
    by_id = {row[0]: row for row in tx.rows(cursor.plan.page_sql, (json.dumps(wanted),))}
    rows = [by_id[record_id] for record_id in wanted if record_id in by_id]
    end = offset + cursor.page
    answer: dict[str, Any] = {"totalSize": len(cursor.ids), "done": end >= len(cursor.ids)}
    if end < len(cursor.ids):
        answer["nextRecordsUrl"] = f"{base}query/{cursor_id}-{end}"
    return answer | {"records": _records(tx, cursor.plan, rows, base)}


def run_whole(tx: Transaction, text: str, *, now: datetime, with_deleted: bool, base: str = "") -> Found:
    """Answer a query of a bulk job: every row at once, without what such jobs cannot select."""
    query = parse(text)
    plan = Planner(text=text, catalogue=tx.catalogue, now=now, with_deleted=with_deleted).plan(query)
    if plan.shape is None or plan.children or query.offset is not None:
        raise ApiError("API_ERROR", "Aggregate functions, OFFSET and nested queries are not supported in Bulk Query")
    if any(plan.sobject.by_name[path[-1].lower()].components for path in plan.paths if len(path) == 1):
        raise ApiError("API_ERROR", "Selecting compound data not supported in Bulk Query")
    rows = tx.rows(plan.sql, plan.parameters)  # type: ignore[arg-type]
    return Found(sobject=plan.sobject, paths=plan.paths, records=_records(tx, plan, rows, base))


def _records(tx: Transaction, plan: Plan, rows: Sequence[tuple[Any, ...]], base: str) -> list[Record]:
    shape = plan.shape
    if shape is None:
        return []
    objects = f"{base}sobjects/"
    records = [shape.record(row, objects) for row in rows]
    for key, child in plan.children:
        _attach(tx, key, child, ids=[row[0] for row in rows], records=records, objects=objects)
    return records


def _attach(tx: Transaction, key: str, child: Plan, *, ids: Sequence[str], records: list[Record], objects: str) -> None:
    """Put each parent's child rows under *key*; none is null, not an empty list."""
    if child.shape is None or not ids:
        return
    by_parent: dict[str, list[Record]] = {}
    for row in tx.connection.execute(child.sql, (json.dumps(ids), *child.parameters)):
        by_parent.setdefault(row[1], []).append(child.shape.record(row, objects))
    for record_id, record in zip(ids, records, strict=True):
        found = by_parent.get(record_id)
        if found:
            record[key] = {"totalSize": len(found), "done": True, "records": found}
