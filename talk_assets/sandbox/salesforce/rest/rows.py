"""Single rows: create, read, change, delete, by id and by external id.

Source: REST API Developer Guide, "SObject Rows" and "SObject Rows by External ID".
"""

from __future__ import annotations

import hashlib
from base64 import b64encode
from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import format_datetime, parsedate_to_datetime

from .. import deletion, rows
from ..desk import Desk
from ..errors import ApiError, entity_is_deleted, not_found, unknown_external_id
from ..ids import normalized
from ..present import record_of
from ..schema import Field, SObject
from ..stamps import read_datetime
from ..tables import Row, Stored
from ..transaction import Transaction
from ..values import read
from ..wire import Answer, Call, Json

_CREATED_FLAG_SINCE = 46.0
_TAGGED = frozenset({"Account"})
"""The objects whose rows have entity tags; conditions by tag mean nothing on the others."""
_CONDITIONS = frozenset({"if-match", "if-unmodified-since"})


def object_named(tx: Transaction, name: str) -> SObject:
    """Return an object of the org, or raise 404."""
    sobject = tx.catalogue.get(name)
    if sobject is None:
        raise not_found()
    return sobject


def create(desk: Desk, call: Call, name: str) -> Answer:
    """POST /sobjects/X, and /sobjects/X/Id: an upsert that names no id creates."""
    sobject = object_named(desk.tx, name)
    body = call.mapping()
    _refuse_named_key(body, "Id")
    return _created(call, sobject, rows.create(desk.tx, sobject, body))


def read_row(desk: Desk, call: Call, name: str, record_id: str) -> Answer:
    """GET /sobjects/X/ID?fields=A,B."""
    sobject = object_named(desk.tx, name)
    row = desk.tx.load(sobject, _row_id(sobject, record_id))
    if row is None:
        raise not_found()
    return _show(call, sobject, row)


def change(desk: Desk, call: Call, name: str, record_id: str) -> Answer:
    """PATCH /sobjects/X/ID."""
    sobject = object_named(desk.tx, name)
    body = call.mapping()
    _refuse_named_key(body, "Id")
    row_id = _row_id(sobject, record_id)
    _refuse_if_modified(desk.tx, call, sobject, row_id)
    rows.change(desk.tx, sobject, row_id, body)
    return Answer(status=204)


def delete(desk: Desk, call: Call, name: str, record_id: str) -> Answer:  # noqa: ARG001 - the shape of a handler
    """DELETE /sobjects/X/ID."""
    sobject = object_named(desk.tx, name)
    deletion.delete(desk.tx, sobject, _row_id(sobject, record_id))
    return Answer(status=204)


def read_by_key(desk: Desk, call: Call, name: str, key: str, value: str) -> Answer:
    """GET /sobjects/X/Ext/value."""
    sobject = object_named(desk.tx, name)
    row = desk.tx.load(sobject, _only(desk.tx, call, sobject, key_field(sobject, key), value))
    if row is None:
        raise not_found()
    return _show(call, sobject, row)


def delete_by_key(desk: Desk, call: Call, name: str, key: str, value: str) -> Answer:
    """DELETE /sobjects/X/Ext/value."""
    sobject = object_named(desk.tx, name)
    deletion.delete(desk.tx, sobject, _only(desk.tx, call, sobject, key_field(sobject, key), value))
    return Answer(status=204)


def upsert(desk: Desk, call: Call, name: str, key: str, value: str) -> Answer:
    """PATCH /sobjects/X/Ext/value: 201 created, 200 updated (204 before v46), 300 several matches."""
    sobject = object_named(desk.tx, name)
    field = key_field(sobject, key)
    body = call.mapping()
    _refuse_named_key(body, field.name)
    if field.type == "id":
        return change(desk, call, name, value)
    found = matches(desk.tx, sobject, field, value)
    if len(found) > 1:
        raise _several(call, sobject, found)
    if not found:
        if call.query.get("updateOnly", "").lower() == "true":
            raise not_found()
        record_id = rows.create(desk.tx, sobject, {**body, field.name: value})
        return _created(call, sobject, record_id, created=True)
    rows.change(desk.tx, sobject, found[0], body)
    if float(call.version) < _CREATED_FLAG_SINCE:
        return Answer(status=204)
    return Answer(body={"id": found[0], "success": True, "errors": [], "created": False})


def key_field(sobject: SObject, name: str) -> Field:
    """Return a field by which rows may be named, or raise 404."""
    field = sobject.field(name)
    if field is None or not (field.external_id or field.id_lookup):
        raise unknown_external_id(name)
    return field


