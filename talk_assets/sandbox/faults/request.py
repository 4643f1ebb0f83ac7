"""A request as faults see it."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from typing import Any, TypeAlias

import msgspec

from talk_assets.sandbox.faults.kinds import End

Json: TypeAlias = Any
"""A JSON value of any shape."""

_RETRIEVE = re.compile(r"/composite/sobjects/[^/?]+$")
_SIGN_IN = re.compile(r"/oauth2?/")
_DECODER = msgspec.json.Decoder(float_hook=Decimal)
_COMPOSITE = re.compile(r"/composite/?$")


def read_json(body: bytes) -> Json:
    """Return *body* as JSON with exact numbers, or None where it is none."""
    try:
        return _DECODER.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None


@dataclass(frozen=True, kw_only=True)
class Asked:
    """One whole request to one end; *target* is the path with its query."""

    end: End
    method: str
    target: str
    body: bytes
    agent: str

    @property
    def path(self) -> str:
        """The path alone."""
        return self.target.partition("?")[0]

    @property
    def signs_in(self) -> bool:
        """True if it asks for or gives up a session."""
        return _SIGN_IN.search(self.path) is not None

    @cached_property
    def json(self) -> Json:
        """The body as JSON, or None."""
        return read_json(self.body)

    @property
    def writes(self) -> bool:
        """True if it may change records; reads by POST, which Salesforce has, do not."""
        if self.method in {"GET", "HEAD", "OPTIONS"} or self.signs_in:
            return False
        if self.end == "customerp":
            return True
        if _COMPOSITE.search(self.path):
            parts = self.json.get("compositeRequest", []) if isinstance(self.json, dict) else []
            return any(_part_writes(part) for part in parts if isinstance(part, dict))
        return not (self.method == "POST" and _RETRIEVE.search(self.path))


def _part_writes(part: Mapping[str, Any]) -> bool:
    method, url = str(part.get("method")), str(part.get("url"))
    return method != "GET" and not (method == "POST" and _RETRIEVE.search(url))
