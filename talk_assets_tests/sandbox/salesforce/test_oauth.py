import re
from functools import cache

import httpx
import jwt
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from talk_assets.sandbox.salesforce import SalesforceSettings

JWT_GRANT = "urn:ietf:params:oauth:grant-type:jwt-bearer"


@cache
def key_pair():
    private = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    public = private.public_key().public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    return private, public.decode()


@pytest.fixture
def settings():
    return SalesforceSettings(jwt_public_key=key_pair()[1])


def ask(org, **form):
    return httpx.post(f"{org.url}/services/oauth2/token", data=form)


def client(org):
    return {"client_id": org.settings.client_id, "client_secret": org.settings.client_secret}


def assertion(org, clock, **claims):
    given = {
        "iss": org.settings.client_id,
        "sub": org.settings.username,
        "aud": "https://login.salesforce.com",
        "exp": int(clock.now.timestamp()) + 120,
    }
    return jwt.encode(given | claims, key_pair()[0], algorithm="RS256")


def test_token_answer_has_the_documented_keys_all_strings(org):
    """instance_url is the URL the caller used, the token starts with the org's id, and nothing says when it ends."""
    answer = ask(org, grant_type="client_credentials", **client(org))

    body = answer.json()
    assert answer.status_code == 200
    assert answer.headers["cache-control"] == "no-store"
    assert set(body) == {
        "access_token", "instance_url", "id", "token_type", "issued_at", "signature", "scope",
    }  # fmt: skip
    assert all(isinstance(value, str) for value in body.values())
    assert body["instance_url"] == org.url
    assert re.fullmatch(r"00D[A-Za-z0-9]{12}![A-Za-z0-9._]+", body["access_token"])
    assert len(body["issued_at"]) == 13


def test_client_may_name_itself_by_http_basic(org):
    """simple-salesforce sends id and secret in the header, not in the body."""
    answer = httpx.post(
        f"{org.url}/services/oauth2/token",
        data={"grant_type": "client_credentials"},
        auth=(org.settings.client_id, org.settings.client_secret),
    )

    assert answer.status_code == 200


def test_password_with_a_security_token_opens_a_session_that_can_be_refreshed(org):
    """The password grant answers with a refresh token, and the refresh grant takes it."""
    secret = org.settings.password + "SecurityToken"
    first = ask(org, grant_type="password", username=org.settings.username, password=secret, **client(org)).json()
    second = ask(org, grant_type="refresh_token", refresh_token=first["refresh_token"], **client(org))

    assert second.status_code == 200
    assert second.json()["access_token"] != first["access_token"]


def test_signed_assertion_opens_a_session(org, clock):
    """A JWT signed by the app's RSA key is enough; there is no refresh token."""
    answer = ask(org, grant_type=JWT_GRANT, assertion=assertion(org, clock))

    assert answer.status_code == 200
    assert "refresh_token" not in answer.json()
    bearer = {"Authorization": f"Bearer {answer.json()['access_token']}"}
    assert httpx.get(f"{org.url}/services/data/v62.0/limits", headers=bearer).status_code == 200


@pytest.mark.parametrize(
    ("claims", "error", "description"),
    [
        ({"aud": "https://elsewhere.example"}, "invalid_grant", "Audience validation failed"),
        ({"iss": "someone"}, "invalid_client_id", "client identifier invalid"),
        ({"sub": "someone"}, "invalid_grant", "user hasn't approved this consumer"),
        ({"exp": 1}, "invalid_grant", "expired authorization code"),
        ({"exp": 4_000_000_000}, "invalid_grant", "invalid assertion"),
    ],
)
def test_assertion_with_a_wrong_claim_is_refused(org, clock, claims, error, description):
    """Audience, issuer, subject and expiry are each checked."""
    answer = ask(org, grant_type=JWT_GRANT, assertion=assertion(org, clock, **claims))

    assert (answer.status_code, answer.json()) == (400, {"error": error, "error_description": description})


def test_assertion_of_another_key_is_refused(org, clock):
    """A signature by a key the org does not know opens nothing."""
    stranger = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    claims = jwt.decode(assertion(org, clock), options={"verify_signature": False})
    answer = ask(org, grant_type=JWT_GRANT, assertion=jwt.encode(claims, stranger, algorithm="RS256"))

    assert (answer.status_code, answer.json()["error"]) == (400, "invalid_grant")


@pytest.mark.parametrize(
    ("form", "error", "description"),
    [
        ({}, "invalid_request", "missing required parameter: grant_type"),
        ({"grant_type": "magic"}, "unsupported_grant_type", "grant type not supported"),
        ({"grant_type": "client_credentials", "client_id": "x"}, "invalid_client_id", "client identifier invalid"),
        (
            {"grant_type": "client_credentials", "client_id": SalesforceSettings().client_id, "client_secret": "x"},
            "invalid_client",
            "invalid client credentials",
        ),
        (
            {
                "grant_type": "password",
                "client_id": SalesforceSettings().client_id,
                "client_secret": SalesforceSettings().client_secret,
                "username": "x",
                "password": "y",
            },
            "invalid_grant",
            "authentication failure",
        ),
        (
            {"grant_type": "refresh_token", "client_id": SalesforceSettings().client_id, "refresh_token": "x"},
            "invalid_grant",
            "expired access/refresh token",
        ),
    ],
)
def test_bad_grants_are_refused_with_an_object(org, form, error, description):
    """Token errors are 400 with error and error_description, not the array of the REST API."""
    answer = ask(org, **form)

    assert (answer.status_code, answer.json()) == (400, {"error": error, "error_description": description})


def test_revoked_token_is_worth_nothing(org):
    """After revoke the session is gone."""
    token = org.http.headers["Authorization"].removeprefix("Bearer ")
    assert httpx.post(f"{org.url}/services/oauth2/revoke", data={"token": token}).status_code == 200

    assert org.refused("GET", "limits") == (401, "INVALID_SESSION_ID", "Session expired or invalid")


def test_user_info_names_the_integration_user(org):
    """The userinfo page and the identity URL of the token answer speak of the same user."""
    body = org.http.get("/services/oauth2/userinfo/").json()

    assert body["preferred_username"] == org.settings.username
    assert org.http.get(httpx.URL(body["id"]).path).json()["user_id"] == body["user_id"]
