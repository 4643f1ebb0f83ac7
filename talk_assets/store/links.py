"""Links and baselines: which record is which, and what both ends last agreed on."""

from collections.abc import Mapping, Sequence
from datetime import datetime

import polars as pl

from talk_assets.model.pair import EntityPair
from talk_assets.model.system import System
from talk_assets.store import intents, linked, mapped
from talk_assets.store.database import Database
from talk_assets.store.rows import by_key, replace
from talk_assets.store.sql import among, quoted
from talk_assets.store.tables import (
    LINK_SCHEMA,
    REVIEW,
    baseline_schema,
    baseline_table,
    changes_table,
    links_table,
    mapped_table,
    match_columns,
)
from talk_assets.store.ties import parted

GONE: Mapping[System, tuple[str, ...]] = {
    System.SALESFORCE: ("salesforce_deleted", "salesforce_merged", "customerp_restored", "both_deleted"),
    System.CUSTOMERP: ("customerp_deleted", "salesforce_restored", "both_deleted"),
}
"""The link states in which an end's record is deleted."""


def add(db: Database, pair: EntityPair, found: pl.DataFrame, *, now: datetime, fresh: bool) -> None:
    """Store links (columns `link_id, salesforce_id, customerp_id, rule`) with empty baselines.

    Link and baselines come in one transaction, so that neither exists without the other.
    """
    if found.is_empty():
        return
    with db.transaction():
        db.insert(
            links_table(pair),
            found.with_columns(
                state=pl.lit("live"),
                fresh=pl.lit(fresh),
                doubtful=pl.lit(value=False),
                made_at=pl.lit(now).cast(pl.Datetime("us", "UTC")),
                _seq=pl.lit(db.next_seq(links_table(pair)), dtype=pl.Int64),
            ).select(LINK_SCHEMA.keys()),
        )
        for system in System:
            db.insert(baseline_table(pair), found.select("link_id", system=pl.lit(system.value)))


def set_baselines(db: Database, pair: EntityPair, rows: pl.DataFrame) -> None:
    """Replace whole baseline rows (columns of the baseline schema).

    What was agreed on a property that is not declared any more stays: declared again, its edits are told by it.
    """
    if rows.is_empty():
        return
    table, schema = baseline_table(pair), baseline_schema(pair)
    undeclared = sorted(db.columns[table.replace('"', "")] - schema.keys())
    if undeclared:
        known = baselines(db, pair, rows["link_id"].unique().to_list())
        rows = rows.join(known.select("link_id", "system", *undeclared), on=["link_id", "system"], how="left")
    replace(db, table, rows.select(*schema, *undeclared), keys=["link_id", "system"])


def baselines(db: Database, pair: EntityPair, link_ids: Sequence[str]) -> pl.DataFrame:
    """The baseline rows of *link_ids*."""
    return by_key(db, baseline_table(pair), "link_id", link_ids)


def by_record(db: Database, pair: EntityPair, system: System, ids: Sequence[str]) -> pl.DataFrame:
    """The links of the records *ids* of *system*."""
    chosen, parameters, frames = among(f"{system}_id", ids)
    return db.frame(f"SELECT * FROM {links_table(pair)} WHERE {chosen}", parameters, **frames)


def by_link(db: Database, pair: EntityPair, link_ids: Sequence[str]) -> pl.DataFrame:
    """The links *link_ids*."""
    return by_key(db, links_table(pair), "link_id", link_ids)


def settle(db: Database, pair: EntityPair, link_ids: Sequence[str]) -> None:
    """Mark links as reconciled once: from now on their baselines count."""
    if link_ids:
        chosen, parameters, frames = among("link_id", link_ids)
        db.run(f"UPDATE {links_table(pair)} SET fresh = FALSE WHERE fresh AND {chosen}", parameters, **frames)


def set_states(db: Database, pair: EntityPair, states: pl.DataFrame) -> None:
    """Set link states (columns `link_id, state`)."""
    if states.height:
        table = links_table(pair)
        db.run(
            f"UPDATE {table} SET state = incoming.state FROM incoming WHERE {table}.link_id = incoming.link_id",
            incoming=states,
        )


