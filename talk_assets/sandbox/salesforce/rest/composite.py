"""Several calls in one: /composite and /composite/graph with references between parts, /composite/batch without.

Source: REST API Developer Guide, "Composite", "Composite Graph" and "Batch".
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from urllib.parse import parse_qsl, unquote

from ..desk import Desk
from ..errors import ApiError, BodyError
from ..wire import Answer, Call, Json, listed

_MAX_PARTS, _MAX_HEAVY = 25, 5
_MAX_GRAPHS, _MAX_NODES = 75, 500
_REFERENCE = re.compile(r"@\{([^}]+)\}")
_STEP = re.compile(r"(\w+)|\[(\d+)\]")
_PATH = re.compile(r"/?(?:services/data/)?v(\d+\.\d)/(.*)")
_FAILED = 400

Performer = Callable[[Desk, Call], Answer]


def run_composite(perform: Performer, desk: Desk, call: Call) -> Answer:
    """POST /composite: always 200, each part with a status of its own."""
    body = call.mapping()
    parts = listed(body, "compositeRequest")
    _check_parts(parts)
    return Answer(body={"compositeResponse": _answers(perform, desk, parts, all_or_none=bool(body.get("allOrNone")))})


def run_graphs(perform: Performer, desk: Desk, call: Call) -> Answer:
    """POST /composite/graph: each graph is kept as a whole or not at all, whatever becomes of the others."""
    graphs = listed(call.mapping(), "graphs")
    if not graphs or len(graphs) > _MAX_GRAPHS:
        raise ApiError("LIMIT_EXCEEDED", f"A request has 1 to {_MAX_GRAPHS} graphs")
    if not all(isinstance(graph, dict) and isinstance(graph.get("graphId"), str) for graph in graphs):
        raise BodyError("Every graph needs a graphId", culprit="graphs")
    nodes = [listed(graph, "compositeRequest") for graph in graphs]
    if sum(map(len, nodes)) > _MAX_NODES:
        raise ApiError("LIMIT_EXCEEDED", f"A request may have at most {_MAX_NODES} nodes")
    told = []
    for graph, parts in zip(graphs, nodes, strict=True):
        _check_shape(parts)
        answers = _answers(perform, desk, parts, all_or_none=True)
        told.append(
            {
                "graphId": graph["graphId"],
                "graphResponse": {"compositeResponse": answers},
                "isSuccessful": all(entry["httpStatusCode"] < _FAILED for entry in answers),
            }
        )
    return Answer(body={"graphs": told})


def _answers(perform: Performer, desk: Desk, parts: list[Json], *, all_or_none: bool) -> list[dict[str, Json]]:
    results: dict[str, Json] = {}
    answers: list[dict[str, Json]] = []
    with desk.tx.savepoint() as savepoint:
        for part in parts:
            answer = _attempt(perform, desk, part, results)
            results[part["referenceId"]] = answer.body
            answers.append(_entry(part, answer))
        if all_or_none and any(entry["httpStatusCode"] >= _FAILED for entry in answers):
            savepoint.undone = True
            answers = [_halted(entry) for entry in answers]
    return answers


def run_batch(perform: Performer, desk: Desk, call: Call) -> Answer:
    """POST /composite/batch: independent parts; after a failure the rest halts if asked to."""
    body = call.mapping()
    parts = listed(body, "batchRequests")
    if not parts or len(parts) > _MAX_PARTS:
        raise ApiError("LIMIT_EXCEEDED", f"A batch has 1 to {_MAX_PARTS} subrequests")
    if not all(isinstance(part, dict) for part in parts):
        raise BodyError("Every subrequest is an object", culprit="batchRequests")
    results: list[dict[str, Json]] = []
    failed = False
    for part in parts:
        if failed and body.get("haltOnError"):
            halted = ApiError("BATCH_PROCESSING_HALTED", "Batch processing halted per request", status=412)
            results.append({"statusCode": halted.status, "result": halted.body()})
            continue
        answer = _attempt(perform, desk, part, None)
        failed = failed or answer.status >= _FAILED
        results.append({"statusCode": answer.status, "result": answer.body})
    return Answer(body={"hasErrors": failed, "results": results})


def _check_shape(parts: list[Json]) -> None:
    if not parts:
        raise ApiError("REQUIRED_FIELD_MISSING", "At least 1 subrequest is required")
    if not all(isinstance(part, dict) and isinstance(part.get("referenceId"), str) for part in parts):
        raise BodyError("Every subrequest needs a referenceId", culprit="compositeRequest")
    if len({part["referenceId"] for part in parts}) < len(parts):
        raise ApiError("INVALID_INPUT", "Each referenceId must be unique in the request")


def _check_parts(parts: list[Json]) -> None:
    _check_shape(parts)
    if len(parts) > _MAX_PARTS:
        raise ApiError("LIMIT_EXCEEDED", f"A composite request may have at most {_MAX_PARTS} subrequests")
    heavy = sum(bool(re.search(r"/query|/composite/sobjects", str(part.get("url")))) for part in parts)
    if heavy > _MAX_HEAVY:
        message = f"A composite request may have at most {_MAX_HEAVY} queries and collections"
        raise ApiError("LIMIT_EXCEEDED", message)


def _attempt(perform: Performer, desk: Desk, part: dict[str, Json], results: Mapping[str, Json] | None) -> Answer:
    try:
        call = _part_call(part, results)
        with desk.tx.savepoint():
            return perform(desk, call)
    except ApiError as refusal:
        return Answer(status=refusal.status, body=refusal.body())


def _part_call(part: dict[str, Json], results: Mapping[str, Json] | None) -> Call:
    """Return a part as a call, its references filled in from earlier results; a batch (None) has none."""
    target, _, query = str(_filled(part.get("url", ""), results)).partition("?")
    match = _PATH.fullmatch(target)
    if match is None:
        raise ApiError("NOT_FOUND", "The requested resource does not exist", status=404)
    version, path = match.groups()
    segments = tuple(unquote(segment) for segment in path.split("/") if segment)
    if segments[:1] == ("composite",) and (len(segments) == 1 or segments[1] in {"batch", "graph"}):
        raise ApiError("INVALID_INPUT", "A composite request cannot hold another one")
    headers = part.get("httpHeaders") or {}
    if not isinstance(headers, dict):
        raise ApiError("INVALID_INPUT", "httpHeaders is an object")
    return Call(
        method=str(part.get("method", "GET")).upper(),
        version=version,
        segments=segments,
        query=dict(parse_qsl(query, keep_blank_values=True)),
        headers={name.lower(): str(value) for name, value in headers.items()},
        data=_filled(part.get("body", part.get("richInput")), results),
        part=True,
    )


def _filled(value: Json, results: Mapping[str, Json] | None) -> Json:
    """Return *value* with its `@{ref.path}` references replaced by what earlier parts answered."""
    if results is None:
        return value
    if isinstance(value, str):
        whole = _REFERENCE.fullmatch(value)
        if whole is not None:
            return _looked_up(whole.group(1), results)
        return _REFERENCE.sub(lambda match: str(_looked_up(match.group(1), results)), value)
    if isinstance(value, list):
        return [_filled(element, results) for element in value]
    if isinstance(value, dict):
        return {key: _filled(element, results) for key, element in value.items()}
    return value


def _looked_up(path: str, results: Mapping[str, Json]) -> Json:
    reference, _, rest = path.partition(".")
    name = reference.partition("[")[0]
    found = results.get(name)
    for key, index in _STEP.findall(path[len(name) :]):
        if key and isinstance(found, dict) and key in found:
            found = found[key]
        elif index and isinstance(found, list) and int(index) < len(found):
            found = found[int(index)]
        else:
            found = None
            break
    if found is None or not (rest or "[" in reference):
        message = f"Invalid reference specified. No value for {path} found in {name}"
        raise ApiError("PROCESSING_HALTED", message)
    return found


def _entry(part: dict[str, Json], answer: Answer) -> dict[str, Json]:
    return {
        "body": answer.body,
        "httpHeaders": dict(answer.headers),
        "httpStatusCode": answer.status,
        "referenceId": part["referenceId"],
    }


def _halted(entry: dict[str, Json]) -> dict[str, Json]:
    """Return what a part answers after its composite was rolled back: its own refusal, or that of a sibling."""
    if entry["httpStatusCode"] >= _FAILED:
        return entry
    message = "The transaction was rolled back since another operation in the same transaction failed."
    halted = [{"errorCode": "PROCESSING_HALTED", "message": message}]
    return entry | {"body": halted, "httpHeaders": {}, "httpStatusCode": _FAILED}
