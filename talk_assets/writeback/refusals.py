"""What an end refused: kept in quarantine with the reason, and held until its input changes."""

from collections.abc import Mapping, Sequence

import polars as pl

from talk_assets.model.changes import Op, Receipt
from talk_assets.model.pair import EntityPair
from talk_assets.model.system import System
from talk_assets.session import Session
from talk_assets.store import changes, quarantine
from talk_assets.writeback.prepared import Prepare, Prepared


def clear_refusals(session: Session, prepare: Prepare, origins: Sequence[str]) -> None:
    quarantine.replace(
        session.db,
        stage="writeback",
        pair=prepare.pair.name,
        system=prepare.system.other,
        ids=pl.DataFrame({"_id": list(origins)}, schema={"_id": pl.String()}),
        entries=pl.DataFrame(schema=dict.fromkeys(_ENTRY, pl.String())),
        now=session.clock(),
    )


_ENTRY = ("record_id", "property", "check", "value", "reason")


def refuse(session: Session, prepare: Prepare, refused: Sequence[tuple[Prepared, Receipt]]) -> None:
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
    about = f", property {problem.property}" if problem and problem.property else ""
    said = f'"{problem.message}" ({problem.code})' if problem else "no reason"
    return (
        f"{system.title} refused to {op} {record} (from {system.other.title} {p.origin_id}){about}: it said {said}. "
        f"Nothing was changed in {system.title}; it is tried again when the record changes."
    )
