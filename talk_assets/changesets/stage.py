"""Reconcile the pair's links and unlinked records that moved, and store what must change."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import polars as pl

from talk_assets.changesets.creates import creates
from talk_assets.changesets.decisions import decided
from talk_assets.changesets.deletions import deletions
from talk_assets.changesets.gone import with_circumstances, with_decided
from talk_assets.changesets.reconcile import agreed_baselines, compare
from talk_assets.changesets.recovered import agree_on_arrived
from talk_assets.changesets.refusals import refused_held, standing_refusals
from talk_assets.changesets.rules import gone_text
from talk_assets.changesets.unanswered import unsure
from talk_assets.changesets.unpriced import agree_on_unpriced
from talk_assets.changesets.unshown import blind_creations, not_shown
from talk_assets.changesets.updates import conflicts, manual_conflicts, updates
from talk_assets.changesets.view import view
from talk_assets.model.changes import ChangeState
from talk_assets.model.failpoints import failpoint
from talk_assets.model.pair import EntityPair
from talk_assets.model.system import System
from talk_assets.session import Session
from talk_assets.store import changes, conflict_log, decisions, doubt, links, mapped, quarantine, ties
from talk_assets.store.changes import NO_CHANGES
from talk_assets.store.references import to_links, with_gone
from talk_assets.store.tables import CHANGE_SCHEMA, links_table, mapped_table


@dataclass(frozen=True, kw_only=True)
class Reconciled:
    """What one reconciliation did: links looked at, changes now standing, conflicts newly found."""

    examined: int
    changes: int
    conflicts: int


def reconcile_pair(session: Session, pair: EntityPair) -> Reconciled:
    """Reconcile what moved since the last time; the pair's changeset is then up to date.

    Called again in one run without anything having moved in the store, it does nothing.
    """
    db = session.db
    latest = db.latest_seq()
    if session.reconciled.get(pair.name) == latest:
        return Reconciled(examined=0, changes=0, conflicts=0)
    session.reconciled[pair.name] = latest
    with db.transaction():
        agree_on_arrived(session, pair)
        agree_on_unpriced(session, pair)
    mark = db.mark("changesets", pair.name)
    parent = session.parent(pair)
    touched = changes.touched_links(db, pair, mark, parent=parent)
    waiting = {s: changes.candidates(db, pair, s, mark, parent=parent) for s in System}
    if touched.is_empty() and not any(waiting.values()):
        if latest != mark:
            with db.transaction():
                _forget(session, pair, parent)
                if db.moved(*_read(pair, parent)) > mark:
                    db.set_mark("changesets", pair.name, latest)
        return Reconciled(examined=0, changes=0, conflicts=0)
    with db.transaction():
        # A part at a time: a link beside all that is known of it takes much memory.
        most = session.options.compare_records
        linked = [_linked(session, pair, part.to_list(), parent) for part in _parts(touched["link_id"], most)]
        made = [
            _creations(session, pair, system, mapped.by_id(db, pair, system, part.to_list()), parent)
            for system, ids in waiting.items()
            for part in _parts(pl.Series(ids, dtype=pl.String), most)
        ]
        origins = pl.concat([_asked_of(system.other, ids) for system, ids in waiting.items()])
        all_changes = pl.concat([NO_CHANGES, *(one.changes for one in linked), *made])
        changes.replace(db, pair, links=touched, origins=origins, changes=all_changes)
        _forget(session, pair, parent)
        links.settle(db, pair, [link for one in linked for link in one.settled])
        doubt.settle(db, pair, [link for one in linked for link in one.sure])
        db.set_mark("changesets", pair.name, latest)
        failpoint("plan committing")
    failpoint("plan committed")
    clashes = sum(one.clashes for one in linked)
    session.tally(pair).conflicts += clashes
    return Reconciled(examined=touched.height, changes=all_changes.height, conflicts=clashes)


def _parts(ids: pl.Series, most: int) -> Iterator[pl.Series]:
    return (ids[start : start + most] for start in range(0, ids.len(), most))


def _asked_of(system: System, origins: Sequence[str]) -> pl.DataFrame:
    return pl.DataFrame({"_id": origins}, schema={"_id": pl.String()}).with_columns(system=pl.lit(system.value))


def _read(pair: EntityPair, parent: EntityPair | None) -> list[str]:
    """The tables whose rows are reconciled."""
    both = [pair] if parent is None else [pair, parent]
    return [*map(links_table, both), *(mapped_table(one, system) for one in both for system in System)]


def _forget(session: Session, pair: EntityPair, parent: EntityPair | None) -> None:
    """Forget creations that nobody asks for any more, and refusals of what nobody asks for."""
    changes.drop_unasked(session.db, pair, parent=parent)
    quarantine.drop_settled(session.db, pair, now=session.clock())


@dataclass(frozen=True, kw_only=True)
class _Linked:
    """What links ask for: changes, and how many conflicts were newly found.

    *settled* are those reconciled for the first time, *sure* those now beyond doubt.
    """

    changes: pl.DataFrame
    clashes: int
    settled: list[str]
    sure: list[str]


def _linked(session: Session, pair: EntityPair, link_ids: list[str], parent: EntityPair | None) -> _Linked:
    rows = view(session, pair, link_ids)
    if parent is not None:
        rows = _with_documents(session, parent, rows)
    compared = compare(pair, rows.with_columns(pl.col(f"{s}_deleted").fill_null(value=True) for s in System))
    deleted = pl.any_horizontal(*(pl.col(f"{s}_deleted") for s in System))
    live, gone = compared.filter(~deleted), compared.filter(deleted)
    standing = decisions.standing(session.db, pair)
    live, settled = decided(pair, live, standing)
    decisions.settle(session.db, pair, settled, now=session.clock())
    links.set_baselines(session.db, pair, agreed_baselines(pair, live))
    clashes = conflict_log.add(session.db, conflicts(pair, live, now=session.clock()))
    gone, removals = with_decided(session, pair, with_circumstances(session, pair, gone), live, standing)
    decisions.settle(session.db, pair, removals, now=session.clock())
    removed = NO_CHANGES
    if gone.height:
        removed, states = deletions(pair, gone, parent=parent)
        links.set_states(session.db, pair, states)
    links.set_states(session.db, pair, live.filter(pl.col("state") != "live").select("link_id", state=pl.lit("live")))
    asked = updates(pair, live, has_lines=bool(session.children(pair)), parent=parent)
    asked = pl.concat(
        [refused_held(session, pair, asked), manual_conflicts(pair, live), not_shown(pair, live), removed]
    )
    asked = _stopped_held(asked, compared)
    open_links = asked.filter(pl.col("state") != ChangeState.HELD.value)["link_id"].to_list()
    reconciled = live.filter(pl.col("fresh") & ~pl.col("link_id").is_in(open_links))["link_id"].to_list()
    unread = pl.any_horizontal(*(pl.col(f"{s}_quarantined") for s in System))
    sure = compared.filter(pl.col("doubtful") & ~unread & ~deleted)["link_id"].to_list()
    return _Linked(changes=asked, clashes=clashes, settled=reconciled, sure=sure)


def _stopped_held(asked: pl.DataFrame, compared: pl.DataFrame) -> pl.DataFrame:
    """Hold every change of a link one of whose records cannot be read now: what is known of it is old.

    Held, not dropped: the record may return to just the values that are known.
    """
    if not any(compared[f"{system}_quarantined"].any() for system in System):
        return asked
    stopped = compared.select(
        "link_id",
        stopped=pl.coalesce(
            pl.when(f"{system}_quarantined").then(
                pl.format(
                    f"{system.title} {{}} is in quarantine; its changes wait until it can be read.", f"{system}_id"
                )
            )
            for system in System
        ),
    ).drop_nulls("stopped")
    return (
        asked.join(stopped, on="link_id", how="left")
        .with_columns(
            state=pl.when(pl.col("stopped").is_not_null()).then(pl.lit(ChangeState.HELD.value)).otherwise("state"),
            reason=pl.coalesce("stopped", "reason"),
        )
        .select(CHANGE_SCHEMA.keys())
    )


def _with_documents(session: Session, parent: EntityPair, rows: pl.DataFrame) -> pl.DataFrame:
    status = parent.status.property if parent.status else None
    for system in System:
        ids = rows[f"{system}_parent"].drop_nulls().unique().to_list()
        documents = mapped.by_id(session.db, parent, system, ids).select(
            pl.col("_id").alias(f"{system}_parent"),
            pl.col("_deleted").alias(f"{system}_parent_deleted"),
            (pl.col(status) if status else pl.lit(None, dtype=pl.String)).alias(f"{system}_parent_status"),
        )
        rows = rows.join(documents, on=f"{system}_parent", how="left")
    return rows


def _creations(
    session: Session, pair: EntityPair, origin: System, rows: pl.DataFrame, parent: EntityPair | None
) -> pl.DataFrame:
    """The creations that *rows* of *origin* ask of the other end."""
    if rows.is_empty():
        return NO_CHANGES
    system = origin.other
    ready = _with_references(session, pair, origin, rows)
    refusals = standing_refusals(session, pair).filter(
        (pl.col("system") == origin.value) & pl.col("property").is_null()
    )
    ready = ready.join(
        refusals.select(pl.col("record_id").alias("_id"), pl.col("reason").alias("refusal")), on="_id", how="left"
    )
    stopped = quarantine.stopped(session.db, pair.name, origin, rows["_id"].to_list())
    ready = ready.filter(~pl.col("_id").is_in(stopped))
    ready = _with_lines(session, pair, origin, ready)
    if parent is not None:
        ready = _with_parent_status(session, parent, origin, ready)
    parted = ties.parted(session.db, pair)[f"{origin}_id"]
    ready = ready.join(unsure(session, pair, origin, ready), on="_id", how="left").with_columns(
        blind=pl.coalesce(blind_creations(session, pair, origin), "unsure"),
        parted=pl.col("_id").is_in(parted.implode()),
    )
    return creates(
        pair,
        system,
        ready.sort("_id"),
        currency=_only_currency(session, pair, system),
        own_currency=_only_currency(session, pair, origin),
        parent=parent,
        shown=session.ends[system].shown(session.entity(pair, system)),
    )


def _only_currency(session: Session, pair: EntityPair, system: System) -> str | None:
    """The only currency that *system* holds of the pair; None where its records have one each."""
    shown = session.ends[system].shown(session.entity(pair, system)) or frozenset()
    each = any(p.must_agree and p.side(system).path in shown for p in pair.properties)
    return None if each else session.identities[system].currency


def _with_references(session: Session, pair: EntityPair, origin: System, rows: pl.DataFrame) -> pl.DataFrame:
    linked = to_links(session.db, pair, session.pairs, origin, rows)
    linked = with_gone(session.db, pair, session.pairs, origin.other, linked)
    return rows.with_columns(
        linked[column].alias(name)
        for p in pair.references
        for column, name in ((p.name, f"link:{p.name}"), (f"gone:{p.name}", f"gone:{p.name}"))
    )


def _with_parent_status(session: Session, parent: EntityPair, origin: System, rows: pl.DataFrame) -> pl.DataFrame:
    """Add the status that the lines' document has on the end they are to be made on."""
    found = links.by_record(session.db, parent, origin, rows["_parent"].drop_nulls().unique().to_list())
    there = mapped.by_id(session.db, parent, origin.other, found[f"{origin.other}_id"].to_list())
    status = pl.col(parent.status.property) if parent.status else pl.lit(None, dtype=pl.String)
    documents = found.join(
        there.select(pl.col("_id").alias(f"{origin.other}_id"), status.alias("parent_status")),
        on=f"{origin.other}_id",
    ).select(pl.col(f"{origin}_id").alias("_parent"), "parent_status")
    return rows.join(documents, on="_parent", how="left")


