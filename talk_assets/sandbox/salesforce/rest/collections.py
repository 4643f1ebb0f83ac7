"""Up to 200 rows in a call, each with a result of its own.

Source: REST API Developer Guide, "SObject Collections".
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from itertools import pairwise

from .. import deletion, rows
from ..desk import Desk
from ..errors import ApiError, BodyError, invalid_cross_reference
from ..ids import normalized
from ..present import record_of
from ..schema import SObject
from ..transaction import Transaction
from ..wire import Answer, Call, Json, listed
from .rows import key_field, matches, object_named

MAX_RECORDS, _MAX_CHUNKS, _MAX_READ = 200, 10, 2_000

Result = dict[str, Json]


def create_many(desk: Desk, call: Call) -> Answer:
    """POST /composite/sobjects."""

    def create(record: dict[str, Json]) -> Result:
        sobject = _object_of(desk.tx, record)
        _refuse_id(record)
        return _success(rows.create(desk.tx, sobject, record))

    return _each(desk.tx, call, create)


def change_many(desk: Desk, call: Call) -> Answer:
    """PATCH /composite/sobjects."""

    def change(record: dict[str, Json]) -> Result:
        sobject = _object_of(desk.tx, record)
        given = next((value for name, value in record.items() if name.lower() == "id"), None)
        if not given:
            raise ApiError("MISSING_ARGUMENT", "Id not specified in an update call", fields=[])
        record_id = _record_id(sobject, given)
        rows.change(desk.tx, sobject, record_id, {k: v for k, v in record.items() if k.lower() != "id"})
        return _success(record_id)

    return _each(desk.tx, call, change)


def delete_many(desk: Desk, call: Call) -> Answer:
    """DELETE /composite/sobjects?ids=a,b&allOrNone=false."""
    ids = [part.strip() for part in call.query.get("ids", "").split(",") if part.strip()]
    _check_count(len(ids))

    def delete(text: str) -> Result:
        record_id = normalized(text)
        sobject = desk.tx.catalogue.of_id(text)
        if record_id is None or sobject is None:
            raise ApiError("MALFORMED_ID", f"malformed id {text}", fields=[])
        deletion.delete(desk.tx, sobject, record_id)
        return _success(record_id)

    return _run(desk.tx, ids, delete, all_or_none=call.query.get("allOrNone", "").lower() == "true")


def upsert_many(desk: Desk, call: Call, name: str, key: str) -> Answer:
    """PATCH /composite/sobjects/X/Ext; by `Id`, a record without one is created."""
    sobject = object_named(desk.tx, name)
    field = key_field(sobject, key)
    records = _records(call)
    named = Counter(str(_value(record, field.name)).strip().casefold() for record in records)

    def upsert(record: dict[str, Json]) -> Result:
        if _object_of(desk.tx, record) is not sobject:
            message = f"The record's type is not {sobject.name}"
            raise ApiError("INVALID_TYPE", message, fields=[])
        value = _value(record, field.name)
        body = {k: v for k, v in record.items() if k.lower() != field.name.lower()}
        if value is None and field.type == "id":
            return _success(rows.create(desk.tx, sobject, body)) | {"created": True}
        if value is None:
            raise ApiError("MISSING_ARGUMENT", f"{field.name} not specified", fields=[])
        if named[str(value).strip().casefold()] > 1:
            raise ApiError("DUPLICATE_VALUE", f"Duplicate external id specified: {value}", fields=[field.name])
        found = [_record_id(sobject, value)] if field.type == "id" else matches(desk.tx, sobject, field, value)
        if len(found) > 1:
            message = f"{field.name}: more than one record found for external id field: [{', '.join(found)}]"
            raise ApiError("DUPLICATE_EXTERNAL_ID", message, fields=[])
        if not found:
            return _success(rows.create(desk.tx, sobject, {**body, field.name: value})) | {"created": True}
        rows.change(desk.tx, sobject, found[0], body)
        return _success(found[0]) | {"created": False}

    return _each(desk.tx, call, upsert)


def read_many(desk: Desk, call: Call, name: str) -> Answer:
    """POST /composite/sobjects/X with ids and fields, or GET with both in the query; null for a missing row."""
    sobject = object_named(desk.tx, name)
    if call.method == "GET":
        ids = [part.strip() for part in call.query.get("ids", "").split(",") if part.strip()]
        names = [part.strip() for part in call.query.get("fields", "").split(",") if part.strip()]
    else:
        body = call.mapping()
        ids = listed(body, "ids")
        names = [str(field) for field in listed(body, "fields")]
    if not ids or not names:
        missing = "ids" if not ids else "fields"
        raise ApiError("REQUIRED_FIELD_MISSING", f"{missing} is required", fields=[missing])
    if len(ids) > _MAX_READ:
        raise ApiError("EXCEEDED_ID_LIMIT", f"record limit reached. cannot read more than {_MAX_READ} records")
    found: list[Json] = []
    for text in ids:
        record_id = normalized(str(text))
        row = None if record_id is None else desk.tx.load(sobject, record_id)
        if row is None or row.get("IsDeleted"):
            found.append(None)
        else:
            found.append(record_of(sobject, row, base=call.base, names=names))
    return Answer(body=found)


def _each(tx: Transaction, call: Call, act: Callable[[dict[str, Json]], Result]) -> Answer:
    records = _records(call)
    _check_chunks(records)
    return _run(tx, records, act, all_or_none=bool(call.mapping().get("allOrNone")))


def _records(call: Call) -> list[dict[str, Json]]:
    records = listed(call.mapping(), "records")
    if not all(isinstance(record, dict) for record in records):
        raise BodyError("Cannot deserialize instance of the records", culprit="records")
    _check_count(len(records))
    return records


def _run(tx: Transaction, items: list[Json], act: Callable[[Json], Result], *, all_or_none: bool) -> Answer:
    with tx.savepoint() as savepoint:
        results = [_result(act, item) for item in items]
        if all_or_none and not all(result["success"] for result in results):
            savepoint.undone = True
            results = [_rolled_back() if result["success"] else result for result in results]
    return Answer(body=results)


def _result(act: Callable[[Json], Result], item: Json) -> Result:
    try:
        return act(item)
    except BodyError:
        raise
    except ApiError as refusal:
        return {"success": False, "errors": refusal.record_errors()}


def _rolled_back() -> Result:
    message = "Record rolled back because not all records were valid and the request was using AllOrNone header"
    error = {"statusCode": "ALL_OR_NONE_OPERATION_ROLLED_BACK", "message": message, "fields": []}
    return {"success": False, "errors": [error]}


def _success(record_id: str) -> Result:
    return {"id": record_id, "success": True, "errors": []}


def _check_count(count: int) -> None:
    if count == 0:
        raise ApiError("REQUIRED_FIELD_MISSING", "At least 1 record is required")
    if count > MAX_RECORDS:
        message = f"record limit reached. cannot submit more than {MAX_RECORDS} records into this call"
        raise ApiError("EXCEEDED_ID_LIMIT", message)


def _check_chunks(records: list[dict[str, Json]]) -> None:
    types = [_type_of(record).lower() for record in records]
    chunks = 1 + sum(first != second for first, second in pairwise(types))
    if chunks > _MAX_CHUNKS:
        message = "Cannot have more than 10 chunks in a single operation. Please rearrange the data to reduce chunking."
        raise ApiError("LIMIT_EXCEEDED", message)


def _type_of(record: dict[str, Json]) -> str:
    attributes = record.get("attributes")
    return str(attributes.get("type", "")) if isinstance(attributes, dict) else ""


def _object_of(tx: Transaction, record: dict[str, Json]) -> SObject:
    name = _type_of(record)
    sobject = tx.catalogue.get(name)
    if sobject is None:
        message = f"sObject type '{name}' is not supported." if name else "The type attribute is required"
        raise ApiError("INVALID_TYPE", message, fields=[])
    return sobject


def _refuse_id(record: dict[str, Json]) -> None:
    if any(name.lower() == "id" and value for name, value in record.items()):
        raise ApiError("INVALID_FIELD_FOR_INSERT_UPDATE", "cannot specify Id in an insert call", fields=["Id"])


def _record_id(sobject: SObject, given: Json) -> str:
    record_id = normalized(str(given))
    if record_id is None:
        raise ApiError("MALFORMED_ID", f"malformed id {given}", fields=["Id"])
    if record_id[:3] != sobject.prefix:
        raise invalid_cross_reference()
    return record_id


def _value(record: dict[str, Json], name: str) -> Json:
    return next((value for key, value in record.items() if key.lower() == name.lower()), None)
