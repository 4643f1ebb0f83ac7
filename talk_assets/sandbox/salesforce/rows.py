"""Create, change and read one row, with the checks in the order in which an org makes them.

The order is: unknown column, read-only column, value of its type, required fields, references, uniqueness,
rules of the object. Nothing is stored before the last check has passed.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from .errors import ApiError, entity_is_deleted, invalid_cross_reference, required_missing
from .rules import RULES
from .schema import Field, SObject
from .shapes.countries import check_addresses
from .shapes.policies import find_doubles, validate
from .tables import Row, Stored
from .transaction import Transaction
from .values import read

_HISTORY = ("CreatedDate", "LastModifiedDate", "SystemModstamp")
CURRENCY = "CurrencyIsoCode"


def create(tx: Transaction, sobject: SObject, body: Mapping[str, Any]) -> str:
    """Store a new row and return its id."""
    if not sobject.createable:
        raise ApiError("INVALID_TYPE_FOR_OPERATION", f"entity type cannot be inserted: {sobject.name}")
    given = _read_body(tx, sobject, body, creating=True)
    missing = [f.name for f in sobject.required if given.get(f.name) is None and not _is_person(sobject, f, given)]
    if missing:
        raise required_missing(*missing)
    row = tx.tables[sobject.name].template | given
    _fill_defaults(tx, sobject, row)
    if tx.settings.shape.country_picklists:
        check_addresses(sobject, row, given)
    _check_references(tx, sobject, given)
    _check_unique(tx, sobject, given, own_id=None)
    rules = RULES.get(sobject.name)
    if rules is not None:
        rules.create(tx, row)
    validate(tx, sobject, row)
    find_doubles(tx, sobject, row, base=tx.base, creating=True)
    record_id = tx.next_id(sobject.prefix)
    row["Id"] = record_id
    row["IsDeleted"] = 0
    row |= dict.fromkeys(_HISTORY, tx.now)
    row["CreatedById"] = row["LastModifiedById"] = tx.user_id
    tx.insert(sobject, row)
    if rules is not None and rules.saved is not None:
        rules.saved(tx, row)
    return record_id


def change(tx: Transaction, sobject: SObject, record_id: str, body: Mapping[str, Any]) -> None:
    """Store the given fields of an existing row; re-sending a value it has still moves its stamps."""
    if not sobject.updateable:
        raise ApiError("INVALID_TYPE_FOR_OPERATION", f"entity type cannot be updated: {sobject.name}")
    given = _read_body(tx, sobject, body, creating=False)
    before = existing(tx, sobject, record_id)
    emptied = [name for name, value in given.items() if value is None and not sobject.by_name[name.lower()].nillable]
    if emptied:
        raise required_missing(*emptied)
    _check_references(tx, sobject, given, before=before)
    _check_unique(tx, sobject, given, own_id=record_id)
    after = before | given
    if tx.settings.shape.country_picklists:
        check_addresses(sobject, after, given)
    rules = RULES.get(sobject.name)
    if rules is not None:
        rules.change(tx, before, after)
    validate(tx, sobject, after)
    find_doubles(tx, sobject, after, base=tx.base, creating=False)
    changed = {name: value for name, value in after.items() if value != before[name]}
    tx.change(sobject, record_id, changed | {"LastModifiedDate": tx.now, "LastModifiedById": tx.user_id})
    tx.written["updated"] += 1
    if rules is not None and rules.saved is not None:
        rules.saved(tx, after)


def existing(tx: Transaction, sobject: SObject, record_id: str) -> Row:
    """Return a live row to be changed; refuse one that is deleted or never was."""
    row = tx.load(sobject, record_id)
    if row is None:
        raise invalid_cross_reference()
    if row.get("IsDeleted"):
        raise entity_is_deleted()
    return row


def _read_body(tx: Transaction, sobject: SObject, body: Mapping[str, Any], *, creating: bool) -> Row:
    """Return the stored values of the fields that *body* names."""
    named: list[tuple[Field, Any, bool]] = []
    for key, value in body.items():
        if key == "attributes":
            continue
        field = sobject.by_name.get(key.lower())
        related = field is None and isinstance(value, Mapping)
        if related:
            field = sobject.by_relationship.get(key.lower())
        if field is None:
            raise ApiError("INVALID_FIELD", f"No such column '{key}' on sobject of type {sobject.name}")
        named.append((field, value, related))
    refused = [f.name for f, _, _ in named if not (f.createable if creating else f.updateable)]
    if refused:
        raise ApiError(
            "INVALID_FIELD_FOR_INSERT_UPDATE",
            f"Unable to create/update fields: {', '.join(refused)}. Please check the security settings of this "
            "field and verify that it is read/write for your profile or permission set.",
            fields=refused,
        )
    given: Row = {}
    for field, value, related in named:
        if related:
            given[field.name] = _id_by_foreign_key(tx, field, value)
        else:
            prefixes = tuple(tx.catalogue[name].prefix for name in field.refers_to)
            given[field.name] = read(field, value, prefixes=prefixes)
    return given


def _is_person(sobject: SObject, field: Field, given: Row) -> bool:
    """True for the name of an account that is a person: it follows from the last name."""
    return (sobject.name, field.name) == ("Account", "Name") and given.get("LastName") is not None


def _id_by_foreign_key(tx: Transaction, field: Field, value: Mapping[str, Any]) -> str:
    """Resolve a look-up given by the parent's external id, as in `{"Account": {"ERP_Id__c": "A1"}}`."""
    parent = tx.catalogue[field.refers_to[0]]
    keys = [(name, key) for name, key in value.items() if name != "attributes"]
    if len(keys) != 1:
        raise ApiError("INVALID_FIELD", f"{field.relationship} must be named by exactly one external ID field")
    name, key = keys[0]
    key_field = parent.field(name)
    if key_field is None or not key_field.id_lookup:
        raise ApiError("INVALID_FIELD", f"No such column '{name}' on sobject of type {parent.name}")
    found = tx.matching(parent, key_field.name, read(key_field, key, prefixes=(parent.prefix,)))
    if len(found) != 1:
        problem = "not found" if not found else "found more than once"
        raise ApiError(
            "INVALID_FIELD",
            f"Foreign key external ID: {key} {problem} for field {key_field.name} in entity {parent.name}",
        )
    return found[0]


