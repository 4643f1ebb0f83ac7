"""Mapped rows: both ends in one shape, with the time each property last moved."""

from collections.abc import Iterable, Sequence
from functools import lru_cache

import polars as pl

from talk_assets.model.pair import EntityPair
from talk_assets.model.system import System
from talk_assets.store import history
from talk_assets.store.database import Database
from talk_assets.store.known import held
from talk_assets.store.past import Reading
from talk_assets.store.rows import by_key, replace
from talk_assets.store.sql import among, quoted
from talk_assets.store.tables import AT, TOLD, UNSHOWN, is_unshown, mapped_schema, mapped_table, match_columns


def keep(db: Database, pair: EntityPair, system: System, rows: pl.DataFrame, *, reading: Reading) -> int:
    """Store translated *rows*, which *reading* told, and what moved in the history; the number that were new or moved.

    A property that moved takes the time of the record that holds it: of this row, or of the one it is looked up
    in. One that did not move keeps its older time even though its record was touched, and a row
    in which nothing moved keeps its change number, so that nothing downstream looks at it again. What
    the end did not show stays as it was last known; when shown for the first time it has no time, as
    nobody can say when it was set.
    """
    if rows.is_empty():
        return 0
    table = mapped_table(pair, system)
    known = by_id(db, pair, system, held(db, table, rows["_id"]))
    beside = rows.join(known.drop(_NOT_COMPARED), on="_id", how="left", suffix="_was")
    if rows[UNSHOWN].null_count() < rows.height:
        beside = beside.with_columns(_last_known(pair))
    told = tuple(name for name in pair.names if f"{name}{TOLD}" in rows.columns)
    kept = beside.with_columns(_moves(pair, told))
    moved = int(kept["_moved"].sum())
    with db.transaction():
        seq = db.next_seq(table) if moved else db.latest_seq()
        final = kept.with_columns(
            _seq=pl.when("_moved").then(pl.lit(seq, dtype=pl.Int64)).otherwise(pl.col("_seq"))
        ).select(mapped_schema(pair).keys())
        replace(db, table, final, keys=["_id"], known=known.height > 0)
        history.keep_moves(db, pair, system, kept, times=_times(pair), number=seq, reading=reading)
    return moved


def _times(pair: EntityPair) -> dict[str, str]:
    return {p.name: f"{p.name}{AT}" for p in pair.properties if not p.derived}


_NOT_COMPARED = ("_stamp", "_version", "_derived")


@lru_cache(maxsize=64)
def _moves(pair: EntityPair, told: tuple[str, ...]) -> list[pl.Expr]:
    """When each property last moved, and whether any did (`_moved`), of rows beside what was known of them.

    *told* are the properties that have a time of their own (`TOLD`).
    """
    compared = [*pair.names, "_key", "_parent", "_deleted", UNSHOWN, *match_columns(pair)]
    same = {name: pl.col(name).eq_missing(pl.col(f"{name}_was")) for name in compared}
    known = pl.col("_seq").is_not_null()
    times = [
        pl.when(same[n] & known)
        .then(pl.col(f"{n}{AT}"))
        .when(~is_unshown(f"{UNSHOWN}_was", n) | pl.col(f"{n}_was").is_not_null())
        .then(pl.col(f"{n}{TOLD}" if n in told else "_stamp"))
        .alias(f"{n}{AT}")
        for n in (p.name for p in pair.properties if not p.derived)
    ]
    return [*times, (~(pl.all_horizontal(*same.values()) & known)).alias("_moved")]


def _last_known(pair: EntityPair) -> list[pl.Expr]:
    """What was known of a row before, where the end no longer shows it."""
    names: list[tuple[str, tuple[str, ...]]] = [(name, (name,)) for name in pair.names]
    names += [(column, key.properties) for column, key in zip(match_columns(pair), pair.match, strict=True)]
    return [
        pl.when(pl.any_horizontal(*(is_unshown(UNSHOWN, name) for name in of)))
        .then(pl.col(f"{column}_was"))
        .otherwise(pl.col(column))
        .alias(column)
        for column, of in names
    ]


