"""Raw frames for tests: name the record and only the paths that matter."""

from datetime import UTC, datetime

import polars as pl

from talk_assets.entities import entity_of
from talk_assets.model.wire import raw_schema

STAMP = datetime(2026, 3, 1, 12, tzinfo=UTC)


def raw(name, system, *records):
    """Rows of the pair or lookup *name*; each record maps paths, or ``_`` columns, to wire text."""
    schema = raw_schema(entity_of(name, system))
    unknown = {path for record in records for path in record} - set(schema)
    assert not unknown, f"no such path in {name}: {unknown}"
    ordinary = {"_stamp": STAMP, "_deleted": False}
    return pl.DataFrame(
        {column: [record.get(column, ordinary.get(column)) for record in records] for column in schema},
        schema=schema,
    )
