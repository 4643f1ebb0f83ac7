"""Records as an end's JSON has them, to raw frames and back.

Every value becomes wire text (see `talk_assets.model.wire`). A record whose JSON contradicts the
declaration becomes a `Reject` and the rest of the page goes on.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import msgspec
import polars as pl

from talk_assets.model.peer_text import quoted
from talk_assets.model.wire import NOT_SHOWN, Entity, Wire
from talk_assets.systems.listing import JsonObject, Listing, Objects
from talk_assets.systems.port import Reject, raw_schema
from talk_assets.systems.stamps import stamps
from talk_assets.systems.wire_text import KIND_NAMES, NOT_TEXT, TO_JSON, TO_TEXT, plain

ABSENT = object()
"""What stands for a property that a record lacks altogether."""

LONGEST_ID = 200
"""Characters that are kept of what is no id."""


@dataclass(frozen=True, kw_only=True)
class Layout:
    """Where an end keeps a record's own facts; *version* may be a number or a text.

    *id_of* returns an id in the one spelling it is known by, or None for a text that cannot be one: ids
    go into paths, lists and queries, so nothing else may pass for one.
    """

    id: str
    stamp: str
    version: str
    deleted: str
    id_of: Callable[[str], str | None]


@dataclass(frozen=True, kw_only=True)
class Decoded:
    """Records that could be read, as a raw frame, and those that could not.

    *kept* holds the place each row had among the records.
    """

    frame: pl.DataFrame
    rejects: tuple[Reject, ...]
    kept: tuple[int, ...] = ()


def empty(entity: Entity) -> pl.DataFrame:
    """Return a raw frame of *entity* without rows."""
    return pl.DataFrame(schema=raw_schema(entity))


def decode(
    entity: Entity,
    records: Sequence[Any] | Listing,
    layout: Layout,
    *,
    constants: Mapping[str, str | None] | None = None,
    parents: Sequence[str] | None = None,
) -> Decoded:
    """Return *records* as a raw frame; paths in *constants* hold that text in every row.

    *parents* are the ids of the documents the records stand in, where they do not name them themselves.

    A record is rejected for its first property (in declaration order) of another JSON kind than declared,
    and for an own fact, our key among them, that is missing or cannot be used. A declared property that the
    record lacks is `NOT_SHOWN`, which is not the same as null. Of one record told twice the later stamp
    counts; without one all its copies are rejected.
    """
    listing: Listing = Objects(records) if isinstance(records, Sequence) else records
    ids = [layout.id_of(one) if isinstance(one, str) else None for one in listing.column(layout.id, missing=ABSENT)]
    places = [place for place, one in enumerate(ids) if one is not None]
    sound = listing if len(places) == len(listing) else listing.at(places)
    columns: dict[str, pl.Series] = {}
    wrong: dict[int, tuple[str, str]] = {}
    fixed = dict(constants or {})
    deleted = sound.column(layout.deleted, missing=ABSENT)

    def take(name: str, path: str, wire: Wire, *, missing: object = ABSENT) -> None:
        quick = sound.texts(path, wire, missing=missing)
        if quick is not None:
            columns[name] = quick.alias(name)
            return
        values = sound.column(path, missing=missing)
        columns[name], bad = _texts(name, values, wire)
        for row in bad:
            why = "is missing" if values[row] is ABSENT else f"is not {KIND_NAMES[wire]}"
            wrong.setdefault(row, (path, why))

    columns["_id"] = pl.Series("_id", [ids[place] for place in places], dtype=pl.String)
    for name, given in (("_key", entity.key_path), ("_parent", entity.parent_path)):
        if given is None:
            own = parents if name == "_parent" and parents is not None else [None] * len(listing)
            columns[name] = pl.Series(name, [own[place] for place in places], dtype=pl.String)
        else:
            take(name, given, Wire.TEXT)
    take("_stamp", layout.stamp, Wire.TEXT)
    columns["_stamp"] = stamps(columns["_stamp"])
    versions = [plain(value) for value in sound.column(layout.version, missing=ABSENT)]
    columns["_version"] = pl.Series("_version", versions, dtype=pl.String)
    columns["_deleted"] = pl.Series("_deleted", [value is True for value in deleted], dtype=pl.Boolean)
    for row in columns["_stamp"].is_null().arg_true():
        wrong.setdefault(row, (layout.stamp, "is not a date and time with its zone"))
    for row in columns["_version"].is_null().arg_true():
        wrong.setdefault(row, (layout.version, "is not a version"))
    for row, value in enumerate(deleted):
        if value is not True and value is not False:
            wrong.setdefault(row, (layout.deleted, "is not true or false"))
    for field in entity.fields:
        if field.path in fixed:
            columns[field.path] = pl.Series(field.path, [fixed[field.path]] * len(sound), dtype=pl.String)
        else:
            # An org without merges has no property for them, which is the same as nothing merged.
            missing = None if field.path == entity.master_path else NOT_SHOWN
            take(field.path, field.path, field.wire, missing=missing)
    frame = pl.DataFrame(list(columns.values()), schema=list(raw_schema(entity)))
    superseded = _told_twice(frame, wrong, layout)
    rejects = [
        _nameless(entity, layout, listing.record(place))
        for place in (range(len(listing)) if len(sound) != len(listing) else ())
        if ids[place] is None
    ]
    rejects += [
        Reject(
            entity=entity.name,
            id=columns["_id"][row],
            property=path,
            reason=f"{path} {why}",
            raw=raw_json(sound.record(row)),
        )
        for row, (path, why) in sorted(wrong.items())
    ]
    if not wrong and not superseded:
        return Decoded(frame=frame, rejects=tuple(rejects), kept=tuple(places))
    kept = [row for row in range(len(sound)) if row not in wrong and row not in superseded]
    return Decoded(frame=frame[kept], rejects=tuple(rejects), kept=tuple(places[row] for row in kept))


def encode(values: Mapping[str, str | None], wires: Mapping[str, Wire]) -> JsonObject:
    """Return a request body of wire text by path; dots make nested objects, numbers stay exact.

    Paths not in *wires* are text.

    Raises:
        ValueError: a text is not a value of its declared kind; it names the path, not the value.
    """
    body: JsonObject = {}
    for path, text in values.items():
        *steps, last = path.split(".")
        inner = body
        for step in steps:
            inner = inner.setdefault(step, {})
        try:
            inner[last] = None if text is None else TO_JSON[wires.get(path, Wire.TEXT)](text)
        except ValueError as error:
            raise ValueError(f"{path} is not {KIND_NAMES[wires[path]]}") from error
    return body


def wires_of(entity: Entity) -> dict[str, Wire]:
    """Return the JSON kinds of *entity*'s properties by path."""
    return {field.path: field.wire for field in entity.fields}


