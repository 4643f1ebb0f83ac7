"""One fault: what happens, and to which requests."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from talk_assets.sandbox.faults.kinds import KINDS, End
from talk_assets.sandbox.faults.request import Asked, Json

_METHODS = frozenset({"any", "read", "write", "GET", "POST", "PUT", "PATCH", "DELETE"})
_MATCHING = frozenset({"kind", "method", "path", "body", "agent", "nth", "count", "chance"})


class FaultError(ValueError):
    """A fault that cannot be taken as it is described."""


@dataclass(frozen=True, kw_only=True)
class Fault:
    """What happens to the matching requests, from the *nth* on, *count* times (None: always).

    *method* is an HTTP method, "read", "write" or "any"; *path* and *body* are regular expressions found
    anywhere in the path with its query, and in the request's body; *agent* one for the User-Agent header. Each
    matching request is struck with the probability *chance*.
    """

    kind: str
    method: str = "any"
    path: str = ""
    body: str = ""
    agent: str = ""
    nth: int = 1
    count: int | None = 1
    chance: float = 1.0
    parameters: Mapping[str, Any] = field(default_factory=dict)

    def befalls(self, asked: Asked) -> bool:
        """True if *asked* is one of its requests."""
        if self.method in {"read", "write"}:
            meant = asked.writes == (self.method == "write") and not asked.signs_in
        else:
            meant = self.method in {"any", asked.method}
        return (
            meant
            and re.search(self.path, asked.target) is not None
            and re.search(self.agent, asked.agent) is not None
            and (not self.body or re.search(self.body, asked.body.decode("utf-8", errors="replace")) is not None)
        )

    def as_json(self) -> dict[str, Any]:
        """The fault as it can be given."""
        return {name: getattr(self, name) for name in sorted(_MATCHING)} | dict(self.parameters)


def read_fault(given: object, *, end: End) -> Fault:
    """Read a fault from its JSON: what it matches and the parameters of its kind side by side.

    Raises:
        FaultError: with what is wrong and what would be right.
    """
    if not isinstance(given, dict):
        raise FaultError("A fault is an object.")
    kind = KINDS.get(given.get("kind", ""))
    if kind is None or end not in kind.ends:
        known = ", ".join(name for name, each in KINDS.items() if end in each.ends)
        raise FaultError(f"{end} has no fault of the kind {given.get('kind')!r}; there are: {known}.")
    unknown = sorted(given.keys() - _MATCHING - kind.parameters.keys())
    if unknown:
        allowed = ", ".join(sorted(_MATCHING | kind.parameters.keys()))
        raise FaultError(f"{given['kind']} has no {', '.join(unknown)}; it has: {allowed}.")
    parameters = {
        name: _typed(name, given.get(name, default), type(default)) for name, default in kind.parameters.items()
    }
    method = _typed("method", given.get("method", kind.requests), str)
    if method not in _METHODS:
        raise FaultError(f"method: expected one of {', '.join(sorted(_METHODS))}.")
    count = given.get("count", 1)
    return Fault(
        kind=given["kind"],
        method=method,
        path=_pattern("path", given),
        body=_pattern("body", given),
        agent=_pattern("agent", given),
        nth=_typed("nth", given.get("nth", 1), int),
        count=None if count is None else _typed("count", count, int),
        chance=_typed("chance", given.get("chance", 1.0), float),
        parameters=parameters,
    )


def _pattern(name: str, given: Mapping[str, Any]) -> str:
    text: str = _typed(name, given.get(name, ""), str)
    try:
        re.compile(text)
    except re.error as error:
        raise FaultError(f"{name}: no regular expression: {error}.") from None
    return text


def _typed(name: str, value: Json, kind: type) -> Json:
    if kind is float and isinstance(value, int) and not isinstance(value, bool):
        return float(value)
    if not isinstance(value, kind) or (isinstance(value, bool) and kind is not bool):
        raise FaultError(f"{name}: expected a value of the type {kind.__name__}.")
    return value
