"""What only a sandbox has: undelete over HTTP, and a tally of what was asked of it."""

from __future__ import annotations

from .. import deletion
from ..desk import Desk
from ..errors import not_found
from ..ids import normalized
from ..wire import Answer, Call


def undelete(desk: Desk, call: Call, record_id: str) -> Answer:  # noqa: ARG001 - the shape of a handler
    """POST /sandbox/undelete/ID: bring a row back, as a person does in the recycle bin."""
    found = normalized(record_id)
    sobject = None if found is None else desk.tx.catalogue.of_id(found)
    if not desk.org.settings.sandbox_controls or found is None or sobject is None:
        raise not_found()
    deletion.undelete(desk.tx, sobject, found)
    return Answer(status=204)
