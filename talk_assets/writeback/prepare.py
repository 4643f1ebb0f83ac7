"""Make pending changes into writes: canonical values to the end's own properties, in wire text."""

import hashlib
from collections.abc import Mapping, Sequence
from uuid import uuid5

import msgspec
import polars as pl

from talk_assets.changesets.refusals import standing_refusals
from talk_assets.mapped.encode import encode, holdable
from talk_assets.mapped.stage import NAMESPACE, create_key, key_subject
from talk_assets.model.changes import Op, Write
from talk_assets.model.pair import EntityPair, Property, Side, Through
from talk_assets.model.system import System
from talk_assets.session import Session
from talk_assets.store import mapped, ties
from talk_assets.store.references import to_links, to_records
from talk_assets.writeback.prepared import Prepare, Prepared

Values = dict[str, str | None]


def intent_id(session: Session, system: System, op: Op, subject: str, values: Values) -> str:
    """Return the intent's id: the same for the same write of the same values to the same record."""
    digest = hashlib.sha256(msgspec.json.encode(values, order="deterministic")).hexdigest()
    return uuid5(NAMESPACE, f"{session.identities[system].tenant}/{system}/{op}/{subject}/{digest}").hex


def origins_of(session: Session, pair: EntityPair, system: System, ids: Sequence[str]) -> pl.DataFrame:
    """The mapped rows *ids* of the end opposite *system*, references as link ids, in a stable order."""
    rows = mapped.by_id(session.db, pair, system.other, ids)
    return to_links(session.db, pair, session.pairs, system.other, rows).sort("_id")


def updates(
    session: Session, pair: EntityPair, system: System, changes: pl.DataFrame, *, given: Mapping[str, Values]
) -> Prepare:
    """Make one write a record from pending update *changes*; *given* adds resolved parents by origin id."""
    grouped = (
        changes.group_by("link_id", "origin_id", "record_id", maintain_order=True)
        .agg(pl.col("property"))
        .sort("record_id")
    )
    origins = origins_of(session, pair, system, grouped["origin_id"].to_list())
    names = [p.name for p in pair.properties if p.name in set(changes["property"].to_list())]
    texts = _texts(session, pair, system, origins, names)
    targets = _versions(session, pair, system, grouped["record_id"].to_list())
    writes = []
    for link, origin, record, properties in grouped.iter_rows():
        values = {path_of(pair.by_name[n], system): texts[origin][n] for n in properties} | given.get(origin, {})
        version, parent = targets.get(record, (None, None))
        write = Write(
            intent_id=intent_id(session, system, Op.UPDATE, link, values),
            entity=pair.name,
            op=Op.UPDATE,
            values=values,
            id=record,
            version=version,
            parent_id=parent,
        )
        writes.append(Prepared(write=write, origin_id=origin, link_id=link, properties=tuple(properties)))
    return Prepare(pair=pair, system=system, op=Op.UPDATE, writes=tuple(writes), origins=origins, line_origins={})


def deletes(session: Session, pair: EntityPair, system: System, changes: pl.DataFrame) -> Prepare:
    """Make one write a record from pending delete *changes*."""
    targets = _versions(session, pair, system, changes["record_id"].to_list())
    writes = []
    for link, origin, record in changes.sort("record_id").select("link_id", "origin_id", "record_id").iter_rows():
        version, parent = targets.get(record, (None, None))
        write = Write(
            intent_id=intent_id(session, system, Op.DELETE, link, {}),
            entity=pair.name,
            op=Op.DELETE,
            values={},
            id=record,
            version=version,
            parent_id=parent,
        )
        writes.append(Prepared(write=write, origin_id=origin, link_id=link))
    origins = mapped.by_id(session.db, pair, system.other, [])
    return Prepare(pair=pair, system=system, op=Op.DELETE, writes=tuple(writes), origins=origins, line_origins={})


def creates(
    session: Session,
    pair: EntityPair,
    system: System,
    origins: pl.DataFrame,
    *,
    given: Mapping[str, Values],
    line_values: Mapping[str, Values],
) -> Prepare:
    """Make one creation a record of *origins*, documents with all their lines.

    *given* adds resolved parents by origin id, *line_values* by line origin id.
    """
    lines_by_parent: dict[str, list[Prepared]] = {}
    line_origins: dict[str, pl.DataFrame] = {}
    for child in session.children(pair):
        rows = mapped.lines_of(session.db, child, system.other, origins["_id"].to_list())
        rows = to_links(session.db, child, session.pairs, system.other, rows)
        line_origins[child.name] = rows
        parents = dict(zip(rows["_id"].to_list(), rows["_parent"].to_list(), strict=True))
        for line in _creations(session, child, system, rows, given=line_values, lines={}):
            lines_by_parent.setdefault(parents[line.origin_id], []).append(line)
    writes = _creations(session, pair, system, origins, given=given, lines=lines_by_parent)
    return Prepare(
        pair=pair, system=system, op=Op.CREATE, writes=tuple(writes), origins=origins, line_origins=line_origins
    )


