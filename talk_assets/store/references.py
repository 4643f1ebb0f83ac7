"""References: one end's record ids as links, and links as the other end's record ids."""

from collections.abc import Mapping

import polars as pl

from talk_assets.model.pair import EntityPair
from talk_assets.model.system import System
from talk_assets.store.database import Database
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
