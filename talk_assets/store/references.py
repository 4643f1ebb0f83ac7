"""References: one end's record ids as links, and links as the other end's record ids."""

from collections.abc import Mapping

import polars as pl

from talk_assets.model.pair import EntityPair
from talk_assets.model.system import System
from talk_assets.store.database import Database
from talk_assets.store.links import GONE
from talk_assets.store.tables import links_table


def to_links(
    db: Database, pair: EntityPair, pairs: Mapping[str, EntityPair], system: System, rows: pl.DataFrame
) -> pl.DataFrame:
    """Replace the reference columns of *rows* (ids of *system*) by link ids; null where there is no link."""
    for p in pair.references:
        rows = _translate(db, pairs[str(p.reference)], rows, p.name, known=f"{system}_id", wanted="link_id")
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
        ids = rows.select(pl.col(p.name).alias("link_id")).drop_nulls().unique()
        gone = db.frame(
            f"SELECT link_id FROM {links_table(pairs[str(p.reference)])} SEMI JOIN ids USING (link_id) "
            f"WHERE list_contains(?, state)",
            [list(GONE[system])],
            ids=ids,
        )
        rows = rows.with_columns(pl.col(p.name).is_in(gone["link_id"].to_list()).alias(f"gone:{p.name}"))
    return rows


def _translate(
    db: Database, referred: EntityPair, rows: pl.DataFrame, column: str, *, known: str, wanted: str
) -> pl.DataFrame:
    ids = rows.select(pl.col(column).alias("known")).drop_nulls().unique()
    table = db.frame(
        f"""SELECT {known} AS known, {wanted} AS wanted FROM {links_table(referred)}
            WHERE {known} IN (SELECT known FROM ids)""",
        ids=ids,
    )
    lookup = dict(zip(table["known"].to_list(), table["wanted"].to_list(), strict=True))
    return rows.with_columns(pl.col(column).replace_strict(lookup, default=None, return_dtype=pl.String))
