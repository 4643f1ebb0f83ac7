"""Writes that cannot be: the record is not there any more, or the key of a new one belongs to another's counterpart.

Nothing is made again in the place of what is gone. The change is set aside with the reason, and looked at
again when either record moves.
"""

from collections.abc import Sequence
from dataclasses import replace

import polars as pl

from talk_assets.model.changes import ChangeState, Op, Outcome, Problem, Receipt
from talk_assets.model.pair import EntityPair
from talk_assets.model.system import System
from talk_assets.session import Session
from talk_assets.store import changes, links, mapped, quarantine
from talk_assets.writeback.prepared import Prepare, Prepared

CHECK_MISSING = "not there"
_TAKEN = "KEY_TAKEN"


def set_aside_missing(session: Session, pair: EntityPair, system: System, missing: Sequence[str]) -> None:
    """Set aside the pending changes of records, or lines of documents, that *system* does not know any more."""
    pending = changes.of(session.db, pair, state=ChangeState.PENDING.value, system=system)
    named = pending.filter(pl.col("record_id").is_not_null()).select("link_id", "origin_id", "record_id").unique()
    rows = mapped.by_id(session.db, pair, system, named["record_id"].to_list())
    lost = named.join(rows.select(pl.col("_id").alias("record_id"), "_parent"), on="record_id", how="left").filter(
        pl.col("record_id").is_in(list(missing)) | pl.col("_parent").is_in(list(missing)).fill_null(value=False)
    )
    if lost.is_empty():
        return
    text = (
        f"{system.title} has no {pair.name} {{}} any more, not even among its deleted ones, or does not show it. "
        f"Nothing was written and none is made in its place; it is tried again when {system.other.title} {{}} "
        "changes. Two whole reads without it (one each night) count as its deletion."
    )
    told = lost.with_columns(reason=pl.format(text, "record_id", "origin_id")).sort("origin_id")
    nothing = pl.lit(None, dtype=pl.String)
    quarantine.replace(
        session.db,
        stage="writeback",
        pair=pair.name,
        system=system.other,
        ids=told.select(pl.col("origin_id").alias("_id")),
        entries=told.select(
            pl.col("origin_id").alias("record_id"),
            nothing.alias("property"),
            pl.lit(CHECK_MISSING).alias("check"),
            nothing.alias("value"),
            "reason",
        ),
        now=session.clock(),
    )
    changes.hold(session.db, pair, system, told.select("link_id", "origin_id", "reason", property=nothing))


def without_taken(
    session: Session, prepare: Prepare, batch: Sequence[Prepared], receipts: Sequence[Receipt]
) -> list[Receipt]:
    """Return *receipts*, with those refused whose creation met a record that is another's counterpart already.

    What meets a record without a link counts as moved, so that matching ties the two, deleted or not.
    """
    met = {r.id: p.origin_id for p, r in zip(batch, receipts, strict=True) if r.outcome is Outcome.EXISTS and r.id}
    if prepare.op is not Op.CREATE or not met:
        return list(receipts)
    pair, system = prepare.pair, prepare.system
    linked = links.by_record(session.db, pair, system, list(met))
    others = dict(linked.select(f"{system}_id", f"{system.other}_id").iter_rows())
    free = [origin for record, origin in met.items() if record not in others]
    mapped.touch(session.db, pair, system.other, free)
    return [
        replace(receipt, outcome=Outcome.REFUSED, problem=_taken(pair, system, str(receipt.id), others[receipt.id]))
        if receipt.outcome is Outcome.EXISTS and receipt.id in others
        else receipt
        for receipt in receipts
    ]


def _taken(pair: EntityPair, system: System, record: str, other: str) -> Problem:
    return Problem(
        code=_TAKEN,
        message=f"The key of this creation is on {pair.name} {record}, the counterpart of {system.other.title} "
        f"{other}. Clear the key in {system.title}, or merge the two in {system.other.title}.",
    )
