"""Who may call: API keys, and tokens from OAuth 2.0 client credentials (RFC 6749 section 4.4)."""

import base64
import binascii
import hmac
import secrets
from collections.abc import Callable
from datetime import datetime, timedelta
from urllib.parse import parse_qs, unquote_plus

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.types import ASGIApp, Receive, Scope, Send

from talk_assets.sandbox.customerp.answers import problem_response
from talk_assets.sandbox.customerp.problems import ProblemError
from talk_assets.sandbox.customerp.settings import CustomerpSettings

OPEN_PATHS = frozenset({"/api/v1/openapi.json", "/api/v1/oauth/token"})


class Access:
    """The credentials of one server and the tokens it gave out."""

    def __init__(self, *, settings: CustomerpSettings, clock: Callable[[], datetime]) -> None:
        """Let in those who know the credentials of *settings*."""
        self._settings = settings
        self._clock = clock
        self._tokens: dict[str, datetime] = {}

    def check(self, authorization: str | None) -> None:
        """Raise 401 unless the header carries the API key or a token that has not expired."""
        scheme, _, given = (authorization or "").partition(" ")
        if scheme.lower() != "bearer" or not given:
            raise _unauthorized("Send an API key or a token as a bearer token.", 'Bearer realm="customerp"')
        given = given.strip()
        expiry = self._tokens.get(given)
        if expiry is not None and expiry > self._clock():
            return
        if not hmac.compare_digest(given.encode(), self._settings.api_key.encode()):
            challenge = 'Bearer realm="customerp", error="invalid_token"'
            raise _unauthorized("The bearer token is unknown or has expired.", challenge)

    async def token(self, request: Request) -> Response:
        """Answer POST /oauth/token."""
        form = parse_qs((await request.body()).decode("utf-8", "replace"), keep_blank_values=True)
        given = {name: values[-1] for name, values in form.items()}
        if given.get("grant_type") != "client_credentials":
            error = "unsupported_grant_type" if "grant_type" in given else "invalid_request"
            return _oauth_error(400, error)
        basic = _basic(request.headers.get("authorization"))
        client, secret = basic or (given.get("client_id", ""), given.get("client_secret", ""))
        known = hmac.compare_digest(client.encode(), self._settings.client_id.encode())
        if not hmac.compare_digest(secret.encode(), self._settings.client_secret.encode()) or not known:
            return _oauth_error(401, "invalid_client")
        token = secrets.token_urlsafe(32)
        now = self._clock()
        self._tokens = {kept: expiry for kept, expiry in self._tokens.items() if expiry > now}
        self._tokens[token] = now + timedelta(seconds=self._settings.token_seconds)
        return JSONResponse(
            {"access_token": token, "token_type": "Bearer", "expires_in": self._settings.token_seconds},
            headers={"Cache-Control": "no-store"},
        )


class AccessMiddleware:
    """Refuses requests to the API that carry no valid credentials."""

    def __init__(self, app: ASGIApp, *, access: Access) -> None:
        """Guard *app* with *access*."""
        self._app = app
        self._access = access

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, or answer 401."""
        if scope["type"] == "http" and scope["path"].startswith("/api/") and scope["path"] not in OPEN_PATHS:
            try:
                self._access.check(Request(scope).headers.get("authorization"))
            except ProblemError as problem:
                await problem_response(problem)(scope, receive, send)
                return
        await self._app(scope, receive, send)


def _unauthorized(detail: str, challenge: str) -> ProblemError:
    return ProblemError(401, "unauthorized", detail, headers={"WWW-Authenticate": challenge})


def _oauth_error(status: int, error: str) -> Response:
    headers = {"Cache-Control": "no-store"}
    if status == 401:  # noqa: PLR2004 - the status itself
        headers["WWW-Authenticate"] = 'Basic realm="customerp"'
    return JSONResponse({"error": error}, status_code=status, headers=headers)


def _basic(header: str | None) -> tuple[str, str] | None:
    scheme, _, given = (header or "").partition(" ")
    if scheme.lower() != "basic":
        return None
    try:
        text = base64.b64decode(given, validate=True).decode()
    except (binascii.Error, UnicodeDecodeError):
        return ("", "")
    client, _, secret = text.partition(":")
    return unquote_plus(client), unquote_plus(secret)
