"""New rows with their children in one call: all of them, or none.

Source: REST API Developer Guide, "SObject Tree".
"""

from __future__ import annotations

from dataclasses import dataclass, field

from .. import rows
from ..desk import Desk
from ..errors import ApiError, BodyError
from ..schema import SObject
from ..transaction import Transaction
from ..wire import Answer, Call, Json
from .rows import object_named

_MAX_RECORDS, _MAX_DEPTH, _MAX_TYPES = 200, 5, 5


@dataclass(frozen=True, kw_only=True)
class _Tree:
    """The records made so far, and those refused."""

    tx: Transaction
    results: list[dict[str, Json]] = field(default_factory=list)
    failures: list[dict[str, Json]] = field(default_factory=list)

    def create(self, sobject: SObject, record: dict[str, Json], link: dict[str, str]) -> None:
        """Create a record, then its children linked to it; children of a refused record are not tried."""
        reference_id = record["attributes"].get("referenceId")
        own = {key: value for key, value in record.items() if not _is_children(value)}
        try:
            record_id = rows.create(self.tx, sobject, own | link)
        except BodyError:
            raise
        except ApiError as refusal:
            self.failures.append({"referenceId": reference_id, "errors": refusal.record_errors()})
            return
        self.results.append({"referenceId": reference_id, "id": record_id})
        for key, value in record.items():
            relation = self.tx.catalogue.child_relation(sobject.name, key) if _is_children(value) else None
            if relation is not None:
                for child in value["records"]:
                    self.create(relation.child, child, {relation.field.name: record_id})


def create_tree(desk: Desk, call: Call, name: str) -> Answer:
    """POST /composite/tree/X."""
    sobject = object_named(desk.tx, name)
    roots = call.mapping().get("records")
    if not isinstance(roots, list) or not roots:
        raise ApiError("REQUIRED_FIELD_MISSING", "At least 1 record is required")
    _check_size(desk.tx, sobject, roots)
    made = _Tree(tx=desk.tx)
    with desk.tx.savepoint() as savepoint:
        for root in roots:
            made.create(sobject, root, {})
        savepoint.undone = bool(made.failures)
    if made.failures:
        return Answer(status=400, body={"hasErrors": True, "results": made.failures})
    return Answer(status=201, body={"hasErrors": False, "results": made.results})


def _is_children(value: Json) -> bool:
    return isinstance(value, dict) and isinstance(value.get("records"), list)


def _check_size(tx: Transaction, sobject: SObject, roots: list[Json]) -> None:
    count, types = 0, set()
    seen: set[str] = set()
    level: list[tuple[SObject, Json]] = [(sobject, root) for root in roots]
    depth = 0
    while level:
        depth += 1
        below: list[tuple[SObject, Json]] = []
        for kind, record in level:
            count += 1
            types.add(kind.name)
            _check_attributes(kind, record, seen)
            for key, value in record.items():
                if not _is_children(value):
                    continue
                relation = tx.catalogue.child_relation(kind.name, key)
                if relation is None:
                    message = f"No such column '{key}' on sobject of type {kind.name}"
                    raise ApiError("INVALID_FIELD", message)
                below += [(relation.child, child) for child in value["records"]]
        level = below
    if count > _MAX_RECORDS:
        message = f"record limit reached. cannot submit more than {_MAX_RECORDS} records into this call"
        raise ApiError("EXCEEDED_ID_LIMIT", message)
    if depth > _MAX_DEPTH or len(types) > _MAX_TYPES:
        raise ApiError("LIMIT_EXCEEDED", f"A tree may have at most {_MAX_DEPTH} levels and {_MAX_TYPES} types")


def _check_attributes(sobject: SObject, record: Json, seen: set[str]) -> None:
    attributes = record.get("attributes") if isinstance(record, dict) else None
    if not isinstance(attributes, dict) or not isinstance(attributes.get("referenceId"), str):
        raise ApiError("INVALID_INPUT", "Include a reference ID for each record in the request.")
    if str(attributes.get("type", "")).lower() != sobject.name.lower():
        raise ApiError("INVALID_INPUT", f"The type attribute must be {sobject.name}.")
    if attributes["referenceId"] in seen:
        message = f"Duplicate ReferenceId provided in the request: {attributes['referenceId']}"
        raise ApiError("INVALID_INPUT", message)
    seen.add(attributes["referenceId"])
