"""What a record refers to, and whether it is there."""

from collections.abc import Mapping
from typing import Any

from talk_assets.sandbox.customerp.database import Database
from talk_assets.sandbox.customerp.problems import Fault
from talk_assets.sandbox.customerp.resources import Resource


def references_of(resource: Resource, record: Mapping[str, Any]) -> list[tuple[str, str, str]]:
    """Return (pointer, resource, id) of every record that *record* and its lines refer to."""
    found = [
        (f"/{name}", target, record[name]) for name, target in resource.shape.references if record[name] is not None
    ]
    if resource.line is not None:
        found += [
            (f"/lines/{position}/{name}", target, line[name])
            for position, line in enumerate(record["lines"])
            for name, target in resource.line.references
            if line[name] is not None
        ]
    return found


def missing_references(database: Database, resource: Resource, record: Mapping[str, Any]) -> list[Fault]:
    """Return a fault for each reference to a record that does not exist or is deleted."""
    faults = []
    for pointer, target, record_id in references_of(resource, record):
        state = database.state_of(record_id)
        if state is None or state[0] != target:
            detail = f"There is no such record in /{target}."
            faults.append(Fault(pointer=pointer, code="reference", detail=detail))
        elif state[1]:
            faults.append(Fault(pointer=pointer, code="reference", detail=f"{record_id} is deleted."))
    return faults
