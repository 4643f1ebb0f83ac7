"""Fit the sample to an org of another shape: what such an org would hold of it, had it become so over the years.

Rules of an administrator look at what is written from then on, so they are set aside while the sample is loaded.
Objects that are switched off have no records; a value that is not listed is left out; a required field of the org's
own is filled.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from types import TracebackType
from typing import Any, Self

import httpx

_RULES = "/sandbox/rules"
_MISSING = "REQUIRED_FIELD_MISSING"
_FILLED = {"boolean": False, "int": 0, "double": 0, "currency": 0, "percent": 0, "date": "2026-01-01"}
_TEXT = "Sample"
_ROUNDS = 3
"""Refusals of one record that are mended: what is wrong is not always told at once."""

Record = Mapping[str, Any]


class Fitting:
    """What of the sample an org takes; as a context manager it sets the org's rules aside.

    *notes* counts what was left out or changed, by what is said of it.
    """

    def __init__(self, client: httpx.Client, *, api: str) -> None:
        self.notes: Counter[str] = Counter()
        self._client = client
        self._api = api
        self._left_out: set[str] = set()
        self._described: dict[str, dict[str, Record] | None] = {}

    def __enter__(self) -> Self:
        self._client.put(_RULES, json={}).raise_for_status()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._client.delete(_RULES).raise_for_status()

    def kept(self, records: Sequence[Record]) -> list[Record]:
        """Return those of *records* whose object the org has, and all that they refer to."""
        kept = []
        for item in records:
            if self._fields(item["resource"]) is None or self._left_out & set(_names(item["fields"])):
                self._left_out.add(item["ref"])
                self.notes[
                    f"{item['resource']} left out: the org has no such object, or none of what it refers to"
                ] += 1
            else:
                kept.append(item)
        return kept

    def mended(self, kind: str, body: dict[str, Any], errors: Sequence[Record]) -> dict[str, Any] | None:
        """Return *body* of one record of *kind* as the org would take it; None where nothing is known to help."""
        fields = self._fields(kind) or {}
        for error in errors:
            for name in error["fields"]:
                if error["statusCode"] == _MISSING and fields.get(name, {}).get("custom"):
                    self.notes[f"{kind}.{name} filled: the org requires it"] += 1
                    body = body | {name: _filler(fields[name])}
                elif body.get(name) is not None and error["statusCode"] != _MISSING:
                    self.notes[f"{kind}.{name} left out where its value is not listed"] += 1
                    body = {given: value for given, value in body.items() if given != name}
                else:
                    return None
        return body if errors and all(error["fields"] for error in errors) else None

    def insist(self, kind: str, body: dict[str, Any], errors: Sequence[Record]) -> Record:
        """Create one refused record after all, mended as often as it takes; return the org's last result for it."""
        result: Record = {"success": False, "errors": errors}
        for _ in range(_ROUNDS):
            mended = self.mended(kind, body, result["errors"])
            if result["success"] or mended is None:
                break
            body = mended
            asked = self._client.post(f"{self._api}/composite/sobjects", json={"allOrNone": False, "records": [body]})
            (result,) = asked.raise_for_status().json()
        return result

    def _fields(self, kind: str) -> dict[str, Record] | None:
        """The fields of an object by name, as describe tells them; None where the org has no such object."""
        if kind not in self._described:
            answer = self._client.get(f"{self._api}/sobjects/{kind}/describe")
            absent = answer.status_code == httpx.codes.NOT_FOUND
            fields = [] if absent else answer.raise_for_status().json()["fields"]
            self._described[kind] = None if absent else {field["name"]: field for field in fields}
        return self._described[kind]


def _names(fields: Record) -> list[str]:
    return [value["ref"] for value in fields.values() if isinstance(value, dict) and value.keys() == {"ref"}]


def _filler(field: Record) -> object:
    if field["picklistValues"]:
        return field["picklistValues"][0]["value"]
    return _FILLED.get(field["type"], _TEXT)
