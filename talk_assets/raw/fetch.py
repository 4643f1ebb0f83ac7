"""Fetch what an end says: everything the first time, then what changed since.

Rows and the cursor that covers them are committed together, so a fetch that ends early is simply
done again.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import polars as pl

from talk_assets.model.changes import Op
from talk_assets.model.errors import GuardError
from talk_assets.model.failpoints import failpoint
from talk_assets.model.pair import EntityPair
from talk_assets.model.system import System
from talk_assets.model.wire import Entity, raw_schema
from talk_assets.raw.shown import Shown
from talk_assets.session import Session
from talk_assets.store import intents, mapped, quarantine, raw
from talk_assets.store.past import How
from talk_assets.systems.port import Page, Reject

GATHERED = 10_000
"""Records that are stored at once."""
REJECT_COLUMNS = ("record_id", "property", "check", "value", "reason")


@dataclass(frozen=True, kw_only=True)
class Fetched:
    """What one fetch did: rows read, rows that said something new, records that could not be read."""

    read: int
    changed: int
    rejected: int
    swept: bool


def fetch(session: Session, entity: Entity, *, full: bool = False, shrink_limit: float = 0.2) -> Fetched:
    """Fetch *entity* and its nested lines into the store.

    With *full*, the first time, or when the end shows a property it did not show before, everything is read and
    absence is noted. Otherwise what could not be
    read before is read again first. An end that has nothing of this kind, as an org whose feature is switched off,
    says nothing of it.

    Raises:
        GuardError: a whole read lists far fewer records than are known; nothing was stored.
        ConfigurationError: the end has nothing of this kind any more, though records are known.
    """
    port = session.ends[entity.system]
    shown = Shown(session, entity, port)
    if shown.is_absent() and not raw.live_count(session.db, entity):
        shown.keep(swept=True)
        return Fetched(read=0, changed=0, rejected=0, swept=False)
    cursor = None if full or shown.is_more() else raw.cursor(session.db, entity)
    swept = cursor is None
    for one in (entity, *entity.children):
        session.reads[one.name, one.system] = How.WHOLE if swept else How.CURSOR
    known = raw.live_count(session.db, entity) if swept else 0
    seen: list[pl.DataFrame] = []
    read = changed = rejected = 0
    with session.db.transaction():
        unread = [] if swept else quarantine.unread(session.db, entity.name, entity.system)
        quarantine.drop_nameless(session.db, entity.name, entity.system, all_ids=swept)
        if unread:
            # The cursor has passed what could not be read, so it is asked for by itself until it can be.
            changed += keep_page(session, entity, port.read(entity, ids=unread))
        for page in gathered(entity, port.fetch(entity, cursor)):
            failpoint("page fetched")
            kept = keep_page(session, entity, page)
            shown.note(page)
            failpoint("page staged")
            read += page.frames[entity.name].height if entity.name in page.frames else 0
            changed += kept
            rejected += len(page.rejects)
            if swept:
                seen.append(_listed(entity, page))
            if page.cursor is not None:
                raw.set_cursor(session.db, entity, page.cursor, now=session.clock(), swept=swept)
        shown.keep(swept=swept)
        if swept and known:
            _note_absence(session, entity, seen, known, shrink_limit)
        failpoint("pages committing")
    failpoint("pages committed")
    return Fetched(read=read, changed=changed, rejected=rejected, swept=swept)


def gathered(entity: Entity, pages: Iterable[Page], *, rows: int = GATHERED) -> Iterator[Page]:
    """Yield *pages* joined to such of some *rows*, as the store takes many rows at once for little more than few.

    Pages of documents stay as they are, as each holds all lines of its documents; so do those that tell of more than
    rows, and the last, which has the cursor.
    """
    held: list[Page] = []
    count = 0
    for page in pages:
        joins = not entity.children and page.cursor is None and not page.rejects and not page.gone
        if joins:
            held.append(page)
            count += page.frames[entity.name].height
        if held and (not joins or count >= rows):
            yield Page.joined(held)
            held, count = [], 0
        if not joins:
            yield page


def _listed(entity: Entity, page: Page) -> pl.DataFrame:
    """The records a page lists, unreadable ones included: they are there, if not in order."""
    unread = [reject.id for reject in page.rejects if reject.entity == entity.name]
    there = pl.DataFrame({"_id": unread}, schema={"_id": pl.String()}).with_columns(_deleted=pl.lit(value=False))
    return pl.concat([page.frames[entity.name].select("_id", "_deleted"), there])


def _note_absence(session: Session, entity: Entity, seen: list[pl.DataFrame], known: int, shrink_limit: float) -> None:
    listed = pl.concat(seen) if seen else pl.DataFrame(schema={"_id": pl.String(), "_deleted": pl.Boolean()})
    live = listed.filter(~pl.col("_deleted"))["_id"].n_unique()
    if live < known * (1 - shrink_limit):
        raise GuardError(
            f"{entity.system.title} {entity.resource}: a whole read lists {live:,} records where {known:,} were "
            f"known, more than {shrink_limit:.0%} fewer. Nothing was stored or written. If they really are gone, "
            f"launch one run with `limits: {{{entity.name}: {{shrink_ratio: 1}}}}` in Dagster's launchpad; otherwise "
            "check the credentials' visibility."
        )
    gone = raw.sweep(
        session.db, entity, listed.select("_id"), now=session.clock(), patience=session.options.sweep_patience
    )
    for child in entity.children if gone.height else ():
        # Lines kept inside a document have no listing of their own to be absent from.
        nothing = pl.DataFrame(schema=raw_schema(child))
        raw.keep(session.db, child, raw.lines_gone(session.db, child, gone, nothing))


def keep_page(session: Session, entity: Entity, page: Page) -> int:
    """Store a page, in one transaction; the number of rows that said something new.

    A document's page holds all of its lines, so a known line it does not list is gone, as are those
    of a document that is deleted itself.
    """
    changed = 0
    with session.db.transaction():
        documents = page.frames.get(entity.name)
        if documents is not None:
            changed += raw.keep(session.db, entity, documents)
        if page.gone:
            _keep_gone(session, entity, page.gone)
            changed += len(page.gone)
        for child in entity.children:
            lines = page.frames.get(child.name)
            if documents is None or lines is None:
                continue
            gone = raw.lines_gone(session.db, child, documents, lines)
            changed += raw.keep(session.db, child, pl.concat([lines, gone]))
        _keep_rejects(session, entity, page)
    return changed


def _keep_gone(session: Session, entity: Entity, gone: Sequence[str]) -> None:
    """Take records for deleted that the end says are, and shows nothing more of: they keep their last values."""
    known = raw.by_id(session.db, entity, gone).filter(~pl.col("_deleted")).drop("_seq")
    raw.keep(session.db, entity, known.with_columns(_deleted=pl.lit(value=True)))
    for child in entity.children if known.height else ():
        nothing = pl.DataFrame(schema=raw_schema(child))
        raw.keep(session.db, child, raw.lines_gone(session.db, child, known, nothing))


def _keep_rejects(session: Session, entity: Entity, page: Page) -> None:
    rejects: dict[str, list[Reject]] = {}
    for reject in page.rejects:
        rejects.setdefault(reject.entity, []).append(reject)
    for one in (entity, *entity.children):
        read = page.frames.get(one.name)
        found = rejects.get(one.name, [])
        examined = [*(() if read is None else read["_id"].to_list()), *(r.id for r in found)]
        turned = quarantine.replace(
            session.db,
            stage="raw",
            pair=one.name,
            system=one.system,
            ids=pl.DataFrame({"_id": examined}, schema={"_id": pl.String()}).unique(),
            entries=_entries(found),
            now=session.clock(),
        )
        if one.name in session.pairs:
            mapped.touch(session.db, session.pairs[one.name], one.system, turned)


def _entries(rejects: Iterable[Reject]) -> pl.DataFrame:
    rows = [(r.id, r.property, "readable", r.raw[:200], r.reason) for r in rejects]
    return pl.DataFrame(rows, schema=dict.fromkeys(REJECT_COLUMNS, pl.String()), orient="row")


def recover(session: Session, system: System) -> int:
    """Read again what earlier writes may have touched, before anything is decided.

    A write whose answer never came is neither believed nor repeated: what the end holds now is read,
    creations by our key and updates by id, and the comparison with the baseline decides anew.
    Returns the number of such writes.
    """
    opened = intents.open_of(session.db, system)
    if opened.is_empty():
        return 0
    port = session.ends[system]
    for (name,), group in opened.group_by("pair", maintain_order=True):
        entity = _named(session, str(name), system)
        for one in (entity, *entity.children):
            session.reads[one.name, one.system] = How.RECOVERED
        ids = group.filter(pl.col("record_id").is_not_null())["record_id"].unique(maintain_order=True).to_list()
        keys = (
            group.filter(pl.col("record_id").is_null() & pl.col("key").is_not_null())["key"]
            .unique(maintain_order=True)
            .to_list()
        )
        with session.db.transaction():
            if ids:
                keep_page(session, entity, port.read(entity, ids=ids))
            # A line inside a document has no key of its own to be asked for; its document's tells.
            if keys and entity.name == name:
                keep_page(session, entity, port.read(entity, keys=keys))
            failpoint("recovered read")
            unseen = group.clear() if port.capabilities.keeps_keys else group.filter(pl.col("op") == Op.CREATE.value)
            intents.close(session.db, unseen["intent_id"].to_list(), state=intents.UNANSWERED)
            _note_unanswered(session, str(name), system, unseen)
            intents.recovered(session.db, str(name), sorted({*group["intent_id"]} - {*unseen["intent_id"]}))
    return opened.height


def unanswered_text(pair: EntityPair, system: System, origin: str) -> str:
    """What a person is told of a creation on *system* that no answer came to."""
    return (
        f"{system.title} was asked to create a {pair.name} from {system.other.title} {origin}, and no answer came. It "
        "keeps no key to find it by, so none is made again; it is linked by itself once it is seen as it was sent. "
        f"Look for it in {system.title}: if it is there, use talk link, if it is not, talk retry {pair.name} {origin}."
    )


def _note_unanswered(session: Session, name: str, system: System, unseen: pl.DataFrame) -> None:
    """Put the origins of creations that may have been made unseen into quarantine, until they are found or released."""
    if unseen.is_empty() or name not in session.pairs:
        return
    origins = unseen["origin_id"].drop_nulls().unique(maintain_order=True).to_list()
    rows = [(one, None, intents.UNANSWERED, "", unanswered_text(session.pairs[name], system, one)) for one in origins]
    quarantine.replace(
        session.db,
        stage="writeback",
        pair=name,
        system=system.other,
        ids=pl.DataFrame({"_id": origins}, schema={"_id": pl.String()}),
        entries=pl.DataFrame(rows, schema=dict.fromkeys(REJECT_COLUMNS, pl.String()), orient="row"),
        now=session.clock(),
    )


def _named(session: Session, name: str, system: System) -> Entity:
    if name in session.lookups:
        return session.lookups[name]
    pair = session.pairs[name]
    owner = session.parent(pair)
    # Customerp has no listing of lines: they are read with their document.
    return session.entity(owner if owner is not None and system is System.CUSTOMERP else pair, system)
