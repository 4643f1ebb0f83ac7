"""The OpenAPI 3.1 document of the Customerp API."""

from typing import Any

from talk_assets.sandbox.customerp.batch import MAX_OPERATIONS
from talk_assets.sandbox.customerp.openapi_schemas import ref, schemas
from talk_assets.sandbox.customerp.queries import DEFAULT_LIMIT, MAX_IDS, MAX_LIMIT
from talk_assets.sandbox.customerp.resources import RESOURCES, Resource

Node = dict[str, Any]
_MERGE_PATCH = "application/merge-patch+json"


def openapi_document() -> Node:
    """Return the whole document."""
    paths: Node = {
        "/": {"get": _operation("Who answers, and what it can do", answers={200: _json(ref("Info"))})},
        "/batch": {
            "post": _operation(
                f"Run up to {MAX_OPERATIONS} operations in order, each judged by itself",
                body=_body(ref("Batch")),
                parameters=[_ORIGIN],
                answers={200: _json(ref("BatchAnswer")), 422: _PROBLEM},
            )
        },
        "/changes": {"get": _changes()},
        "/oauth/token": {"servers": [{"url": "/"}], "post": _token()},
    }
    for resource in RESOURCES:
        paths |= _resource_paths(resource)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Customerp",
            "version": "1.0",
            "description": "What an ERP offers to be kept in step: records with versions, a change feed, and"
            " writes that can be repeated. Decimals are JSON numbers and exact, digit for digit.",
            "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
        },
        "servers": [{"url": "/api/v1"}],
        "security": [{"bearer": []}, {"oauth": []}],
        "paths": paths,
        "components": {
            "schemas": schemas(),
            "securitySchemes": {
                "bearer": {"type": "http", "scheme": "bearer", "description": "An API key or a token."},
                "oauth": {
                    "type": "oauth2",
                    "flows": {"clientCredentials": {"tokenUrl": "/oauth/token", "scopes": {}}},
                },
            },
        },
    }


def _resource_paths(resource: Resource) -> Node:
    path, title, noun = f"/{resource.name}", resource.title, resource.title.lower()
    paths: Node = {
        path: {
            "get": _operation(
                f"List {resource.name}, ordered by (updatedAt, id)",
                parameters=_list_parameters(resource),
                answers={200: _json(ref(f"{title}Page"))},
            ),
            "post": _operation(
                f"Create a {noun}" + (" with its lines" if resource.line else ""),
                parameters=[_IDEMPOTENCY_KEY, _ORIGIN],
                body=_body(ref(f"{title}Create")),
                answers={201: _versioned(ref(title), location=True), 409: _PROBLEM, 422: _PROBLEM},
            ),
        },
        f"{path}/{{id}}": {
            "parameters": [_in_path("id")],
            "get": _operation(
                f"Read a {noun}; once deleted, 410 with its tombstone",
                parameters=[_header("If-None-Match", "Entity tag that is known already.")],
                answers={
                    200: _versioned(ref(title)),
                    304: {"description": "It still has that version."},
                    404: _PROBLEM,
                    410: _versioned(ref(title)),
                },
            ),
            "patch": _operation(
                f"Change a {noun} by a merge patch (RFC 7396)",
                parameters=[_IF_MATCH, _ORIGIN],
                body=_body(ref(f"{title}Patch"), media_type=_MERGE_PATCH),
                answers={200: _versioned(ref(title)), **_CONDITIONAL, 409: _PROBLEM, 422: _PROBLEM},
            ),
            "delete": _operation(
                f"Delete a {noun}; 409 while another record refers to it",
                parameters=[_IF_MATCH, _ORIGIN],
                answers={204: _versioned(None), **_CONDITIONAL, 409: _PROBLEM},
            ),
        },
        f"{path}/{{id}}:undelete": {
            "parameters": [_in_path("id")],
            "post": _operation(
                f"Bring a deleted {noun} back",
                parameters=[_header("If-Match", "Entity tag of the tombstone."), _ORIGIN],
                answers={200: _versioned(ref(title)), 404: _PROBLEM, 412: _PROBLEM, 422: _PROBLEM},
            ),
        },
    }
    return paths | (_line_paths(path, resource.line.name) if resource.line is not None else {})


def _line_paths(path: str, line: str) -> Node:
    return {
        f"{path}/{{id}}/lines": {
            "parameters": [_in_path("id")],
            "post": _operation(
                "Add a line, under the document's version",
                parameters=[_IF_MATCH, _IDEMPOTENCY_KEY, _ORIGIN],
                body=_body(ref(f"{line}Create")),
                answers={
                    201: _versioned(ref(line), location=True),
                    **_CONDITIONAL,
                    409: _PROBLEM,
                    422: _PROBLEM,
                },
            ),
        },
        f"{path}/{{id}}/lines/{{lineId}}": {
            "parameters": [_in_path("id"), _in_path("lineId")],
            "patch": _operation(
                "Change a line, under the document's version",
                parameters=[_IF_MATCH, _ORIGIN],
                body=_body(ref(f"{line}Patch"), media_type=_MERGE_PATCH),
                answers={200: _versioned(ref(line)), **_CONDITIONAL, 409: _PROBLEM, 422: _PROBLEM},
            ),
            "delete": _operation(
                "Remove a line, under the document's version",
                parameters=[_IF_MATCH, _ORIGIN],
                answers={204: _versioned(None), **_CONDITIONAL, 422: _PROBLEM},
            ),
        },
    }


