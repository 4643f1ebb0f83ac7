"""The recycle bin: what goes with a row, what keeps it from going, and how it comes back.

Which reference cascades, restricts or is cleared is part of its declaration, as the child relationships
of a describe tell it.
"""

# ruff: noqa: S608 - identifiers come from the catalogue; no value is ever put into a statement

from __future__ import annotations

from .errors import ApiError, not_found
from .rows import duplicate_value, existing
from .rules import RULES
from .schema import OnDelete, SObject
from .tables import DELETED_WITH
from .transaction import Transaction

_NAMES_SHOWN = 5
MASTER = "MasterRecordId"


def delete(tx: Transaction, sobject: SObject, record_id: str) -> None:
    """Move a row and what cascades from it to the recycle bin, or refuse and move nothing."""
    if not sobject.deletable:
        raise ApiError("INVALID_TYPE_FOR_OPERATION", f"entity type cannot be deleted: {sobject.name}")
    row = existing(tx, sobject, record_id)
    going = _cascade(tx, sobject, record_id)
    for name, ids in going.items():
        for doomed in ids:
            _refuse_if_used(tx, tx.catalogue[name], doomed, going, str(row[sobject.name_field]))
    for name, ids in going.items():
        rules = RULES.get(name)
        if rules is None or rules.remove is None:
            continue
        for doomed in ids:
            doomed_row = tx.load(tx.catalogue[name], doomed)
            if doomed_row is not None:
                rules.remove(tx, doomed_row, doomed == record_id)
    for name, ids in going.items():
        for doomed in ids:
            _clear_references(tx, name, doomed)
        tx.bin(tx.catalogue[name], ids, with_row=record_id)
        for document in ids:
            tx.touched.pop((name, document), None)
    tx.written["deleted"] += 1


def undelete(tx: Transaction, sobject: SObject, record_id: str) -> None:
    """Bring a row back with all that went with it; their stamps move."""
    row = tx.load(sobject, record_id)
    if row is None or not row.get("IsDeleted"):
        raise not_found()
    for field in sobject.stored:
        if field.unique and row[field.name] is not None:
            for other in tx.matching(sobject, field.name, row[field.name]):
                raise duplicate_value(field.name, other)
    for table in tx.tables.values():
        if table.recyclable:
            returning = tx.rows(f"SELECT Id FROM {table.name} WHERE {DELETED_WITH} = ?", (record_id,))
            tx.bin(table.sobject, [found[0] for found in returning], with_row=None)
    if row.get(MASTER) is not None:
        tx.change(sobject, record_id, {MASTER: None})
    rules = RULES.get(sobject.name)
    if rules is not None and rules.saved is not None:
        rules.saved(tx, row)


def _cascade(tx: Transaction, sobject: SObject, record_id: str) -> dict[str, list[str]]:
    """Return the ids that go, by object, the named row first."""
    going: dict[str, list[str]] = {sobject.name: [record_id]}
    seen = {record_id}
    pending = [(sobject.name, record_id)]
    while pending:
        parent, parent_id = pending.pop()
        for relation in tx.catalogue.children_of(parent):
            if relation.field.on_delete is not OnDelete.CASCADE:
                continue
            for child_id in tx.matching(relation.child, relation.field.name, parent_id):
                if child_id not in seen:
                    seen.add(child_id)
                    going.setdefault(relation.child.name, []).append(child_id)
                    pending.append((relation.child.name, child_id))
    return going


def _refuse_if_used(tx: Transaction, sobject: SObject, record_id: str, going: dict[str, list[str]], title: str) -> None:
    for relation in tx.catalogue.children_of(sobject.name):
        if relation.field.on_delete is not OnDelete.RESTRICT:
            continue
        child = relation.child
        users = set(tx.matching(child, relation.field.name, record_id)) - set(going.get(child.name, ()))
        if users:
            shown = [tx.load(child, user) or {} for user in sorted(users)[:_NAMES_SHOWN]]
            names = ", ".join(str(row.get(child.name_field)) for row in shown)
            raise ApiError(
                "DELETE_FAILED",
                f"Your attempt to delete {title} could not be completed because it is associated with the "
                f"following {child.plural.lower()}.: {names}\n",
                fields=[],
            )


def _clear_references(tx: Transaction, name: str, record_id: str) -> None:
    for relation in tx.catalogue.children_of(name):
        child = relation.child
        if relation.field.on_delete is OnDelete.CLEAR and child.deletable:
            for user in tx.matching(child, relation.field.name, record_id):
                tx.change(child, user, {relation.field.name: None})
