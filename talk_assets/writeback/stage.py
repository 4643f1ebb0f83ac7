"""Apply the pair's pending changes to one end, in rounds, until nothing more can be sent now.

A round sends what is pending, keeps what the end stored and reconciles again: a record made as a
draft gets its status, a stale target is compared anew. A change that did not go through waits for
the next run.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import polars as pl

from talk_assets.changesets import guard
from talk_assets.changesets.stage import reconcile_pair
from talk_assets.changesets.unpriced import price_property
from talk_assets.entities import parents as names
from talk_assets.links.stage import match_pair
from talk_assets.model.changes import Op, Receipt
from talk_assets.model.failpoints import failpoint
from talk_assets.model.pair import EntityPair, Through
from talk_assets.model.system import System
from talk_assets.raw.fetch import keep_page
from talk_assets.session import Session
from talk_assets.store import changes, mapped
from talk_assets.store.past import How
from talk_assets.store.references import to_links, to_records
from talk_assets.writeback import parents, prepare
from talk_assets.writeback.entries import ensure_entries, has_currencies, write_prices
from talk_assets.writeback.fitting import fitting
from talk_assets.writeback.fresh import Fresh
from talk_assets.writeback.overwrites import log_overwrites
from talk_assets.writeback.prepare import Values
from talk_assets.writeback.prepared import Prepare, Prepared
from talk_assets.writeback.receipts import Results, believe, keep_stored
from talk_assets.writeback.transmit import Subject, groups, judge
from talk_assets.writeback.tries import due
from talk_assets.writeback.unavailable import set_aside_missing

MOST_ROUNDS = 4


@dataclass(frozen=True, kw_only=True)
class Applied:
    """What one write-back did: writes that went through, and records left for the next run."""

    wrote: int
    later: int


def apply_pair(session: Session, pair: EntityPair, system: System, *, closing: bool = False) -> Applied:
    """Send the pair's pending changes to *system*.

    With *closing*, also the statuses that lock a document's lines; call it after its lines were sent.

    Raises:
        GuardError: the changeset is too large or destructive; nothing was written.
    """
    guard.check(session, pair)
    changes.unpark(session.db, pair, system)
    results = Results()
    wrote = 0
    for _ in range(MOST_ROUNDS):
        pending = changes.of(session.db, pair, state="pending", system=system).filter(
            (pl.col("phase") <= int(closing)) & ~pl.col("origin_id").is_in(sorted(results.later)),
            # A plan may be older than the declaration; reconciling anew drops what is not declared any more.
            pl.col("property").is_null() | pl.col("property").is_in(pair.names),
        )
        if pending.is_empty():
            break
        results.wrote = 0
        _round(session, pair, system, pending, results)
        wrote += results.wrote
        _read_again(session, pair, system, results)
        match_pair(session, pair)
        reconcile_pair(session, pair)
    return Applied(wrote=wrote, later=len(results.later))


def _round(session: Session, pair: EntityPair, system: System, pending: pl.DataFrame, results: Results) -> None:
    ops = {op: pending.filter(pl.col("op") == op.value) for op in Op}
    price = price_property(pair) if system is System.SALESFORCE else None
    prices = ops[Op.UPDATE].filter(pl.col("property") == price) if price else ops[Op.UPDATE].clear()
    created = ops[Op.CREATE].filter(pl.col("property").is_null())
    # A part at a time: the writes of a first load are large, and only a few batches are under way at once.
    for part in created.iter_slices(session.options.prepare_records):
        _create(session, pair, system, part, results)
    rewritten = ops[Op.UPDATE].filter(pl.col("property") != price) if price else ops[Op.UPDATE]
    if rewritten.height:
        _update(session, pair, system, rewritten, results)
    if ops[Op.DELETE].height:
        _send(session, prepare.deletes(session, pair, system, ops[Op.DELETE]), results)
    write_prices(session, pair, prices, results)


def _create(session: Session, pair: EntityPair, system: System, asked: pl.DataFrame, results: Results) -> None:
    origins = prepare.origins_of(session, pair, system, asked["origin_id"].to_list())
    given: dict[str, Values] = {}
    line_values: dict[str, Values] = {}
    if system is System.SALESFORCE:
        resolved = parents.resolve(session, pair, origins, creating=True)
        failpoint("parents made")
        origins = _parked(session, pair, origins, resolved.waits, results)
        given = resolved.values
        line_values, unpriced = _entry_values(session, pair, origins)
        origins = _parked(session, pair, origins, unpriced, results)
        if pair.parent is not None:
            given = line_values
    ready = prepare.creates(session, pair, system, origins, given=given, line_values=line_values)
    # Salesforce locks the parent of each record it writes; batches that share one would wait for each other.
    _send(session, replace(ready, writes=tuple(sorted(ready.writes, key=_by_parent))), results)


def _parked(
    session: Session, pair: EntityPair, origins: pl.DataFrame, waits: Mapping[str, str], results: Results
) -> pl.DataFrame:
    """Park the creations of those *origins* that wait for a Salesforce record of another kind; the others."""
    changes.park(session.db, pair, System.SALESFORCE, waits)
    results.later.update(waits)
    return origins.filter(~pl.col("_id").is_in(sorted(waits)))


def _by_parent(one: Prepared) -> tuple[str, str]:
    parent = (
        one.write.parent_id or one.write.values.get(names.OPPORTUNITY) or one.write.values.get(names.ACCOUNT_REFERENCE)
    )
    return parent or "", one.origin_id


def _entry_values(
    session: Session, pair: EntityPair, origins: pl.DataFrame
) -> tuple[dict[str, Values], dict[str, str]]:
    """The price book entry each line refers to, by line origin id; for a document's lines, or for lines themselves.

    And which of *origins* wait for an entry, with the reason: a document is created whole or not at all.
    """
    values: dict[str, Values] = {}
    waits: dict[str, str] = {}
    for child in (pair, *session.children(pair)):
        product = next((p for p in child.properties if p.salesforce.through is Through.PRICEBOOK_ENTRY), None)
        if product is None or product.salesforce.write_path is None:
            continue
        rows = origins
        if child is not pair:
            lines = mapped.lines_of(session.db, child, System.CUSTOMERP, origins["_id"].to_list())
            rows = to_links(session.db, child, session.pairs, System.CUSTOMERP, lines)
        local = to_records(session.db, child, session.pairs, System.SALESFORCE, rows)
        owners = "_id" if child is pair else "_parent"
        told = local.select("_id", owner=pl.col(owners), record=pl.col(product.name)).with_columns(
            currency=_currencies(session, pair, rows["_parent"], origins)
        )
        for (currency,), lines in told.group_by("currency", maintain_order=True):
            wanted = lines["record"].drop_nulls().to_list()
            entries, problems = ensure_entries(session, wanted, currency=None if currency is None else str(currency))
            for line, owner, record in lines.select("_id", "owner", "record").iter_rows():
                values[line] = {product.salesforce.write_path: entries.get(record)}
                if record in problems:
                    waits[owner] = problems[record]
    return values, waits


def _currencies(session: Session, pair: EntityPair, documents: pl.Series, origins: pl.DataFrame) -> pl.Series:
    """The currency of each line's document; null in an org where all records have one."""
    none = pl.Series([None] * documents.len(), dtype=pl.String)
    owner = session.parent(pair) or pair
    if not has_currencies(session) or names.DOCUMENT_CURRENCY not in owner.by_name:
        return none
    known = origins if owner is pair else mapped.by_id(session.db, owner, System.CUSTOMERP, documents.to_list())
    told = dict(known.select("_id", names.DOCUMENT_CURRENCY).iter_rows())
    home = session.identities[System.SALESFORCE].currency
    return pl.Series([told.get(document) or home for document in documents], dtype=pl.String)


