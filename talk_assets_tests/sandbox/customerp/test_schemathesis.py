"""Schemathesis, a client that others wrote, asks the embedded Customerp whatever its OpenAPI document allows."""

from itertools import count
from types import SimpleNamespace

import httpx
import pytest
from hypothesis import HealthCheck, Phase, given, settings

from talk_assets.sandbox.customerp import CustomerpSettings, create_app
from talk_assets.sandbox.customerp.openapi import openapi_document
from talk_assets.sandbox.serving import running

WHY = "the pinned development requirements are not installed"
schemathesis = pytest.importorskip("schemathesis", reason=WHY)
published = pytest.importorskip("schemathesis.specs.openapi.checks", reason=WHY)

OWN = CustomerpSettings()
EXAMPLES = 12
HEADERS = {"Authorization": f"Bearer {OWN.api_key}"}
CHECKS = [
    pytest.importorskip("schemathesis.checks").not_a_server_error,
    published.status_code_conformance,
    published.content_type_conformance,
    published.response_headers_conformance,
    published.response_schema_conformance,
]
BODIES = {
    "contacts": {"familyName": "Curie"},
    "products": {"number": "RA-1", "name": "Radium"},
    "quotes": {"title": "Offer", "companyName": "Acme"},
    "orders": {"orderDate": "2026-03-14", "companyName": "Acme"},
}
MODES = (schemathesis.GenerationMode.POSITIVE, schemathesis.GenerationMode.NEGATIVE)


def operations(document):
    return [one.ok() for one in schemathesis.openapi.from_dict(document).get_all_operations()]


@pytest.fixture(scope="module")
def server():
    """Serve a Customerp with a record of each resource; its address, and their ids."""
    app = create_app()
    with running(app, on_stop=app.state.release) as url:
        with httpx.Client(base_url=f"{url}/api/v1", headers=HEADERS, trust_env=False) as http:
            ids = {name: http.post(f"/{name}", json=body).json()["id"] for name, body in BODIES.items()}
        yield SimpleNamespace(url=url, ids=ids)
    app.state.close()


def ask(server, operation, mode):
    """Ask for what *operation* describes, every other time of a record that there is, whatever its version."""
    base = server.url if operation.path.startswith("/oauth") else f"{server.url}/api/v1"
    there = server.ids.get(operation.path.split("/")[1])
    asked = count()

    @given(case=operation.as_strategy(generation_mode=mode))
    @settings(
        max_examples=EXAMPLES,
        deadline=None,
        derandomize=True,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    def exchange(case):
        # A wait for changes that never come takes as long as it says.
        (case.query or {}).pop("wait", None)
        headers = dict(HEADERS)
        if there is not None and next(asked) % 2 and "id" in (case.path_parameters or {}):
            case.path_parameters["id"] = there
            headers["If-Match"] = "*"
        case.call_and_validate(base_url=base, headers=headers, checks=CHECKS, timeout=30)

    exchange()


@pytest.mark.parametrize("operation", operations(openapi_document()), ids=lambda one: f"{one.method} {one.path}")
def test_every_answer_is_one_that_the_document_describes(server, operation):
    """Valid and invalid requests are answered as it says, none with a server error."""
    for mode in MODES:
        ask(server, operation, mode)


def test_an_answer_that_is_not_described_is_told(server):
    """The same on a document that leaves out one answer."""
    document = openapi_document()
    del document["paths"]["/contacts"]["post"]["responses"]["201"]
    (creation,) = [one for one in operations(document) if (one.method, one.path) == ("post", "/contacts")]

    with pytest.raises(BaseExceptionGroup, match="1 distinct failure"):
        ask(server, creation, MODES[0])
