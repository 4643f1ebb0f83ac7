"""Works off the rows of an ingest job: each is written or refused for itself, as in a collection call.

An empty cell leaves a field alone, `#N/A` empties it (Bulk API 2.0 Developer Guide, "Valid CSV Record Rows").
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from typing import Any

from .. import deletion, rows
from ..errors import ApiError, BodyError, invalid_cross_reference
from ..ids import normalized
from ..rest.rows import matches
from ..schema import Catalogue, Field, SObject
from ..transaction import Transaction
from ..values import read
from .jobs import IngestJob, Row
from .table import UnreadableTableError, read_table

_CHUNK = 200
_EMPTIED = "#N/A"
_YES, _NO = frozenset({"true", "yes", "y", "on", "1"}), frozenset({"false", "no", "n", "off", "0"})


@dataclass(frozen=True, kw_only=True)
class _Column:
    """Where the cells of a column go: to a field, or by a parent's key to a reference."""

    field: Field
    parent_key: Field | None = None


def begin(catalogue: Catalogue, job: IngestJob, now: datetime) -> None:
    """Read what was uploaded; a job whose CSV cannot be loaded fails with all its rows unprocessed."""
    if job.content is None:
        return
    try:
        job.header, job.rows = read_table(job.content, delimiter=job.delimiter, line_ending=job.line_ending)
        _columns(catalogue, job)
    except UnreadableTableError as failure:
        job.error = str(failure)
        job.move("Failed", now)


def work(tx: Transaction, job: IngestJob, *, most: int, now: datetime) -> None:
    """Work off up to *most* more rows; after the last one the job is complete."""
    columns = _columns(tx.catalogue, job)
    todo = iter(job.rows[job.done : job.done + most])
    while chunk := list(islice(todo, _CHUNK)):
        keys = _keys_of(job, columns, chunk)
        named = Counter(keys)
        for row, key in zip(chunk, keys, strict=True):
            _load(tx, job, columns, row, doubled=named[key] > 1 and bool(key))
            job.done += 1
    job.move("JobComplete" if job.done == len(job.rows) else "InProgress", now)


def _columns(catalogue: Catalogue, job: IngestJob) -> list[_Column]:
    columns = [_column(catalogue, job.sobject, name) for name in job.header]
    if job.operation == "delete" and [column.field.type for column in columns] != ["id"]:
        raise UnreadableTableError("InvalidBatch : The 'delete' batch must contain only ids")
    repeated = [name for name, count in Counter(name.lower() for name in job.header).items() if count > 1]
    if repeated:
        raise UnreadableTableError(f"InvalidBatch : Field name duplicated : {repeated[0]}")
    return columns


def _column(catalogue: Catalogue, sobject: SObject, name: str) -> _Column:
    relation, _, key = name.strip().rpartition(".")
    field = (sobject.by_relationship if relation else sobject.by_name).get((relation or key).lower())
    if field is None:
        raise UnreadableTableError(f"InvalidBatch : Field name not found : {name}")
    if not relation:
        return _Column(field=field)
    parent_key = catalogue[field.refers_to[0]].field(key)
    if parent_key is None or not parent_key.id_lookup:
        raise UnreadableTableError(f"InvalidBatch : Field name not found : {name}")
    return _Column(field=field, parent_key=parent_key)


def _keys_of(job: IngestJob, columns: list[_Column], chunk: list[Row]) -> list[str]:
    """Return the keys by which the rows of an upsert are named; the same one twice in a chunk is refused."""
    place = next((at for at, column in enumerate(columns) if column.field is job.key), None)
    return ["" if place is None else row[place].strip().casefold() for row in chunk]


def _load(tx: Transaction, job: IngestJob, columns: list[_Column], row: Row, *, doubled: bool) -> None:
    record_id = ""
    try:
        with tx.savepoint():
            given = _given(columns, row)
            record_id = str(given.get("Id") or "")
            record_id, created = _write(tx, job, given, doubled=doubled)
    except BodyError as refusal:
        job.failures.append([record_id, _told(_wrong_type(columns, row) or refusal), *row])
    except ApiError as refusal:
        job.failures.append([record_id, _told(refusal), *row])
    else:
        job.successes.append([record_id, str(created).lower(), *row])


