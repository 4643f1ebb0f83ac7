"""JSON as RFC 8259 has it and nothing looser, with numbers kept digit by digit.

Python's own reader takes NaN, repeated names and lone surrogates, and turns money into floats.
Here an answer with any of those is refused, and every fraction stays the text the end sent.
"""

import json
import re
from typing import Any

import msgspec

from talk_assets.model.errors import PeerAnswerError

DEEPEST = 64
"""Nesting an answer may have; both ends stay far below it."""

_NUMBER = re.compile(r"-?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][+-]?[0-9]+)?")
_DEEP = re.compile(rb"[\[{]")


def number(text: str) -> msgspec.Raw:
    """Return *text* as a JSON number that is written out digit by digit.

    Raises:
        ValueError: *text* is not a JSON number.
    """
    if not _NUMBER.fullmatch(text):
        raise ValueError("not a JSON number")
    return msgspec.Raw(text.encode("ascii"))


def number_text(value: int | msgspec.Raw) -> str:
    """Return the digits of a number that `parse` gave."""
    return str(value) if isinstance(value, int) else bytes(value).decode("ascii")


def parse(body: bytes) -> Any:  # noqa: ANN401 - whatever the end said; callers check its shape
    """Return the value of *body*: objects as dicts, integers as int, fractions as `msgspec.Raw`.

    Raises:
        PeerAnswerError: it is not strict UTF-8 JSON, repeats a name, or nests too deeply.
    """
    try:
        value = _DECODER.decode(body)
        # A reader that lets the last of two equal names win writes back fewer bytes than it read, so
        # equal bytes prove that no name was repeated. Other spellings take the slow way below.
        if msgspec.json.encode(value) != body:
            value = _parse_slowly(body)
    except (ValueError, RecursionError) as error:
        reason = "it nests too deeply" if isinstance(error, RecursionError) else "it is not strict JSON"
        raise PeerAnswerError(reason) from error
    if len(_DEEP.findall(body, 0, DEEPEST * 64)) > DEEPEST and _depth(value) > DEEPEST:
        raise PeerAnswerError("it nests too deeply")
    return value


def write(value: object) -> bytes:
    """Return *value* as compact JSON; `msgspec.Raw` parts go out as they are."""
    return msgspec.json.encode(value)


def _parse_slowly(body: bytes) -> Any:  # noqa: ANN401 - as `parse`
    value = json.loads(
        body.decode("utf-8"), parse_constant=_refuse, parse_float=_fraction, object_pairs_hook=_unrepeated
    )
    msgspec.json.encode(value)  # refuses lone surrogates
    return value


def _fraction(text: str) -> msgspec.Raw:
    return msgspec.Raw(text.encode("ascii"))


def _refuse(_: str) -> None:
    raise ValueError("not a JSON number")


def _unrepeated(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    value = dict(pairs)
    if len(value) != len(pairs):
        raise ValueError("a name is repeated")
    return value


def _depth(value: object) -> int:
    deepest = 0
    level: list[object] = [value]
    while level:
        level = [
            part
            for item in level
            if isinstance(item, (dict, list))
            for part in (item.values() if isinstance(item, dict) else item)
        ]
        deepest += 1
    return deepest


_DECODER = msgspec.json.Decoder(float_hook=_fraction)
