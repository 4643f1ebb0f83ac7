"""Names and types in SQL, and how frames go in and come out."""

import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from importlib.util import find_spec

import duckdb
import polars as pl

if find_spec("pandas") is None:
    # DuckDB 1.5 looks for pandas at every parameter it binds and does not remember that there is none:
    # an eighth of a quiet cycle. None stands for "not importable", which it is.
    sys.modules.setdefault("pandas", None)  # type: ignore[arg-type]

FEW = 64
"""Rows up to which values are handed over one by one: a frame as Arrow costs more than a small statement itself."""

_POLARS: dict[str, pl.DataType] = {
    "VARCHAR": pl.String(),
    "BIGINT": pl.Int64(),
    "BOOLEAN": pl.Boolean(),
    "DATE": pl.Date(),
    "TIMESTAMP WITH TIME ZONE": pl.Datetime("us", "UTC"),
}


def quoted(name: str) -> str:
    """An SQL identifier; names come from declarations only."""
    return '"' + name.replace('"', '""') + '"'


def sql_type(dtype: pl.DataType) -> str:
    """The DuckDB column type of a polars type."""
    if isinstance(dtype, pl.Decimal):
        return f"DECIMAL({dtype.precision},{dtype.scale})"
    if isinstance(dtype, pl.Datetime):
        return "TIMESTAMPTZ"
    plain: dict[type[pl.DataType], str] = {
        pl.String: "VARCHAR",
        pl.Boolean: "BOOLEAN",
        pl.Date: "DATE",
        pl.Int64: "BIGINT",
    }
    return plain[type(dtype)]


def among(column: str, values: Sequence[str]) -> tuple[str, list[object], dict[str, pl.DataFrame]]:
    """Return a condition that *column* (as SQL) is one of *values*, its parameters, and the frames it reads."""
    if len(values) == 1:
        # One value can be ruled out for whole parts of a table by their least and greatest; of a list that is not done.
        return f"{column} = ?", [*values], {}
    if len(values) <= FEW:
        return f"list_contains(?::VARCHAR[], {column})", [list(values)], {}
    return f"{column} IN (SELECT wanted FROM wanted)", [], {"wanted": pl.DataFrame({"wanted": list(values)})}


def matching(keys: Sequence[str], rows: pl.DataFrame) -> tuple[str, list[object], dict[str, pl.DataFrame]]:
    """Return what follows `DELETE FROM table` to reach what equals one of *rows* in *keys*, with `among`'s company."""
    first, *others = keys
    if not others:
        chosen, parameters, frames = among(quoted(first), rows[first].to_list())
        return f"WHERE {chosen}", parameters, frames
    if rows.height > FEW:
        same = " AND ".join(f"{quoted(key)} = wanted.k{place}" for place, key in enumerate(keys))
        wanted = rows.select(pl.col(key).alias(f"k{place}") for place, key in enumerate(keys))
        return f"USING wanted WHERE {same}", [], {"wanted": wanted}
    conditions, told = [], []
    for values, own in rows.group_by(others, maintain_order=True):
        chosen, parameters, _ = among(quoted(first), own[first].to_list())
        conditions.append(f"({chosen}{''.join(f' AND {quoted(key)} = ?' for key in others)})")
        told += [*parameters, *values]
    return f"WHERE {' OR '.join(conditions)}", told, {}


@contextmanager
def visible(connection: duckdb.DuckDBPyConnection, frames: Mapping[str, pl.DataFrame]) -> Iterator[None]:
    """Make *frames* tables of their names, for as long as the block lasts."""
    for name, frame in frames.items():
        connection.register(name, frame)
    try:
        yield
    finally:
        for name in frames:
            connection.unregister(name)


def few_rows(result: duckdb.DuckDBPyConnection) -> pl.DataFrame | None:
    """Return what was found as a frame; None where it is more than `FEW` rows, or of a type not kept in the store."""
    schema = {str(name): _polars_type(str(kind)) for name, kind, *_ in result.description or ()}
    if None in schema.values():
        return None
    rows = result.fetchmany(FEW + 1)
    if len(rows) > FEW:
        return None
    return pl.DataFrame(rows, schema=schema, orient="row")


def _polars_type(kind: str) -> pl.DataType | None:
    if kind.startswith("DECIMAL("):
        precision, scale = kind.removeprefix("DECIMAL(").removesuffix(")").split(",")
        return pl.Decimal(int(precision), int(scale))
    return _POLARS.get(kind)
