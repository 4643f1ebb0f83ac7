"""The history of records: every value that moved, and what came into quarantine or left it.

Rows are written in the transaction that changes what is stored, so the history never tells of something that was
taken back, and lacks nothing that holds now.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import datetime, timedelta

import polars as pl

from talk_assets.model.pair import EntityPair
from talk_assets.model.system import System
from talk_assets.store.database import Database
from talk_assets.store.past import HISTORY, HISTORY_SCHEMA, Reading, What
from talk_assets.store.sql import quoted

BESIDE = ("_deleted", "_parent", "_unshown")
"""What is told of a record beside its properties: whether it is deleted, whose line it is, what its end leaves out."""
_PRUNED = "history_pruned"
_EVERY = timedelta(days=7)


def keep_moves(
    db: Database,
    pair: EntityPair,
    system: System,
    kept: pl.DataFrame,
    *,
    times: Mapping[str, str],
    number: int,
    reading: Reading,
) -> None:
    """Add what *kept* rows say that is new; at most one statement, none where nothing moved.

    *kept* are mapped rows beside what was known of them (`<column>_was`), with `_moved` and, where the record was
    known, `_seq`. *times* names for each property the column that says when it moved; others take the record's stamp.
    """
    if not kept["_moved"].any():
        return
    new = pl.col("_seq").is_null()
    first, known = kept.filter("_moved" & new), kept.filter(pl.col("_moved") & ~new)
    parts = [_rows(first, What.SEEN, None, at="_stamp")] if first.height else []
    if known.height:
        names = [*pair.names, *BESIDE]
        some = known.select(pl.col(n).ne_missing(pl.col(f"{n}_was")).any() for n in names).row(0)
        for name in (n for n, moved in zip(names, some, strict=True) if moved):
            rows = known.filter(pl.col(name).ne_missing(pl.col(f"{name}_was")))
            parts.append(_rows(rows, What.VALUE, name, at=times.get(name, "_stamp")))
    if parts:
        db.insert(HISTORY, _told(pl.concat(parts), pair.name, system, number=number, reading=reading))


def _rows(rows: pl.DataFrame, what: What, name: str | None, *, at: str) -> pl.DataFrame:
    empty = pl.lit(None, dtype=pl.String)
    return rows.select(
        pl.col("_id").alias("record_id"),
        pl.lit(what.value).alias("what"),
        pl.lit(name, dtype=pl.String).alias("property"),
        (empty if name is None else pl.col(f"{name}_was").cast(pl.String)).alias("old"),
        (empty if name is None else pl.col(name).cast(pl.String)).alias("new"),
        pl.col(at).alias("at"),
    )


def _told(rows: pl.DataFrame, pair: str, system: str, *, number: int, reading: Reading) -> pl.DataFrame:
    return rows.with_columns(
        pair=pl.lit(pair),
        system=pl.lit(system),
        known_at=pl.lit(reading.at).cast(pl.Datetime("us", "UTC")),
        how=pl.lit(None if reading.how is None else reading.how.value, dtype=pl.String),
        run=pl.lit(reading.run, dtype=pl.String),
        number=pl.lit(number, dtype=pl.Int64),
    ).select(HISTORY_SCHEMA.keys())


def declared_anew(db: Database, pair: EntityPair, system: System, reading: Reading) -> None:
    """Note that *pair* is declared otherwise from now on: what a property holds may change without an edit."""
    row = {"record_id": None, "what": What.DECLARED.value, "property": None, "old": None, "new": None, "at": None}
    schema = {name: HISTORY_SCHEMA[name] for name in row}
    rows = pl.DataFrame([row], schema=schema)
    db.insert(HISTORY, _told(rows, pair.name, system, number=db.latest_seq(), reading=reading))


def keep_stops(
    db: Database, pair: str, system: str, *, came: pl.DataFrame, left: Collection[str], now: datetime
) -> None:
    """Add which records came into quarantine (columns `record_id, property, value, reason`), and which *left* it."""
    columns = ("record_id", "what", "property", "old", "new")
    schema = dict.fromkeys(columns, pl.String())
    rows = [
        came.select(
            "record_id",
            "property",
            what=pl.lit(What.STOPPED.value),
            old=pl.col("value").cast(pl.String),
            new=pl.col("reason"),
        ).select(pl.col(columns).cast(pl.String)),
        pl.DataFrame([(one, What.FREE.value, None, None, None) for one in sorted(left)], schema=schema, orient="row"),
    ]
    told = pl.concat(rows).with_columns(at=pl.lit(None, dtype=pl.Datetime("us", "UTC")))
    if told.height:
        db.insert(HISTORY, _told(told, pair, system, number=db.latest_seq(), reading=Reading(at=now)))


def of(db: Database, pair: EntityPair, records: Mapping[System, Sequence[str]]) -> pl.DataFrame:
    """What is known of the past of *records*, by end, oldest first (`HISTORY_SCHEMA`)."""
    ends = " OR ".join("(system = ? AND list_contains(?::VARCHAR[], record_id))" for _ in records)
    parameters = [part for system, ids in records.items() for part in (system.value, list(ids))]
    return db.frame(
        f"""SELECT * FROM {HISTORY} WHERE pair = ? AND ({ends} OR record_id IS NULL)
            ORDER BY number, known_at, system, record_id, property NULLS FIRST""",
        [pair.name, *parameters],
    )


def forget(db: Database, now: datetime, before: datetime) -> None:
    """Drop what was learned before *before*, about once a week; otherwise nothing is asked of the store."""
    last = db.meta(_PRUNED)
    if last is not None and now - datetime.fromisoformat(last) < _EVERY:
        return
    db.note(_PRUNED, now.isoformat())
    if last is not None:
        db.execute(f"DELETE FROM {HISTORY} WHERE known_at < ?", [before])


def gaps(pair: EntityPair) -> Iterator[tuple[str, str, str]]:
    """Questions that find where the history of *pair* does not fit together: name, problem and source, as SQL.

    What was told before the pair was last declared otherwise is left out: a property may have been undeclared for a
    while. A history that is pruned, or begins late, is only shorter.
    """
    told = f"""(SELECT h.*, lag(new) OVER w AS before, lag(number) OVER w AS prior, lead(number) OVER w AS later
        FROM {HISTORY} h WHERE pair = '{pair.name}' AND what = '{What.VALUE}' AND number > coalesce(
          (SELECT max(number) FROM {HISTORY} d WHERE d.pair = h.pair AND d.system = h.system
           AND d.what = '{What.DECLARED}'), -1)
        WINDOW w AS (PARTITION BY system, record_id, property ORDER BY number))"""
    yield (
        "history_gap",
        "'The history of ' || property || ' does not follow on what it told before.'",
        f"{told} WHERE prior IS NOT NULL AND old IS DISTINCT FROM before",
    )
    names = [*pair.names, *BESIDE]
    held = " ".join(f"WHEN '{name}' THEN CAST(m.{quoted(name)} AS VARCHAR)" for name in names)
    for system in System:
        yield (
            "history_ends_otherwise",
            "'The history of ' || property || ' does not end with what is stored.'",
            f"""{told} h LEFT JOIN mapped.{quoted(f"{system}_{pair.name}")} m ON m._id = h.record_id
                WHERE h.system = '{system}' AND later IS NULL AND h.new IS DISTINCT FROM CASE property {held} END""",
        )
