"""The published contract is valid, and the server keeps it."""

from functools import cache

import httpx
import pytest
from jsonschema import Draft202012Validator, FormatChecker
from openapi_spec_validator import validate

from talk_assets.sandbox.customerp.openapi import openapi_document
from talk_assets.sandbox.customerp.resources import RESOURCES


@cache
def published(url):
    """Return the document that the server serves, without credentials."""
    return httpx.get(f"{url}/api/v1/openapi.json").json()


def check(erp, answer, route):
    """Fail unless *answer* is one that the document describes for *route*; return it."""
    document = published(erp.url)
    method, path = route.split(" ")
    described = document["paths"][path][method.lower()]["responses"]
    assert str(answer.status_code) in described, f"{route} does not tell of {answer.status_code}: {answer.text}"
    promised = described[str(answer.status_code)]
    assert set(promised.get("headers", {})) <= {name.title().replace("Etag", "ETag") for name in answer.headers}
    if "content" not in promised:
        assert answer.content == b""
        return answer
    media_type = answer.headers["Content-Type"]
    schema = {**promised["content"][media_type]["schema"], "components": document["components"]}
    Draft202012Validator(schema, format_checker=FormatChecker()).validate(answer.json())
    return answer


def check_body(erp, name, body):
    """Fail unless *body* meets the schema *name*; return it."""
    document = published(erp.url)
    schema = {"$ref": f"#/components/schemas/{name}", "components": document["components"]}
    Draft202012Validator(schema, format_checker=FormatChecker()).validate(body)
    return body


def test_the_document_is_openapi_3_1(erp):
    """A validator of the specification has nothing to say against what is served."""
    document = published(erp.url)
    validate(document)

    assert document["openapi"].startswith("3.1")
    assert document == openapi_document()


@pytest.mark.parametrize("resource", RESOURCES, ids=lambda resource: resource.name)
def test_answers_about_records_are_as_published(erp, resource):
    """Every endpoint of a resource answers what the document says, in success and refusal."""
    base, title = f"/{resource.name}", resource.title
    body = check_body(erp, f"{title}Create", erp.acceptable(resource.name))
    made = check(erp, erp.post(base, {**body, "externalKey": "K"}), f"POST {base}").json()
    path = f"{base}/{made['id']}"
    conditional = {"If-None-Match": '"1"'}
    check(erp, erp.post(base, {**body, "externalKey": "K"}), f"POST {base}")
    check(erp, erp.post(base, {"colour": "blue"}), f"POST {base}")
    check(erp, erp.http.post(base, content=b"{"), f"POST {base}")
    check(erp, erp.get(base), f"GET {base}")
    check(erp, erp.get(base, params={"limit": 0}), f"GET {base}")
    check(erp, erp.get(path), f"GET {base}/{{id}}")
    check(erp, erp.get(path, headers=conditional), f"GET {base}/{{id}}")
    check(erp, erp.get(f"{base}/X9"), f"GET {base}/{{id}}")
    patch = check_body(erp, f"{title}Patch", {"externalKey": None})
    check(erp, erp.patch(path, patch), f"PATCH {base}/{{id}}")
    check(erp, erp.patch(path, patch, If_Match='"9"'), f"PATCH {base}/{{id}}")
    check(erp, erp.patch(path, patch, If_Match='"1"'), f"PATCH {base}/{{id}}")
    check(erp, erp.patch(path, {"colour": 1}, If_Match='"2"'), f"PATCH {base}/{{id}}")
    check(erp, erp.delete(path), f"DELETE {base}/{{id}}")
    check(erp, erp.delete(path, If_Match='"2"'), f"DELETE {base}/{{id}}")
    check(erp, erp.delete(path, If_Match='"3"'), f"DELETE {base}/{{id}}")
    check(erp, erp.get(path), f"GET {base}/{{id}}")
    check(erp, erp.post(f"{path}:undelete", None, If_Match='"9"'), f"POST {base}/{{id}}:undelete")
    check(erp, erp.post(f"{path}:undelete", None), f"POST {base}/{{id}}:undelete")


