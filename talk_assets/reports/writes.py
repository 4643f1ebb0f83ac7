"""What was written of one thing, why, and what came of it."""

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from talk_assets.model.pair import EntityPair, Property
from talk_assets.model.system import System

_LONGEST = 60
_OUTCOMES = {
    "sent": "was sent; its effect is not known yet",
    "ambiguous": "was sent, and no answer came; what it did is read before anything else",
    "applied": "was applied",
    "exists": "met a record that was there already",
    "stale": "was not applied: the record had been edited meanwhile, and is compared anew",
    "refused": "was refused",
    "gone": "met a record that is deleted",
    "planned": "did not get through; a later run tries again",
    "recovered": "had no answer; what it did was read back",
    "released": "was refused, and is let go to be tried again",
    "unlinked": "was applied, before the link was taken away",
    "unanswered": "had no answer, and nothing tells whether it was carried out",
}
_WHY = {
    "latest_wins": "both ends had changed it, and this was the later edit",
    "salesforce_wins": "both ends had changed it, and Salesforce wins",
    "customerp_wins": "both ends had changed it, and Customerp wins",
    "manual": "both ends had changed it, and a person decided",
}


def readable(value: str | None, longest: int = _LONGEST) -> str:
    """A value in a sentence: in quotes, on one line, cut where it is *longest*."""
    if value is None:
        return "nothing"
    line = value.replace("\n", "⏎")
    return f"'{line if len(line) <= longest else line[: longest - 1] + '…'}'"


def in_words(value: object) -> str | None:
    """A mapped value as the history and conflicts tell it."""
    if isinstance(value, bool):
        return str(value).lower()
    return None if value is None else str(value)


class Writes:
    """The writes of one thing (intent schema), and the conflicts that some of them settled (conflict schema)."""

    def __init__(
        self, pair: EntityPair, rows: Sequence[Mapping[str, Any]], fought: Sequence[Mapping[str, Any]]
    ) -> None:
        self._pair = pair
        self._rows = rows
        self._fought = fought
        self._told: set[str] = set()

    def explain(self, row: Mapping[str, Any]) -> str:
        """Why what a *row* of the history tells came back with a write of ours."""
        end = System(row["system"])
        sent = self._of(row["record_id"], end, row["known_at"])
        if sent is None:
            return "read back with a write of ours"
        name = row["property"]
        if name in self._pair.by_name and not self._holds(sent, self._pair.by_name[name], end):
            return f"came back with a write of ours that did not touch it: set in {end.title}"
        self._told.add(str(sent["intent_id"]))
        tried = f", at try {sent['attempt']}" if sent["attempt"] and sent["attempt"] > 1 else ""
        if sent["op"] == "create":
            return f"made by the sync from {end.other.title} {sent['origin_id'] or ''}".rstrip() + tried
        return f"written by the sync{tried}: {self.why(name, end, sent['sent_at'])}"

    def why(self, name: str | None, end: System, at: datetime) -> str:
        """The rule by which *end* took the property *name* at *at*."""
        before = [row["sent_at"] for row in self._rows if row["system"] == end.value and row["sent_at"] < at]
        for row in reversed(self._fought):
            if (row["property"], row["winner"]) == (name, end.other.value) and row["found_at"] <= at:
                # A conflict that an earlier write settled says nothing of this one.
                if not before or row["found_at"] > max(before) or row["policy"] == "manual":
                    return "it differed on the first link" if row["first_link"] else _WHY[row["policy"]]
                break
        return f"only {end.other.title} had changed it"

    def untold(self) -> list[Mapping[str, Any]]:
        """The writes that no value tells of: refused, without an answer, or without effect."""
        return [row for row in self._rows if row["intent_id"] not in self._told]

    def outcome(self, row: Mapping[str, Any]) -> str:
        """What was written and what came of it, in words."""
        what = {"create": "A creation", "update": "An update", "delete": "A deletion"}[row["op"]]
        tried = f" at try {row['attempt']}" if row["attempt"] and row["attempt"] > 1 else ""
        said = f": {row['problem']}" if row["problem"] else ""
        return f"{what} in {System(row['system']).title} {_OUTCOMES[row['state']]}{tried}{said}"

    def values(self, row: Mapping[str, Any]) -> dict[str, str | None]:
        """The values that were sent as the end was sent them, by property; what is none of them by its path there."""
        end = System(row["system"])
        named = {path: p.name for p in self._pair.properties for path in _paths(p, end)}
        return {named.get(path, path): value for path, value in json.loads(row["body"] or "{}").items()}

    def last(self, name: str, end: System) -> Mapping[str, Any] | None:
        """The last write of the property *name* to *end*."""
        p = self._pair.by_name[name]
        own = [row for row in self._rows if row["system"] == end.value and self._holds(row, p, end)]
        return own[-1] if own else None

    def _of(self, record: str, end: System, at: datetime) -> Mapping[str, Any] | None:
        own = [
            row
            for row in self._rows
            if (row["system"], row["record_id"]) == (end.value, record) and row["sent_at"] <= at
        ]
        return own[-1] if own else None

    @staticmethod
    def _holds(row: Mapping[str, Any], p: Property, end: System) -> bool:
        return row["op"] == "delete" or not _paths(p, end).isdisjoint(json.loads(row["body"] or "{}"))


def _paths(p: Property, end: System) -> set[str]:
    side = p.side(end)
    return {side.path} | ({side.write_path} if side.write_path else set())