def _with_lines(session: Session, pair: EntityPair, origin: System, rows: pl.DataFrame) -> pl.DataFrame:
    """Add why a line stops or parks its whole document: a document is created whole or not at all."""
    empty = pl.lit(None, dtype=pl.String)
    rows = rows.with_columns(lines_stop=empty, lines_wait=empty)
    for child in session.children(pair):
        too_many = _with_too_many_lines(session, child, origin, rows["_id"].to_list())
        rows = rows.join(too_many, on="_id", how="left").with_columns(lines_stop=pl.coalesce("lines_stop", "too_many"))
        rows = rows.drop("too_many")
        held = set(too_many["_id"].to_list())
        lines = mapped.lines_of(session.db, child, origin, [i for i in rows["_id"].to_list() if i not in held])
        linked = _with_references(session, child, origin, lines)
        waits = []
        for p in child.references:
            unresolved = linked.filter(pl.col(p.name).is_not_null() & pl.col(f"link:{p.name}").is_null())
            text = pl.format(f"A line waits for {p.reference} {{}} of {origin.title} to be linked.", pl.col(p.name))
            waits.append(unresolved.select(pl.col("_parent").alias("_id"), text.alias("waits")))
            gone = linked.filter(f"gone:{p.name}")
            waits.append(gone.select(pl.col("_parent").alias("_id"), gone_text(p, origin.other).alias("waits")))
        first = pl.concat(waits).group_by("_id").agg(pl.col("waits").min())
        stops = quarantine.lines_stopped(session.db, child.name, session.entity(child, origin), rows["_id"].to_list())
        rows = (
            rows.join(first, on="_id", how="left")
            .join(stops, on="_id", how="left")
            .with_columns(lines_wait=pl.coalesce("lines_wait", "waits"), lines_stop=pl.coalesce("lines_stop", "stops"))
            .drop("waits", "stops")
        )
    return rows


def _with_too_many_lines(session: Session, child: EntityPair, origin: System, documents: list[str]) -> pl.DataFrame:
    """The documents with more lines than one creation may have (columns `_id, too_many`: the reason).

    Such a one would take the memory of many; nothing of it is prepared.
    """
    most = session.options.most_lines
    counts = mapped.line_counts(session.db, child, origin, documents).filter(pl.col("lines") > most)
    text = f"more than the {most:,} that a document is created with. Split it in {origin.title}."
    reasons = [f"It has {lines:,} lines, {text}" for lines in counts["lines"].to_list()]
    return counts.select("_id", too_many=pl.Series(reasons, dtype=pl.String))
