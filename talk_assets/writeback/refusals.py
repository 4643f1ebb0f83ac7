"""What an end refused: kept in quarantine with the reason, and held until its input changes."""

from collections.abc import Sequence

import polars as pl

from talk_assets.model.changes import Op, Problem, Receipt
from talk_assets.model.pair import EntityPair
from talk_assets.model.system import System
from talk_assets.session import Session
from talk_assets.store import changes, quarantine
from talk_assets.writeback.prepare import path_of
from talk_assets.writeback.prepared import Prepare, Prepared
from talk_assets.writeback.tries import GAVE_UP

_PERMISSION = (
    "INSUFFICIENT_ACCESS",
    "INVALID_FIELD_FOR_INSERT_UPDATE",
    "NO_ACCESS",
    "FORBIDDEN",
    "forbidden",
    "HTTP 403",
)
_UNLISTED = ("FIELD_INTEGRITY_EXCEPTION", "INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST")
"""What Salesforce says of a value that is not on its list: of a place, or of a restricted picklist."""
_ENTRY = ("record_id", "property", "check", "value", "reason")


def clear_refusals(session: Session, prepare: Prepare, applied: Sequence[Prepared]) -> None:
    """Forget what was refused of *applied* writes, in the properties they were about: it went through now."""
    settled = [(p.origin_id, name) for p in applied for name in (p.properties if prepare.op is Op.UPDATE else (None,))]
    quarantine.replace(
        session.db,
        stage="writeback",
        pair=prepare.pair.name,
        system=prepare.system.other,
        ids=pl.DataFrame(settled, schema={"_id": pl.String(), "property": pl.String()}, orient="row"),
        entries=pl.DataFrame(schema=dict.fromkeys(_ENTRY, pl.String())),
        now=session.clock(),
    )


def refuse(session: Session, prepare: Prepare, refused: Sequence[tuple[Prepared, Receipt]]) -> None:
    """Put the origins of refused writes into quarantine and hold their changes.

    An update is held in the properties that the end named alone, so that the others go on without them. They
    are tried once more when those have changed the record: the end may have judged one by the other. A creation
    that the end refuses for values it does not list goes on without these.
    """
    pair, system = prepare.pair, prepare.system
    rows = []
    held = []
    for p, receipt in refused:
        code = receipt.problem.code if receipt.problem else None
        named = _named(pair, system, prepare.op, p, receipt.problem)
        reason = _reason(pair, system, prepare.op, p, receipt.problem, alone=bool(named))
        for name in named or (None,):
            rows.append((p.origin_id, name, code, None, reason))
            held.append((p.link_id, p.origin_id, name, reason))
    entries = pl.DataFrame(rows, schema=dict.fromkeys(_ENTRY, pl.String()), orient="row")
    quarantine.replace(
        session.db,
        stage="writeback",
        pair=pair.name,
        system=system.other,
        ids=entries.select(pl.col("record_id").alias("_id"), "property"),
        entries=entries,
        now=session.clock(),
    )
    columns = dict.fromkeys(("link_id", "origin_id", "property", "reason"), pl.String())
    changes.hold(session.db, pair, system, pl.DataFrame(held, schema=columns, orient="row"))


def _named(pair: EntityPair, system: System, op: Op, p: Prepared, problem: Problem | None) -> tuple[str, ...]:
    """The properties that were refused alone; none where the write was refused as a whole."""
    if problem is None or op is Op.DELETE:
        return ()
    if op is Op.CREATE:
        return _dispensable(pair, system, p, problem)
    if not p.write.values:
        # A record of its own on that end, as a price is: nothing else went with it.
        return p.properties
    names = {path_of(pair.by_name[name], system): name for name in p.properties}
    found = [names[path] for path in problem.properties if path in names]
    return tuple(found) if len(found) == len(problem.properties) else ()


def _dispensable(pair: EntityPair, system: System, p: Prepared, problem: Problem) -> tuple[str, ...]:
    """The properties without which the record can be made, where only values were refused that the end does not list.

    Not those that it is found by or that say what may be done with it, nor a record of another kind.
    """
    if problem.code not in _UNLISTED or not problem.properties:
        return ()
    needed = {name for key in pair.match for name in key.properties}
    needed |= set() if pair.status is None else {pair.status.property}
    free = {}
    for name in p.properties:
        one = pair.by_name[name]
        side, path = one.side(system), path_of(one, system)
        plain = side.through is None and one.reference is None and not side.required and name not in needed
        # A line of the document may have a field of the same name, and the end does not say whose it means.
        if plain and p.write.values.get(path) is not None and not any(path in line.values for line in p.write.lines):
            free[path] = name
    return tuple(free[path] for path in problem.properties) if free.keys() >= set(problem.properties) else ()


def _reason(pair: EntityPair, system: System, op: Op, p: Prepared, problem: Problem | None, *, alone: bool) -> str:
    record = f"{pair.name} {p.write.id}" if p.write.id else f"a new {pair.name}"
    if problem is not None and problem.code == GAVE_UP:
        return (
            f"{op.value.capitalize()} of {record} (from {system.other.title} {p.origin_id}): {problem.message}. "
            "It is tried again when the record changes, or once a person releases it."
        )
    about = f", property {problem.property}" if problem and problem.property else ""
    said = f'"{problem.message}" ({problem.code})' if problem else "no reason"
    left = f"Nothing was changed in {system.title}"
    if alone:
        left = "It is made without it" if op is Op.CREATE else f"The property was not changed in {system.title}"
    return (
        f"{system.title} refused to {op.value} {record} (from {system.other.title} {p.origin_id}){about}: it said "
        f"{said}. {left}; it is tried again when the record changes.{_hint(problem)}"
    )


def _hint(problem: Problem | None) -> str:
    """What a person can do about it, where the code tells."""
    code = "" if problem is None else problem.code
    if any(sign in code for sign in _PERMISSION):
        hint = " Give the integration user edit access to it (its permission set), then release it."
        if code == "INSUFFICIENT_ACCESS_OR_READONLY":
            hint += (
                " If it is the contact of a person account, change that account instead: Salesforce lets nobody change "
                "such a contact by itself."
            )
        return hint
    if code == "DUPLICATES_DETECTED":
        return " A duplicate rule stopped it: link the two records, or merge them."
    return ""