def _given(columns: list[_Column], row: Row) -> dict[str, Any]:
    """Return a row as the JSON body that says the same."""
    body: dict[str, Any] = {}
    for column, cell in zip(columns, row, strict=True):
        if not cell:
            continue
        field = column.field
        value: Any = None if cell == _EMPTIED else cell
        if field.type == "boolean" and value is not None:
            value = _truth(field, cell)
        if column.parent_key is not None and value is not None:
            body[str(field.relationship)] = {column.parent_key.name: value}
        else:
            body[field.name] = value
    return body


def _truth(field: Field, cell: str) -> bool:
    word = cell.strip().lower()
    if word not in _YES | _NO:
        raise _not_of_type(field, cell)
    return word in _YES


def _write(tx: Transaction, job: IngestJob, given: dict[str, Any], *, doubled: bool) -> tuple[str, bool]:
    """Do what the job does to one row; return its id and whether it is new."""
    if doubled and job.key is not None:
        message = f"Duplicate external id specified: {given[job.key.name]}"
        raise ApiError("DUPLICATE_VALUE", message, fields=[job.key.name])
    named = given.pop("Id", None)
    if job.operation == "insert":
        if named is not None:
            raise ApiError("INVALID_FIELD_FOR_INSERT_UPDATE", "cannot specify Id in an insert call", fields=["Id"])
        return rows.create(tx, job.sobject, given), True
    if job.operation == "upsert" and job.key is not None and job.key.type != "id":
        return _upsert(tx, job.sobject, job.key, given, named)
    if job.operation == "upsert" and named is None:
        return rows.create(tx, job.sobject, given), True
    if named is None:
        raise ApiError("MISSING_ARGUMENT", f"Id not specified in {_article(job.operation)} call", fields=[])
    record_id = _row_id(job.sobject, str(named))
    if job.operation == "delete":
        deletion.delete(tx, job.sobject, record_id)
    else:
        rows.change(tx, job.sobject, record_id, given)
    return record_id, False


def _upsert(tx: Transaction, sobject: SObject, key: Field, given: dict[str, Any], named: object) -> tuple[str, bool]:
    if named is not None:
        message = f"cannot specify both an external ID reference {key.name} and a salesforce id, Id"
        raise ApiError("INVALID_FIELD", message, fields=[])
    value = given.get(key.name)
    if value is None:
        raise ApiError("MISSING_ARGUMENT", f"{key.name} not specified", fields=[key.name])
    found = matches(tx, sobject, key, value)
    if len(found) > 1:
        message = f"{key.name}: more than one record found for external id field: [{', '.join(found)}]"
        raise ApiError("DUPLICATE_EXTERNAL_ID", message, fields=[key.name])
    if not found:
        return rows.create(tx, sobject, given), True
    rows.change(tx, sobject, found[0], {name: value for name, value in given.items() if name != key.name})
    return found[0], False


def _article(operation: str) -> str:
    return f"{'an' if operation[0] in 'aeiou' else 'a'} {operation}"


def _row_id(sobject: SObject, text: str) -> str:
    record_id = normalized(text.strip())
    if record_id is None:
        raise ApiError("MALFORMED_ID", f"malformed id {text}", fields=["Id"])
    if record_id[:3] != sobject.prefix:
        raise invalid_cross_reference()
    return record_id


def _not_of_type(field: Field, cell: str) -> ApiError:
    message = f"{field.label}: value not of required type: {cell}"
    return ApiError("INVALID_TYPE_ON_FIELD_IN_RECORD", message, fields=[field.name])


def _wrong_type(columns: list[_Column], row: Row) -> ApiError | None:
    """Return the refusal of the first cell whose text cannot be read as its field's type."""
    for column, cell in zip(columns, row, strict=True):
        if not cell or cell == _EMPTIED or column.field.refers_to or column.field.type in {"id", "boolean"}:
            continue
        try:
            read(column.field, cell)
        except BodyError:
            return _not_of_type(column.field, cell)
        except ApiError:
            continue
    return None


def _told(refusal: ApiError) -> str:
    """Return a refusal as `sf__Error` has it: `CODE:message:Field1 Field2 --`."""
    return f"{refusal.code}:{refusal.message}:{' '.join([*(refusal.fields or []), '--'])}"
