"""Records as an end's JSON has them, to raw frames and back.

Every value becomes wire text (see `talk_assets.model.wire`). A record whose JSON contradicts the
declaration becomes a `Reject` and the rest of the page goes on.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import msgspec
import polars as pl

from talk_assets.model.wire import NOT_SHOWN, Entity, Wire
from talk_assets.systems import strict_json
from talk_assets.systems.port import Reject, raw_schema
from talk_assets.systems.stamps import stamps

JsonObject = dict[str, Any]

NOT_TEXT = object()
"""What a converter gives for a value of the wrong JSON kind."""


@dataclass(frozen=True, kw_only=True)
class Layout:
    """Where an end keeps a record's own facts; *version* may be a number or a text."""

    id: str
    stamp: str
    version: str
    deleted: str


@dataclass(frozen=True, kw_only=True)
class Decoded:
    """Records that could be read, as a raw frame, and those that could not."""

    frame: pl.DataFrame
    rejects: tuple[Reject, ...]


def empty(entity: Entity) -> pl.DataFrame:
    """Return a raw frame of *entity* without rows."""
    return pl.DataFrame(schema=raw_schema(entity))


def decode(
    entity: Entity, records: Sequence[Any], layout: Layout, *, constants: Mapping[str, str | None] | None = None
) -> Decoded:
    """Return *records* as a raw frame; paths in *constants* hold that text in every row.

    A record is rejected for its first property (in declaration order) of another JSON kind than
    declared. A declared property that the record lacks is `NOT_SHOWN`, which is not the same as null.
    """
    sound = [r for r in records if isinstance(r, dict) and isinstance(r.get(layout.id), str) and r[layout.id]]
    columns: dict[str, pl.Series] = {}
    wrong: dict[int, tuple[str, str]] = {}
    fixed = dict(constants or {})

    def take(name: str, path: str, wire: Wire, *, missing: str | None = None) -> None:
        columns[name], bad = _texts(name, column(sound, path, missing=missing), wire)
        for row in bad:
            wrong.setdefault(row, (path, f"is not {_KIND_NAMES[wire]}"))

    take("_id", layout.id, Wire.TEXT)
    for name, given in (("_key", entity.key_path), ("_parent", entity.parent_path)):
        if given is None:
            columns[name] = pl.Series(name, [None] * len(sound), dtype=pl.String)
        else:
            take(name, given, Wire.TEXT)
    take("_stamp", layout.stamp, Wire.TEXT)
    columns["_stamp"] = stamps(columns["_stamp"])
    for row in columns["_stamp"].is_null().arg_true():
        wrong.setdefault(row, (layout.stamp, "is not a date and time with its zone"))
    columns["_version"] = pl.Series("_version", [_plain(v) for v in column(sound, layout.version)], dtype=pl.String)
    columns["_deleted"] = pl.Series("_deleted", [v is True for v in column(sound, layout.deleted)], dtype=pl.Boolean)
    for field in entity.fields:
        if field.path in fixed:
            columns[field.path] = pl.Series(field.path, [fixed[field.path]] * len(sound), dtype=pl.String)
        else:
            take(field.path, field.path, field.wire, missing=NOT_SHOWN)

    frame = pl.DataFrame(list(columns.values()), schema=list(raw_schema(entity)))
    rejects = [
        Reject(entity=entity.name, id="", property=layout.id, reason="the record has no id", raw=raw_json(r))
        for r in (records if len(sound) != len(records) else ())
        if not (isinstance(r, dict) and isinstance(r.get(layout.id), str) and r[layout.id])
    ]
    if wrong:
        rejects += [
            Reject(
                entity=entity.name,
                id=sound[row][layout.id],
                property=path,
                reason=f"{path} {why}",
                raw=raw_json(sound[row]),
            )
            for row, (path, why) in sorted(wrong.items())
        ]
        keep = pl.Series([row not in wrong for row in range(len(sound))], dtype=pl.Boolean)
        frame = frame.filter(keep)
    return Decoded(frame=frame, rejects=tuple(rejects))