def _fill_defaults(tx: Transaction, sobject: SObject, row: Row) -> None:
    """Give every row its owner and its fields' defaults where the caller left null."""
    if row.get("OwnerId") is None and "ownerid" in sobject.by_name:
        row["OwnerId"] = tx.user_id
    if row.get(CURRENCY, "") is None:
        row[CURRENCY] = tx.tables[sobject.name].template[CURRENCY]
    for field in sobject.stored:
        if field.auto_number:
            row[field.name] = f"{tx.next_number(sobject.name):08d}"


def _check_references(tx: Transaction, sobject: SObject, given: Row, before: Row | None = None) -> None:
    for name, value in given.items():
        field = sobject.by_name[name.lower()]
        if value is None or not field.refers_to or (before is not None and before[name] == value):
            continue
        if not any(tx.live(parent, str(value)) for parent in field.refers_to):
            raise ApiError(
                "INSUFFICIENT_ACCESS_ON_CROSS_REFERENCE_ENTITY",
                f"insufficient access rights on cross-reference id: {str(value)[:15]}",
                fields=[],
            )


def _check_unique(tx: Transaction, sobject: SObject, given: Row, *, own_id: str | None) -> None:
    for name, value in given.items():
        if value is None or not sobject.by_name[name.lower()].unique:
            continue
        for other in tx.matching(sobject, name, value):
            if other != own_id:
                raise duplicate_value(name, other)


def duplicate_value(name: str, other_id: Stored) -> ApiError:
    """Another row already holds this unique value."""
    return ApiError(
        "DUPLICATE_VALUE",
        f"duplicate value found: {name} duplicates value on record with id: {str(other_id)[:15]}",
        fields=[],
    )
