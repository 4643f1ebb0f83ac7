"""What only a sandbox has over HTTP: taking rows out of the recycle bin, and merging doubles."""

from __future__ import annotations

from .. import deletion, merging
from ..desk import Desk
from ..errors import BodyError, not_found
from ..ids import normalized
from ..wire import Answer, Call, listed


def undelete(desk: Desk, call: Call, record_id: str) -> Answer:  # noqa: ARG001 - the shape of a handler
    """POST /sandbox/undelete/ID: bring a row back, as a person does in the recycle bin."""
    found = normalized(record_id)
    sobject = None if found is None else desk.tx.catalogue.of_id(found)
    if not desk.org.settings.sandbox_controls or found is None or sobject is None:
        raise not_found()
    deletion.undelete(desk.tx, sobject, found)
    return Answer(status=204)


def merge(desk: Desk, call: Call) -> Answer:
    """POST /sandbox/merge with `masterId` and `loserIds`: merge doubles, as a person does in a list view."""
    if not desk.org.settings.sandbox_controls:
        raise not_found()
    body = call.mapping()
    given = (body.get("masterId"), *listed(body, "loserIds"))
    ids = [normalized(text) if isinstance(text, str) else None for text in given]
    known = [found for found in ids if found is not None]
    sobject = desk.tx.catalogue.of_id(known[0]) if len(known) == len(ids) else None
    if sobject is None:
        raise BodyError("masterId and loserIds must be record ids.")
    merging.merge(desk.tx, sobject, known[0], known[1:])
    return Answer(status=204)