def raw_json(record: object) -> str:
    """Return a record as compact JSON, numbers as they came."""
    return msgspec.json.encode(record).decode()


def _nameless(entity: Entity, layout: Layout, record: object) -> Reject:
    found = record.get(layout.id) if isinstance(record, dict) else None
    shown = quoted(found, longest=LONGEST_ID) if isinstance(found, str) else ""
    reason = f"{layout.id} is not an id that can be asked for" if shown else "the record has no id"
    return Reject(entity=entity.name, id=shown, property=layout.id, reason=reason, raw=raw_json(record))


def _texts(name: str, values: list[Any], wire: Wire) -> tuple[pl.Series, list[int]]:
    """Return a column of wire texts and the rows whose value has another JSON kind (null there)."""
    convert = TO_TEXT[wire]
    texts: list[Any] = [v if v is None or v is NOT_SHOWN else convert(v) for v in values]
    bad = [row for row, text in enumerate(texts) if text is NOT_TEXT]
    for row in bad:
        texts[row] = None
    return pl.Series(name, texts, dtype=pl.String), bad


def _told_twice(frame: pl.DataFrame, wrong: dict[int, tuple[str, str]], layout: Layout) -> set[int]:
    """Return the rows that another row of the same record replaces; what cannot be decided goes to *wrong*."""
    if frame["_id"].n_unique() == frame.height:
        return set()
    superseded: set[int] = set()
    numbered = frame.with_row_index("_row")
    for copies in numbered.filter(pl.col("_id").is_duplicated()).partition_by("_id", maintain_order=True):
        rows = copies["_row"].to_list()
        reason = next((wrong[row] for row in rows if row in wrong), None)
        if reason is not None:
            # One of them cannot be read, so nobody knows which of them holds.
            superseded.update(row for row in rows if row not in wrong)
            continue
        if copies.drop("_row").n_unique() == 1:
            superseded.update(rows[1:])
            continue
        latest = copies.filter(pl.col("_stamp") == pl.col("_stamp").max())["_row"].to_list()
        if len(latest) == 1:
            superseded.update(row for row in rows if row != latest[0])
        else:
            wrong[rows[0]] = (layout.stamp, "comes twice with different contents")
            superseded.update(rows[1:])
    return superseded