def count(db: Database, pair: EntityPair) -> int:
    """How many links there are."""
    return db.count(f"SELECT count(*) FROM {links_table(pair)}")


def drawn(db: Database, pair: EntityPair, most: int, *, draw: str) -> pl.DataFrame:
    """At most *most* links whose records both live and were reconciled before; each *draw* picks others."""
    return db.frame(
        f"""SELECT * FROM {links_table(pair)} WHERE state = 'live' AND NOT fresh
            ORDER BY hash(link_id || ?), link_id LIMIT {most:d}""",
        [draw],
    )


def unlinked(db: Database, pair: EntityPair, system: System, seq: int, *, parent: EntityPair | None) -> pl.DataFrame:
    """Live records without a link that moved after *seq*, wait in review, or whose document was just linked.

    So are those whose copy by our key was deleted after *seq*, before it was known to be there.
    Columns: `_id, _key, _derived, _parent`, the match columns and the reference columns.
    """
    columns = ["_id", "_key", "_derived", "_parent", *match_columns(pair), *(p.name for p in pair.references)]
    table = mapped_table(pair, system)
    which = []
    there = mapped_table(pair, system.other)
    if db.moved(there) > seq and linked.some_deleted(db, pair, system.other, seq):
        which.append(f"m._derived IN (SELECT _key FROM {there} WHERE _seq > {seq:d} AND _deleted)")
    if not db.is_empty(REVIEW):
        reviewed = f"SELECT record_id FROM {REVIEW} WHERE pair = '{pair.name}' AND system = '{system}'"
        which.append(f"m._id IN ({reviewed})")
    if parent is not None and db.moved(links_table(parent)) > seq:
        which.append(f"m._parent IN (SELECT {system}_id FROM {links_table(parent)} WHERE _seq > {seq:d})")
    left = linked.unlinked(db, pair, system, seq, which) if which or db.moved(table) > seq else []
    if left is not None:
        return mapped.by_id(db, pair, system, left).select(columns)
    which.append(f"m._seq > {seq:d}")
    return db.frame(
        f"""SELECT {", ".join("m." + quoted(c) for c in columns)} FROM {table} m
            ANTI JOIN {links_table(pair)} l ON l.{system}_id = m._id
            WHERE NOT m._deleted AND ({" OR ".join(which)})"""
    )


def key_candidates(db: Database, pair: EntityPair, system: System, rows: pl.DataFrame) -> pl.DataFrame:
    """Unlinked records of the other end tied to *rows* of *system* by a stored key (columns `own, other`).

    A record carries our key when we created it; a person may also have stored the other end's id there.
    A tie to a deleted record counts where there is none to a live one: what was made for a record that
    is gone is its counterpart still, and no record that lacks one. No key ties what a person said is separate,
    or kept though the other was deleted; the latter are tied if the other was restored before anything else was made.
    """
    if rows.is_empty():
        return pl.DataFrame(schema={"own": pl.String(), "other": pl.String()})
    other = system.other
    ties = [("_key", "_derived"), ("_key", "_id"), ("_derived", "_key"), ("_id", "_key")]
    tied = " UNION ".join(
        f"SELECT rows._id AS own, o._id AS other, o._deleted AS gone FROM rows "
        f"JOIN {mapped_table(pair, other)} o ON rows.{mine} = o.{theirs}"
        for mine, theirs in ties
    )
    said = parted(db, pair).select(own=f"{system}_id", other=f"{other}_id", what="what")
    restored = f"""SELECT said.own, said.other, o._deleted AS gone FROM said JOIN rows ON rows._id = said.own
        JOIN {mapped_table(pair, other)} o ON o._id = said.other WHERE said.what = 'kept' AND NOT o._deleted"""
    return db.frame(
        f"""SELECT own, other FROM (SELECT * FROM ({tied}) ANTI JOIN said USING (own, other) UNION {restored}) t
            ANTI JOIN {links_table(pair)} l ON l.{other}_id = t.other
            QUALIFY rank() OVER (PARTITION BY own ORDER BY gone) = 1""",
        rows=rows.select("_id", "_key", "_derived"),
        said=said,
    )


