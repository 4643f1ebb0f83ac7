"""Which of many records a table holds already, before their rows are asked for."""

import polars as pl

from talk_assets.store.database import Database
from talk_assets.store.sql import FEW

MOST = 5000
"""Records up to which their rows are asked for at once, whether the table has them or not."""


def held(db: Database, table: str, ids: pl.Series) -> list[str]:
    """Those of *ids* (each once) that *table*, which is filled by `Database.insert` only, may hold in its `_id`.

    Of a few all, as looking closer would cost more than it saves; of many, as when an end is first read whole, exactly
    those that are there: then neither are all columns of the table read to compare with, nor rows deleted.
    """
    if len(ids) <= FEW:
        return ids.to_list()
    if db.is_empty(table):
        return []
    if len(ids) <= MOST:
        return ids.to_list()
    found = db.frame(f"SELECT _id FROM {table} SEMI JOIN asked USING (_id)", asked=ids.to_frame("_id"))
    return found["_id"].to_list()
