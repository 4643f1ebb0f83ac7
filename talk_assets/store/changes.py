"""Changesets: what must change where."""

from collections.abc import Mapping, Sequence
from typing import Any

import polars as pl

from talk_assets.model.pair import EntityPair
from talk_assets.model.system import System
from talk_assets.store import doubt, linked
from talk_assets.store.database import Database
from talk_assets.store.rows import whole
from talk_assets.store.sql import among
from talk_assets.store.tables import (
    CHANGE_SCHEMA,
    REVIEW,
    changes_table,
    links_table,
    mapped_table,
)

PARENT = "parent"
"""What a parked change waits for where it is no record of the other end: an Account, an Opportunity."""


NO_CHANGES = pl.DataFrame(schema=dict(CHANGE_SCHEMA))
_ORDER = ("system", "op", "link_id", "origin_id", "property")
_NO_LINKS = pl.DataFrame(schema={"link_id": pl.String()})


def touched_links(db: Database, pair: EntityPair, seq: int, *, parent: EntityPair | None) -> pl.DataFrame:
    """Links (column `link_id`) to look at: either record moved after *seq*, the link is new, or a change waits.

    What waits is looked at each time, as what it waits for, a person's decision among it, may be here by now;
    deletions, as the lines of the document may have moved.
    """
    table = links_table(pair)
    named = linked.moved(db, pair, seq)
    found = [
        f"SELECT l.link_id FROM {mapped_table(pair, s)} m JOIN {table} l ON l.{s}_id = m._id WHERE m._seq > ?"
        for s in System
        if named is None and db.moved(mapped_table(pair, s)) > seq
    ]
    if db.moved(table) > seq:
        found.append(f"SELECT link_id FROM {table} WHERE _seq > ?")
    if parent is not None:
        # A document's deletion or status decides what its lines may do.
        found += [
            f"""SELECT l.link_id FROM {mapped_table(parent, system)} d
                JOIN {mapped_table(pair, system)} m ON m._parent = d._id JOIN {table} l ON l.{system}_id = m._id
                WHERE d._seq > ? AND m._deleted"""
            for system in System
            if db.moved(mapped_table(parent, system)) > seq
        ]
    parameters = [seq] * len(found)
    if doubt.stands(db, pair):
        found.append(f"SELECT link_id FROM {table} WHERE doubtful")
    if not db.is_empty(changes_table(pair)):
        found.append(
            f"""SELECT link_id FROM {changes_table(pair)}
                WHERE link_id IS NOT NULL AND (state <> 'pending' OR op = 'delete')"""
        )
    parts = [linked.of_records(db, pair, system, ids).select("link_id") for system, ids in (named or {}).items() if ids]
    if found:
        parts.append(db.frame(f"SELECT DISTINCT link_id FROM ({' UNION ALL '.join(found)})", parameters))
    return pl.concat([_NO_LINKS, *parts]).unique(maintain_order=True)


def candidates(db: Database, pair: EntityPair, system: System, seq: int, *, parent: EntityPair | None) -> list[str]:
    """Live records of *system* without a link that may need a counterpart.

    Left out: records in review, and lines whose document has no live link (they are created with it).
    """
    table, documents = mapped_table(pair, system), ""
    which = []
    if not db.is_empty(changes_table(pair)):
        asked = f"SELECT origin_id FROM {changes_table(pair)} WHERE link_id IS NULL AND system = '{system.other}'"
        which.append(f"m._id IN ({asked})")
    if parent is not None:
        documents = f"JOIN {links_table(parent)} d ON d.{system}_id = m._parent AND d.state = 'live'"
        if db.moved(links_table(parent)) > seq:
            which.append(f"d._seq > {seq:d}")
        # A document that was deleted for a while may have got lines meanwhile.
        which += [
            f"""m._parent IN (SELECT l.{system}_id FROM {links_table(parent)} l
                  JOIN {mapped_table(parent, s)} x ON x._id = l.{s}_id WHERE x._seq > {seq:d})"""
            for s in System
            if db.moved(mapped_table(parent, s)) > seq
        ]
    if not which and db.moved(table) <= seq:
        return []
    in_review = ""
    if not db.is_empty(REVIEW):
        in_review = f"""AND m._id NOT IN
            (SELECT record_id FROM links.review WHERE pair = '{pair.name}' AND system = '{system}')"""
    left = linked.unlinked(db, pair, system, seq, which, documents=documents)
    if left is not None and not (left and in_review):
        return left
    which.append(f"m._seq > {seq:d}")
    found = db.frame(
        f"""SELECT m._id FROM {table} m ANTI JOIN {links_table(pair)} l ON l.{system}_id = m._id {documents}
            WHERE NOT m._deleted AND ({" OR ".join(which)}) {in_review} ORDER BY m.rowid"""
    )
    return found["_id"].to_list()


