"""What an end refused is held, and tried again when anything it was judged by has moved."""

import polars as pl

from talk_assets.model.changes import ChangeState
from talk_assets.model.pair import EntityPair
from talk_assets.model.system import System
from talk_assets.session import Session
from talk_assets.store import links, mapped, quarantine
from talk_assets.store.tables import CHANGE_SCHEMA


def refused_held(session: Session, pair: EntityPair, asked: pl.DataFrame) -> pl.DataFrame:
    """Hold changes the end refused, for as long as the refusal stands; of one property, or of the whole record."""
    if asked.is_empty():
        return asked
    refusals = standing_refusals(session, pair)
    if refusals.is_empty():
        return asked
    other = pl.when(pl.col("system") == System.SALESFORCE.value).then(pl.lit(System.CUSTOMERP.value))
    refusals = refusals.with_columns(system=other.otherwise(pl.lit(System.SALESFORCE.value)))
    refusals = refusals.rename({"record_id": "origin_id"})
    whole = refusals.filter(pl.col("property").is_null()).select("system", "origin_id", whole="reason")
    part = refusals.select("system", "origin_id", "property", part="reason")
    held = (
        asked.join(whole, on=["system", "origin_id"], how="left")
        .join(part, on=["system", "origin_id", "property"], how="left")
        .with_columns(refusal=pl.coalesce("whole", "part"))
    )
    refused = (pl.col("state") == ChangeState.PENDING.value) & pl.col("refusal").is_not_null()
    return held.with_columns(
        state=pl.when(refused).then(pl.lit(ChangeState.HELD.value)).otherwise(pl.col("state")),
        reason=pl.when(refused).then(pl.col("refusal")).otherwise(pl.col("reason")),
    ).select(CHANGE_SCHEMA.keys())


def standing_refusals(session: Session, pair: EntityPair) -> pl.DataFrame:
    """Refusals (columns `system, record_id, property, reason`) of records that did not move since.

    Nor did their counterparts, nor the documents they are lines of: an end may have refused because of those.
    """
    refusals = quarantine.refusals(session.db, pair.name)
    columns = ("system", "record_id", "property", "reason")
    if refusals.is_empty():
        return refusals.select(columns)
    parts = [refusals.clear().select(columns)]
    for system in System:
        own = refusals.filter(pl.col("system") == system.value)
        if own.height:
            now = _last_moves(session, pair, system, own["record_id"].unique().to_list())
            standing = own.join(now, on="record_id", how="left").filter(pl.col("now").fill_null(0) <= pl.col("_seq"))
            parts.append(standing.select(columns))
    return pl.concat(parts)


def _last_moves(session: Session, pair: EntityPair, system: System, ids: list[str]) -> pl.DataFrame:
    """When records of *system*, or what they are judged with, last moved (columns `record_id, now`)."""
    rows = mapped.by_id(session.db, pair, system, ids).select("_id", "_parent", pl.col("_seq").alias("own"))
    moves = rows.join(_there(session, pair, system, ids), on="_id", how="left")
    numbers = ["own", "there"]
    parent = session.parent(pair)
    if parent is not None:
        documents = rows["_parent"].drop_nulls().unique().to_list()
        here = mapped.by_id(session.db, parent, system, documents).select(
            pl.col("_id").alias("_parent"), pl.col("_seq").alias("document")
        )
        there = _there(session, parent, system, documents).rename({"_id": "_parent", "there": "document_there"})
        moves = moves.join(here, on="_parent", how="left").join(there, on="_parent", how="left")
        numbers += ["document", "document_there"]
    return moves.select(pl.col("_id").alias("record_id"), now=pl.max_horizontal(numbers))


def _there(session: Session, pair: EntityPair, system: System, ids: list[str]) -> pl.DataFrame:
    """When the counterparts of *system*'s records last moved (columns `_id, there`)."""
    found = links.by_record(session.db, pair, system, ids)
    rows = mapped.by_id(session.db, pair, system.other, found[f"{system.other}_id"].to_list())
    return found.join(rows, left_on=f"{system.other}_id", right_on="_id").select(
        pl.col(f"{system}_id").alias("_id"), pl.col("_seq_right").alias("there")
    )
