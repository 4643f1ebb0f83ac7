"""The token endpoint and what an access token says about its user.

Sources: Salesforce help, "OAuth 2.0 Client Credentials Flow", "… JWT Bearer Flow", "… Refresh Token Flow",
"… Username-Password Flow", "OAuth 2.0 Authorization Errors".
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import unquote_plus

import jwt

from .org import Org
from .settings import SalesforceSettings

_JWT_GRANT = "urn:ietf:params:oauth:grant-type:jwt-bearer"
_AUDIENCES = ("https://login.salesforce.com", "https://test.salesforce.com")
_LONGEST_ASSERTION_SECONDS = 300


@dataclass(frozen=True, kw_only=True)
class TokenAnswer:
    """Status and JSON object of the token endpoint."""

    status: int
    body: dict[str, Any]


class _RefusedError(Exception):
    def __init__(self, error: str, description: str) -> None:
        super().__init__(error)
        self.error = error
        self.description = description


def answer_token(org: Org, form: Mapping[str, str], *, authorization: str | None, instance_url: str) -> TokenAnswer:
    """Answer POST /services/oauth2/token; refusals are 400 with `error` and `error_description`."""
    now = org.clock()
    try:
        refreshable = _check_grant(org.settings, form, authorization, instance_url, now)
    except _RefusedError as refused:
        return TokenAnswer(status=400, body={"error": refused.error, "error_description": refused.description})
    identity = f"{instance_url}/id/{org.id}/{org.user_id}"
    issued_at = str(int(now.timestamp() * 1000))
    signature = hmac.new(org.settings.client_secret.encode(), f"{identity}{issued_at}".encode(), hashlib.sha256)
    body = {
        "access_token": org.sessions.issue(now),
        "instance_url": instance_url,
        "id": identity,
        "token_type": "Bearer",
        "issued_at": issued_at,
        "signature": base64.b64encode(signature.digest()).decode(),
        "scope": "api refresh_token" if refreshable else "api",
    }
    if refreshable:
        body["refresh_token"] = org.settings.refresh_token
    return TokenAnswer(status=200, body=body)


def _check_grant(
    settings: SalesforceSettings,
    form: Mapping[str, str],
    authorization: str | None,
    instance_url: str,
    now: datetime,
) -> bool:
    """Accept the grant or raise; True if the answer carries a refresh token."""
    grant = form.get("grant_type")
    if not grant:
        raise _RefusedError("invalid_request", "missing required parameter: grant_type")
    if grant == _JWT_GRANT:
        _check_assertion(settings, form.get("assertion", ""), instance_url, now)
        return False
    if grant not in {"client_credentials", "password", "refresh_token"}:
        raise _RefusedError("unsupported_grant_type", "grant type not supported")
    client_id, secret = _client(form, authorization)
    if client_id != settings.client_id:
        raise _RefusedError("invalid_client_id", "client identifier invalid")
    secret_right = secret is not None and hmac.compare_digest(secret.encode(), settings.client_secret.encode())
    if grant == "refresh_token":
        if secret is not None and not secret_right:
            raise _RefusedError("invalid_client", "invalid client credentials")
        if form.get("refresh_token") != settings.refresh_token:
            raise _RefusedError("invalid_grant", "expired access/refresh token")
        return False
    if not secret_right:
        raise _RefusedError("invalid_client", "invalid client credentials")
    if grant == "password":
        # A security token may follow the password.
        known = form.get("username") == settings.username
        if not (known and form.get("password", "").startswith(settings.password)):
            raise _RefusedError("invalid_grant", "authentication failure")
        return True
    return False


def _client(form: Mapping[str, str], authorization: str | None) -> tuple[str | None, str | None]:
    """Return id and secret from the body or from HTTP Basic."""
    if authorization is None or not authorization.lower().startswith("basic "):
        return form.get("client_id"), form.get("client_secret")
    try:
        pair = base64.b64decode(authorization[len("basic ") :], validate=True).decode()
    except (binascii.Error, UnicodeDecodeError) as failure:
        raise _RefusedError("invalid_client", "invalid client credentials") from failure
    client_id, _, secret = pair.partition(":")
    return unquote_plus(client_id), unquote_plus(secret)


def _check_assertion(settings: SalesforceSettings, assertion: str, instance_url: str, now: datetime) -> None:
    """Accept an RS256 assertion for our client and user that expires within five minutes, or raise."""
    if not assertion:
        raise _RefusedError("invalid_request", "missing required parameter: assertion")
    if settings.jwt_public_key is None:
        raise _RefusedError("invalid_grant", "user hasn't approved this consumer")
    try:
        claims = jwt.decode(
            assertion,
            settings.jwt_public_key,
            algorithms=["RS256"],
            options={"verify_exp": False, "verify_aud": False, "require": ["iss", "sub", "aud", "exp"]},
        )
    except jwt.InvalidTokenError as failure:
        raise _RefusedError("invalid_grant", "invalid assertion") from failure
    audience = claims["aud"]
    audiences = audience if isinstance(audience, list) else [audience]
    if not set(audiences) & {*_AUDIENCES, instance_url}:
        raise _RefusedError("invalid_grant", "Audience validation failed")
    if claims["iss"] != settings.client_id:
        raise _RefusedError("invalid_client_id", "client identifier invalid")
    if claims["sub"] != settings.username:
        raise _RefusedError("invalid_grant", "user hasn't approved this consumer")
    left = float(claims["exp"]) - now.timestamp()
    if not 0 < left <= _LONGEST_ASSERTION_SECONDS:
        raise _RefusedError("invalid_grant", "expired authorization code" if left <= 0 else "invalid assertion")


def user_info(org: Org, *, instance_url: str) -> dict[str, Any]:
    """Return what `/services/oauth2/userinfo` and `/id/…` say about the running user."""
    rest = f"{instance_url}/services/data/v{{version}}/"
    username = org.settings.username
    return {
        "id": f"{instance_url}/id/{org.id}/{org.user_id}",
        "sub": f"{instance_url}/id/{org.id}/{org.user_id}",
        "user_id": org.user_id,
        "organization_id": org.id,
        "username": username,
        "preferred_username": username,
        "name": "Integration User",
        "display_name": "Integration User",
        "email": username,
        "active": True,
        "user_type": "STANDARD",
        "language": "en_US",
        "locale": "en_US",
        "utcOffset": 0,
        "urls": {"rest": rest, "sobjects": f"{rest}sobjects/", "query": f"{rest}query/"},
    }
