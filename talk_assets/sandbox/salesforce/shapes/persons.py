"""Person accounts: an account that is a human being has a contact of its own, and is changed as an account only.

Source: Salesforce help, "Person Accounts"; Object Reference, "Account" (person account fields).
"""

from __future__ import annotations

from dataclasses import replace

from .. import declare
from ..errors import ApiError, field_integrity
from ..schema import Field, SObject
from ..tables import Row, Stored
from ..transaction import Transaction

_SHARED = {
    "Salutation": "Salutation",
    "FirstName": "FirstName",
    "LastName": "LastName",
    "Name": "Name",
    "Phone": "Phone",
    "PersonEmail": "Email",
    "PersonMobilePhone": "MobilePhone",
    "PersonHomePhone": "HomePhone",
    "PersonTitle": "Title",
    "PersonDepartment": "Department",
    "PersonBirthdate": "Birthdate",
}
"""The contact's field for each field of its account."""
_ADDRESS = ("Street", "City", "State", "PostalCode", "Country", "StateCode", "CountryCode")


def with_persons(sobject: SObject) -> SObject:
    """Return an account or a contact with the fields of person accounts, any other object as it is."""
    if sobject.name == "Account":
        parts = {f.name: f for f in sobject.fields}
        mailing = [_of_person(f) for f in sobject.fields if f.name.startswith("Billing")]
        return replace(sobject, fields=(*parts.values(), *_person_fields(), *mailing))
    if sobject.name == "Contact":
        return replace(sobject, fields=(*sobject.fields, _flag()))
    return sobject


def _of_person(field: Field) -> Field:
    """Return a part of the billing address as the same part of the person's mailing address."""

    def own(text: str | None) -> str | None:
        return None if text is None else text.replace("Billing", "PersonMailing")

    return replace(
        field,
        name=str(own(field.name)),
        label=field.label.replace("Billing", "Mailing"),
        compound=own(field.compound),
        controller=own(field.controller),
        components=tuple((key, str(own(name))) for key, name in field.components),
    )


def _flag() -> Field:
    return declare.derived(declare.boolean("IsPersonAccount", label="Is Person Account"))


def _person_fields() -> tuple[Field, ...]:
    return (
        _flag(),
        declare.derived(replace(declare.reference("PersonContactId", "Contact"), relationship="PersonContact")),
        declare.picklist("Salutation", "Mr.", "Ms.", "Mrs.", "Dr.", "Prof.", "Mx.", length=40, compound="Name"),
        declare.text("FirstName", 40, compound="Name"),
        declare.text("LastName", 80, compound="Name"),
        declare.email("PersonEmail", label="Email"),
        declare.phone("PersonMobilePhone", label="Mobile"),
        declare.phone("PersonHomePhone", label="Home Phone"),
        declare.text("PersonTitle", 128, label="Title"),
        declare.text("PersonDepartment", 80, label="Department"),
        declare.date("PersonBirthdate", label="Birthdate"),
    )


def name_account(tx: Transaction, row: Row, given: Row, before: Row | None) -> None:
    """Tell a person from a business by its last name, and derive what only one of them has."""
    if not tx.settings.shape.person_accounts:
        return
    person = bool(before["IsPersonAccount"]) if before else row["LastName"] is not None
    foreign = {"Name"} if person else {name for name in given if name in _SHARED or name.startswith("Person")}
    wrong = sorted(name for name in foreign - {"Name", "Phone"} if given.get(name) is not None)
    wrong += ["Name"] if person and given.get("Name") is not None else []
    if wrong:
        message = f"Account: bad field names on insert/update call: {', '.join(wrong)}"
        raise ApiError("INVALID_FIELD_FOR_INSERT_UPDATE", message, fields=wrong)
    if person and row["LastName"] is None:
        raise ApiError("REQUIRED_FIELD_MISSING", "Required fields are missing: [LastName]", fields=["LastName"])
    if person:
        row["Name"] = " ".join(str(row[part]) for part in ("FirstName", "LastName") if row[part])
        row["IsPersonAccount"] = 1


def keep_contact(tx: Transaction, account: Row) -> None:
    """Make the contact of a person account, or bring it up to date."""
    if not tx.settings.shape.person_accounts or not account["IsPersonAccount"]:
        return
    contact = tx.catalogue["Contact"]
    values: Row = {theirs: account[ours] for ours, theirs in _SHARED.items()}
    for part in _ADDRESS:
        if f"personmailing{part}".lower() in tx.catalogue["Account"].by_name:
            values[f"Mailing{part}"] = account[f"PersonMailing{part}"]
    if account["PersonContactId"] is not None:
        stamped: dict[str, Stored] = {"LastModifiedDate": tx.now, "LastModifiedById": tx.user_id}
        tx.change(contact, str(account["PersonContactId"]), values | stamped)
        return
    row = tx.tables["Contact"].template | values
    row |= {name: account[name] for name in ("OwnerId", "CreatedDate", "LastModifiedDate", "SystemModstamp")}
    row |= {name: account[name] for name in ("CreatedById", "LastModifiedById")}
    row |= {"Id": tx.next_id("003"), "IsDeleted": 0, "AccountId": account["Id"], "IsPersonAccount": 1}
    tx.insert(contact, row)
    tx.change(tx.catalogue["Account"], str(account["Id"]), {"PersonContactId": row["Id"]})


def refuse_contact(tx: Transaction, row: Row, *, before: Row | None) -> None:
    """Refuse a change of a person's contact, and a contact that is put into a person."""
    if not tx.settings.shape.person_accounts:
        return
    if before is not None and before["IsPersonAccount"]:
        raise ApiError(
            "INSUFFICIENT_ACCESS_OR_READONLY", "insufficient access rights on object id", status=403, fields=[]
        )
    owner = tx.row("SELECT IsPersonAccount FROM Account WHERE Id = ?", (row["AccountId"],))
    if owner is not None and owner[0]:
        raise field_integrity("A contact cannot be associated with a person account: Account ID", "AccountId")
