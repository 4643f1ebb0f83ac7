"""Translate what moved: raw rows and the look-ups they need become mapped rows or quarantine."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from hashlib import sha1
from uuid import UUID

import polars as pl

from talk_assets.mapped.translate import Translation, translate
from talk_assets.model import fingerprint
from talk_assets.model.failpoints import failpoint
from talk_assets.model.pair import EntityPair, Through
from talk_assets.model.system import System
from talk_assets.session import Session
from talk_assets.store import history, intents, mapped, quarantine, raw, ties
from talk_assets.store.past import How
from talk_assets.store.tables import match_columns, raw_table

NAMESPACE = UUID("6f1d4d0c-2f0b-5c55-9f0e-7f8f8f2b7a11")
"""Our own name space for deterministic keys (RFC 9562, version 5)."""

_VARIANT = {digit: "89ab"[int(digit, 16) & 3] for digit in "0123456789abcdef"}
"""The digit that says which kind of UUID it is (RFC 9562, 4.1), by the digit of the hash in its place."""

SEPARATOR = "\x1f"


@dataclass(frozen=True, kw_only=True)
class Translated:
    """What one translation did: rows looked at, rows that moved, records in quarantine."""

    examined: int
    moved: int
    quarantined: int


def create_key(tenant: str, system: System, name: str, record_id: str) -> str:
    """Return the key under which the other end knows our copy of a record.

    It depends on nothing but the record (see `key_subject`): no attempt number, no clock, so a repeated create meets
    itself.
    """
    return create_keys(tenant, system, name, [record_id])[0]


def create_keys(tenant: str, system: System, name: str, subjects: Iterable[str]) -> list[str]:
    """Return the `create_key` of each of *subjects*: what `uuid.uuid5` gives, in a third of its time."""
    begun = sha1(NAMESPACE.bytes + f"{tenant}/{system}/{name}/".encode(), usedforsecurity=False)
    keys = []
    for subject in subjects:
        hashed = begun.copy()
        hashed.update(subject.encode())
        digits = hashed.hexdigest()
        keys.append(f"{digits[:12]}5{digits[13:16]}{_VARIANT[digits[16]]}{digits[17:32]}")
    return keys


def key_subject(record_id: str, renewed: Mapping[str, int]) -> str:
    """Return what a record's key is made from: its id, and how often a person gave its key up (`ties.renewals`)."""
    return f"{record_id}/{renewed[record_id]}" if record_id in renewed else record_id


def translate_pair(session: Session, pair: EntityPair, system: System) -> Translated:
    """Translate the pair's raw rows of *system* that changed since the last time; all if the declaration did."""
    db, entity = session.db, session.entity(pair, system)
    how = How.DECLARED if _declared_anew(session, pair, system) else session.reads.get((pair.name, system), How.STORED)
    mark = db.mark("mapped", f"{system}_{pair.name}")
    latest = db.latest_seq()
    if not waits(session, pair, system):
        return Translated(examined=0, moved=0, quarantined=0)
    most = session.options.translate_records
    through = _through(session, pair, system)
    # A part at a time: translating takes many times the memory of the rows. They are committed together: the store
    # compresses what is committed, and the rows before it in the same group again.
    parts = raw.since(db, entity, mark, through).iter_slices(most) if mark else raw.all_rows(db, entity, most=most)
    counts = [(0, 0, 0)]
    with db.transaction():
        counts += [(part.height, *translate_rows(session, pair, system, part, how)) for part in parts]
        db.set_mark("mapped", f"{system}_{pair.name}", latest)
        failpoint("translation committing")
    failpoint("translation committed")
    examined, moved, bad = (sum(each) for each in zip(*counts, strict=True))
    return Translated(examined=examined, moved=moved, quarantined=bad)


def waits(session: Session, pair: EntityPair, system: System) -> bool:
    """Whether raw rows of *system*, or look-ups they are read through, moved since they were last translated."""
    read = [session.entity(pair, system), *(one.entity for one in _through(session, pair, system))]
    return session.db.moved(*map(raw_table, read)) > session.db.mark("mapped", f"{system}_{pair.name}")


def settle(session: Session, pair: EntityPair, system: System) -> None:
    """Note that all raw rows of *system* are translated."""
    session.db.set_mark("mapped", f"{system}_{pair.name}", session.db.latest_seq())


