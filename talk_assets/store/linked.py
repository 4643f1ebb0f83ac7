"""Which records that moved are linked, found from those records: few among many links, which are not all looked at."""

from collections.abc import Sequence

import polars as pl

from talk_assets.model.pair import EntityPair
from talk_assets.model.system import System
from talk_assets.store import mapped
from talk_assets.store.database import Database
from talk_assets.store.recent import Remembered
from talk_assets.store.sql import among
from talk_assets.store.tables import links_table, mapped_table

MOST = 5000
"""Records up to which they are named one by one."""


def moved(db: Database, pair: EntityPair, seq: int) -> dict[System, list[str]] | None:
    """The records of both ends that moved after *seq*, deleted ones among them; None where they are many.

    Matching and comparing ask for the same ones; the store is asked anew once others moved.
    """
    now = tuple(db.moved(mapped_table(pair, system)) for system in System)
    known = db.recent.moves.get((pair.name, seq))
    if known is None or known[0] != now:
        known = db.recent.moves[pair.name, seq] = (now, _moved(db, pair, seq))
    return known[1]


def _moved(db: Database, pair: EntityPair, seq: int) -> dict[System, list[str]] | None:
    parts = [
        f"SELECT '{system}' AS system, _id FROM {mapped_table(pair, system)} WHERE _seq > {seq:d}"
        for system in System
        if db.moved(mapped_table(pair, system)) > seq
    ]
    found = db.rows(f"{' UNION ALL '.join(parts)} LIMIT {MOST + 1}") if parts else []
    if len(found) > MOST:
        return None
    return {system: [str(one) for end, one in found if end == system] for system in System}


def of_records(db: Database, pair: EntityPair, system: System, ids: Sequence[str]) -> pl.DataFrame:
    """The links of the records *ids* of *system*."""
    table, column = links_table(pair), f"{system}_id"
    asked = pl.DataFrame({column: ids}, schema={column: pl.String()})
    known = db.recent.of(table)
    here = None if known is None else known.rows.join(asked, on=column, how="semi")
    lacking = asked[column].to_list() if here is None else asked.join(here, on=column, how="anti")[column].to_list()
    if here is not None and not lacking:
        return here
    chosen, parameters, frames = among(column, lacking)
    found = db.frame(f"SELECT * FROM {table} WHERE {chosen}", parameters, **frames)
    ids_found = frozenset(found["link_id"])
    db.recent.learn(table, Remembered(key="link_id", columns="*", ids=ids_found, rows=found))
    return found if here is None else pl.concat([here, found])


def some_deleted(db: Database, pair: EntityPair, system: System, seq: int) -> bool:
    """Whether a deleted record may be among those of *system* that moved after *seq*."""
    found = moved(db, pair, seq)
    return found is None or bool(mapped.by_id(db, pair, system, found[system])["_deleted"].any())


def unlinked(
    db: Database, pair: EntityPair, system: System, seq: int, which: Sequence[str], *, documents: str = ""
) -> list[str] | None:
    """Live records of *system* without a link that moved after *seq* or that one of the conditions *which* picks.

    None where they are many. The conditions are SQL on `m`, a row of the end, beside its *documents*, which are SQL to
    join.
    """
    named = None if documents else moved(db, pair, seq)
    live: list[str] = []
    if named is not None:
        rows = mapped.by_id(db, pair, system, named[system])
        live = rows.filter(~pl.col("_deleted"))["_id"].to_list()
    elif db.moved(mapped_table(pair, system)) > seq:
        which = [*which, f"m._seq > {seq:d}"]
    ids = live if not which else sorted({*live, *_picked(db, pair, system, which, documents)})
    if len(ids) > MOST:
        return None
    found = of_records(db, pair, system, ids) if ids else None
    return ids if found is None else sorted({*ids}.difference(found[f"{system}_id"]))


def _picked(db: Database, pair: EntityPair, system: System, which: Sequence[str], documents: str) -> list[str]:
    rows = f"FROM {mapped_table(pair, system)} m {documents} WHERE NOT m._deleted"
    picked = " UNION ".join(f"SELECT m._id {rows} AND {one}" for one in which)
    return [str(one) for (one,) in db.rows(f"SELECT _id FROM ({picked}) LIMIT {MOST + 1}")]
