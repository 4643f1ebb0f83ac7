"""Sessions: OAuth 2.0 grants of the token endpoint, and one token shared by all threads.

Salesforce gives no lifetime with a token; a session ends when the org's setting says so, which shows
as HTTP 401.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Lock
from urllib.parse import urlencode

import httpx
import jwt

from talk_assets.model.errors import ConfigurationError, PeerAnswerError
from talk_assets.model.failpoints import failpoint
from talk_assets.model.peer_text import LONGEST_NAME, quoted
from talk_assets.model.system import System
from talk_assets.systems.http import Call, HttpClient, is_token
from talk_assets.systems.origin import origin_of, same_origin
from talk_assets.systems.salesforce.ids import id_of
from talk_assets.systems.salesforce.remembered import Remembered, Token

TOKEN_PATH = "/services/oauth2/token"  # noqa: S105 - a path
_IDENTITY = re.compile(r".*/id/(?P<org>[0-9A-Za-z]{15,18})/(?P<user>[0-9A-Za-z]{15,18})")
_OK = 200
_SECRETS = ("client_secret", "password", "refresh_token", "assertion")
_ASSERTION_LIFE = timedelta(minutes=3)

_ADVICE = (
    ("approved this consumer", "Pre-authorize the integration user for the external client app, and check its name."),
    ("audience", "Set TALK_SALESFORCE_AUDIENCE to https://login.salesforce.com, or to https://test.salesforce.com."),
    ("access/refresh token", "The refresh token is used up or was revoked. Get a new one for the integration user."),
    ("authorization code", "The assertion had expired when it came. Set this machine's clock."),
    ("assertion", "Check that the private key belongs to the app's certificate, and this machine's clock."),
    ("client identifier", "Check TALK_SALESFORCE_CLIENT_ID, and that the app belongs to this org."),
    ("invalid_client", "Check the client secret."),
    ("no client credentials user", "Choose the user that the external client app runs as."),
    ("grant type", "Allow the flow that TALK_SALESFORCE_LOGIN names in the external client app."),
    ("inactive user", "Activate the integration user."),
    ("ip restricted", "Allow this machine's address in the external client app, or relax its IP rule."),
)
"""What to do about a refused login, by words of its reason; the first that fits."""

Grant = Callable[[], Mapping[str, str]]
"""Gives the form fields of a token request; asked again for each new session."""


@dataclass(frozen=True, kw_only=True)
class SalesforceLogin:
    """Where the org is (its My Domain URL) and how to log in: by client credentials unless *grant* is given."""

    url: str
    client_id: str = ""
    client_secret: str = field(default="", repr=False)
    api_version: str = "62.0"
    ca_file: Path | None = None
    grant: Grant | None = field(default=None, repr=False)


def client_credentials(*, client_id: str, client_secret: str) -> Grant:
    """Log in as the user the connected app runs as."""
    form = {"grant_type": "client_credentials", "client_id": client_id, "client_secret": client_secret}
    return lambda: form


def password(*, client_id: str, client_secret: str, username: str, password: str) -> Grant:
    """Log in by user name and password (with the security token appended); off by default in newer orgs."""
    form = {
        "grant_type": "password",
        "client_id": client_id,
        "client_secret": client_secret,
        "username": username,
        "password": password,
    }
    return lambda: form


def refresh_token(*, client_id: str, client_secret: str | None, token: str) -> Grant:
    """Log in by a refresh token that does not rotate; an app that asks for no secret gets none."""
    form = {"grant_type": "refresh_token", "client_id": client_id, "refresh_token": token}
    if client_secret is not None:
        form["client_secret"] = client_secret
    return lambda: form


def jwt_bearer(
    *, client_id: str, username: str, audience: str, private_key: str, clock: Callable[[], datetime]
) -> Grant:
    """Log in by a signed assertion; *audience* is the login host, the key is an RSA key in PEM.

    Raises:
        ConfigurationError: the key is none that can sign.
    """
    try:
        jwt.encode({}, private_key, algorithm="RS256")
    except (jwt.InvalidKeyError, ValueError, TypeError):
        # The library's message may quote the key.
        raise ConfigurationError(
            "The private key for the Salesforce login (TALK_SALESFORCE_PRIVATE_KEY) is no RSA key in PEM. Nothing was "
            "read or written. Set it to the key whose certificate the external client app holds."
        ) from None

    def form() -> Mapping[str, str]:
        claims = {"iss": client_id, "sub": username, "aud": audience, "exp": clock() + _ASSERTION_LIFE}
        return {
            "grant_type": "urn:ietf:params:oauth:grant-type:jwt-bearer",
            "assertion": jwt.encode(claims, private_key, algorithm="RS256"),
        }

    return form


def utc_now() -> datetime:
    """Return the time."""
    return datetime.now(UTC)


class Session:
    """The token in use, *remembered* with what its org told. Renewed once, however many threads meet its end."""

    def __init__(
        self, *, client: HttpClient, origin: httpx.URL, grant: Grant, remembered: Remembered | None = None
    ) -> None:
        self._client = client
        self._origin = origin
        self._grant = grant
        self._lock = Lock()
        self._remembered = remembered or Remembered()

    def header(self) -> str:
        """Return the Authorization header's value, logging in first where needed."""
        with self._lock:
            token = self._remembered.token or self._log_in()
            self._remembered.token = token
            return token.header

    def renew(self, refused: str) -> bool:
        """Log in again unless another thread has done so since *refused* was sent.

        Raises:
            ConfigurationError: another org answers now than the one that what is remembered was asked of.
        """
        with self._lock:
            before = self._remembered.token
            if before is None or before.header == refused:
                token = self._log_in()
                if before is not None and token.org != before.org:
                    self._remembered.forget()
                    raise ConfigurationError(
                        "The Salesforce session ended, and the new one leads to another org. Nothing more was read or "
                        "written. Check the Salesforce URL; the next run looks anew which org is there."
                    )
                self._remembered.token = token
            return True

    def user(self) -> str | None:
        """Return the id of the user we are logged in as, where the login told it."""
        token = self._remembered.token
        return None if token is None else token.user

    def _log_in(self) -> Token:
        form = dict(self._grant())
        answer = self._client.read(
            Call(
                method="POST",
                path=TOKEN_PATH,
                kind="login",
                body=urlencode(form).encode("ascii"),
                media_type="application/x-www-form-urlencoded",
                counts=False,
                authorized=False,
                secrets=tuple(form[name] for name in _SECRETS if name in form),
            )
        )
        found = answer.json()
        facts = found if isinstance(found, dict) else {}
        if answer.status != _OK:
            code = quoted(facts.get("error") or f"HTTP {answer.status}", longest=LONGEST_NAME)
            reason = quoted(facts.get("error_description") or "no reason given")
            raise ConfigurationError(
                f"Salesforce refuses the login ({code}: {reason}). Nothing was read or written. {_advice(code, reason)}"
            )
        token, instance = facts.get("access_token"), facts.get("instance_url")
        if not isinstance(token, str) or not is_token(token) or not isinstance(instance, str):
            raise PeerAnswerError("Salesforce answered the login without a token. Nothing was read. Check the URL.")
        sent = form.get("refresh_token")
        if sent is not None and facts.get("refresh_token", sent) != sent:
            raise ConfigurationError(
                "The org gives a new refresh token with each login (rotation), so the one in the settings is used up. "
                "Nothing was read or written. Turn rotation off in the external client app and get a new token, or "
                "log in by jwt_bearer."
            )
        # A token goes to the configured origin alone, so an org that moved is told of rather than followed.
        found_at = origin_of(instance, end=System.SALESFORCE)
        if not same_origin(found_at, self._origin):
            raise ConfigurationError(
                f"The org answers at {quoted(found_at.host, longest=LONGEST_NAME)}, not at the URL given. "
                "Nothing was read or written. Use that host as the Salesforce URL."
            )
        identity = facts.get("id")
        named = _IDENTITY.fullmatch(identity) if isinstance(identity, str) else None
        failpoint("token received")
        return Token(
            header=f"Bearer {token}",
            user=None if named is None else named["user"],
            org=None if named is None else id_of(named["org"]),
        )


def _advice(code: str, reason: str) -> str:
    told = f"{code} {reason}".lower()
    found = next((what for words, what in _ADVICE if words in told), None)
    return found or "Check the URL (the org's My Domain), the client id and secret."
