"""What became of each row of the checklist, with its evidence."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from enum import StrEnum
from functools import cached_property
from typing import Any

from talk_assets.model.disclosure import withheld
from talk_assets.model.system import System


class Operation(StrEnum):
    """What is done to a property on one end, for the other to follow; compare is what both hold at present."""

    CREATE = "create"
    UPDATE = "update"
    CLEAR = "clear"
    COMPARE = "compare"


class Outcome(StrEnum):
    """pass: the other end holds what it should. fail: it does not. not_testable: nobody looked, and why."""

    PASS = "pass"  # noqa: S105 - an outcome, no password
    FAIL = "fail"
    NOT_TESTABLE = "not_testable"


@dataclass(frozen=True, kw_only=True)
class Item:
    """One row of the checklist: a property of a pair, from one end to the other, by one operation."""

    pair: str
    property: str
    origin: System
    operation: Operation

    @cached_property
    def way(self) -> str:
        """From where to where; of a comparison, both."""
        arrow = "↔" if self.operation is Operation.COMPARE else "→"
        return f"{self.origin.title} {arrow} {self.origin.other.title}"


@dataclass(frozen=True, kw_only=True)
class Finding:
    """What became of an item.

    *reason* says why it failed, or could not be tested. The evidence: *written* to the record *origin_id*,
    *expected* in and *found* in the record *target_id* of the other end, *at* when it was read there. Of a
    comparison, *compared* records were looked at, *waiting* of which the sync has yet to bring across or holds back.
    """

    item: Item
    outcome: Outcome
    reason: str | None = None
    written: str | None = None
    expected: str | None = None
    found: str | None = None
    origin_id: str | None = None
    target_id: str | None = None
    at: datetime | None = None
    compared: int = 1
    waiting: int = 0

    def as_json(self, *, show: bool) -> dict[str, Any]:
        """The finding as plain values; unless *show*, of values only their lengths."""
        values = {name: getattr(self, name) for name in ("written", "expected", "found")}
        told = asdict(self.item) | {"outcome": self.outcome.value, "reason": self.reason}
        told |= values if show else {name: withheld(value) for name, value in values.items()}
        told |= {"origin_id": self.origin_id, "target_id": self.target_id}
        told |= {"at": None if self.at is None else self.at.isoformat()}
        return told | {"compared": self.compared, "waiting": self.waiting}


@dataclass(frozen=True, kw_only=True)
class Results:
    """What a whole pass found. *live* says that probes were written, *tag* marks those.

    *made* is how many records that were, counterparts included, and
    *left* names what could not be cleaned up. *broken* says why it ended early. *version* is that of the declarations.
    """

    live: bool
    tag: str | None
    version: str
    started: datetime
    seconds: float
    findings: tuple[Finding, ...]
    left: tuple[str, ...] = ()
    made: int = 0
    broken: str | None = None

    def of(self, outcome: Outcome) -> list[Finding]:
        """The findings of one outcome."""
        return [one for one in self.findings if one.outcome is outcome]

    @property
    def passed(self) -> bool:
        """Whether it came to its end and no row failed."""
        return self.broken is None and not self.of(Outcome.FAIL)

    def counts(self) -> dict[str, int]:
        """How many rows came out how."""
        return {outcome.value: len(self.of(outcome)) for outcome in Outcome}

    def by_pair(self) -> dict[str, dict[str, int]]:
        """The same for each pair."""
        counted = Counter((one.item.pair, one.outcome) for one in self.findings)
        names = dict.fromkeys(one.item.pair for one in self.findings)
        return {name: {outcome.value: counted[name, outcome] for outcome in Outcome} for name in names}

    def as_json(self, *, show: bool) -> dict[str, Any]:
        """Everything as plain values; unless *show*, of records' values only their lengths."""
        return {
            "mode": "live" if self.live else "passive",
            "tag": self.tag,
            "declarations": self.version,
            "started": self.started.isoformat(),
            "seconds": round(self.seconds, 3),
            "counts": self.counts(),
            "pairs": self.by_pair(),
            "broken": self.broken,
            "left": list(self.left),
            "rows": [one.as_json(show=show) for one in self.findings],
        }


def reasons(findings: Sequence[Finding]) -> list[tuple[str, int]]:
    """Why rows could not be tested, and how many for each reason, the most frequent first."""
    return Counter(one.reason or "" for one in findings if one.outcome is Outcome.NOT_TESTABLE).most_common()
