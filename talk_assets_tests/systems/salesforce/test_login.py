"""Every way to log in, against the embedded Salesforce's token endpoint."""

import threading
from datetime import UTC, datetime

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from talk_assets.model.errors import ConfigurationError, PeerAnswerError
from talk_assets.model.system import System
from talk_assets.sandbox import salesforce as sandbox
from talk_assets.sandbox.serving import running
from talk_assets.systems.http import HttpClient
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