def _declared_anew(session: Session, pair: EntityPair, system: System) -> bool:
    """Whether *pair* is declared otherwise than when it was last translated; what was refused is then asked again."""
    db, key = session.db, f"declared_{system}_{pair.name}"
    declared, known = fingerprint.of_pair(pair), db.meta(key)
    if declared == known:
        return False
    with db.transaction():
        db.set_meta(key, declared)
        if known is not None:
            db.set_mark("mapped", f"{system}_{pair.name}", 0)
            # What is planned was planned by other rules, perhaps for a property that is not declared any more.
            db.set_mark("changesets", pair.name, 0)
            history.declared_anew(db, pair, system, session.reading(How.DECLARED))
            released = quarantine.release(db, pair)
            intents.release(db, list(session.lookups))
            if not released.filter(pl.col("stage") == "raw").is_empty():
                raw.read_anew(db, session.entity(session.parent(pair) or pair, system))
                raw.read_anew(db, session.entity(pair, system))
    return known is not None


def translate_rows(session: Session, pair: EntityPair, system: System, rows: pl.DataFrame, how: How) -> tuple[int, int]:
    """Translate and store raw *rows*, read *how*; how many moved and how many records went into quarantine."""
    if rows.is_empty():
        return 0, 0
    db = session.db
    result = translated(session, pair, system, rows)
    with db.transaction():
        turned = quarantine.replace(
            db,
            stage="mapped",
            pair=pair.name,
            system=system,
            ids=rows.select("_id"),
            entries=result.violations.rename({"_id": "record_id"}),
            now=session.clock(),
        )
        keyed = _with_keys(session, pair, system, result.rows)
        moved = mapped.keep(db, pair, system, keyed, reading=session.reading(how))
        # A record that cannot be read any more is not what plans were made from; one that can again may be as it was,
        # and what was left undone meanwhile must be looked at.
        mapped.touch(db, pair, system, turned)
    return moved, result.violations["_id"].n_unique()


def translated(session: Session, pair: EntityPair, system: System, rows: pl.DataFrame) -> Translation:
    """Translate raw *rows* with the look-ups they refer to; nothing is stored."""
    return translate(pair, system, rows, lookups=_lookups(session, pair, system, rows))


def _lookups(session: Session, pair: EntityPair, system: System, rows: pl.DataFrame) -> dict[str, pl.DataFrame]:
    return {
        one.entity.name: raw.by_id(
            session.db, one.entity, rows[one.column].drop_nulls().unique().to_list(), column=one.key
        )
        for one in _through(session, pair, system)
    }


def _through(session: Session, pair: EntityPair, system: System) -> list[raw.Lookup]:
    """The look-ups that the pair's rows of *system* are read through."""
    found = []
    for p in pair.properties:
        side = p.side(system)
        if side.through in {Through.ACCOUNT, Through.OPPORTUNITY_ACCOUNT}:
            found.append(raw.Lookup(column=side.path, entity=session.lookups["account"], key="_id"))
        elif side.through is Through.PRICEBOOK_ENTRY_PRICE:
            found.append(raw.Lookup(column="_id", entity=session.lookups["pricebook_entry"], key="Product2Id"))
    return found


def _with_keys(session: Session, pair: EntityPair, system: System, rows: pl.DataFrame) -> pl.DataFrame:
    tenant = session.identities[system].tenant
    renewed = ties.renewals(session.db, pair, system)
    ids = rows["_id"].to_list()
    subjects = [key_subject(i, renewed) for i in ids] if renewed else ids
    derived = create_keys(tenant, system, pair.name, subjects)
    references = {p.name for p in pair.references}
    matches = {}
    for column, key in zip(match_columns(pair), pair.match, strict=True):
        parts = [
            pair.by_name[name].fold(pl.col(name)).cast(pl.String).str.to_lowercase()
            for name in key.properties
            if name not in references
        ]
        # Names and codes are matched without case; null in any part means no key at all.
        matches[column] = pl.concat_str(parts, separator=SEPARATOR) if parts else pl.lit(None, dtype=pl.String)
    return rows.with_columns(pl.Series("_derived", derived, dtype=pl.String), **matches)
