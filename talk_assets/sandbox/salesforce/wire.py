"""A call and its answer, apart from any web framework: parts of a composite call are calls too."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, TypeAlias

import msgspec

from .errors import ApiError, BodyError

#: A JSON value of any shape, as it came from the caller.
Json: TypeAlias = Any

_DECODER = msgspec.json.Decoder(float_hook=Decimal)


@dataclass(frozen=True, kw_only=True)
class Call:
    """One request below `/services/data/vXX.0`.

    `data` is the body of a composite part, which arrives already read; other bodies are bytes.
    """

    method: str
    version: str
    segments: tuple[str, ...]
    query: Mapping[str, str] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""
    data: Any = None
    part: bool = False
    origin: str = ""

    @property
    def base(self) -> str:
        """The URL path of this API version, with a slash at its end."""
        return f"/services/data/v{self.version}/"

    def json(self) -> Json:
        """Return the body as JSON with exact decimals, or raise JSON_PARSER_ERROR."""
        if self.part:
            return self.data
        content_type = self.headers.get("content-type", "application/json")
        if "json" not in content_type:
            message = f"Content-Type {content_type} is not supported by this resource"
            raise ApiError("UNSUPPORTED_MEDIA_TYPE", message, status=415)
        return read_json(self.body)

    def mapping(self) -> dict[str, Any]:
        """Return the body as a JSON object, or raise JSON_PARSER_ERROR."""
        found = self.json()
        if not isinstance(found, dict):
            raise BodyError("The HTTP entity body is required, but this request has no entity body.")
        return found


def listed(body: Mapping[str, Json], name: str) -> list[Json]:
    """Return the list under *name*, empty if absent, or raise JSON_PARSER_ERROR."""
    found = body.get(name) or []
    if not isinstance(found, list):
        raise BodyError(f"Cannot deserialize instance of a list from the value of {name}", culprit=name)
    return found


@dataclass(frozen=True, kw_only=True)
class Answer:
    """Status, JSON body (None is an empty one) and extra headers; `text` is a CSV in place of a body."""

    status: int = 200
    body: Any = None
    text: bytes | None = None
    headers: Mapping[str, str] = field(default_factory=dict)


def read_json(body: bytes) -> Json:
    """Read JSON, keeping decimals exact."""
    try:
        return _DECODER.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as failure:
        raise _parser_error(body) from failure


def write_json(value: Json) -> bytes:
    """Write JSON."""
    return msgspec.json.encode(value)


def _parser_error(body: bytes) -> ApiError:
    text = body.decode("utf-8", errors="replace")
    try:
        json.loads(text)
    except json.JSONDecodeError as failure:
        char = text[failure.pos : failure.pos + 1]
        problem = f"Unexpected character ('{char}' (code {ord(char)}))" if char else "Unexpected end-of-input"
        place = f"at [line:{failure.lineno}, column:{failure.colno}]"
        return ApiError("JSON_PARSER_ERROR", f"{problem} {place}")
    except RecursionError:
        return ApiError("JSON_PARSER_ERROR", "Nested too deeply at [line:1, column:1]")
    return ApiError("JSON_PARSER_ERROR", "Invalid UTF-8 or number at [line:1, column:1]")
