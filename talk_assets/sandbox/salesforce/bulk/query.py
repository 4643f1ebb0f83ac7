"""Jobs that read rows: create, poll, results page by page.

Source: Bulk API 2.0 Developer Guide, "Bulk API 2.0 Query".
"""

from __future__ import annotations

import base64
import binascii
import re
from typing import Any

from ..desk import Desk
from ..errors import ApiError
from ..soql.run import run_whole
from ..wire import Answer, Call
from .jobs import QueryJob
from .table import format_of, write_table

_MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}\+0000")


def create(desk: Desk, call: Call) -> Answer:
    """POST /jobs/query: the query is checked and run at once, its rows are handed out once the job is complete."""
    asked = call.mapping()
    operation = asked.get("operation")
    if operation not in {"query", "queryAll"}:
        raise ApiError("INVALIDJOB", f"Unknown operation: {operation}")
    delimiter, line_ending = format_of(asked)
    now = desk.org.clock()
    found = run_whole(desk.tx, str(asked.get("query") or ""), now=now, with_deleted=operation == "queryAll")
    desk.org.bulk_queries.spend(now)
    job = QueryJob(
        id=desk.org.jobs.next_id(),
        kind="V2Query",
        operation=str(operation),
        sobject=found.sobject,
        created=now,
        created_by=desk.tx.user_id,
        version=call.version,
        delimiter=delimiter,
        line_ending=line_ending,
        state="UploadComplete",
        moved=now,
        header=[".".join(path) for path in found.paths],
        rows=[[_cell(record, path) for path in found.paths] for record in found.records],
    )
    desk.org.jobs.keep(job)
    return Answer(body=job.facts() | job.format())


def show(desk: Desk, call: Call, job_id: str) -> Answer:
    """GET /jobs/query/ID: the first look at a job completes it; in a paced org the third does."""
    job = _job(desk, call, job_id)
    following = {"UploadComplete": "InProgress", "InProgress": "JobComplete"}
    if not job.ended and not desk.org.settings.bulk_paced:
        job.move("JobComplete", desk.org.clock())
    body = _shown(job)
    if not job.ended:
        job.move(following[job.state], desk.org.clock())
    return Answer(body=body)


def abort(desk: Desk, call: Call, job_id: str) -> Answer:
    """PATCH /jobs/query/ID with state `Aborted`."""
    job = _job(desk, call, job_id)
    state = call.mapping().get("state")
    if state != "Aborted":
        raise ApiError("INVALIDJOBSTATE", f"Unsupported job state: {state}")
    if job.ended:
        raise ApiError("INVALIDJOBSTATE", "Aborting already Completed Job not allowed")
    job.move("Aborted", desk.org.clock())
    return Answer(body=job.facts() | job.format())


def listing(desk: Desk, call: Call) -> Answer:  # noqa: ARG001 - the shape of a handler
    """GET /jobs/query."""
    found = [job.facts() | {"jobType": job.kind} for job in desk.org.jobs.of(QueryJob)]
    return Answer(body={"done": True, "records": found, "nextRecordsUrl": None})


def remove(desk: Desk, call: Call, job_id: str) -> Answer:
    """DELETE /jobs/query/ID."""
    desk.org.jobs.drop(_job(desk, call, job_id))
    return Answer(status=204)


def results(desk: Desk, call: Call, job_id: str) -> Answer:
    """GET …/results?maxRecords=&locator=; the locator of the last page is the word `null`."""
    job = _job(desk, call, job_id)
    if job.state != "JobComplete":
        raise ApiError("INVALIDJOBSTATE", f"The job is in state {job.state}; its results are not ready")
    first = _offset(call.query.get("locator"), len(job.rows))
    size = _size(call.query.get("maxRecords"), desk.org.settings.bulk_page_rows)
    rows = job.rows[first : first + size]
    end = first + len(rows)
    headers = {
        "Sforce-NumberOfRecords": str(len(rows)),
        "Sforce-Locator": "null" if end >= len(job.rows) else _locator(end),
    }
    text = write_table(job.header, rows, delimiter=job.delimiter, line_ending=job.line_ending)
    return Answer(text=text, headers=headers)


def result_pages(desk: Desk, call: Call, job_id: str) -> Answer:
    """GET …/resultPages: addresses of the pages, to be fetched in any order."""
    job = _job(desk, call, job_id)
    if job.state != "JobComplete":
        raise ApiError("INVALIDJOBSTATE", f"The job is in state {job.state}; its results are not ready")
    url = f"{call.base}jobs/query/{job.id}/results"
    starts = range(0, max(len(job.rows), 1), desk.org.settings.bulk_page_rows)
    pages = [{"resultUrl": url if start == 0 else f"{url}?locator={_locator(start)}"} for start in starts]
    return Answer(body={"resultPages": pages, "nextRecordsUrl": None, "done": True})


def _cell(record: dict[str, Any], path: tuple[str, ...]) -> str:
    """Return a selected value as CSV has it: nothing for null, datetimes with `Z`."""
    value: Any = record
    for key in path:
        value = None if value is None else value[key]
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value).lower()
    return f"{value[:-5]}Z" if isinstance(value, str) and _MOMENT.fullmatch(value) else str(value)


def _job(desk: Desk, call: Call, job_id: str) -> QueryJob:
    job = desk.org.jobs.find(QueryJob, job_id)
    if job.version != call.version:
        message = f"The job was created in API version {job.version}, the call is in {call.version}"
        raise ApiError("API_ERROR", message, status=409)
    return job


def _shown(job: QueryJob) -> dict[str, Any]:
    return (
        job.facts()
        | {"jobType": job.kind}
        | job.format()
        | {
            "retries": 0,
            "totalProcessingTime": 0,
            "isPkChunkingSupported": True,
            "numberRecordsProcessed": len(job.rows) if job.state == "JobComplete" else 0,
        }
    )


def _size(asked: str | None, most: int) -> int:
    if asked is None:
        return most
    if not asked.isdigit() or int(asked) < 1:
        raise ApiError("API_ERROR", f"maxRecords must be a positive whole number, not {asked}")
    return min(int(asked), most)


def _locator(offset: int) -> str:
    return base64.urlsafe_b64encode(str(offset).encode()).decode().rstrip("=")


def _offset(locator: str | None, rows: int) -> int:
    """Return where a page begins, or raise: a locator holds only for its job."""
    if not locator:
        return 0
    try:
        offset = int(base64.urlsafe_b64decode(locator + "=" * (-len(locator) % 4)))
    except (binascii.Error, ValueError):
        offset = rows
    if not 0 < offset < rows:
        raise ApiError("INVALID_QUERY_LOCATOR", f"Invalid locator: {locator}")
    return offset
