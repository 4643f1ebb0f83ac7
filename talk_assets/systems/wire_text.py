"""JSON values to wire text and back, by declared kind (see `talk_assets.model.wire`)."""

import re
from collections.abc import Callable, Mapping
from typing import Any

import msgspec

from talk_assets.model.wire import Wire
from talk_assets.systems import strict_json

NOT_TEXT = object()
"""What a converter gives for a value of the wrong JSON kind."""

_WHOLE = re.compile(r"(-?[0-9]+)(?:\.0*)?")


def plain(value: object) -> str | None:
    """Return a text as it is and a number's digits; None for anything else."""
    if isinstance(value, str) or value is None:
        return value
    text = _number(value)
    return text if isinstance(text, str) else None


def _text(value: object) -> object:
    return value if isinstance(value, str) else NOT_TEXT


def _number(value: object) -> object:
    if isinstance(value, bool) or not isinstance(value, (int, msgspec.Raw)):
        return NOT_TEXT
    return strict_json.number_text(value)


def _integer(value: object) -> object:
    text = _number(value)
    # Some ends write whole numbers of a decimal column as 3.0.
    whole = _WHOLE.fullmatch(text) if isinstance(text, str) else None
    return whole[1] if whole else NOT_TEXT


def _boolean(value: object) -> object:
    return ("true" if value else "false") if isinstance(value, bool) else NOT_TEXT


def _array(value: object) -> object:
    if not isinstance(value, list) or not all(isinstance(part, str) for part in value):
        return NOT_TEXT
    return msgspec.json.encode(value).decode()


def _to_boolean(text: str) -> bool:
    if text not in {"true", "false"}:
        raise ValueError("not a boolean")
    return text == "true"


def _to_array(text: str) -> list[str]:
    try:
        return msgspec.json.decode(text, type=list[str])
    except msgspec.DecodeError as error:
        raise ValueError("not an array of texts") from error


TO_TEXT: Mapping[Wire, Callable[[object], Any]] = {
    Wire.TEXT: _text,
    Wire.NUMBER: _number,
    Wire.INTEGER: _integer,
    Wire.BOOLEAN: _boolean,
    Wire.TEXTS: _array,
}
TO_JSON: Mapping[Wire, Callable[[str], Any]] = {
    Wire.TEXT: str,
    Wire.NUMBER: strict_json.number,
    Wire.INTEGER: strict_json.number,
    Wire.BOOLEAN: _to_boolean,
    Wire.TEXTS: _to_array,
}
KIND_NAMES: Mapping[Wire, str] = {
    Wire.TEXT: "a text",
    Wire.NUMBER: "a number",
    Wire.INTEGER: "a whole number",
    Wire.BOOLEAN: "true or false",
    Wire.TEXTS: "an array of texts",
}
