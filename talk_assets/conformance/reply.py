"""One answer of the server under test, and what can be asked of it."""

import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import httpx

from talk_assets.conformance.findings import BrokenError

PROBLEM = "application/problem+json"
_SHOWN = 160
_FIRST_ERROR = 400


@dataclass(frozen=True, kw_only=True)
class Reply:
    """What one request was answered; *body* is its JSON with exact decimals, None where there is none."""

    asked: str
    status: int
    headers: httpx.Headers
    text: str
    body: Any

    @classmethod
    def of(cls, answer: httpx.Response, *, asked: str) -> "Reply":
        """Read *answer*; a body that is not JSON is left as text."""
        try:
            body = json.loads(answer.text, parse_float=Decimal) if answer.text else None
        except ValueError:
            body = None
        return cls(asked=asked, status=answer.status_code, headers=answer.headers, text=answer.text, body=body)

    @property
    def media_type(self) -> str:
        """The Content-Type without its parameters."""
        return str(self.headers.get("Content-Type", "")).partition(";")[0].strip().lower()

    @property
    def failed(self) -> bool:
        """Whether the status is an error's."""
        return self.status >= _FIRST_ERROR

    def expect(self, *statuses: int) -> "Reply":
        """Return itself if it has one of *statuses*.

        Raises:
            BrokenError: it has another.
        """
        if self.status not in statuses:
            promised = " or ".join(map(str, statuses))
            raise BrokenError(f"{self.asked} answered {self.status} where {promised} is promised{self._said()}.")
        return self

    def object(self) -> dict[str, Any]:
        """Return the body.

        Raises:
            BrokenError: it is no JSON object.
        """
        if not isinstance(self.body, dict):
            raise BrokenError(f"{self.asked} answered no JSON object{self._said()}.")
        return self.body

    def has(self, expected: Mapping[str, Any], *, where: str = "") -> "Reply":
        """Return itself if its body has these values.

        Raises:
            BrokenError: one is missing or another.
        """
        same(self.object(), expected, what=f"{self.asked}{where}")
        return self

    def problems(self) -> list[dict[str, Any]]:
        """Return the refused properties of a 422, each with pointer, code and detail."""
        errors = self.object().get("errors")
        if not isinstance(errors, list) or not all(isinstance(error, dict) for error in errors):
            raise BrokenError(f"{self.asked} answered {self.status} without `errors`{self._said()}.")
        return errors

    def _said(self) -> str:
        said = " ".join(self.text.split())
        return f": {said[:_SHOWN]}{'…' if len(said) > _SHOWN else ''}" if said else ""


def same(found: Mapping[str, Any], expected: Mapping[str, Any], *, what: str) -> None:
    """Return if *found* has the values of *expected*; other names may be there too.

    Raises:
        BrokenError: one is missing or another.
    """
    for name, value in expected.items():
        if name not in found:
            raise BrokenError(f"{what}: there is no {name}.")
        seen = found[name]
        if isinstance(seen, bool) != isinstance(value, bool) or seen != value:
            raise BrokenError(f"{what}: {name} is {shown(seen)} where {shown(value)} is promised.")


def shown(value: object) -> str:
    """*value* as JSON, cut to what a line holds."""
    text = json.dumps(value, default=str, ensure_ascii=False)
    return text if len(text) <= _SHOWN else text[:_SHOWN] + "…"


def needs(record: Mapping[str, Any], names: Collection[str], *, what: str) -> None:
    """Return if *record* has all of *names*.

    Raises:
        BrokenError: some are missing.
    """
    missing = [name for name in names if name not in record]
    if missing:
        raise BrokenError(f"{what}: there is no {', '.join(missing)}.")
