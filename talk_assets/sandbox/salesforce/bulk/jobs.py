"""The bulk jobs that an org keeps, and how far each has come."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, TypeVar

from ..errors import ApiError
from ..ids import normalized, numbered
from ..schema import Field, SObject
from ..stamps import stamp, whole_second

_KEPT = timedelta(days=7)
_ENDED = frozenset({"JobComplete", "Failed", "Aborted"})

Row = list[str]


@dataclass(kw_only=True)
class Job:
    """What ingest and query jobs have in common; `state` moves on from call to call."""

    id: str
    kind: str
    operation: str
    sobject: SObject
    created: datetime
    created_by: str
    version: str
    delimiter: str
    line_ending: str
    state: str
    moved: datetime

    @property
    def ended(self) -> bool:
        """True once nothing more will happen."""
        return self.state in _ENDED

    def move(self, state: str, now: datetime) -> None:
        """Enter a state."""
        self.state, self.moved = state, now

    def facts(self) -> dict[str, Any]:
        """Return what every answer about the job says, in the order in which the API says it."""
        return {
            "id": self.id,
            "operation": self.operation,
            "object": self.sobject.name,
            "createdById": self.created_by,
            "createdDate": stamp(whole_second(self.created)),
            "systemModstamp": stamp(whole_second(self.moved)),
            "state": self.state,
            "concurrencyMode": "Parallel",
            "contentType": "CSV",
            "apiVersion": float(self.version),
        }

    def format(self) -> dict[str, str]:
        """Return the shape of the CSV, which some answers leave out."""
        return {"lineEnding": self.line_ending, "columnDelimiter": self.delimiter}


@dataclass(kw_only=True)
class IngestJob(Job):
    """A job that writes rows: uploaded once, then worked off from the first row to the last."""

    key: Field | None = None
    content: bytes | None = None
    header: Row = field(default_factory=list)
    rows: list[Row] = field(default_factory=list)
    done: int = 0
    successes: list[Row] = field(default_factory=list)
    failures: list[Row] = field(default_factory=list)
    error: str = ""


@dataclass(kw_only=True)
class QueryJob(Job):
    """A job that reads rows: the result is kept as it was when the job began."""

    header: Row
    rows: list[Row]


_SomeJob = TypeVar("_SomeJob", bound=Job)


class Jobs:
    """The jobs of the last seven days, oldest first."""

    def __init__(self) -> None:
        self._jobs: dict[str, Job] = {}
        self._numbers = itertools.count(1)

    def next_id(self, prefix: str = "750") -> str:
        """Return an id for a new job, or for a batch (751) or a result (752) of one."""
        return numbered(prefix, next(self._numbers))

    def keep(self, job: Job) -> None:
        """Add a job and forget those whose results are no longer kept."""
        self._jobs = {key: old for key, old in self._jobs.items() if job.created - old.created < _KEPT}
        self._jobs[job.id] = job

    def find(self, kind: type[_SomeJob], text: str) -> _SomeJob:
        """Return a job of this kind by its id of 15 or 18 characters, or raise 404."""
        job = self._jobs.get(normalized(text) or "")
        if not isinstance(job, kind):
            raise ApiError("NOT_FOUND", "The requested resource does not exist", status=404)
        return job

    def of(self, kind: type[_SomeJob]) -> Iterator[_SomeJob]:
        """Yield the jobs of a kind, oldest first."""
        return (job for job in self._jobs.values() if isinstance(job, kind))

    def drop(self, job: Job) -> None:
        """Forget a job that has ended, or one that never was uploaded to."""
        if not job.ended:
            message = f"Unable to delete a job in state {job.state}; abort it first"
            raise ApiError("INVALIDJOBSTATE", message)
        del self._jobs[job.id]
