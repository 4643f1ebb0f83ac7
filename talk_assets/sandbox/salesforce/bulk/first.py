"""The JSON part of the first Bulk API, which older clients still use: jobs of batches of records, or of one query.

A batch is worked off as it comes. Source: Bulk API Developer Guide ("Bulk API" of the Asynchronous API).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any

from .. import deletion, rows
from ..desk import Desk
from ..errors import ApiError, invalid_cross_reference
from ..ids import normalized
from ..rest.rows import key_field, matches
from ..soql.run import run_whole
from ..stamps import read_datetime, stamp, whole_second
from ..transaction import Transaction
from ..wire import Answer, Call, Json, read_json
from .first_jobs import Batch, FirstJob

_LOADS, _READS = frozenset({"insert", "update", "upsert", "delete"}), frozenset({"query", "queryAll"})
_MOST_RECORDS = 10_000
_DAY, _MOMENT = re.compile(r"\d{4}-\d\d-\d\d"), re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}\+0000")


class AsyncError(ApiError):
    """A refusal in the words of this API, which has names of its own for them."""

    def body(self) -> Json:
        """Return the answer to the call."""
        return {"exceptionCode": self.code, "exceptionMessage": self.message}


def answer_async(desk: Desk, call: Call) -> Answer:
    """Answer a call below `/services/async/XX.0`; its segments start with `job`."""
    first, *rest = call.segments or ("",)
    last = rest[-1] if len(rest) in {2, 4} else ""
    handler = _HANDLERS.get((call.method, len(rest), last)) if first == "job" else None
    if handler is None:
        raise AsyncError("InvalidUrl", "Destination URL not reset. The URL returned from login must be set")
    return handler(desk, call, *rest)


def _create(desk: Desk, call: Call) -> Answer:
    asked = call.mapping()
    operation = str(asked.get("operation"))
    sobject = desk.tx.catalogue.get(str(asked.get("object")))
    if str(asked.get("contentType", "JSON")).upper() != "JSON":
        raise AsyncError("FeatureNotEnabled", f"Content type {asked['contentType']} is not served here")
    if operation not in _LOADS | _READS or sobject is None:
        raise AsyncError("InvalidJob", f"Unable to create a job: {operation} of {asked.get('object')}")
    key = key_field(sobject, str(asked.get("externalIdFieldName"))) if operation == "upsert" else None
    now = desk.org.clock()
    job = FirstJob(
        id=desk.org.jobs.next_id(), operation=operation, sobject=sobject, version=call.version, created=now, key=key
    )
    desk.org.first_jobs[job.id] = job
    return Answer(status=201, body=_facts(desk, job))


def _show(desk: Desk, call: Call, job_id: str) -> Answer:  # noqa: ARG001 - the shape of a handler
    return Answer(body=_facts(desk, _job(desk, job_id)))


def _close(desk: Desk, call: Call, job_id: str) -> Answer:
    job = _job(desk, job_id)
    state = call.mapping().get("state")
    if state not in {"Closed", "Aborted"} or job.state != "Open":
        raise AsyncError("InvalidJobState", f"Cannot move a job from {job.state} to {state}")
    job.state = state
    return Answer(body=_facts(desk, job))


def _add(desk: Desk, call: Call, job_id: str, _: str) -> Answer:
    job = _job(desk, job_id)
    if job.state != "Open":
        raise AsyncError("InvalidJobState", f"Cannot add a batch to a job that is {job.state}")
    now = desk.org.clock()
    desk.org.bulk_batches.spend(now)
    batch = Batch(id=desk.org.jobs.next_id("751"), results=[])
    if job.operation in _READS:
        text = call.body.decode("utf-8", errors="replace")
        deleted = job.operation == "queryAll"
        found = run_whole(desk.tx, text, now=now, with_deleted=deleted, base=f"/services/data/v{job.version}/")
        batch.found, batch.result_id = [_epochs(record) for record in found.records], desk.org.jobs.next_id("752")
    else:
        records = read_json(call.body)
        if not (isinstance(records, list) and all(isinstance(record, dict) for record in records)):
            raise AsyncError("InvalidBatch", "A batch is a list of records")
        if len(records) > _MOST_RECORDS:
            raise AsyncError("InvalidBatch", f"A batch has at most {_MOST_RECORDS:,} records")
        batch.results = [_load(desk.tx, job, record) for record in records]
    job.batches[batch.id] = batch
    return Answer(status=201, body=_told(job, batch) | {"state": "Queued"})


def _batches(desk: Desk, call: Call, job_id: str, _: str) -> Answer:  # noqa: ARG001 - the shape of a handler
    job = _job(desk, job_id)
    return Answer(body={"batchInfo": [_told(job, batch) for batch in job.batches.values()]})


def _batch(desk: Desk, call: Call, job_id: str, _: str, batch_id: str) -> Answer:  # noqa: ARG001 - as above
    job = _job(desk, job_id)
    return Answer(body=_told(job, _found(job, batch_id)))


def _result(desk: Desk, call: Call, job_id: str, _: str, batch_id: str, __: str) -> Answer:  # noqa: ARG001 - as above
    batch = _found(_job(desk, job_id), batch_id)
    return Answer(body=batch.results if batch.found is None else [batch.result_id])


def _records(desk: Desk, call: Call, job_id: str, *names: str) -> Answer:  # noqa: ARG001 - as above
    batch = _found(_job(desk, job_id), names[1])
    if batch.found is None or normalized(names[3]) != batch.result_id:
        raise AsyncError("InvalidBatch", "No such result")
    return Answer(body=batch.found)


_HANDLERS: Mapping[tuple[str, int, str], Callable[..., Answer]] = {
    ("POST", 0, ""): _create,
    ("GET", 1, ""): _show,
    ("POST", 1, ""): _close,
    ("POST", 2, "batch"): _add,
    ("GET", 2, "batch"): _batches,
    ("GET", 3, ""): _batch,
    ("GET", 4, "result"): _result,
    ("GET", 5, ""): _records,
}
"""Handlers by method, number of segments after `job`, and the last of these where it is a word."""


def _load(tx: Transaction, job: FirstJob, record: Json) -> dict[str, Json]:
    try:
        with tx.savepoint():
            record_id, created = _write(tx, job, record)
    except ApiError as refusal:
        errors = [error | {"extendedErrorDetails": None} for error in refusal.record_errors()]
        return {"success": False, "created": False, "id": None, "errors": errors}
    return {"success": True, "created": created, "id": record_id, "errors": []}


def _write(tx: Transaction, job: FirstJob, record: dict[str, Json]) -> tuple[str, bool]:
    given = next((value for name, value in record.items() if name.lower() == "id"), None)
    body = {name: value for name, value in record.items() if name.lower() != "id"}
    if job.operation == "insert":
        return rows.create(tx, job.sobject, body), True
    if job.key is not None and job.key.type != "id":
        found = matches(tx, job.sobject, job.key, body.get(job.key.name))
        if len(found) > 1:
            raise ApiError("DUPLICATE_EXTERNAL_ID", f"{job.key.name}: more than one record found", fields=[])
        if not found:
            return rows.create(tx, job.sobject, body), True
        rows.change(tx, job.sobject, found[0], {name: v for name, v in body.items() if name != job.key.name})
        return found[0], False
    if given is None and job.operation == "upsert":
        return rows.create(tx, job.sobject, body), True
    if given is None:
        raise ApiError("MISSING_ARGUMENT", f"Id not specified in an {job.operation} call", fields=[])
    record_id = normalized(str(given))
    if record_id is None or record_id[:3] != job.sobject.prefix:
        raise invalid_cross_reference()
    if job.operation == "delete":
        deletion.delete(tx, job.sobject, record_id)
    else:
        rows.change(tx, job.sobject, record_id, body)
    return record_id, False


def _job(desk: Desk, job_id: str) -> FirstJob:
    job = desk.org.first_jobs.get(normalized(job_id) or "")
    if job is None:
        raise AsyncError("InvalidJob", f"Unable to find object with id: {job_id}")
    return job


def _found(job: FirstJob, batch_id: str) -> Batch:
    batch = job.batches.get(normalized(batch_id) or "")
    if batch is None:
        raise AsyncError("InvalidBatch", f"Unable to find object with id: {batch_id}")
    return batch


def _facts(desk: Desk, job: FirstJob) -> dict[str, Any]:
    when = stamp(whole_second(job.created))
    return {
        "id": job.id,
        "operation": job.operation,
        "object": job.sobject.name,
        "createdById": desk.tx.user_id,
        "createdDate": when,
        "systemModstamp": when,
        "state": job.state,
        "externalIdFieldName": None if job.key is None else job.key.name,
        "concurrencyMode": "Parallel",
        "contentType": "JSON",
        "numberBatchesQueued": 0,
        "numberBatchesInProgress": 0,
        "numberBatchesCompleted": len(job.batches),
        "numberBatchesFailed": 0,
        "numberBatchesTotal": len(job.batches),
        "numberRecordsProcessed": sum(_count(batch) for batch in job.batches.values()),
        "numberRecordsFailed": sum(_failed(batch) for batch in job.batches.values()),
        "apiVersion": float(job.version),
    }


def _told(job: FirstJob, batch: Batch) -> dict[str, Any]:
    when = stamp(whole_second(job.created))
    return {
        "id": batch.id,
        "jobId": job.id,
        "state": "Completed",
        "stateMessage": None,
        "createdDate": when,
        "systemModstamp": when,
        "numberRecordsProcessed": _count(batch),
        "numberRecordsFailed": _failed(batch),
    }


def _count(batch: Batch) -> int:
    return len(batch.results) if batch.found is None else len(batch.found)


def _failed(batch: Batch) -> int:
    return sum(not result["success"] for result in batch.results)


def _epochs(value: Json) -> Json:
    """Return a record with its dates and times as milliseconds since 1970, as this API tells them."""
    if isinstance(value, dict):
        return {name: _epochs(one) for name, one in value.items()}
    if isinstance(value, str) and (_DAY.fullmatch(value) or _MOMENT.fullmatch(value)):
        moment = datetime.fromisoformat(value).replace(tzinfo=UTC) if _DAY.fullmatch(value) else read_datetime(value)
        return value if moment is None else int(moment.timestamp() * 1000)
    return value