def _update(session: Session, pair: EntityPair, system: System, asked: pl.DataFrame, results: Results) -> None:
    given: dict[str, Values] = {}
    company = next((p.name for p in pair.properties if p.salesforce.through is Through.ACCOUNT), None)
    if system is System.SALESFORCE and company is not None:
        moved = asked.filter(pl.col("property") == company)["origin_id"].to_list()
        origins = prepare.origins_of(session, pair, system, moved)
        resolved = parents.resolve(session, pair, origins, creating=False)
        given = resolved.values
        changes.park(session.db, pair, system, resolved.waits, property=company)
        asked = asked.filter(~((pl.col("property") == company) & pl.col("origin_id").is_in(sorted(resolved.waits))))
    if asked.height:
        _send(session, prepare.updates(session, pair, system, asked, given=given), results)


def _send(session: Session, ready: Prepare, results: Results) -> None:
    pair, system = ready.pair, ready.system
    ready = fitting(session, ready, results)
    entity = session.entity(pair, system)
    by_intent = {p.write.intent_id: p for p in ready.writes}
    subjects = {
        p.write.intent_id: Subject(link_id=p.link_id, origin_id=p.origin_id)
        for top in ready.writes
        for p in (top, *top.lines)
    }
    found = due(session, system, [p.write for p in ready.writes])
    postponed = {by_intent[write.intent_id].origin_id for write in found.later}
    results.later.update(postponed)
    session.postponed.update((pair.name, system, origin) for origin in postponed)
    if found.exhausted:
        _give_up(session, ready, [(by_intent[write.intent_id], receipt) for write, receipt in found.exhausted], results)
    fresh = None
    if ready.op is not Op.CREATE and session.ends[system].capabilities.needs_reread:
        nested = entity.nested_at is not None and entity.parent_path is None and pair.parent is not None
        owner = session.entity(session.pairs[str(pair.parent)], system) if nested else None
        fresh = Fresh(
            session=session,
            entity=entity,
            owner=owner,
            keep=lambda page: keep_stored(session, pair, system, page, How.LOOK),
        )
    for sent in groups(session, entity, found.now, subjects, tried=found.tried, fresh=fresh):
        batch: Sequence[Prepared] = [by_intent[write.intent_id] for write in sent.writes]
        failpoint("batch answered")
        with session.db.transaction():
            if sent.before is not None:
                log_overwrites(session, ready, batch, sent.receipts, sent.before)
            keep_stored(session, pair, system, sent.stored, How.ANSWER)
            believe(session, ready, batch, sent.receipts, results)
            failpoint("batch believed")
            judge(session, system, sent.writes, sent.receipts, found.tried)
            failpoint("batch judged")
        failpoint("batch finalised")


def _give_up(session: Session, ready: Prepare, tried: Sequence[tuple[Prepared, Receipt]], results: Results) -> None:
    """Put into quarantine what had all its tries."""
    with session.db.transaction():
        believe(session, ready, [p for p, _ in tried], [receipt for _, receipt in tried], results)
        judge(session, ready.system, [p.write for p, _ in tried], [receipt for _, receipt in tried], {})


def _read_again(session: Session, pair: EntityPair, system: System, results: Results) -> None:
    """Read what was stale or gone, so that the next round compares with what is there now."""
    if not results.reread:
        return
    entity = session.entity(pair, system)
    if pair.parent is not None and system is System.CUSTOMERP:
        entity = session.entity(session.pairs[pair.parent], system)
    ids = sorted(set(results.reread))
    results.reread.clear()
    page = session.ends[system].read(entity, ids=ids)
    missing = set(ids) - set(page.frames[entity.name]["_id"].to_list()) - {reject.id for reject in page.rejects}
    with session.db.transaction():
        keep_page(session, entity, page)
        keep_stored(session, pair, system, page, How.AGAIN)
        set_aside_missing(session, pair, system, sorted(missing))
