"""Read a request body against the declared properties: create and merge-patch (RFC 7396) alike."""

from collections.abc import Mapping
from typing import Any

from talk_assets.sandbox.customerp.kinds import RefusalError
from talk_assets.sandbox.customerp.phones import e164
from talk_assets.sandbox.customerp.problems import Fault
from talk_assets.sandbox.customerp.resources import Resource
from talk_assets.sandbox.customerp.shapes import Group

Record = dict[str, Any]


def empty(group: Group) -> Record:
    """Return a record of *group* in which nothing has been given yet."""
    return {item.name: item.default for item in group.properties}


def merge(group: Group, body: Mapping[str, Any], current: Record, *, faults: list[Fault], pointer: str = "") -> Record:
    """Return *current* with the properties of *body* laid over it.

    Null takes a property back to its default. Whatever is unknown, derived, of the wrong type, too
    long or missing is added to *faults*, each with a pointer that starts at *pointer*.
    """
    merged = dict(current)
    for name, value in body.items():
        try:
            merged[name] = _read(group, name, value, merged, faults=faults, pointer=pointer)
        except RefusalError as refusal:
            where = f"{pointer}/{_escape(name)}"
            faults.append(Fault(pointer=where, code=refusal.code, detail=refusal.detail))
    for name in group.required:
        where = f"{pointer}/{name}"
        if merged[name] is None and where not in {fault.pointer for fault in faults}:
            faults.append(Fault(pointer=where, code="required", detail="A value is required."))
    return merged


def _read(group: Group, name: str, value: object, current: Record, *, faults: list[Fault], pointer: str) -> object:
    item = group.by_name.get(name)
    if item is None:
        raise RefusalError("unknown", f"{group.name} has no such property.")
    if item.derived:
        raise RefusalError("read_only", "The system gives this value.")
    if value is None:
        return item.default
    if not isinstance(item.kind, Group):
        read = item.kind.read(value)
        return item.default if read is None else read
    if not isinstance(value, dict):
        raise RefusalError("type", "An object is expected.")
    part = current[name] or empty(item.kind)
    merged = merge(item.kind, value, part, faults=faults, pointer=f"{pointer}/{name}")
    return merged if any(inner is not None for inner in merged.values()) else None


def normalise_phones(resource: Resource, body: Mapping[str, Any], record: Record) -> None:
    """Turn the phone numbers that *body* gives into E.164, read with the country of *record*."""
    region: Any = record if resource.region else None
    for name in resource.region:
        region = region.get(name) if region else None
    for name in resource.shape.phones:
        if name in body and record[name] is not None:
            record[name] = e164(record[name], region)


def _escape(name: str) -> str:
    return name.replace("~", "~0").replace("/", "~1")