def replace(
    db: Database, pair: EntityPair, *, links: pl.DataFrame, origins: pl.DataFrame, changes: pl.DataFrame
) -> None:
    """Replace the changes of *links* (column `link_id`) and of unlinked *origins* (`_id, system`: the end written)."""
    table = changes_table(pair)
    with db.transaction():
        known = not db.is_empty(table)
        waiting = _waiting_for_parents(db, pair) if known else None
        if known and links.height:
            old, parameters, frames = among("link_id", links["link_id"].to_list())
            db.run(f"DELETE FROM {table} WHERE {old}", parameters, **frames)
        if known and origins.height:
            db.run(
                f"""DELETE FROM {table} USING origins o
                    WHERE {table}.link_id IS NULL AND {table}.origin_id = o._id AND {table}.system = o.system""",
                origins=origins,
            )
        if changes.height:
            if waiting is not None and waiting.height:
                changes = _still_waiting(changes, waiting)
            stamped = changes.with_columns(pair=pl.lit(pair.name), _seq=pl.lit(db.latest_seq(), dtype=pl.Int64))
            db.insert(table, stamped.select(CHANGE_SCHEMA.keys()))


def _waiting_for_parents(db: Database, pair: EntityPair) -> pl.DataFrame:
    return db.frame(
        f"""SELECT system, link_id, origin_id, property, reason AS why FROM {changes_table(pair)}
            WHERE waits_pair = ?""",
        [PARENT],
    )


def _still_waiting(changes: pl.DataFrame, waiting: pl.DataFrame) -> pl.DataFrame:
    """Park again what waits for a parent: only the next attempt to find one can tell that it is there."""
    again = pl.col("why").is_not_null() & (pl.col("state") == "pending")
    return (
        changes.join(waiting, on=["system", "link_id", "origin_id", "property"], how="left", nulls_equal=True)
        .with_columns(
            state=pl.when(again).then(pl.lit("parked")).otherwise("state"),
            reason=pl.when(again).then("why").otherwise("reason"),
            waits_pair=pl.when(again).then(pl.lit(PARENT)).otherwise("waits_pair"),
        )
        .drop("why")
    )


def drop_unasked(db: Database, pair: EntityPair, *, parent: EntityPair | None) -> None:
    """Drop the creations of records that were linked, deleted or sent to review since.

    Those of lines go as well while either end's document is deleted: they are asked anew once it is back.
    """
    table = changes_table(pair)
    if db.is_empty(table):
        return
    known = whole(db, table)
    if known is not None and not known["link_id"].null_count():
        return
    live = "" if parent is None else f"JOIN {links_table(parent)} d ON d.state = 'live' AND m._parent = d."
    for system in System:
        origin = system.other
        db.run(
            f"""DELETE FROM {table} WHERE link_id IS NULL AND system = ? AND origin_id NOT IN (
                  SELECT m._id FROM {mapped_table(pair, origin)} m {live and f"{live}{origin}_id"}
                  SEMI JOIN (SELECT origin_id FROM {table} WHERE link_id IS NULL) a ON a.origin_id = m._id
                  ANTI JOIN {links_table(pair)} l ON l.{origin}_id = m._id WHERE NOT m._deleted AND m._id NOT IN
                    (SELECT record_id FROM links.review WHERE pair = ? AND system = ?))""",
            [system, pair.name, origin],
        )


def drop_origins(db: Database, pair: EntityPair, system: System, origins: Sequence[str]) -> None:
    """Drop the changes that unlinked records ask of *system*."""
    chosen, parameters, frames = among("origin_id", origins)
    db.run(
        f"DELETE FROM {changes_table(pair)} WHERE link_id IS NULL AND system = ? AND {chosen}",
        [system, *parameters],
        **frames,
    )


