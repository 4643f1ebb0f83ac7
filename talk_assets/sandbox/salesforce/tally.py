"""How often each kind of call was made, for tests that count."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Any

from .ids import normalized


class Tally:
    """Counts calls by method and kind of path, and write operations wherever they stood."""

    def __init__(self) -> None:
        self.calls: Counter[str] = Counter()
        self.writes = 0
        self.rows: Counter[str] = Counter()

    def call(self, method: str, segments: tuple[str, ...]) -> None:
        """Count one API call."""
        self.calls[f"{method} {'/'.join(_kind(segments))}".strip()] += 1

    def write(self) -> None:
        """Count one write operation; each part of a composite call is one."""
        self.writes += 1

    def kept(self, rows: Mapping[str, int]) -> None:
        """Count rows created, updated and deleted by a call that was kept."""
        self.rows.update(rows)

    def clear(self) -> None:
        """Start again from zero."""
        self.calls.clear()
        self.rows.clear()
        self.writes = 0

    def report(self) -> dict[str, Any]:
        """Return all counts."""
        rows = {name: self.rows[name] for name in ("created", "updated", "deleted")}
        return {
            "calls": dict(sorted(self.calls.items())),
            "total": self.calls.total(),
            "writes": self.writes,
            "rows": rows,
        }


def _kind(segments: tuple[str, ...]) -> tuple[str, ...]:
    """Return a path without what differs from row to row."""
    match segments:
        case ("sobjects", name, second) if normalized(second):
            return ("sobjects", name, "{id}")
        case ("sobjects", name, key, _):
            return ("sobjects", name, key, "{value}")
        case ("query" | "queryAll", *_, _last) if len(segments) > 1:
            return (segments[0], "{locator}")
        case ("sandbox", "undelete", _):
            return ("sandbox", "undelete", "{id}")
    return segments
