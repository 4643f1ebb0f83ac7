"""Believe a receipt: links, baselines and counts follow from what the end says it stored."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import msgspec
import polars as pl

from talk_assets.links.adopt import agree_on_bodies
from talk_assets.links.stage import with_link_ids
from talk_assets.mapped.encode import holdable
from talk_assets.mapped.stage import settle, translate_rows, waits
from talk_assets.model.changes import Op, Outcome, Receipt
from talk_assets.model.pair import EntityPair, Through
from talk_assets.model.system import System
from talk_assets.raw.fetch import keep_page
from talk_assets.session import Session
from talk_assets.store import changes, links, mapped, raw
from talk_assets.store.past import How
from talk_assets.store.references import to_links
from talk_assets.store.tables import UNSHOWN, baseline_schema, is_unshown
from talk_assets.systems.port import Page
from talk_assets.writeback.prepared import Prepare, Prepared
from talk_assets.writeback.refusals import clear_refusals, refuse
from talk_assets.writeback.unavailable import without_taken

CREATED = "created"


@dataclass(kw_only=True)
class Results:
    """What a round of writes left to do: records to read again, and whether anything was written."""

    reread: list[str] = field(default_factory=list)
    later: set[str] = field(default_factory=set)
    wrote: int = 0


def keep_stored(session: Session, pair: EntityPair, system: System, page: Page, how: How) -> None:
    """Store and translate records that an end just returned, read *how*."""
    entity = session.entity(pair, system)
    if pair.parent is not None and system is System.CUSTOMERP:
        entity = session.entity(session.pairs[pair.parent], system)
    owners = [session.pairs[name] for name in page.frames if name in session.pairs]
    # What is translated here need not be again; but a document may have lost lines, and then those are to be.
    done = [] if entity.children else [one for one in owners if not waits(session, one, system)]
    keep_page(session, entity, page)
    nested = {entity.name, *(child.name for child in entity.children)}
    for name, frame in page.frames.items():
        owned = session.pairs.get(name)
        if owned is not None:
            if name not in nested:
                # Lines that Salesforce made along with their document come beside it, not inside.
                raw.keep(session.db, session.entity(owned, system), frame)
            translate_rows(session, owned, system, frame, how)
    for owned in done:
        settle(session, owned, system)


def believe(
    session: Session, prepare: Prepare, batch: Sequence[Prepared], receipts: Sequence[Receipt], results: Results
) -> None:
    """Store what a batch did; call it in the transaction that also keeps the stored records."""
    receipts = without_taken(session, prepare, batch, receipts)
    applied = [(p, r) for p, r in zip(batch, receipts, strict=True) if r.outcome is Outcome.APPLIED]
    if prepare.op is Op.CREATE:
        _believe_creates(session, prepare, applied)
    elif prepare.op is Op.UPDATE:
        _believe_updates(session, prepare, applied)
    else:
        _believe_deletes(session, prepare, [p for p, _ in applied])
    clear_refusals(session, prepare, [p for p, _ in applied])
    results.wrote += len(applied)
    refused = [(p, r) for p, r in zip(batch, receipts, strict=True) if r.outcome is Outcome.REFUSED]
    if refused:
        refuse(session, prepare, refused)
    for p, r in zip(batch, receipts, strict=True):
        moved = r.outcome in {Outcome.STALE, Outcome.GONE}
        if moved and (readable := _readable_id(prepare, p)) is not None:
            results.reread.append(readable)
        if r.outcome in {Outcome.NOT_APPLIED, Outcome.AMBIGUOUS, Outcome.EXISTS}:
            results.later.add(p.origin_id)
        if r.outcome in {Outcome.NOT_APPLIED, Outcome.AMBIGUOUS}:
            session.postponed.add((prepare.pair.name, prepare.system, p.origin_id))


def _readable_id(prepare: Prepare, p: Prepared) -> str | None:
    """What to read again: the record, or the document that a line stands in, or was to be added to."""
    nested = prepare.pair.parent is not None and prepare.system is System.CUSTOMERP
    return p.write.parent_id if nested else p.write.id


def _believe_creates(session: Session, prepare: Prepare, applied: Sequence[tuple[Prepared, Receipt]]) -> None:
    if not applied:
        return
    pair, system = prepare.pair, prepare.system
    _link(session, pair, system, [(p, r.id) for p, r in applied], prepare.origins)
    _agree_on_sent(session, pair, system, [(p, r.id) for p, r in applied if not r.ours])
    session.tally(pair).created[system] += len(applied)
    for child in session.children(pair):
        known = {line.intent_id: line.id for _, r in applied for line in r.lines}
        lines = [(line, known.get(line.write.intent_id)) for p, _ in applied for line in p.lines]
        lines = [(line, record) for line, record in lines if line.write.entity == child.name]
        if lines:
            _link(session, child, system, lines, prepare.line_origins[child.name])
            theirs = {line.intent_id for _, r in applied for line in r.lines if not line.ours}
            _agree_on_sent(session, child, system, [one for one in lines if one[0].write.intent_id in theirs])
            session.tally(child).created[system] += len(lines)


def _link(
    session: Session,
    pair: EntityPair,
    system: System,
    made: Sequence[tuple[Prepared, str | None]],
    origins: pl.DataFrame,
) -> None:
    pairs = [(p.origin_id, record) for p, record in made if record is not None]
    names = [f"{system.other}_id", f"{system}_id"]
    found = with_link_ids(pair, pl.DataFrame(pairs, schema=dict.fromkeys(names, pl.String()), orient="row"), CREATED)
    # Fresh until nothing of the creation is left to do (a status it could not be born in, a price).
    links.add(session.db, pair, found, now=session.clock(), fresh=True)
    session.made.update(found["link_id"].to_list())
    columns = [name for name in baseline_schema(pair) if name not in {"link_id", "system"}]
    fits = holdable(pair, system, origins, columns).rename({n: f"fits:{n}" for n in columns})
    rows = mapped.by_id(session.db, pair, system, found[f"{system}_id"].to_list())
    left_out = pl.DataFrame(
        [(p.origin_id, p.left_out) for p, _ in made],
        schema={f"{system.other}_id": pl.String(), "left_out": pl.List(pl.String())},
        orient="row",
    )
    sent = (
        found.join(origins.drop(UNSHOWN), left_on=f"{system.other}_id", right_on="_id")
        .join(fits, left_on=f"{system.other}_id", right_on="_id")
        .join(left_out, on=f"{system.other}_id")
        .join(rows.select(pl.col("_id").alias(f"{system}_id"), UNSHOWN), on=f"{system}_id", how="left")
    )
    links.set_baselines(
        session.db,
        pair,
        sent.select("link_id", pl.lit(system.other.value).alias("system"), *_agreed_to(pair, system, columns)),
    )
    stored = to_links(session.db, pair, session.pairs, system, rows)
    settled = found.join(stored, left_on=f"{system}_id", right_on="_id")
    links.set_baselines(
        session.db,
        pair,
        settled.select(
            "link_id",
            pl.lit(system.value).alias("system"),
            *(
                pl.lit(None).cast(pair.by_name[n].dtype).alias(n) if _own(pair, system, n) else pl.col(n)
                for n in columns
            ),
        ),
    )
    changes.drop_origins(session.db, pair, system, [p.origin_id for p, _ in made])


def _agree_on_sent(
    session: Session, pair: EntityPair, system: System, edited: Sequence[tuple[Prepared, str | None]]
) -> None:
    """Take what was sent for agreed where someone edited a record between its creation and the reading back."""
    names = (f"{system.other}_id", f"{system}_id", "body")
    rows = [(p.origin_id, record, msgspec.json.encode(p.write.values).decode()) for p, record in edited]
    if rows:
        bodies = pl.DataFrame(rows, schema=dict.fromkeys(names, pl.String()), orient="row")
        agree_on_bodies(session, pair, system, with_link_ids(pair, bodies, CREATED))


def _own(pair: EntityPair, system: System, name: str) -> bool:
    return pair.by_name[name].side(system).through is Through.PRICEBOOK_ENTRY_PRICE


def _agreed_to(pair: EntityPair, system: System, columns: Sequence[str]) -> list[pl.Expr]:
    """What the origin agreed to by our creating its counterpart on *system*.

    Not a status the record could not be born in, a value of a record of its own, or one that the end
    cannot hold, refused or does not show: these stay open, and are written, or reported, next.
    """
    born = pair.status.born if pair.status is not None else {}
    made = []
    for name in columns:
        if pair.status is not None and name == pair.status.property and system in born:
            made.append(pl.lit(born[system]).alias(name))
        elif _own(pair, system, name):
            made.append(pl.lit(None).cast(pair.by_name[name].dtype).alias(name))
        else:
            agreed = pl.col(f"fits:{name}") & ~pl.col("left_out").list.contains(name) & ~is_unshown(UNSHOWN, name)
            made.append(pl.when(agreed).then(pl.col(name)).alias(name))
    return made


def _believe_updates(session: Session, prepare: Prepare, applied: Sequence[tuple[Prepared, Receipt]]) -> None:
    settled = [(p.link_id, name) for p, _ in applied for name in p.properties]
    edited = [str(p.link_id) for p, r in applied if not r.ours]
    settle_properties(session, prepare.pair, prepare.system, settled, prepare.origins, edited=edited)
    count_updates(session, prepare.pair, prepare.system, [p.link_id for p, _ in applied])


def count_updates(session: Session, pair: EntityPair, system: System, links_of_written: Sequence[str | None]) -> None:
    """Count updated records; what completes a record made in this run is counted as its creation already."""
    session.tally(pair).updated[system] += len([link for link in links_of_written if link not in session.made])


def settle_properties(
    session: Session,
    pair: EntityPair,
    system: System,
    settled: Sequence[tuple[str | None, str]],
    origins: pl.DataFrame,
    *,
    edited: Sequence[str] = (),
) -> None:
    """Advance the baselines of written properties (link, name): there as stored, here as sent.

    What *system* does not show of what it stored stays open.
    Where someone has *edited* the record of a link since our write, what is stored may be theirs: then
    what was sent counts on both ends, and theirs is seen as the edit it is.
    """
    if not settled:
        return
    db = session.db
    written = pl.DataFrame(settled, schema={"link_id": pl.String(), "property": pl.String()}, orient="row")
    by_link = written.group_by("link_id").agg(pl.col("property").alias("settled"))
    found = links.by_link(db, pair, by_link["link_id"].to_list()).select("link_id", "salesforce_id", "customerp_id")
    rows = mapped.by_id(db, pair, system, found[f"{system}_id"].to_list())
    stored = to_links(db, pair, session.pairs, system, rows)
    columns = [name for name in baseline_schema(pair) if name not in {"link_id", "system"}]
    names = sorted({name for _, name in settled})
    shown = found.join(rows.select(pl.col("_id").alias(f"{system}_id"), UNSHOWN), on=f"{system}_id", how="left")
    by_link = by_link.join(shown.select("link_id", UNSHOWN), on="link_id", how="left")
    known = links.baselines(db, pair, by_link["link_id"].to_list())
    theirs = pl.col("link_id").is_in(list(edited))
    moved = []
    for end, held_by, values, which in (
        (system, system, stored, ~theirs),
        *([(system, system.other, origins, theirs)] if edited else []),
        (system.other, system.other, origins, pl.lit(value=True)),
    ):
        now = values.select(pl.col("_id").alias(f"{held_by}_id"), *(pl.col(n).alias(f"now:{n}") for n in names))
        rows = (
            known.filter((pl.col("system") == end.value) & which)
            .join(by_link, on="link_id")
            .join(found, on="link_id")
            .join(now, on=f"{held_by}_id")
        )
        moved.append(
            rows.select(
                "link_id",
                "system",
                *(
                    pl.when(pl.col("settled").list.contains(name) & ~is_unshown(UNSHOWN, name))
                    .then(pl.col(f"now:{name}"))
                    .otherwise(pl.col(name))
                    .alias(name)
                    if name in names
                    else pl.col(name)
                    for name in columns
                ),
            )
        )
    links.set_baselines(db, pair, pl.concat(moved))
    changes.drop_applied(db, pair, system, written)


def _believe_deletes(session: Session, prepare: Prepare, applied: Sequence[Prepared]) -> None:
    if not applied:
        return
    pair, system = prepare.pair, prepare.system
    entity = session.entity(pair, system)
    gone = raw.by_id(session.db, entity, [str(p.write.id) for p in applied]).drop("_seq")
    tombstones = gone.with_columns(_deleted=pl.lit(value=True))
    raw.keep(session.db, entity, tombstones)
    translate_rows(session, pair, system, tombstones, How.ANSWER)
    ids = [p.link_id for p in applied]
    states = pl.DataFrame({"link_id": ids}, schema={"link_id": pl.String()}).with_columns(state=pl.lit("both_deleted"))
    links.set_states(session.db, pair, states)
    changes.drop_applied(
        session.db, pair, system, states.select("link_id", pl.lit(None, dtype=pl.String).alias("property"))
    )
    session.tally(pair).deleted[system] += len(applied)