def matches(tx: Transaction, sobject: SObject, field: Field, value: Json) -> list[str]:
    """Return the live rows that a key value names."""
    key: Stored = read(field, value, prefixes=(sobject.prefix,))
    return [] if key is None else tx.matching(sobject, field.name, key)


def _created(call: Call, sobject: SObject, record_id: str, *, created: bool | None = None) -> Answer:
    body: dict[str, Json] = {"id": record_id, "success": True, "errors": []}
    if created is not None:
        body["created"] = created
    location = f"{call.base}sobjects/{sobject.name}/{record_id}"
    return Answer(status=201, body=body, headers={"Location": location})


def _only(tx: Transaction, call: Call, sobject: SObject, field: Field, value: str) -> str:
    if field.type == "id":
        return _row_id(sobject, value)
    found = matches(tx, sobject, field, value)
    if not found:
        raise not_found()
    if len(found) > 1:
        raise _several(call, sobject, found)
    return found[0]


class SeveralMatchesError(ApiError):
    """More than one row has the key: the answer is 300 with the rows' URLs, and nothing is written."""

    def __init__(self, urls: list[str]) -> None:
        super().__init__("MULTIPLE_CHOICES", "more than one record found", status=300)
        self.urls = urls

    def body(self) -> Json:
        """Return the URLs of the rows."""
        return self.urls


def _several(call: Call, sobject: SObject, found: list[str]) -> SeveralMatchesError:
    return SeveralMatchesError([f"{call.base}sobjects/{sobject.name}/{record_id}" for record_id in found])


def _row_id(sobject: SObject, text: str) -> str:
    record_id = normalized(text)
    if record_id is None:
        raise unknown_external_id(text)
    if record_id[:3] != sobject.prefix:
        raise not_found()
    return record_id


def _refuse_named_key(body: Mapping[str, Json], key: str) -> None:
    if any(name.lower() == key.lower() for name in body):
        message = f"The {key} field should not be specified in the sobject data."
        raise ApiError("INVALID_FIELD", message)


def _show(call: Call, sobject: SObject, row: Row) -> Answer:
    if row.get("IsDeleted"):
        raise entity_is_deleted()
    modified = _modified(row)
    since = _header_date(call, "if-modified-since")
    if since is not None and modified <= since:
        return Answer(status=304)
    headers = {"Last-Modified": format_datetime(modified, usegmt=True)}
    if sobject.name in _TAGGED:
        headers["ETag"] = _tag(row)
        if _names_tag(call, "if-none-match", row):
            return Answer(status=304, headers=headers)
        if "if-match" in call.headers and not _names_tag(call, "if-match", row):
            raise _changed("The record does not match the If-Match header")
    names = [name.strip() for name in call.query.get("fields", "").split(",") if name.strip()]
    return Answer(body=record_of(sobject, row, base=call.base, names=names), headers=headers)


def _modified(row: Row) -> datetime:
    return read_datetime(str(row["SystemModstamp"])) or datetime.min.replace(tzinfo=UTC)


def _refuse_if_modified(tx: Transaction, call: Call, sobject: SObject, record_id: str) -> None:
    row = rows.existing(tx, sobject, record_id) if call.headers.keys() & _CONDITIONS else None
    if row is None:
        return
    if sobject.name in _TAGGED and "if-match" in call.headers and not _names_tag(call, "if-match", row):
        raise _changed("The record does not match the If-Match header")
    since = _header_date(call, "if-unmodified-since")
    if since is not None and _modified(row) > since:
        raise _changed("The record was modified after the date of the If-Unmodified-Since header")


def _changed(message: str) -> ApiError:
    return ApiError("PRECONDITION_FAILED", message, status=412)


def _tag(row: Row) -> str:
    """Return the entity tag of a row: another one for every other content."""
    digest = hashlib.sha1(repr(sorted(row.items())).encode(), usedforsecurity=False).digest()
    return f'"{b64encode(digest).decode()}--gzip"'


def _names_tag(call: Call, name: str, row: Row) -> bool:
    given = [tag.strip() for tag in call.headers.get(name, "").split(",")]
    return "*" in given or _tag(row) in given


def _header_date(call: Call, name: str) -> datetime | None:
    text = call.headers.get(name)
    if text is None:
        return None
    try:
        return parsedate_to_datetime(text).astimezone(UTC)
    except ValueError as failure:
        raise ApiError("INVALID_FIELD", f"The date of the {name} header cannot be read") from failure