def _changes() -> Node:
    return _operation(
        "Follow the changes of all resources in the order they were made",
        parameters=[
            _query("since", {"type": "integer", "minimum": 0, "default": 0}, "Only what came after this seq."),
            _query("limit", {"type": "integer", "minimum": 0, "maximum": 1000, "default": 1000}, "Most items."),
            _query(
                "wait",
                {"type": "integer", "minimum": 0, "maximum": 25, "default": 0},
                "Seconds to hold the answer while there is nothing to tell.",
            ),
        ],
        answers={200: _json(ref("Changes"))},
    )


def _token() -> Node:
    form = {
        "type": "object",
        "required": ["grant_type"],
        "properties": {
            "grant_type": {"const": "client_credentials"},
            "client_id": {"type": "string"},
            "client_secret": {"type": "string"},
        },
    }
    return {
        "summary": "Get a token for client credentials, sent in the form or as HTTP Basic",
        "security": [],
        "requestBody": _body(form, media_type="application/x-www-form-urlencoded"),
        "responses": {
            "200": _json(ref("Token")),
            "400": _json(ref("OAuthError")),
            "401": _json(ref("OAuthError")),
        },
    }


def _list_parameters(resource: Resource) -> list[Node]:
    text = {"type": "string"}
    return [
        _query("updatedSince", {"type": "string", "format": "date-time"}, "Changed at that time or later."),
        _query(
            "limit",
            {"type": "integer", "minimum": 1, "maximum": MAX_LIMIT, "default": DEFAULT_LIMIT},
            "Most items in a page.",
        ),
        _query("cursor", text, "`next` of the page before, with the same other parameters."),
        _query("deleted", {"type": "string", "enum": ["include", "exclude"], "default": "exclude"}, "Tombstones too?"),
        _query("externalKey", text, "The record with this external key."),
        _query("ids", text, f"Up to {MAX_IDS} ids, separated by commas."),
        *(_query(name, text, f"Records with this {name}.") for name in resource.filters),
    ]


def _operation(
    summary: str, *, answers: dict[int, Node], parameters: list[Node] | None = None, body: Node | None = None
) -> Node:
    always = {400: _PROBLEM, 401: _PROBLEM, 429: _PROBLEM}
    if body is not None:
        always[415] = _PROBLEM
    responses = {str(status): answer for status, answer in sorted({**always, **answers}.items())}
    operation: Node = {"summary": summary, "responses": responses}
    if parameters:
        operation["parameters"] = parameters
    if body is not None:
        operation["requestBody"] = body
    return operation


def _json(schema: Node, *, media_type: str = "application/json", description: str = "As asked.") -> Node:
    return {"description": description, "content": {media_type: {"schema": schema}}}


def _versioned(schema: Node | None, *, location: bool = False) -> Node:
    headers = {"ETag": {"schema": {"type": "string"}, "description": "The version, in quotes."}}
    if location:
        headers["Location"] = {"schema": {"type": "string"}, "description": "Where it is now."}
    answer: Node = {"description": "Done."} if schema is None else _json(schema)
    return {**answer, "headers": headers}


def _body(schema: Node, *, media_type: str = "application/json") -> Node:
    return {"required": True, "content": {media_type: {"schema": schema}}}


def _query(name: str, schema: Node, description: str) -> Node:
    return {"in": "query", "name": name, "schema": schema, "description": description}


def _header(name: str, description: str, *, required: bool = False) -> Node:
    schema = {"type": "string"}
    return {"in": "header", "name": name, "required": required, "schema": schema, "description": description}


def _in_path(name: str) -> Node:
    return {"in": "path", "name": name, "required": True, "schema": {"type": "string"}}


_PROBLEM = _json(ref("Problem"), media_type="application/problem+json", description="Refused.")
_CONDITIONAL = {404: _PROBLEM, 410: _PROBLEM, 412: _PROBLEM, 428: _PROBLEM}
_IF_MATCH = _header("If-Match", "Entity tag of the version that is changed; 428 without, 412 if stale.", required=True)
_IDEMPOTENCY_KEY = _header("Idempotency-Key", "The same key and body again get the same answer; kept 24 hours.")
_ORIGIN = _header("X-Change-Origin", "Who writes; shown as origin in the change feed.")