def drop_applied(db: Database, pair: EntityPair, system: System, applied: pl.DataFrame) -> None:
    """Drop applied changes (columns `link_id, property`; a null property stands for the whole record)."""
    table = changes_table(pair)
    db.run(
        f"""DELETE FROM {table} USING applied a WHERE {table}.link_id = a.link_id AND {table}.system = ?
            AND {table}.property IS NOT DISTINCT FROM a.property""",
        [system],
        applied=applied,
    )


def hold(db: Database, pair: EntityPair, system: System, refused: pl.DataFrame) -> None:
    """Hold changes the end refused (columns `link_id, origin_id, property, reason`), until their input changes.

    A null property stands for all of the record's.
    """
    table = changes_table(pair)
    db.run(
        f"""UPDATE {table} SET state = 'held', reason = r.reason FROM refused r
            WHERE {table}.system = ? AND {table}.state = 'pending'
              AND {table}.link_id IS NOT DISTINCT FROM r.link_id AND {table}.origin_id = r.origin_id
              AND (r.property IS NULL OR {table}.property = r.property)""",
        [system],
        refused=refused,
    )


def of(db: Database, pair: EntityPair, *, state: str | None = None, system: System | None = None) -> pl.DataFrame:
    """The pair's changes, in a stable order."""
    if db.is_empty(changes_table(pair)):
        return NO_CHANGES
    known = whole(db, changes_table(pair))
    if known is not None:
        asked = [pl.col(name) == value for name, value in (("state", state), ("system", system)) if value is not None]
        return known.filter(*asked).sort(_ORDER, nulls_last=True)
    return db.frame(
        f"""SELECT * FROM {changes_table(pair)} WHERE (? IS NULL OR state = ?) AND (? IS NULL OR system = ?)
            ORDER BY {", ".join(_ORDER)}""",
        [state, state, system, system],
    )


def about(db: Database, pair: EntityPair, link: str | None, records: Sequence[str]) -> list[dict[str, Any]]:
    """The changes that stand of *link*, or that unlinked *records* ask for (change schema)."""
    return db.frame(
        f"""SELECT * FROM {changes_table(pair)} WHERE link_id = ?
            OR (link_id IS NULL AND list_contains(?::VARCHAR[], origin_id)) ORDER BY ALL""",
        [link, list(records)],
    ).to_dicts()


def count(db: Database, pair: EntityPair, state: str) -> int:
    """How many records have a change in *state*."""
    if db.is_empty(changes_table(pair)):
        return 0
    known = whole(db, changes_table(pair))
    if known is not None:
        return known.filter(pl.col("state") == state).select("link_id", "origin_id", "system").n_unique()
    return db.count(
        f"SELECT count(*) FROM (SELECT DISTINCT link_id, origin_id, system FROM {changes_table(pair)} WHERE state = ?)",
        [state],
    )


def park(
    db: Database, pair: EntityPair, system: System, waits: Mapping[str, str], *, property: str | None = None
) -> None:
    """Park pending changes whose parent could not be resolved (*waits*: origin id to reason), until `unpark`."""
    if not waits:
        return
    rows = {"origin_id": list(waits), "reason": list(waits.values())}
    table = changes_table(pair)
    db.run(
        f"""UPDATE {table} SET state = 'parked', reason = w.reason, waits_pair = ? FROM waits w
            WHERE {table}.system = ? AND {table}.state = 'pending' AND {table}.origin_id = w.origin_id
              AND (? IS NULL OR {table}.property = ?)""",
        [PARENT, system, property, property],
        waits=pl.DataFrame(rows, schema=dict.fromkeys(rows, pl.String())),
    )


def unpark(db: Database, pair: EntityPair, system: System) -> None:
    """Make changes that wait for a parent pending, to be tried once more."""
    if db.is_empty(changes_table(pair)):
        return
    known = whole(db, changes_table(pair))
    if known is not None and PARENT not in known["waits_pair"]:
        return
    db.run(
        f"""UPDATE {changes_table(pair)} SET state = 'pending', reason = NULL, waits_pair = NULL
            WHERE system = ? AND state = 'parked' AND waits_pair = ?""",
        [system, PARENT],
    )
