"""References: one end's record ids as links, and links as the other end's record ids."""

from collections.abc import Mapping

import polars as pl

from talk_assets.model.pair import EntityPair
from talk_assets.model.system import System
from talk_assets.store.database import Database
from talk_assets.store.links import GONE
from talk_assets.store.sql import among
from talk_assets.store.tables import links_table
from talk_assets.store.ties import parted


def to_links(
    db: Database, pair: EntityPair, pairs: Mapping[str, EntityPair], system: System, rows: pl.DataFrame
) -> pl.DataFrame:
    """Replace the reference columns of *rows* (ids of *system*) by link ids; null where there is no link.

    A deleted record in whose stead a person had another made stands for that one.
    """
    for p in pair.references:
        referred = pairs[str(p.reference)]
        given = rows[p.name]
        rows = _translate(db, referred, rows, p.name, known=f"{system}_id", wanted="link_id")
        lacking = given.filter(rows[p.name].is_null() & given.is_not_null())
        stand_ins = _stand_ins(db, referred, system, lacking) if lacking.len() else {}
        if stand_ins:
            stood_for = given.replace_strict(stand_ins, default=None, return_dtype=pl.String)
            rows = rows.with_columns(pl.coalesce(p.name, stood_for).alias(p.name))
    return rows


def to_records(
    db: Database, pair: EntityPair, pairs: Mapping[str, EntityPair], system: System, rows: pl.DataFrame
) -> pl.DataFrame:
    """Replace the reference columns of *rows* (link ids) by the record ids of *system*."""
    for p in pair.references:
        rows = _translate(db, pairs[str(p.reference)], rows, p.name, known="link_id", wanted=f"{system}_id")
    return rows


def with_gone(
    db: Database, pair: EntityPair, pairs: Mapping[str, EntityPair], system: System, rows: pl.DataFrame
) -> pl.DataFrame:
    """Add `gone:<name>` for the reference columns of *rows* (link ids): whether *system*'s record is deleted."""
    for p in pair.references:
        gone: list[object] = []
        if ids := rows[p.name].drop_nulls().unique().to_list():
            chosen, parameters, frames = among("link_id", ids)
            found = db.frame(
                f"SELECT link_id FROM {links_table(pairs[str(p.reference)])} "
                f"WHERE list_contains(?, state) AND {chosen}",
                [list(GONE[system]), *parameters],
                **frames,
            )
            gone = found["link_id"].to_list()
        rows = rows.with_columns(pl.col(p.name).is_in(gone).alias(f"gone:{p.name}"))
    return rows


def _stand_ins(db: Database, referred: EntityPair, system: System, ids: pl.Series) -> dict[str, str]:
    """The links of records that were kept though those of *ids*, their counterparts on *system*, were deleted."""
    said = parted(db, referred).filter((pl.col("what") == "kept") & pl.col(f"{system}_id").is_in(ids.implode()))
    if said.is_empty():
        return {}
    found = db.frame(
        f"""SELECT said.{system}_id AS known, l.link_id FROM said JOIN {links_table(referred)} l
            ON l.{system.other}_id = said.{system.other}_id""",
        said=said,
    )
    return dict(found.iter_rows())


def _translate(
    db: Database, referred: EntityPair, rows: pl.DataFrame, column: str, *, known: str, wanted: str
) -> pl.DataFrame:
    ids = rows[column].drop_nulls().unique().to_list()
    lookup = {}
    if ids:
        chosen, parameters, frames = among(known, ids)
        table = db.frame(f"SELECT {known}, {wanted} FROM {links_table(referred)} WHERE {chosen}", parameters, **frames)
        lookup = dict(table.iter_rows())
    return rows.with_columns(pl.col(column).replace_strict(lookup, default=None, return_dtype=pl.String))