def _creations(
    session: Session,
    pair: EntityPair,
    system: System,
    origins: pl.DataFrame,
    *,
    given: Mapping[str, Values],
    lines: Mapping[str, list[Prepared]],
) -> list[Prepared]:
    settled = [p for p in pair.properties if p.writable(system, create=True) and not _own_record(p, system)]
    names = [p.name for p in settled]
    texts = _texts(session, pair, system, origins, names)
    refused = standing_refusals(session, pair).filter(pl.col("system") == system.other.value)
    left_out = {(origin, name) for origin, name in refused.select("record_id", "property").iter_rows()}
    without = left_out | _not_held(pair, system, origins, names)
    told = [(p, path_of(p, system) if p.side(system).through is None else None) for p in settled]
    tenant = session.identities[system.other].tenant
    renewed = ties.renewals(session.db, pair, system.other)
    parents = _documents_there(session, pair, system, origins) if pair.parent is not None else {}
    born = _birth_text(pair, system)
    whole = tuple(names)
    made = []
    for row in origins.select("_id", "_parent").iter_rows(named=True):
        origin = row["_id"]
        values: Values = {}
        written = tuple(n for n in whole if (origin, n) not in without) if without else whole
        for p, path in told:
            if path is None or (without and (origin, p.name) in without):
                continue
            text = born[p.name] if p.name in born else _creation_text(p.side(system), texts[origin][p.name], origin)
            if text is not None:
                values[path] = text
        values |= given.get(origin, {})
        parent, version = parents.get(row["_parent"], (None, None))
        own = tuple(lines.get(origin, ()))
        subject = key_subject(origin, renewed)
        write = Write(
            intent_id=intent_id(session, system, Op.CREATE, f"{pair.name}/{subject}", values),
            entity=pair.name,
            op=Op.CREATE,
            values=values,
            key=create_key(tenant, system.other, pair.name, subject),
            version=version,
            parent_id=parent,
            lines=tuple(line.write for line in own),
        )
        missing = tuple(n for n in whole if (origin, n) in left_out) if left_out else ()
        made.append(Prepared(write=write, origin_id=origin, properties=written, left_out=missing, lines=own))
    return made


def _own_record(p: Property, system: System) -> bool:
    """Whether the value is a record of its own there, written after this one."""
    return p.side(system).through is Through.PRICEBOOK_ENTRY_PRICE


def _not_held(pair: EntityPair, system: System, origins: pl.DataFrame, names: Sequence[str]) -> set[tuple[str, str]]:
    """The values of *origins*, by record and property, that *system* cannot take."""
    fits = holdable(pair, system, origins, names)
    lost = [name for name in names if not fits[name].all()]
    return {(origin, name) for name in lost for origin in fits.filter(~pl.col(name))["_id"].to_list()}


def _birth_text(pair: EntityPair, system: System) -> Values:
    """The status that a record of *system* is made in, in wire text by property; none where it may have any."""
    if pair.status is None or system not in pair.status.born:
        return {}
    codec = pair.by_name[pair.status.property].side(system).codec
    born = pl.select(codec.encode(pl.lit(pair.status.born[system]))).item()
    return {pair.status.property: None if born is None else str(born)}


def _creation_text(side: Side, text: str | None, origin: str) -> str | None:
    if text is None and side.fallback_id:
        return origin
    return side.default if text is None else text


def path_of(p: Property, system: System) -> str:
    """The path under which *system* is told the property's value."""
    side = p.side(system)
    return side.write_path or side.path


def _texts(
    session: Session, pair: EntityPair, system: System, origins: pl.DataFrame, names: Sequence[str]
) -> dict[str, dict[str, str | None]]:
    """Wire text of *names* for *system*, by origin id."""
    local = to_records(session.db, pair, session.pairs, system, origins)
    return {row.pop("_id"): row for row in encode(pair, system, local, names).iter_rows(named=True)}


def _versions(
    session: Session, pair: EntityPair, system: System, ids: Sequence[str]
) -> dict[str, tuple[str | None, str | None]]:
    """Version to compare with and owning document, by record id; a line's version is its document's."""
    rows = mapped.by_id(session.db, pair, system, ids).select("_id", "_version", "_parent")
    parent = session.parent(pair)
    if parent is not None:
        documents = mapped.by_id(session.db, parent, system, rows["_parent"].drop_nulls().unique().to_list())
        owner = documents.select(pl.col("_id").alias("_parent"), pl.col("_version").alias("document_version"))
        rows = rows.join(owner, on="_parent", how="left").select(
            "_id", pl.coalesce("document_version", "_version").alias("_version"), "_parent"
        )
    return {i: (version, owner) for i, version, owner in rows.iter_rows()}


def _documents_there(
    session: Session, pair: EntityPair, system: System, origins: pl.DataFrame
) -> dict[str | None, tuple[str, str | None]]:
    """Id and version, on *system*, of the documents that own *origins*, by the document's id on the other end."""
    from talk_assets.store import links  # noqa: PLC0415 - only lines of linked documents need it

    parent = session.parent(pair)
    if parent is None:
        return {}
    found = links.by_record(session.db, parent, system.other, origins["_parent"].drop_nulls().unique().to_list())
    there = mapped.by_id(session.db, parent, system, found[f"{system}_id"].to_list())
    versions = dict(there.select("_id", "_version").iter_rows())
    return {
        here: (record, versions.get(record))
        for here, record in found.select(f"{system.other}_id", f"{system}_id").iter_rows()
    }