def column(records: Sequence[JsonObject], path: str, *, missing: str | None = None) -> list[Any]:
    """Return the values at *path*: null where it or something on the way is null, *missing* where it is not there.

    A step through something that is not an object gives `NOT_TEXT`.
    """
    name, dot, rest = path.partition(".")
    values = [r.get(name, missing) for r in records]
    while dot:
        name, dot, rest = rest.partition(".")
        values = [
            v.get(name, missing) if isinstance(v, dict) else v if v is None or v is missing else NOT_TEXT
            for v in values
        ]
    return values


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
            inner[last] = None if text is None else _TO_JSON[wires.get(path, Wire.TEXT)](text)
        except ValueError as error:
            raise ValueError(f"{path} is not {_KIND_NAMES[wires[path]]}") from error
    return body


def wires_of(entity: Entity) -> dict[str, Wire]:
    """Return the JSON kinds of *entity*'s properties by path."""
    return {field.path: field.wire for field in entity.fields}


def _texts(name: str, values: list[Any], wire: Wire) -> tuple[pl.Series, list[int]]:
    """Return a column of wire texts and the rows whose value has another JSON kind (null there)."""
    if wire is Wire.TEXT:
        try:
            return pl.Series(name, values, dtype=pl.String, strict=True), []
        except (TypeError, ValueError):
            pass  # some value is no text; the way below finds which
    convert = _TO_TEXT[wire]
    texts: list[Any] = [v if v is None or v is NOT_SHOWN else convert(v) for v in values]
    bad = [row for row, text in enumerate(texts) if text is NOT_TEXT]
    for row in bad:
        texts[row] = None
    return pl.Series(name, texts, dtype=pl.String), bad


def _text(value: object) -> object:
    return value if isinstance(value, str) else NOT_TEXT


def _number(value: object) -> object:
    if isinstance(value, bool) or not isinstance(value, (int, msgspec.Raw)):
        return NOT_TEXT
    return strict_json.number_text(value)


def _integer(value: object) -> object:
    text = _number(value)
    if not isinstance(text, str):
        return NOT_TEXT
    # Some ends write whole numbers of a decimal column as 3.0.
    whole, dot, fraction = text.partition(".")
    is_whole = whole.lstrip("-").isdigit() and (not dot or not fraction.strip("0"))
    return whole if is_whole else NOT_TEXT


def _boolean(value: object) -> object:
    return ("true" if value else "false") if isinstance(value, bool) else NOT_TEXT


def _array(value: object) -> object:
    if not isinstance(value, list) or not all(isinstance(part, str) for part in value):
        return NOT_TEXT
    return msgspec.json.encode(value).decode()


def _plain(value: object) -> str | None:
    if isinstance(value, str) or value is None:
        return value
    text = _number(value)
    return text if isinstance(text, str) else None


def raw_json(record: object) -> str:
    """Return a record as compact JSON, numbers as they came."""
    return msgspec.json.encode(record).decode()


def _to_boolean(text: str) -> bool:
    if text not in {"true", "false"}:
        raise ValueError("not a boolean")
    return text == "true"


def _to_array(text: str) -> list[str]:
    try:
        return msgspec.json.decode(text, type=list[str])
    except msgspec.DecodeError as error:
        raise ValueError("not an array of texts") from error


_TO_TEXT: Mapping[Wire, Callable[[object], Any]] = {
    Wire.TEXT: _text,
    Wire.NUMBER: _number,
    Wire.INTEGER: _integer,
    Wire.BOOLEAN: _boolean,
    Wire.TEXTS: _array,
}
_TO_JSON: Mapping[Wire, Callable[[str], Any]] = {
    Wire.TEXT: str,
    Wire.NUMBER: strict_json.number,
    Wire.INTEGER: strict_json.number,
    Wire.BOOLEAN: _to_boolean,
    Wire.TEXTS: _to_array,
}
_KIND_NAMES: Mapping[Wire, str] = {
    Wire.TEXT: "a text",
    Wire.NUMBER: "a number",
    Wire.INTEGER: "a whole number",
    Wire.BOOLEAN: "true or false",
    Wire.TEXTS: "an array of texts",
}
