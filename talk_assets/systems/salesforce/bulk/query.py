"""Read many rows by one job."""

from collections.abc import Iterator, Mapping, Sequence

from talk_assets.model.errors import PeerAnswerError
from talk_assets.model.wire import Wire
from talk_assets.systems.listing import Cells
from talk_assets.systems.salesforce.bulk.jobs import Jobs
from talk_assets.systems.salesforce.bulk.table import cells_of

PAGE = 10_000
"""Rows asked for at once."""
_LAST = "null"


class BulkQuery:
    """Queries as jobs, deleted rows included."""

    def __init__(self, jobs: Jobs, *, page: int = PAGE) -> None:
        self._jobs = jobs
        self._page = page

    def begin(self, soql: str) -> str | None:
        """Start a job and wait for it; its id, or None where the org does not do this query as a job."""
        asked = {"operation": "queryAll", "query": soql, "contentType": "CSV", "lineEnding": "LF"}
        job = self._jobs.create(asked, writes=False)
        return job if job is not None and self._jobs.ended(job) == "JobComplete" else None

    def pages(self, job: str, wires: Mapping[str, Wire], *, stamps: Sequence[str] = ()) -> Iterator[Cells]:
        """Yield the job's rows as records of the REST API, whose *stamps* end in ``+0000`` where a table has ``Z``.

        Raises:
            PeerUnavailableError, PeerAnswerError.
        """
        locator: str | None = None
        seen: set[str] = set()
        while True:
            where = {} if locator is None else {"locator": locator}
            answer = self._jobs.results(job, "results", maxRecords=str(self._page), **where)
            yield cells_of(answer.body, wires, stamps=stamps)
            locator = answer.locator
            if locator == _LAST:
                return
            if locator is None or locator in seen:
                raise PeerAnswerError(
                    "Salesforce does not say where the results of a bulk query go on. Nothing more of it was used. "
                    "Run again later; that is safe."
                )
            seen.add(locator)
