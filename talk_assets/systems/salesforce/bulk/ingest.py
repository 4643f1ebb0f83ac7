"""Create many records by one job; what each row became is told by our key, never by its place."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from talk_assets.model.changes import NOT_SENT, Op, Outcome, Problem, Receipt, Write
from talk_assets.model.errors import PeerAnswerError, PeerUnavailableError
from talk_assets.model.failpoints import failpoint
from talk_assets.model.wire import Entity
from talk_assets.systems.port import Page, Written
from talk_assets.systems.salesforce.bulk.jobs import Jobs
from talk_assets.systems.salesforce.bulk.table import rows_of, written
from talk_assets.systems.salesforce.columns import Columns
from talk_assets.systems.salesforce.exchange import Failure, exchange, receipt, uncertain
from talk_assets.systems.salesforce.ids import id_of
from talk_assets.systems.salesforce.outcomes import DUPLICATE, code_of, outcome_of, problem_of
from talk_assets.systems.salesforce.rest import Rest
from talk_assets.systems.salesforce.write import edited_by_others, ids_by_key

MOST_ROWS = 10_000
"""Rows of one job: what Salesforce works off as one batch, so that a job that fails leaves little behind."""
_MOST_IDS = 2000
_CLOSED = "UploadComplete"


@dataclass(frozen=True, kw_only=True)
class _Results:
    """What became of the rows, by our key: ids of what was made, errors of what was refused, and what was not begun."""

    made: dict[str, str]
    refused: dict[str, str]
    undone: frozenset[str]


class BulkCreator:
    """Creates records of one object; *by_key* reads records by our key, *user* gives the id of the user we are."""

    def __init__(
        self,
        *,
        jobs: Jobs,
        rest: Rest,
        columns: Columns,
        by_key: Callable[[Entity, Sequence[str]], list[Any]],
        user: Callable[[], str | None],
    ) -> None:
        self._jobs = jobs
        self._rest = rest
        self._columns = columns
        self._by_key = by_key
        self._user = user

    def write(self, entity: Entity, batch: Sequence[Write]) -> Written | None:
        """Create *batch*, every write with a key and without lines; None where the org takes no such job."""
        rows = {str(write.key): self._columns.texts(entity, write) for write in batch}
        header = list(dict.fromkeys(name for row in rows.values() for name in row))
        job = self._jobs.create(
            {"object": entity.resource, "operation": "insert", "contentType": "CSV", "lineEnding": "LF"}, writes=True
        )
        if job is None:
            return None
        failpoint("job created")
        failure = self._handed_over(job, written(header, rows.values()))
        if failure is not None:
            return Written(receipts=tuple(receipt(w, failure) for w in batch), stored=Page(frames={}))
        try:
            results = self._results(entity, job)
        except (PeerUnavailableError, PeerAnswerError) as error:
            unknown = uncertain(str(error))
            return Written(receipts=tuple(receipt(w, unknown) for w in batch), stored=Page(frames={}))
        return self._told(entity, batch, results)

    def _handed_over(self, job: str, table: bytes) -> Failure | None:
        """Upload the rows and close the job; what failed, where certainly nothing was or will be done."""
        uploaded = exchange(lambda: self._jobs.upload(job, table), op=Op.CREATE, success=(200, 201))
        if isinstance(uploaded, Failure):
            return self._given_up(job, uploaded)
        failpoint("job uploaded")
        closed = exchange(lambda: self._jobs.move(job, _CLOSED), op=Op.CREATE)
        if not isinstance(closed, Failure):
            failpoint("job closed")
            return None
        # Whether it was closed, the job itself knows.
        try:
            return self._given_up(job, closed) if self._jobs.state(job) == "Open" else None
        except (PeerUnavailableError, PeerAnswerError):
            return closed

    def _given_up(self, job: str, failure: Failure) -> Failure:
        """An open job is never worked off by itself; it is ended all the same, for order."""
        exchange(lambda: self._jobs.move(job, "Aborted"), op=Op.CREATE)
        return Failure(outcome=Outcome.NOT_APPLIED, problem=Problem(code=NOT_SENT, message=failure.problem.message))

    def _results(self, entity: Entity, job: str) -> _Results:
        state = self._jobs.ended(job)
        if state is None:
            exchange(lambda: self._jobs.move(job, "Aborted"), op=Op.CREATE)
            state = self._jobs.state(job)
        key = str(entity.key_path)
        made = rows_of(self._jobs.results(job, "successfulResults").body)
        refused = rows_of(self._jobs.results(job, "failedResults").body)
        undone = [] if state == "JobComplete" else rows_of(self._jobs.results(job, "unprocessedrecords").body)
        failpoint("job told")
        return _Results(
            made={row.get(key, ""): row.get("sf__Id", "") for row in made},
            refused={row.get(key, ""): row.get("sf__Error", "") for row in refused},
            undone=frozenset(row.get(key, "") for row in undone),
        )

    def _told(self, entity: Entity, batch: Sequence[Write], results: _Results) -> Written:
        names = self._columns.names_with_editor(entity)
        ids = [found for found in results.made.values() if id_of(found)]
        taken = [key for key, error in results.refused.items() if _code(error) == DUPLICATE]
        try:
            found = [
                record
                for start in range(0, len(ids), _MOST_IDS)
                for record in self._rest.retrieve(entity.resource, ids[start : start + _MOST_IDS], names)
                if record is not None
            ]
            found += self._by_key(entity, taken) if taken else []
        except (PeerUnavailableError, PeerAnswerError):
            found = []
        known, others = ids_by_key(entity, found), edited_by_others(found, self._user())
        decoded = self._columns.decode(entity, found)
        return Written(
            receipts=tuple(_receipt(write, results, known, others) for write in batch),
            stored=Page(frames={entity.name: decoded.frame}, rejects=decoded.rejects),
        )


def _receipt(write: Write, results: _Results, known: Mapping[str, str], others: frozenset[str]) -> Receipt:
    key = str(write.key)
    if key in results.made:
        record_id = id_of(results.made[key])
        if record_id is None:
            return receipt(write, uncertain("The result has no usable id."))
        return Receipt(intent_id=write.intent_id, outcome=Outcome.APPLIED, id=record_id, ours=record_id not in others)
    if key in results.refused:
        errors = [_error(results.refused[key])]
        outcome, found = outcome_of(errors, Op.CREATE), None
        if code_of(errors[0]) == DUPLICATE:
            found = known.get(key.lower())
            outcome = Outcome.REFUSED if found is None else Outcome.EXISTS
        return Receipt(intent_id=write.intent_id, outcome=outcome, id=found, problem=problem_of(errors))
    if key in results.undone:
        problem = Problem(code="UNPROCESSED", message="The bulk job ended before this row; it is sent again.")
        return receipt(write, Failure(outcome=Outcome.NOT_APPLIED, problem=problem))
    return receipt(write, uncertain("The bulk job tells nothing of this row."))


def _code(error: str) -> str:
    return error.partition(":")[0]


def _error(told: str) -> dict[str, Any]:
    """Return an error as collections have it, of ``CODE:message:Field1 Field2 --``."""
    code, _, rest = told.partition(":")
    message, _, fields = rest.rpartition(":")
    if not message:
        message, fields = rest, ""
    return {"statusCode": code, "message": message, "fields": [name for name in fields.split() if name != "--"]}
