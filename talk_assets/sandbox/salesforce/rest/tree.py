"""New rows with their children in one call: all of them, or none.

Source: REST API Developer Guide, "SObject Tree".
"""

from __future__ import annotations

from typing import Any

from .. import rows
from ..errors import ApiError, BodyError
from ..org import Org
from ..schema import SObject
from ..transaction import Transaction
from ..wire import Answer, Call
from .rows import object_named

_MAX_RECORDS, _MAX_DEPTH, _MAX_TYPES = 200, 5, 5


class _FailedError(Exception):
    """Leaves the savepoint when a record was refused."""


def create_tree(org: Org, tx: Transaction, call: Call, name: str) -> Answer:  # noqa: ARG001 - the shape of a handler
    """POST /composite/tree/X."""
    sobject = object_named(tx, name)
    roots = call.mapping().get("records")
    if not isinstance(roots, list) or not roots:
        raise ApiError("REQUIRED_FIELD_MISSING", "At least 1 record is required")
    _check_size(tx, sobject, roots)
    results: list[dict[str, Any]] = []
    failures: list[dict[str, Any]] = []
    try:
        with tx.savepoint():
            for root in roots:
                _create(tx, sobject, root, {}, results, failures)
            if failures:
                raise _FailedError
    except _FailedError:
        return Answer(status=400, body={"hasErrors": True, "results": failures})
    return Answer(status=201, body={"hasErrors": False, "results": results})


def _create(
    tx: Transaction,
    sobject: SObject,
    record: dict[str, Any],
    link: dict[str, str],
    results: list[dict[str, Any]],
    failures: list[dict[str, Any]],
) -> None:
    """Create a record, then its children linked to it; children of a refused record are not tried."""
    reference_id = record["attributes"].get("referenceId")
    own = {key: value for key, value in record.items() if not _is_children(value)}
    try:
        record_id = rows.create(tx, sobject, own | link)
    except BodyError:
        raise
    except ApiError as refusal:
        failures.append({"referenceId": reference_id, "errors": [refusal.record_error()]})
        return
    results.append({"referenceId": reference_id, "id": record_id})
    for key, value in record.items():
        if _is_children(value):
            relation = tx.catalogue.child_relation(sobject.name, key)
            if relation is None:  # the size check walked every relation before
                continue
            for child in value["records"]:
                _create(tx, relation.child, child, {relation.field.name: record_id}, results, failures)


def _is_children(value: Any) -> bool:
    return isinstance(value, dict) and isinstance(value.get("records"), list)


def _check_size(tx: Transaction, sobject: SObject, roots: list[Any]) -> None:
    count, types = 0, set()
    seen: set[str] = set()
    level: list[tuple[SObject, Any]] = [(sobject, root) for root in roots]
    depth = 0
    while level:
        depth += 1
        below: list[tuple[SObject, Any]] = []
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


def _check_attributes(sobject: SObject, record: Any, seen: set[str]) -> None:
    attributes = record.get("attributes") if isinstance(record, dict) else None
    if not isinstance(attributes, dict) or not attributes.get("referenceId"):
        raise ApiError("INVALID_INPUT", "Include a reference ID for each record in the request.")
    if str(attributes.get("type", "")).lower() != sobject.name.lower():
        raise ApiError("INVALID_INPUT", f"The type attribute must be {sobject.name}.")
    if attributes["referenceId"] in seen:
        message = f"Duplicate ReferenceId provided in the request: {attributes['referenceId']}"
        raise ApiError("INVALID_INPUT", message)
    seen.add(attributes["referenceId"])
