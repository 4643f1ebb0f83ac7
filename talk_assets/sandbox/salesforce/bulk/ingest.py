"""Jobs that load rows: create, upload, close, poll, results.

Source: Bulk API 2.0 Developer Guide, "Bulk API 2.0 Ingest".
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from ..desk import Desk
from ..errors import ApiError
from ..org import Org
from ..schema import Field, SObject
from ..wire import Answer, Call
from .jobs import IngestJob
from .loading import begin, work
from .table import format_of, write_table

_OPERATIONS = frozenset({"insert", "update", "upsert", "delete"})
_UNDER_WAY = frozenset({"UploadComplete", "InProgress"})
_MOST_BYTES = 112_000_000
"""150 MB after base64: what the documentation asks to stay below, as the sandbox counts it."""


def create(desk: Desk, call: Call) -> Answer:
    """POST /jobs/ingest: an open job, to which one CSV can be uploaded."""
    asked = call.mapping()
    operation = str(asked.get("operation"))
    if operation == "hardDelete":
        message = "hardDelete operation requires special user profile permission, please contact your administrator"
        raise ApiError("FEATURENOTENABLED", message)
    if operation not in _OPERATIONS:
        raise ApiError("INVALIDJOB", f"Unknown operation: {operation}")
    delimiter, line_ending = format_of(asked)
    sobject = desk.tx.catalogue.get(str(asked.get("object")))
    if sobject is None or not sobject.createable:
        raise ApiError("INVALIDENTITY", f"Entity '{asked.get('object')}' is not supported by the Bulk API.")
    now = desk.org.clock()
    desk.org.bulk_batches.spend(now)
    job = IngestJob(
        id=desk.org.jobs.next_id(),
        kind="V2Ingest",
        operation=operation,
        sobject=sobject,
        key=_key(sobject, operation, asked.get("externalIdFieldName")),
        created=now,
        created_by=desk.tx.user_id,
        version=call.version,
        delimiter=delimiter,
        line_ending=line_ending,
        state="Open",
        moved=now,
    )
    desk.org.jobs.keep(job)
    return Answer(body=_facts(job) | {"contentUrl": _content_url(job)} | job.format())


def upload(desk: Desk, call: Call, job_id: str) -> Answer:
    """PUT /jobs/ingest/ID/batches: once, while the job is open."""
    job = desk.org.jobs.find(IngestJob, job_id)
    if "csv" not in call.headers.get("content-type", ""):
        message = f"Content-Type {call.headers.get('content-type')} is not supported by this resource"
        raise ApiError("UNSUPPORTED_MEDIA_TYPE", message, status=415)
    if job.state != "Open" or job.content is not None:
        message = f"Found multiple contents for job: <{job.id}>, please 'Close' / 'Abort' / 'Delete' the current Job"
        raise ApiError("INVALIDJOBSTATE", f"{message} then create a new Job and make sure you only do 'PUT' once")
    if len(call.body) > _MOST_BYTES:
        raise ApiError("LIMIT_EXCEEDED", "The uploaded data is larger than 150 MB")
    job.content = call.body
    return Answer(status=201, text=b"")


def change_state(desk: Desk, call: Call, job_id: str) -> Answer:
    """PATCH /jobs/ingest/ID: `UploadComplete` hands the job over to be worked off, `Aborted` ends it."""
    job = desk.org.jobs.find(IngestJob, job_id)
    state, now = call.mapping().get("state"), desk.org.clock()
    if state == "Aborted":
        if job.ended:
            raise ApiError("INVALIDJOBSTATE", "Aborting already Completed Job not allowed")
        begin(desk.tx.catalogue, job, now)
        job.move("Aborted", now)
    elif state == "UploadComplete":
        if job.state != "Open":
            raise ApiError("INVALIDJOBSTATE", "Closing already Completed Job not allowed")
        job.move("UploadComplete", now)
        answer = Answer(body=_facts(job) | {"contentUrl": _content_url(job)})
        begin(desk.tx.catalogue, job, now)
        if not desk.org.settings.bulk_paced:
            _work_off(desk, job)
        return answer
    else:
        raise ApiError("INVALIDJOBSTATE", f"Unsupported job state: {state}")
    return Answer(body=_facts(job) | {"contentUrl": _content_url(job)})


def show(desk: Desk, call: Call, job_id: str) -> Answer:  # noqa: ARG001 - the shape of a handler
    """GET /jobs/ingest/ID."""
    return Answer(body=_shown(desk.org.jobs.find(IngestJob, job_id)))


def listing(desk: Desk, call: Call) -> Answer:  # noqa: ARG001 - the shape of a handler
    """GET /jobs/ingest."""
    found = [_facts(job) | {"jobType": job.kind} for job in desk.org.jobs.of(IngestJob)]
    return Answer(body={"done": True, "records": found, "nextRecordsUrl": None})


def remove(desk: Desk, call: Call, job_id: str) -> Answer:  # noqa: ARG001 - the shape of a handler
    """DELETE /jobs/ingest/ID."""
    desk.org.jobs.drop(desk.org.jobs.find(IngestJob, job_id))
    return Answer(status=204)


def results(desk: Desk, call: Call, job_id: str, which: str) -> Answer:  # noqa: ARG001 - the shape of a handler
    """GET …/successfulResults, …/failedResults or …/unprocessedRecords, as CSV."""
    job = desk.org.jobs.find(IngestJob, job_id)
    match which:
        case "successfulresults":
            header, rows = ["sf__Id", "sf__Created", *job.header], job.successes
        case "failedresults":
            header, rows = ["sf__Id", "sf__Error", *job.header], job.failures
        case _:
            header, rows = job.header, job.rows[job.done :] if job.ended else []
    return Answer(text=write_table(header, rows, delimiter=job.delimiter, line_ending=job.line_ending))


def under_way(org: Org) -> list[IngestJob]:
    """Return the jobs of a paced org that were closed and have not ended."""
    return [job for job in org.jobs.of(IngestJob) if job.state in _UNDER_WAY]


def go_on(desk: Desk, jobs: Iterable[IngestJob]) -> None:
    """Work off the next batch of each of *jobs* that has not ended since: nobody needs to look at them for that."""
    for job in jobs:
        if job.state in _UNDER_WAY:
            _work(desk, job)


def _work_off(desk: Desk, job: IngestJob) -> None:
    while not job.ended:
        _work(desk, job)


def _work(desk: Desk, job: IngestJob) -> None:
    """Work off the next batch, unless the org is set to give up on a job at this row."""
    settings, now = desk.org.settings, desk.org.clock()
    most, last = settings.bulk_batch_rows, settings.bulk_fails_after
    if last is not None:
        most = min(most, last - job.done)
    work(desk.tx, job, most=most, now=now)
    if last is not None and job.done >= last and not job.ended:
        job.error = "TooManyLockFailure : Too many lock failure 20. Trying again later."
        job.move("Failed", now)


def _facts(job: IngestJob) -> dict[str, Any]:
    facts = job.facts()
    if job.key is not None:
        facts["externalIdFieldName"] = job.key.name
    return facts


def _shown(job: IngestJob) -> dict[str, Any]:
    body = _facts(job) | {"jobType": job.kind, "contentUrl": _content_url(job)} | job.format()
    body |= {
        "retries": 0,
        "totalProcessingTime": 0,
        "apiActiveProcessingTime": 0,
        "apexProcessingTime": 0,
        "numberRecordsProcessed": job.done,
        "numberRecordsFailed": len(job.failures),
    }
    if job.error:
        body["errorMessage"] = job.error
    return body


def _content_url(job: IngestJob) -> str:
    return f"services/data/v{job.version}/jobs/ingest/{job.id}/batches"


def _key(sobject: SObject, operation: str, name: object) -> Field | None:
    """Return the field by which an upsert names its rows, or raise INVALIDJOB."""
    if operation != "upsert":
        return None
    key = sobject.field(str(name or ""))
    if key is None or not (key.external_id or key.id_lookup):
        message = (
            f"InvalidJob : Field name provided, {name} does not match an External ID, Salesforce Id, or indexed "
            f"field for {sobject.name}"
        )
        raise ApiError("INVALIDJOB", message)
    return key