def sharing(
    db: Database,
    pair: EntityPair,
    system: System,
    *,
    column: str,
    values: pl.DataFrame,
    references: Sequence[tuple[str, EntityPair]],
) -> pl.DataFrame:
    """All live records of *system* whose *column* is one of *values* (column `value`), linked or not.

    Columns: `_id, value, link_id` and, for each of *references* (property, pair), the link id it refers to.
    """
    joins = "".join(
        f" LEFT JOIN {links_table(referred)} r{i} ON r{i}.{system}_id = m.{quoted(name)}"
        for i, (name, referred) in enumerate(references)
    )
    picked = "".join(f", r{i}.link_id AS {quoted(name)}" for i, (name, _) in enumerate(references))
    return db.frame(
        f"""SELECT m._id, m.{quoted(column)} AS value, l.link_id{picked}
            FROM {mapped_table(pair, system)} m LEFT JOIN {links_table(pair)} l ON l.{system}_id = m._id{joins}
            WHERE NOT m._deleted AND m.{quoted(column)} IN (SELECT value FROM shared)""",
        shared=values,
    )


def lines_of_matched(
    db: Database,
    pair: EntityPair,
    parent: EntityPair,
    system: System,
    seq: int,
    *,
    references: Sequence[tuple[str, EntityPair]],
) -> pl.DataFrame:
    """Lines of *system* whose document was linked after *seq* by a match, not by our creation.

    Columns as `links.match.MEMBER_SCHEMA`; `value` joins the document's link and what the line refers to.
    """
    joins = "".join(
        f" LEFT JOIN {links_table(referred)} r{i} ON r{i}.{system}_id = m.{quoted(name)}"
        for i, (name, referred) in enumerate(references)
    )
    value = " || chr(31) || ".join(["d.link_id", *(f"r{i}.link_id" for i in range(len(references)))])
    return db.frame(
        f"""SELECT '{system}' AS system, m._id, {value} AS value, l.link_id
            FROM {links_table(parent)} d JOIN {mapped_table(pair, system)} m ON m._parent = d.{system}_id
            LEFT JOIN {links_table(pair)} l ON l.{system}_id = m._id{joins}
            WHERE d._seq > ? AND d.rule NOT IN ('created', 'key') AND NOT m._deleted""",
        [seq],
    )


def fresh(db: Database, pair: EntityPair) -> tuple[list[str], list[str]]:
    """Links whose two records were not yet wholly reconciled for the first time; and those of them that were found.

    Of those both records were there before: we made neither for the other. One found by our own key was made by us
    in a run that died, or before the store was lost.
    """
    rows = db.rows(f"SELECT link_id, rule NOT IN ('created', 'key') FROM {links_table(pair)} WHERE fresh")
    return [str(link) for link, _ in rows], [str(link) for link, found in rows if found]


def by_any_id(db: Database, pair: EntityPair, record: str) -> pl.DataFrame:
    """The links whose own id, or either record's id, is *record*; a Salesforce id may be without its last three."""
    return db.frame(
        f"""SELECT * FROM {links_table(pair)} WHERE ? IN (link_id, salesforce_id, customerp_id, left(salesforce_id, 15))
            ORDER BY link_id""",
        [record],
    )


def of_document(db: Database, child: EntityPair, system: System, document: str) -> pl.DataFrame:
    """The links of the lines of *document* of *system*."""
    return db.frame(
        f"""SELECT l.* FROM {links_table(child)} l JOIN {mapped_table(child, system)} m ON m._id = l.{system}_id
            WHERE m._parent = ? ORDER BY l.link_id""",
        [document],
    )


def drop(db: Database, pair: EntityPair, link_id: str) -> None:
    """Forget a link with all that hangs on it; both records count as moved."""
    with db.transaction():
        found = by_link(db, pair, [link_id])
        for table in (links_table(pair), baseline_table(pair), changes_table(pair)):
            db.execute(f"DELETE FROM {table} WHERE link_id = ?", [link_id])
        db.execute(
            "UPDATE changesets.decision SET state = 'overtaken' WHERE link_id = ? AND state = 'standing'", [link_id]
        )
        for system in System:
            records = found[f"{system}_id"].to_list()
            mapped.touch(db, pair, system, records)
            intents.unlink(db, pair.name, system.value, link_id, records)
