"""What only a sandbox has: undelete over HTTP, and a tally of what was asked of it."""

from __future__ import annotations

from .. import deletion
from ..errors import not_found
from ..ids import normalized
from ..org import Org
from ..transaction import Transaction
from ..wire import Answer, Call


def undelete(org: Org, tx: Transaction, call: Call, record_id: str) -> Answer:  # noqa: ARG001 - shape of a handler
    """POST /sandbox/undelete/ID: bring a row back, as a person does in the recycle bin."""
    found = normalized(record_id)
    sobject = None if found is None else tx.catalogue.of_id(found)
    if not org.settings.sandbox_controls or found is None or sobject is None:
        raise not_found()
    deletion.undelete(tx, sobject, found)
    return Answer(status=204)
