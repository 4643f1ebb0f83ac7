"""What the data-quality report says, before it is written down in any form."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from talk_assets.model.system import System

STATES = {
    "conflict": "to decide",
    "quarantined": "quarantined",
    "parked": "parked",
    "held": "held",
    "review": "for review",
    "postponed": "postponed",
}
"""Why a record is not in step, as the store names it and as a person reads it."""


@dataclass(frozen=True, kw_only=True)
class Written:
    """Records of one end that the sync made, changed and deleted."""

    created: int = 0
    updated: int = 0
    deleted: int = 0

    @property
    def total(self) -> int:
        """All of them."""
        return self.created + self.updated + self.deleted


@dataclass(frozen=True, kw_only=True)
class PairFigures:
    """One pair now, and what was written of it in the period.

    *linked* counts live links, *in_step* those of which nothing waits; *waiting* the records that wait by state
    (`STATES`). *trend* is how many waited at the end of each step of the period.
    """

    name: str
    doc: str
    linked: int
    in_step: int
    waiting: Mapping[str, int]
    written: Mapping[System, Written]
    trend: tuple[int, ...]

    @property
    def waits(self) -> int:
        """How many records wait, whatever for."""
        return sum(self.waiting.values())

    @property
    def share(self) -> float | None:
        """Which part of the links is in step; None without links."""
        return self.in_step / self.linked if self.linked else None


@dataclass(frozen=True, kw_only=True)
class Held:
    """One thing that waits: *system* and *record* have what cannot travel. *since* is None where nothing tells it."""

    pair: str
    system: System | None
    record: str | None
    property: str | None
    state: str
    reason: str
    since: datetime | None
    attempts: int | None


@dataclass(frozen=True, kw_only=True)
class Cause:
    """A *reason* without what is particular to a record, how many wait for it, and one of them as an example."""

    pair: str
    property: str | None
    state: str
    reason: str
    records: int
    example: str | None


@dataclass(frozen=True, kw_only=True)
class Delay:
    """How long writes to one end took from the edit, in seconds: half of them, 95 of 100, and the longest."""

    writes: int
    median: float
    most_within: float
    longest: float


@dataclass(frozen=True, kw_only=True)
class Step:
    """A stretch of the period, up to *until*: calls and writes by end, what waited at its end, and delays in it."""

    until: datetime
    calls: Mapping[System, int]
    written: Mapping[System, int]
    waiting: Mapping[str, int]
    linked: int
    in_step: int
    delays: Mapping[System, Delay | None]


@dataclass(frozen=True, kw_only=True)
class RunFigures:
    """One run, and how many *quiet* ones followed that found nothing to do."""

    started: datetime
    seconds: float
    job: str
    kind: str
    outcome: str
    written: Mapping[System, int]
    calls: Mapping[System, int]
    quiet: int


@dataclass(frozen=True, kw_only=True)
class Figures:
    """The whole report. *held* lists the oldest of all *held_count* things that wait.

    *runs* are the latest of *run_count* in the period, of which *failed_runs* failed. *calls_left* of *allowance* were
    left to Salesforce's day when it was last asked (None: it did not say).
    """

    generated: datetime
    since: datetime
    tenants: Mapping[str, str]
    pairs: tuple[PairFigures, ...]
    held: tuple[Held, ...]
    held_count: int
    oldest: Held | None
    causes: tuple[Cause, ...]
    properties: tuple[Cause, ...]
    steps: tuple[Step, ...]
    delays: Mapping[System, Delay | None]
    calls: Mapping[System, int]
    calls_left: int | None
    allowance: int | None
    runs: tuple[RunFigures, ...]
    run_count: int
    failed_runs: int
    last_run: datetime | None

    @property
    def linked(self) -> int:
        """Live links of all pairs."""
        return sum(pair.linked for pair in self.pairs)

    @property
    def in_step(self) -> int:
        """Links of all pairs of which nothing waits."""
        return sum(pair.in_step for pair in self.pairs)

    @property
    def waits(self) -> int:
        """Records of all pairs that wait."""
        return sum(pair.waits for pair in self.pairs)

    @property
    def share(self) -> float | None:
        """Which part of all links is in step; None without links."""
        return self.in_step / self.linked if self.linked else None

    def as_json(self) -> dict[str, Any]:
        """The report as `talk report --json` prints it; times in ISO 8601, delays in seconds."""
        found: dict[str, Any] = _plain(self)
        return found | {"linked": self.linked, "in_step": self.in_step, "waiting": self.waits}


def _plain(value: object) -> Any:  # noqa: ANN401 - whatever JSON holds
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, Mapping):
        return {str(key): _plain(one) for key, one in value.items()}
    if isinstance(value, tuple):
        return [_plain(one) for one in value]
    fields = getattr(value, "__dataclass_fields__", None)
    return value if fields is None else {name: _plain(getattr(value, name)) for name in fields}
