"""Records as an end holds them now, in canonical values: read from the end itself, not from the store."""

from collections.abc import Mapping, Sequence
from typing import Any

import polars as pl

from talk_assets.mapped.translate import Translation, translate
from talk_assets.model.pair import EntityPair, Property, Through
from talk_assets.model.system import System
from talk_assets.session import Session
from talk_assets.store import raw
from talk_assets.verify.checklist import ACCOUNTS


def read(session: Session, pair: EntityPair, system: System, records: Mapping[str, str | None]) -> Translation:
    """Read *records* of *pair* (each id with its document's, for lines) from *system*, and what they are read through.

    What is gone is left out. Of the store only the ids of price book entries are taken: an end is not asked for
    records by what they refer to.
    """
    frame = _raw(session, pair, system, records)
    lookups: dict[str, pl.DataFrame] = {}
    for p in pair.properties:
        side = p.side(system)
        if side.through in ACCOUNTS:
            ids = frame[side.path].drop_nulls().unique().to_list()
            lookups["account"] = _of_lookup(session, "account", ids)
        elif side.through is Through.PRICEBOOK_ENTRY_PRICE:
            entity = session.lookups["pricebook_entry"]
            known = raw.by_id(session.db, entity, frame["_id"].to_list(), column="Product2Id")
            lookups["pricebook_entry"] = _of_lookup(session, "pricebook_entry", known["_id"].to_list())
    return translate(pair, system, frame.filter(~pl.col("_deleted")), lookups=lookups)


def same(p: Property, one: Any, other: Any) -> bool:  # noqa: ANN401 - of the property's canonical type
    """Whether two canonical values count as equal by the property's rule."""
    values = pl.DataFrame({"one": [one], "other": [other]}, schema={"one": p.dtype, "other": p.dtype}, strict=False)
    return bool(values.select(p.fold(pl.col("one")).eq_missing(p.fold(pl.col("other")))).item())


def as_text(value: Any) -> str | None:  # noqa: ANN401 - of any canonical type
    """Return a canonical value as a person reads it."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return None if value is None else str(value)


def _raw(session: Session, pair: EntityPair, system: System, records: Mapping[str, str | None]) -> pl.DataFrame:
    end, entity = session.ends[system], session.entity(pair, system)
    parent = session.parent(pair)
    if parent is not None and system is System.CUSTOMERP:
        # Customerp has no address for a line: it is read with its document.
        documents = list(dict.fromkeys(one for one in records.values() if one is not None))
        page = end.read(session.entity(parent, system), ids=documents)
        return page.frames[pair.name].filter(pl.col("_id").is_in(list(records)))
    return end.read(entity, ids=list(records)).frames[entity.name]


def _of_lookup(session: Session, name: str, ids: Sequence[str]) -> pl.DataFrame:
    entity = session.lookups[name]
    # What is not shown is no id.
    asked = [one for one in ids if one.isalnum()]
    return session.ends[entity.system].read(entity, ids=asked).frames[name]
