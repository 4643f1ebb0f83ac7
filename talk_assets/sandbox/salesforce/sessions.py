"""Access tokens of the org and what the API says about bad ones."""

from __future__ import annotations

import secrets
from datetime import datetime, timedelta

from .errors import ApiError
from .settings import SalesforceSettings

_TOKEN_BYTES = 40
_SHORT = 15


class Sessions:
    """Tokens that live as long as they are used; there is no `expires_in`, clients learn by 401."""

    def __init__(self, *, settings: SalesforceSettings, organization_id: str) -> None:
        self._lifetime = timedelta(seconds=settings.session_seconds)
        self._organization = organization_id[:_SHORT]
        self._used: dict[str, datetime] = {}

    def issue(self, now: datetime) -> str:
        """Open a session and return its token."""
        token = f"{self._organization}!AQ.{secrets.token_hex(_TOKEN_BYTES)}"
        self._used[token] = now
        return token

    def end_all(self) -> None:
        """Expire every session, as an administrator can."""
        self._used.clear()

    def end(self, token: str) -> None:
        """Expire one session."""
        self._used.pop(token, None)

    def check(self, authorization: str | None, now: datetime) -> None:
        """Accept the Authorization header of a live session, or raise 401."""
        if authorization is None:
            raise _expired()
        scheme, _, token = authorization.partition(" ")
        if scheme.lower() not in {"bearer", "oauth"} or not token.strip():
            raise ApiError("INVALID_AUTH_HEADER", "INVALID_HEADER_TYPE", status=401)
        token = token.strip()
        used = self._used.get(token)
        if used is None or now - used > self._lifetime:
            self._used.pop(token, None)
            raise _expired()
        self._used[token] = now


def _expired() -> ApiError:
    return ApiError("INVALID_SESSION_ID", "Session expired or invalid", status=401)
