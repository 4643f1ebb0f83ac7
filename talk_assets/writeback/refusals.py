"""What an end refused: kept in quarantine with the reason, and held until its input changes."""

from collections.abc import Mapping, Sequence

import polars as pl

from talk_assets.model.changes import Op, Problem, Receipt
from talk_assets.model.pair import EntityPair
from talk_assets.model.system import System
from talk_assets.session import Session
from talk_assets.store import changes, quarantine
from talk_assets.writeback.prepared import Prepare, Prepared
from talk_assets.writeback.tries import GAVE_UP


def clear_refusals(session: Session, prepare: Prepare, origins: Sequence[str]) -> None:
    """Forget what was refused of *origins*: it went through now."""
    quarantine.replace(
        session.db,
        stage="writeback",
        pair=prepare.pair.name,
        system=prepare.system.other,
        ids=pl.DataFrame({"_id": list(origins)}, schema={"_id": pl.String()}),
        entries=pl.DataFrame(schema=dict.fromkeys(_ENTRY, pl.String())),
        now=session.clock(),
    )


_PERMISSION = (
    "INSUFFICIENT_ACCESS",
    "INVALID_FIELD_FOR_INSERT_UPDATE",
    "NO_ACCESS",
    "FORBIDDEN",
    "forbidden",
    "HTTP 403",
)
_ENTRY = ("record_id", "property", "check", "value", "reason")


def refuse(session: Session, prepare: Prepare, refused: Sequence[tuple[Prepared, Receipt]]) -> None:
    """Put the origins of refused writes into quarantine and hold their changes."""
    pair, system = prepare.pair, prepare.system
    reasons = {p.origin_id: _reason(pair, system, prepare.op, p, r) for p, r in refused}
    rows = [
        (
            p.origin_id,
            r.problem.property if r.problem else None,
            r.problem.code if r.problem else None,
            None,
            reasons[p.origin_id],
        )
        for p, r in refused
    ]
    entries = pl.DataFrame(rows, schema=dict.fromkeys(_ENTRY, pl.String()), orient="row")
    quarantine.replace(
        session.db,
        stage="writeback",
        pair=pair.name,
        system=system.other,
        ids=entries.select(pl.col("record_id").alias("_id")),
        entries=entries,
        now=session.clock(),
    )
    held: Mapping[str, list[str | None]] = {
        "link_id": [p.link_id for p, _ in refused],
        "origin_id": [p.origin_id for p, _ in refused],
        "reason": [reasons[p.origin_id] for p, _ in refused],
    }
    changes.hold(session.db, pair, system, pl.DataFrame(held, schema=dict.fromkeys(held, pl.String())))


def _reason(pair: EntityPair, system: System, op: Op, p: Prepared, receipt: Receipt) -> str:
    problem = receipt.problem
    record = f"{pair.name} {p.write.id}" if p.write.id else f"a new {pair.name}"
    if problem is not None and problem.code == GAVE_UP:
        return (
            f"{op.value.capitalize()} of {record} (from {system.other.title} {p.origin_id}): {problem.message}. "
            "It is tried again when the record changes, or once a person releases it."
        )
    about = f", property {problem.property}" if problem and problem.property else ""
    said = f'"{problem.message}" ({problem.code})' if problem else "no reason"
    return (
        f"{system.title} refused to {op} {record} (from {system.other.title} {p.origin_id}){about}: it said {said}. "
        f"Nothing was changed in {system.title}; it is tried again when the record changes.{_hint(problem)}"
    )


def _hint(problem: Problem | None) -> str:
    """What a person can do about it, where the code tells."""
    code = "" if problem is None else problem.code
    if any(sign in code for sign in _PERMISSION):
        return " Give the integration user edit access to it (its permission set), then release it."
    if code == "DUPLICATES_DETECTED":
        return " A duplicate rule stopped it: link the two records, or merge them."
    return ""
