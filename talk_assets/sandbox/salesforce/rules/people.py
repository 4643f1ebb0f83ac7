"""Rules of accounts and contacts."""

from __future__ import annotations

from ..shapes.persons import keep_contact, name_account, refuse_contact
from ..tables import Row
from ..transaction import Transaction
from .shape import ObjectRules


def _account_created(tx: Transaction, row: Row) -> None:
    name_account(tx, row, {name: value for name, value in row.items() if value is not None}, None)


def _account_changed(tx: Transaction, before: Row, after: Row) -> None:
    name_account(tx, after, {name: value for name, value in after.items() if value != before[name]}, before)


def _contact_created(tx: Transaction, row: Row) -> None:
    refuse_contact(tx, row, before=None)
    _name(row)


def _contact_changed(tx: Transaction, before: Row, after: Row) -> None:
    refuse_contact(tx, after, before=before)
    _name(after)


def _contact_removed(tx: Transaction, row: Row, named: bool) -> None:
    if named:
        refuse_contact(tx, row, before=row)


def _name(row: Row) -> None:
    """A contact's full name is its first and last name; the salutation is no part of it."""
    row["Name"] = " ".join(str(row[part]) for part in ("FirstName", "LastName") if row[part])


ACCOUNT = ObjectRules(create=_account_created, change=_account_changed, saved=keep_contact)
CONTACT = ObjectRules(create=_contact_created, change=_contact_changed, remove=_contact_removed)
