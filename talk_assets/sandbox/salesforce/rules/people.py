"""Rules of contacts."""

from __future__ import annotations

from ..tables import Row
from ..transaction import Transaction
from .shape import ObjectRules


def _name(tx: Transaction, row: Row) -> None:  # noqa: ARG001 - every rule is called the same way
    """A contact's full name is its first and last name; the salutation is no part of it."""
    row["Name"] = " ".join(str(row[part]) for part in ("FirstName", "LastName") if row[part])


def _rename(tx: Transaction, before: Row, after: Row) -> None:  # noqa: ARG001 - as above
    _name(tx, after)


CONTACT = ObjectRules(create=_name, change=_rename)
