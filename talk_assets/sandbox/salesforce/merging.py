"""Merging doubles: one row stays, the others go to the recycle bin and name it as their master.

Salesforce does this in its pages, in SOAP and in Apex, never in REST; the sandbox has a control for it.
"""

from __future__ import annotations

from collections.abc import Sequence

from .deletion import MASTER
from .errors import ApiError
from .rows import existing
from .schema import SObject
from .transaction import Transaction

MERGEABLE = frozenset({"Account", "Contact"})
MOST_LOSERS = 2


def merge(tx: Transaction, sobject: SObject, master_id: str, losers: Sequence[str]) -> None:
    """Keep the row *master_id* as it is, give it all that refers to *losers*, and bin those.

    A reference between the merged rows themselves becomes empty.
    """
    if sobject.name not in MERGEABLE:
        raise ApiError("INVALID_OPERATION", f"entity type cannot be merged: {sobject.name}")
    if not 1 <= len(set(losers) - {master_id}) == len(losers) <= MOST_LOSERS:
        raise ApiError("INVALID_OPERATION", f"merge needs 1 to {MOST_LOSERS} records other than the master")
    for record_id in (master_id, *losers):
        existing(tx, sobject, record_id)
    merged = {master_id, *losers}
    for relation in tx.catalogue.children_of(sobject.name):
        for loser in losers if relation.field.name != MASTER else ():
            for user in tx.matching(relation.child, relation.field.name, loser):
                tx.change(relation.child, user, {relation.field.name: None if user in merged else master_id})
    for loser in losers:
        tx.bin(sobject, [loser], with_row=loser)
        tx.change(sobject, loser, {MASTER: master_id})
        tx.written["deleted"] += 1
    tx.change(sobject, master_id, {"LastModifiedDate": tx.now, "LastModifiedById": tx.user_id})