@pytest.mark.parametrize("resource", [item for item in RESOURCES if item.line], ids=lambda item: item.name)
def test_answers_about_lines_are_as_published(erp, resource):
    """The endpoints of lines answer what the document says."""
    line = check_body(erp, f"{resource.line.name}Create", erp.line(externalKey="K"))
    document = erp.made(resource.name, lines=[erp.line()])
    path, route = f"/{resource.name}/{document['id']}/lines", f"/{resource.name}/{{id}}/lines"
    check(erp, erp.get(f"/{resource.name}"), f"GET /{resource.name}")
    made = check(erp, erp.post(path, line, If_Match='"1"'), f"POST {route}").json()
    check(erp, erp.post(path, line, If_Match='"2"'), f"POST {route}")
    check(erp, erp.post(path, line), f"POST {route}")
    one = f"{path}/{made['id']}"
    patch = check_body(erp, f"{resource.line.name}Patch", {"quantity": 5, "deliveryDate": None})
    check(erp, erp.patch(one, patch, If_Match='"2"'), f"PATCH {route}/{{lineId}}")
    check(erp, erp.patch(one, {"quantity": 0}, If_Match='"3"'), f"PATCH {route}/{{lineId}}")
    check(erp, erp.delete(one, If_Match='"2"'), f"DELETE {route}/{{lineId}}")
    check(erp, erp.delete(one, If_Match='"3"'), f"DELETE {route}/{{lineId}}")


def test_answers_about_everything_else_are_as_published(erp):
    """Batch, feed, information, token and refused credentials."""
    operations = [
        {"op": "create", "resource": "contacts", "idempotencyKey": "k", "body": {"familyName": "Curie"}},
        {"op": "delete", "resource": "contacts", "id": "C1000", "ifMatch": 1},
        {"op": "delete", "resource": "contacts", "id": "C1000", "ifMatch": 2},
    ]
    check(erp, erp.post("/batch", check_body(erp, "Batch", {"operations": operations})), "POST /batch")
    check(erp, erp.post("/batch", {}), "POST /batch")
    check(erp, erp.get("/changes"), "GET /changes")
    check(erp, erp.get("/changes", params={"wait": 99}), "GET /changes")
    check(erp, erp.get("/"), "GET /")
    check(erp, httpx.get(f"{erp.url}/api/v1/"), "GET /")
    check(erp, httpx.post(f"{erp.url}/oauth/token", data={"grant_type": "x"}), "POST /oauth/token")


def test_every_route_is_published(erp):
    """No address of the API is missing from the document."""
    methods = {(method, path) for path, item in published(erp.url)["paths"].items() for method in item}
    lists = {("get", f"/{item.name}") for item in RESOURCES} | {("post", f"/{item.name}") for item in RESOURCES}

    assert lists <= methods
    assert {("post", "/batch"), ("get", "/changes"), ("get", "/"), ("post", "/oauth/token")} <= methods


@pytest.mark.parametrize("resource", RESOURCES, ids=lambda resource: resource.name)
def test_what_the_document_refuses_the_server_refuses(erp, resource):
    """The smallest bodies that break the published schema are refused by the server."""
    document = published(erp.url)
    schema = {"$ref": f"#/components/schemas/{resource.title}Create", "components": document["components"]}
    validator = Draft202012Validator(schema)
    acceptable = erp.acceptable(resource.name)
    broken = [{name: value for name, value in acceptable.items() if name != left_out} for left_out in acceptable] + [
        {**acceptable, "colour": 1},
        {**acceptable, "externalKey": 7},
        {**acceptable, "id": "X1"},
    ]

    assert validator.is_valid(acceptable)
    assert not any(validator.is_valid(body) for body in broken)
    assert {erp.post(f"/{resource.name}", body).status_code for body in broken} == {422}