def unshown(db: Database, pair: EntityPair, system: System) -> dict[str, int]:
    """Properties that *system* leaves out of its answers, and of how many live records, linked or not."""
    return unshown_of(db, [(pair, system)]).get((pair.name, system), {})


def unshown_of(db: Database, which: Iterable[tuple[EntityPair, System]]) -> dict[tuple[str, System], dict[str, int]]:
    """The same as `unshown` for several, by pair and end; left out are those that show everything."""
    lists = " UNION ALL ".join(
        f"""SELECT '{pair.name}' AS pair, '{system}' AS system, {UNSHOWN} AS names FROM {mapped_table(pair, system)}
            WHERE {UNSHOWN} IS NOT NULL AND NOT _deleted"""
        for pair, system in which
    )
    counts: dict[tuple[str, System], dict[str, int]] = {}
    for name, system, names, count in db.rows(
        f"SELECT pair, system, names, count(*) FROM ({lists}) GROUP BY ALL ORDER BY ALL"
    ):
        found = counts.setdefault((str(name), System(str(system))), {})
        for one in str(names).strip(",").split(","):
            found[one] = found.get(one, 0) + int(str(count))
    return counts


def touch(db: Database, pair: EntityPair, system: System, ids: Sequence[str]) -> None:
    """Count rows as moved though their values did not: what was decided about them no longer holds."""
    if not ids:
        return
    chosen, parameters, frames = among("_id", ids)
    table = mapped_table(pair, system)
    with db.transaction():
        db.run(f"UPDATE {table} SET _seq = ? WHERE {chosen}", [db.next_seq(table), *parameters], **frames)


def by_id(db: Database, pair: EntityPair, system: System, ids: Sequence[str]) -> pl.DataFrame:
    """The mapped rows of *ids*."""
    if not ids:
        return _no_rows(pair)
    columns = ", ".join(quoted(name) for name in mapped_schema(pair))
    return by_key(db, mapped_table(pair, system), "_id", ids, columns=columns)


@lru_cache(maxsize=64)
def _no_rows(pair: EntityPair) -> pl.DataFrame:
    return pl.DataFrame(schema=mapped_schema(pair))


def lines_of(db: Database, child: EntityPair, system: System, parents: Sequence[str]) -> pl.DataFrame:
    """The live mapped lines of the documents *parents*, in a stable order."""
    chosen, parameters, frames = among("_parent", parents)
    columns = ", ".join(quoted(name) for name in mapped_schema(child))
    return db.frame(
        f"SELECT {columns} FROM {mapped_table(child, system)} WHERE {chosen} AND NOT _deleted", parameters, **frames
    ).sort("_parent", "_id")


def line_counts(db: Database, child: EntityPair, system: System, parents: Sequence[str]) -> pl.DataFrame:
    """How many live lines each of the documents *parents* has (columns `_id, lines`); none: left out."""
    wanted = pl.DataFrame({"_parent": list(parents)}, schema={"_parent": pl.String()})
    return db.frame(
        f"""SELECT _parent AS _id, count(*) AS lines FROM {mapped_table(child, system)} SEMI JOIN wanted USING (_parent)
            WHERE NOT _deleted GROUP BY _parent ORDER BY _parent""",
        wanted=wanted,
    )


def last_move(db: Database, pair: EntityPair, lines: Sequence[EntityPair], system: System, record: str) -> int:
    """The number of the last move of a record of *system*, or of one of its *lines*, deleted ones among them."""
    moves = [f"SELECT _seq FROM {mapped_table(pair, system)} WHERE _id = ?"]
    moves += [f"SELECT _seq FROM {mapped_table(line, system)} WHERE _parent = ?" for line in lines]
    return db.count(f"SELECT coalesce(max(_seq), 0) FROM ({' UNION ALL '.join(moves)})", [record] * len(moves))


def since(db: Database, pair: EntityPair, system: System, seq: int) -> int:
    """How many rows moved after *seq*."""
    return db.count(f"SELECT count(*) FROM {mapped_table(pair, system)} WHERE _seq > ?", [seq])


def live_count(db: Database, pair: EntityPair, system: System) -> int:
    """Rows that are not tombstones."""
    return db.count(f"SELECT count(*) FROM {mapped_table(pair, system)} WHERE NOT _deleted")
