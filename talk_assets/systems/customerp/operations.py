"""Writes as operations of the Customerp batch endpoint."""

import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from talk_assets.model.changes import Op, Outcome, Problem, Receipt, Write
from talk_assets.model.wire import Entity
from talk_assets.systems import records
from talk_assets.systems.customerp.ids import checked
from talk_assets.systems.customerp.profile import Profile
from talk_assets.systems.port import Page

_PLACE = re.compile(r"[0-9]{1,9}")
_LINES, _POSITION = "lines", "position"


def operation(
    entity: Entity, write: Write, *, document: Entity | None, version: int | str | None, profile: Profile
) -> dict[str, Any]:
    """Return the operation for *write* on an end of *profile*; *document* is the entity that owns it, for a line.

    Raises:
        ValueError: a value is not of its declared kind, or an id would name something else.
    """
    checked(*(one for one in (write.id, write.parent_id) if one is not None))
    resource = f"{document.resource}/{write.parent_id}/{entity.nested_at}" if document else entity.resource
    found: dict[str, Any] = {"op": write.op.value, "resource": resource}
    if write.op is not Op.CREATE:
        found["id"] = write.id
    if version is not None and (document or write.op is not Op.CREATE):
        found["ifMatch"] = str(version)
    if write.op is Op.CREATE:
        if profile.idempotency:
            found["idempotencyKey"] = write.intent_id
        found["body"] = _created(entity, write, keyed=profile.external_key)
    elif write.op is Op.UPDATE:
        found["body"] = records.encode(write.values, records.wires_of(entity))
    return found


def receipt_of(write: Write, outcome: Outcome, *, id: str | None, problem: Problem | None, record: Any) -> Receipt:  # noqa: ANN401 - JSON
    """Return the receipt of *write*, with one for each of its lines."""
    return Receipt(
        intent_id=write.intent_id,
        outcome=outcome,
        id=id,
        problem=problem,
        lines=_line_receipts(write, outcome, problem, record),
    )


def with_existing_lines(receipt: Receipt, write: Write, stored: Page) -> Receipt:
    """Return *receipt* with the ids of its lines where the document existed already."""
    if receipt.outcome is not Outcome.EXISTS or not write.lines:
        return receipt
    ids = {
        row["_key"]: row["_id"]
        for name in dict.fromkeys(line.entity for line in write.lines)
        for row in stored.frames[name].select("_key", "_id", "_parent").iter_rows(named=True)
        if row["_parent"] == receipt.id and row["_key"] is not None
    }
    lines = tuple(replace(line, id=ids.get(sent.key)) for line, sent in zip(receipt.lines, write.lines, strict=True))
    return replace(receipt, lines=lines)


def _created(entity: Entity, write: Write, *, keyed: bool) -> dict[str, Any]:
    body = records.encode(write.values, records.wires_of(entity))
    if write.key is not None and keyed:
        body["externalKey"] = write.key
    children = {child.name: child for child in entity.children}
    for line in write.lines:
        child = children[line.entity]
        body.setdefault(str(child.nested_at), []).append(_created(child, line, keyed=keyed))
    return body


def _line_receipts(
    write: Write,
    outcome: Outcome,
    problem: Problem | None,
    record: Any,  # noqa: ANN401 - JSON
) -> tuple[Receipt, ...]:
    if not write.lines:
        return ()
    if outcome is Outcome.APPLIED:
        ids = _ids_by_key(record)
        known = [ids.get(line.key) for line in write.lines] if ids else _ids_by_place(write, record)
        return tuple(
            Receipt(intent_id=line.intent_id, outcome=outcome, id=one)
            for line, one in zip(write.lines, known, strict=True)
        )
    named = _named_line(problem)
    return tuple(
        Receipt(intent_id=line.intent_id, outcome=outcome, problem=problem)
        if named in (None, place)
        else Receipt(intent_id=line.intent_id, outcome=Outcome.NOT_APPLIED)
        for place, line in enumerate(write.lines)
    )


def _ids_by_place(write: Write, record: Any) -> list[str | None]:  # noqa: ANN401 - JSON
    """Return the ids of *write*'s lines where they carry no key: they come in the order of their positions."""
    lines = record.get(_LINES) if isinstance(record, dict) else None
    ids = [line.get("id") for line in lines if isinstance(line, dict)] if isinstance(lines, list) else []
    if len(ids) != len(write.lines) or not all(isinstance(one, str) for one in ids):
        return [None] * len(write.lines)
    order = sorted(range(len(write.lines)), key=lambda place: _position(write.lines[place], place))
    found: list[str | None] = [None] * len(write.lines)
    for place, one in zip(order, ids, strict=True):
        found[place] = one
    return found


def _position(line: Write, place: int) -> tuple[int, int]:
    given = line.values.get(_POSITION) or ""
    return (int(given) if _PLACE.fullmatch(given) else place + 1), place


def _ids_by_key(record: Any) -> Mapping[str | None, str]:  # noqa: ANN401 - JSON
    nested = [part for part in record.values() if isinstance(part, list)] if isinstance(record, dict) else []
    return {
        line["externalKey"]: line["id"]
        for lines in nested
        for line in lines
        if isinstance(line, dict) and isinstance(line.get("externalKey"), str) and isinstance(line.get("id"), str)
    }


def _named_line(problem: Problem | None) -> int | None:
    """Return the place of the line a problem is about: its property reads ``lines.3.quantity``."""
    steps = (problem.property or "").split(".") if problem else []
    return int(steps[1]) if len(steps) > 1 and _PLACE.fullmatch(steps[1]) else None
