"""Which handler answers which path and method below `/jobs`; clients differ in the case of its words."""

from __future__ import annotations

from collections.abc import Mapping

from ..errors import not_found
from ..rest.placing import Handler, at
from . import ingest, query

_RESULTS = frozenset({"successfulresults", "failedresults", "unprocessedrecords"})


def jobs(rest: list[str]) -> Mapping[str, Handler]:
    """Return the handlers of a path below `/jobs` by method, or raise 404."""
    kind, *below = rest or [""]
    found = {"ingest": _ingest, "query": _query}.get(kind.lower(), lambda _below: None)(below)
    if found is None:
        raise not_found()
    return found


def _ingest(below: list[str]) -> Mapping[str, Handler] | None:
    if not below:
        return {"GET": ingest.listing, "POST": ingest.create}
    job_id, *parts = below
    match [part.lower() for part in parts]:
        case []:
            return {
                "GET": at(ingest.show, job_id),
                "PATCH": at(ingest.change_state, job_id),
                "DELETE": at(ingest.remove, job_id),
            }
        case ["batches"]:
            return {"PUT": at(ingest.upload, job_id)}
        case [which] if which in _RESULTS:
            return {"GET": at(ingest.results, job_id, which)}
    return None


def _query(below: list[str]) -> Mapping[str, Handler] | None:
    if not below:
        return {"GET": query.listing, "POST": query.create}
    job_id, *parts = below
    match [part.lower() for part in parts]:
        case []:
            return {
                "GET": at(query.show, job_id),
                "PATCH": at(query.abort, job_id),
                "DELETE": at(query.remove, job_id),
            }
        case ["results"]:
            return {"GET": at(query.results, job_id)}
        case ["resultpages"]:
            return {"GET": at(query.result_pages, job_id)}
    return None
