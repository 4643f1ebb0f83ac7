"""Every way to log in, against the embedded Salesforce's token endpoint."""

import threading
from datetime import UTC, datetime

import httpx
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from talk_assets.model.errors import ConfigurationError, PeerAnswerError
from talk_assets.model.system import System
from talk_assets.sandbox import salesforce as sandbox
from talk_assets.sandbox.serving import running
from talk_assets.systems.http import Call, HttpClient
from talk_assets.systems.origin import origin_of
from talk_assets.systems.port import CallCount
from talk_assets.systems.salesforce import login


def session(url, grant, patience=None):
    origin = origin_of(url, end=System.SALESFORCE)
    calls = CallCount()
    client = HttpClient(end=System.SALESFORCE, origin=origin, credentials=None, calls=calls, patience=patience)
    return login.Session(client=client, origin=origin, grant=grant), calls


@pytest.fixture(scope="module")
def key():
    private = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    return (
        private.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        ).decode(),
        private.public_key()
        .public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
        .decode(),
    )


@pytest.fixture
def org(key):
    settings = sandbox.SalesforceSettings(jwt_public_key=key[1])
    with running(sandbox.create_app(settings=settings)) as url:
        yield url, settings


@pytest.mark.parametrize("way", ["client_credentials", "password", "refresh_token", "jwt_bearer"])
def test_every_grant_gives_a_token(org, key, way):
    """Client credentials, password, refresh token and signed assertion all open a session."""
    url, settings = org
    app = {"client_id": settings.client_id, "client_secret": settings.client_secret}
    grants = {
        "client_credentials": lambda: login.client_credentials(**app),
        "password": lambda: login.password(**app, username=settings.username, password=settings.password),
        "refresh_token": lambda: login.refresh_token(**app, token=settings.refresh_token),
        "jwt_bearer": lambda: login.jwt_bearer(
            client_id=settings.client_id,
            username=settings.username,
            audience="https://login.salesforce.com",
            private_key=key[0],
            clock=lambda: datetime.now(UTC),
        ),
    }
    opened, calls = session(url, grants[way]())

    assert opened.header().startswith("Bearer 00D")
    assert (calls.total, calls.by_kind) == (0, {"login": 1})


def test_refused_grant_names_the_reason(org):
    """The org's own reason is passed on, without the credentials."""
    url, settings = org
    grant = login.client_credentials(client_id=settings.client_id, client_secret="canary")

    with pytest.raises(ConfigurationError, match="invalid") as error:
        session(url, grant)[0].header()
    assert "canary" not in str(error.value)


@pytest.mark.parametrize(
    ("change", "reason", "advice"),
    [
        ({"audience": "https://elsewhere.example"}, "Audience validation failed", "TALK_SALESFORCE_AUDIENCE"),
        ({"username": "someone@example.com"}, "approved this consumer", "Pre-authorize"),
        ({"client_id": "another"}, "client identifier invalid", "TALK_SALESFORCE_CLIENT_ID"),
        ({"clock": lambda: datetime(2020, 1, 1, tzinfo=UTC)}, "expired authorization code", "this machine's clock"),
        ({"clock": lambda: datetime(2100, 1, 1, tzinfo=UTC)}, "invalid assertion", "this machine's clock"),
    ],
)
def test_refused_assertion_says_what_to_do(org, key, change, reason, advice):
    """Audience, user, app and clock are each told apart by the org's reason, with what mends it."""
    url, settings = org
    given = {
        "client_id": settings.client_id,
        "username": settings.username,
        "audience": "https://login.salesforce.com",
        "private_key": key[0],
        "clock": lambda: datetime.now(UTC),
    }

    with pytest.raises(ConfigurationError) as caught:
        session(url, login.jwt_bearer(**given | change))[0].header()
    assert reason in str(caught.value)
    assert advice in str(caught.value)


def test_a_key_that_cannot_sign_is_refused_before_anything_is_sent():
    """And the message does not repeat it."""
    pem = "-----BEGIN PRIVATE KEY-----\nc4n4ry\n-----END PRIVATE KEY-----\n"

    with pytest.raises(ConfigurationError, match="no RSA key") as caught:
        login.jwt_bearer(client_id="c", username="u", audience="a", private_key=pem, clock=lambda: datetime.now(UTC))
    assert "c4n4ry" not in str(caught.value)


def test_a_refresh_token_that_rotates_is_refused(peer, answer, patience):
    """The token in the settings is used up then, so the next run could not log in: this one says so."""
    one = peer()
    one.answers.append(
        answer(f'{{"access_token":"00D!t","instance_url":"{one.url}","refresh_token":"new-token"}}'.encode())
    )
    grant = login.refresh_token(client_id="c", client_secret=None, token="old-token")

    with pytest.raises(ConfigurationError, match="rotation") as caught:
        session(one.url, grant, patience)[0].header()
    assert "token" not in str(caught.value).replace("refresh token", "").replace("a new token", "")


def test_many_requests_that_meet_an_ended_session_log_in_once(org):
    """An administrator ends all sessions: eight requests get 401 side by side, one of them asks for a token."""
    url, settings = org
    app = {"client_id": settings.client_id, "client_secret": settings.client_secret}
    opened, logins = session(url, login.client_credentials(**app))
    calls = CallCount()
    client = HttpClient(
        end=System.SALESFORCE, origin=origin_of(url, end=System.SALESFORCE), credentials=opened, calls=calls
    )
    limits = Call(method="GET", path="/services/data/v62.0/limits", kind="limits")
    assert client.read(limits).status == 200
    with httpx.Client() as other:
        other.delete(f"{url}/sandbox/sessions")
    together = threading.Barrier(8)
    seen = []

    def ask():
        together.wait()
        seen.append(client.read(limits).status)

    threads = [threading.Thread(target=ask) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert seen == [200] * 8
    assert logins.by_kind["login"] == 2


def test_answer_without_a_token_is_refused(peer, answer, patience):
    """A JSON answer that is no token ends the run before anything is sent."""
    one = peer(answer(b'{"hello":1}'))

    with pytest.raises(PeerAnswerError, match="without a token"):
        session(one.url, dict, patience)[0].header()


def test_many_threads_renew_once(org):
    """However many requests meet the session's end, one of them logs in again."""
    url, settings = org
    grant = login.client_credentials(client_id=settings.client_id, client_secret=settings.client_secret)
    opened, calls = session(url, grant)
    old = opened.header()
    together = threading.Barrier(8)

    def renew():
        together.wait()
        opened.renew(old)

    threads = [threading.Thread(target=renew) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert opened.header() != old
    assert calls.by_kind["login"] == 2
