"""Mapped rows: both ends in one shape, with the time each property last moved."""

from collections.abc import Sequence

import polars as pl

from talk_assets.model.pair import EntityPair
from talk_assets.model.system import System
from talk_assets.store.database import Database, quoted
from talk_assets.store.tables import AT, TOLD, UNSHOWN, is_unshown, mapped_schema, mapped_table, match_columns


def keep(db: Database, pair: EntityPair, system: System, rows: pl.DataFrame) -> int:
    """Store translated *rows*; the number that were new or moved.

    A property that moved takes the time of the record that holds it: of this row, or of the one it is looked up
    in. One that did not move keeps its older time even though its record was touched, and a row
    in which nothing moved keeps its change number, so that nothing downstream looks at it again. What
    the end did not show stays as it was last known; when shown for the first time it has no time, as
    nobody can say when it was set.
    """
    if rows.is_empty():
        return 0
    table = mapped_table(pair, system)
    known = by_id(db, pair, system, rows["_id"].to_list())
    timed = [p.name for p in pair.properties if not p.derived]
    compared = [*pair.names, "_key", "_parent", "_deleted", UNSHOWN, *match_columns(pair)]
    beside = rows.join(
        known.select("_id", "_seq", *compared, *(f"{n}{AT}" for n in timed)), on="_id", how="left", suffix="_was"
    )
    if rows[UNSHOWN].null_count() < rows.height:
        beside = beside.with_columns(_last_known(pair))
    same = {name: pl.col(name).eq_missing(pl.col(f"{name}_was")) for name in compared}
    unmoved = pl.all_horizontal(*same.values()) & pl.col("_seq").is_not_null()
    kept = beside.with_columns(
        *(
            pl.when(same[n] & pl.col("_seq").is_not_null())
            .then(pl.col(f"{n}{AT}"))
            .when(~is_unshown(f"{UNSHOWN}_was", n) | pl.col(f"{n}_was").is_not_null())
            .then(pl.col(f"{n}{TOLD}") if f"{n}{TOLD}" in rows.columns else pl.col("_stamp"))
            .alias(f"{n}{AT}")
            for n in timed
        ),
        _moved=~unmoved,
    )
    moved = kept.filter("_moved").height
    with db.transaction():
        seq = db.next_seq() if moved else db.latest_seq()
        final = kept.with_columns(
            _seq=pl.when("_moved").then(pl.lit(seq, dtype=pl.Int64)).otherwise(pl.col("_seq"))
        ).select(mapped_schema(pair).keys())
        db.run(f"DELETE FROM {table} USING incoming WHERE {table}._id = incoming._id", incoming=final.select("_id"))
        db.insert(table, final)
    return moved


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
    found = db.rows(
        f"""SELECT name, count(*) FROM
              (SELECT unnest(string_split(trim({UNSHOWN}, ','), ',')) AS name FROM {mapped_table(pair, system)}
               WHERE {UNSHOWN} IS NOT NULL AND NOT _deleted) GROUP BY name ORDER BY name"""
    )
    return {str(name): int(str(count)) for name, count in found}


def touch(db: Database, pair: EntityPair, system: System, ids: Sequence[str]) -> None:
    """Count rows as moved though their values did not: what was decided about them no longer holds."""
    if not ids:
        return
    wanted = pl.DataFrame({"_id": list(ids)}, schema={"_id": pl.String()})
    with db.transaction():
        db.run(
            f"UPDATE {mapped_table(pair, system)} SET _seq = ? WHERE _id IN (SELECT _id FROM wanted)",
            [db.next_seq()],
            wanted=wanted,
        )


def by_id(db: Database, pair: EntityPair, system: System, ids: Sequence[str]) -> pl.DataFrame:
    """The mapped rows of *ids*."""
    wanted = pl.DataFrame({"_id": list(ids)}, schema={"_id": pl.String()})
    columns = ", ".join(quoted(name) for name in mapped_schema(pair))
    return db.frame(f"SELECT {columns} FROM {mapped_table(pair, system)} SEMI JOIN wanted USING (_id)", wanted=wanted)


def lines_of(db: Database, child: EntityPair, system: System, parents: Sequence[str]) -> pl.DataFrame:
    """The live mapped lines of the documents *parents*, in a stable order."""
    wanted = pl.DataFrame({"_parent": list(parents)}, schema={"_parent": pl.String()})
    columns = ", ".join(quoted(name) for name in mapped_schema(child))
    return db.frame(
        f"SELECT {columns} FROM {mapped_table(child, system)} SEMI JOIN wanted USING (_parent) WHERE NOT _deleted",
        wanted=wanted,
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
