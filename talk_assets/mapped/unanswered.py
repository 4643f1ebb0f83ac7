"""Creations that no answer came to, on an end that keeps no keys: what was sent, and which records look like it.

Such a record can be told only by its values. Nothing is made again until it is found, or a person says so.
"""

import msgspec
import polars as pl

from talk_assets.mapped.stage import translated
from talk_assets.model.pair import EntityPair, Property
from talk_assets.model.system import System
from talk_assets.model.wire import raw_schema
from talk_assets.session import Session
from talk_assets.store import intents, links, mapped
from talk_assets.store.references import to_links

HALF = 0.5
"""The share of equal values from which on a record may be what was sent."""


def standing(session: Session, pair: EntityPair, system: System) -> pl.DataFrame:
    """Creations of *pair* that may have been made on *system* unseen (columns `intent_id, origin_id, body`).

    None on an end that keeps our keys: there they are found by them.
    """
    if session.ends[system].capabilities.keeps_keys:
        return intents.NO_CREATIONS
    found = intents.unanswered(session.db, pair.name, system)
    if found.is_empty():
        return found
    linked = links.by_record(session.db, pair, system.other, found["origin_id"].to_list())
    return found.join(linked, left_on="origin_id", right_on=f"{system.other}_id", how="anti")


def alike(
    session: Session, pair: EntityPair, system: System, sent: pl.DataFrame, candidates: list[str]
) -> dict[str, dict[str, float]]:
    """Return, for each of the creations *sent*, what share of its values each of *candidates* holds.

    Of lines, those count alone that stand in the document that the line was to be in.
    """
    entity = session.entity(pair, system)
    bodies = [msgspec.json.decode(body, type=dict[str, str | None]) for body in sent["body"].to_list()]
    rows = pl.DataFrame(
        [
            {"_id": name, "_deleted": False} | {path: body.get(path) for path in entity.paths}
            for name, body in zip(sent["intent_id"].to_list(), bodies, strict=True)
        ],
        schema=raw_schema(entity),
    )
    given = to_links(session.db, pair, session.pairs, system, translated(session, pair, system, rows).rows)
    there = to_links(session.db, pair, session.pairs, system, mapped.by_id(session.db, pair, system, candidates))
    documents = _documents(session, pair, system, sent)
    found: dict[str, dict[str, float]] = {}
    for row in given.iter_rows(named=True):
        told = [p for p in pair.properties if not p.derived and row[p.name] is not None]
        near = there
        if pair.parent is not None:
            near = there.filter(pl.col("_parent") == documents.get(row["_id"], ""))
        if not told or near.is_empty():
            found[row["_id"]] = {}
            continue
        share = pl.mean_horizontal(_equal(p, row[p.name]).cast(pl.Float64) for p in told)
        found[row["_id"]] = dict(near.select("_id", share).iter_rows())
    return found


def _equal(p: Property, value: object) -> pl.Expr:
    return p.fold(pl.col(p.name)).eq_missing(p.fold(pl.lit(value, dtype=p.dtype)))


def _documents(session: Session, pair: EntityPair, system: System, sent: pl.DataFrame) -> dict[str, str]:
    """The documents on *system* that lines were to be in, by intent."""
    parent = session.parent(pair)
    if parent is None:
        return {}
    lines = mapped.by_id(session.db, pair, system.other, sent["origin_id"].to_list()).select("_id", "_parent")
    linked = links.by_record(session.db, parent, system.other, lines["_parent"].drop_nulls().unique().to_list())
    found = sent.join(lines, left_on="origin_id", right_on="_id").join(
        linked, left_on="_parent", right_on=f"{system.other}_id"
    )
    return dict(found.select("intent_id", f"{system}_id").iter_rows())
