"""Credentials, unknown addresses, and what the server says about itself."""

import httpx
import pytest
from starlette.middleware import Middleware

from talk_assets.sandbox.customerp import CustomerpSettings


@pytest.mark.parametrize("header", [{}, {"Authorization": "Bearer wrong"}, {"Authorization": "Basic eDp5"}])
def test_wrong_credentials_are_refused(erp, header):
    """Without the key or a token the answer is 401 with a challenge, as a problem document."""
    answer = httpx.get(f"{erp.url}/api/v1/contacts", headers=header)

    assert answer.status_code == 401
    assert answer.headers["WWW-Authenticate"].startswith("Bearer")
    assert answer.headers["Content-Type"] == "application/problem+json"


@pytest.mark.parametrize("how", ["form", "basic"])
def test_client_credentials_give_a_token(erp, how):
    """The token opens the API, and `expires_in` says for how long."""
    settings = CustomerpSettings()
    pair = (settings.client_id, settings.client_secret)
    form = {"grant_type": "client_credentials"}
    if how == "form":
        form |= {"client_id": pair[0], "client_secret": pair[1]}
    answer = httpx.post(f"{erp.url}/oauth/token", data=form, auth=pair if how == "basic" else None).json()
    listed = httpx.get(f"{erp.url}/api/v1/contacts", headers={"Authorization": f"Bearer {answer['access_token']}"})

    assert answer["expires_in"] == 3600
    assert listed.status_code == 200


def test_a_token_expires(erp, clock):
    """After `expires_in` seconds the token is refused."""
    settings = CustomerpSettings()
    form = {
        "grant_type": "client_credentials",
        "client_id": settings.client_id,
        "client_secret": settings.client_secret,
    }
    token = httpx.post(f"{erp.url}/oauth/token", data=form).json()["access_token"]
    clock.move(seconds=3600)
    answer = httpx.get(f"{erp.url}/api/v1/contacts", headers={"Authorization": f"Bearer {token}"})

    assert answer.status_code == 401


@pytest.mark.parametrize(
    ("form", "status", "error"),
    [
        ({"grant_type": "client_credentials", "client_id": "x", "client_secret": "y"}, 401, "invalid_client"),
        ({"grant_type": "password"}, 400, "unsupported_grant_type"),
        ({}, 400, "invalid_request"),
    ],
)
def test_bad_token_requests_get_oauth_errors(erp, form, status, error):
    """The token endpoint answers errors in the form of RFC 6749."""
    answer = httpx.post(f"{erp.url}/oauth/token", data=form)

    assert (answer.status_code, answer.json()) == (status, {"error": error})


def test_info_names_the_tenant(serve):
    """A client can tell which data set it talks to before it writes."""
    erp = serve(settings=CustomerpSettings(tenant="acme-erp"))

    assert erp.get("/").json()["tenant"] == "acme-erp"


def test_unknown_addresses_and_methods_are_problems(erp):
    """404 and 405 come as problem documents like every other refusal."""
    missing, method = erp.get("/invoices"), erp.delete("/contacts")

    assert (missing.status_code, missing.json()["type"]) == (404, "urn:customerp:problem:not_found")
    assert (method.status_code, method.json()["type"]) == (405, "urn:customerp:problem:method")


def test_requests_and_writes_are_counted(erp):
    """/sandbox/requests tells how often each route was asked and how many records were written."""
    contact = erp.made("contacts")
    erp.get(f"/contacts/{contact['id']}")
    erp.get("/contacts/C9")
    erp.batch({"op": "create", "resource": "contacts", "body": {"familyName": "A"}})
    counted = httpx.get(f"{erp.url}/sandbox/requests").json()

    assert counted == {
        "requests": {"POST /api/v1/contacts": 1, "GET /api/v1/contacts/{id}": 2, "POST /api/v1/batch": 1},
        "writes": 2,
    }


def test_too_many_requests_wait(serve, clock):
    """Above the limit the answer is 429 with the seconds to wait; afterwards it works again."""
    erp = serve(settings=CustomerpSettings(requests_per_minute=2))
    statuses = [erp.get("/contacts").status_code for _ in range(3)]
    refused = erp.get("/contacts")
    clock.move(seconds=int(refused.headers["Retry-After"]))

    assert statuses == [200, 200, 429]
    assert refused.headers["RateLimit-Remaining"] == "0"
    assert erp.get("/contacts").status_code == 200


def test_a_file_database_survives_a_restart(serve, tmp_path):
    """Records, numbers, versions, the feed and kept answers continue where they were."""
    path = tmp_path / "customerp.sqlite"
    before = serve(database=path)
    in_wal_mode = path.with_name(f"{path.name}-wal").exists()
    order = before.made("orders")
    first = before.post("/contacts", {"familyName": "Noether"}, Idempotency_Key="n-1").json()
    before.http.close()
    after = serve(database=path)
    again = after.post("/contacts", {"familyName": "Noether"}, Idempotency_Key="n-1")
    second_order = after.made("orders")

    assert in_wal_mode
    assert after.get(f"/orders/{order['id']}").json() == order
    assert again.json() == first
    assert (order["number"], second_order["number"]) == ("SO-000001", "SO-000002")
    assert second_order["updatedAt"] > first["updatedAt"]
    assert [item["seq"] for item in after.get("/changes").json()["items"]] == [1, 2, 3]


def test_middleware_stands_before_the_records(serve):
    """What a middleware drops is counted but never reaches the records."""

    def dropping(app):
        async def drop(scope, receive, send):
            if scope["method"] == "POST":
                await send({"type": "http.response.start", "status": 503, "headers": []})
                await send({"type": "http.response.body", "body": b""})
            else:
                await app(scope, receive, send)

        return drop

    erp = serve(middleware=[Middleware(dropping)])
    answer = erp.post("/contacts", {"familyName": "Lost"})
    counted = httpx.get(f"{erp.url}/sandbox/requests").json()

    assert answer.status_code == 503
    assert counted["requests"] == {"POST /api/v1/contacts": 1}
    assert erp.get("/contacts").json()["items"] == []
