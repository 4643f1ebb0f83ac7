"""Which handler answers which path and method below `/services/data/vXX.0`."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial

from ..bulk.routes import jobs
from ..desk import Desk
from ..errors import ApiError, not_found
from ..wire import Answer, Call
from . import collections, control, describe, discovery, query, replication, rows, tree
from .composite import run_batch, run_composite, run_graphs
from .placing import Handler, at

_VIEWS: Mapping[str, Handler] = {
    "describe": describe.describe,
    "updated": replication.updated,
    "deleted": replication.deleted,
}
_SEVERAL_CALLS = {(): run_composite, ("batch",): run_batch, ("graph",): run_graphs}
_READS_BY_POST = (collections.read_many, *_SEVERAL_CALLS.values())


def perform(desk: Desk, call: Call) -> Answer:
    """Answer a call, or a part of a composite one, within a transaction."""
    method = "GET" if call.method == "HEAD" else call.method
    methods = _resource(call.segments)
    handler = methods.get(method)
    if handler is None:
        allowed = ",".join(("HEAD", *methods) if "GET" in methods else methods)
        message = f"HTTP Method '{call.method}' not allowed. Allowed are {allowed}"
        raise ApiError("METHOD_NOT_ALLOWED", message, status=405, headers={"Allow": allowed})
    if method != "GET" and not _reads(handler):
        desk.org.tally.write()
    return handler(desk, call)


def _reads(handler: Handler) -> bool:
    return getattr(handler, "func", handler) in _READS_BY_POST


def _resource(segments: tuple[str, ...]) -> Mapping[str, Handler]:
    """Return the handlers of a path by method, or raise 404."""
    head, *rest = segments or ("",)
    resource = _RESOURCES.get(head.lower())
    if resource is None:
        raise not_found()
    return resource(rest)


def _root(rest: list[str]) -> Mapping[str, Handler]:  # noqa: ARG001 - the shape of a resource
    return {"GET": discovery.resources}


def _limits(rest: list[str]) -> Mapping[str, Handler]:
    match rest:
        case []:
            return {"GET": discovery.limits}
        case ["recordCount"]:
            return {"GET": discovery.record_count}
    raise not_found()


def _query(rest: list[str]) -> Mapping[str, Handler]:
    match rest:
        case []:
            return {"GET": query.query}
        case [*_, locator]:
            # Some clients pass the whole nextRecordsUrl where a locator belongs.
            return {"GET": at(query.next_page, locator)}
    raise not_found()


def _sobjects(rest: list[str]) -> Mapping[str, Handler]:
    match rest:
        case []:
            return {"GET": describe.describe_global}
        case [name]:
            return {"GET": at(describe.describe_briefly, name), "POST": at(rows.create, name)}
        case [name, ("describe" | "updated" | "deleted") as view]:
            return {"GET": at(_VIEWS[view], name)}
        case [name, "Id" | "id"]:
            return {"POST": at(rows.create, name)}
        case [name, record_id]:
            return {
                "GET": at(rows.read_row, name, record_id),
                "PATCH": at(rows.change, name, record_id),
                "DELETE": at(rows.delete, name, record_id),
            }
        case [name, key, value]:
            return {
                "GET": at(rows.read_by_key, name, key, value),
                "PATCH": at(rows.upsert, name, key, value),
                "DELETE": at(rows.delete_by_key, name, key, value),
            }
    raise not_found()


def _composite(rest: list[str]) -> Mapping[str, Handler]:
    match rest:
        case [] | ["batch"] | ["graph"]:
            return {"POST": partial(_SEVERAL_CALLS[tuple(rest)], perform)}
        case ["sobjects"]:
            return {
                "POST": collections.create_many,
                "PATCH": collections.change_many,
                "DELETE": collections.delete_many,
            }
        case ["sobjects", name]:
            read = at(collections.read_many, name)
            return {"GET": read, "POST": read}
        case ["sobjects", name, key]:
            return {"PATCH": at(collections.upsert_many, name, key)}
        case ["tree", name]:
            return {"POST": at(tree.create_tree, name)}
    raise not_found()


def _sandbox(rest: list[str]) -> Mapping[str, Handler]:
    match rest:
        case ["undelete", record_id]:
            return {"POST": at(control.undelete, record_id)}
        case ["merge"]:
            return {"POST": control.merge}
    raise not_found()


_RESOURCES: Mapping[str, Callable[[list[str]], Mapping[str, Handler]]] = {
    "": _root,
    "limits": _limits,
    "query": _query,
    "queryall": _query,
    "sobjects": _sobjects,
    "composite": _composite,
    "jobs": jobs,
    "sandbox": _sandbox,
}
