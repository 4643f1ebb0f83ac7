"""Leave what is to be written to both ends as a DuckDB table, for a peer that reads it from there."""

import duckdb
import polars as pl

from bench.case import Context
from bench.programs.writes import record_id
from talk_assets.model.system import System

context = Context.of_environment()
path = context.folder / "changed.duckdb"
path.unlink(missing_ok=True)
numbers = range(context.size)
frame = pl.DataFrame(
    {f"{system}_id": [record_id(system, number) for number in numbers] for system in System}
    | {name: [f"{name} {number}" for number in numbers] for name in ("title", "department")}
)
with duckdb.connect(str(path)) as db:
    db.execute("CREATE TABLE changed AS SELECT * FROM frame")
