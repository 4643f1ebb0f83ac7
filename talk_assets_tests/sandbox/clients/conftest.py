"""An embedded Salesforce served with a certificate of its own, for clients that others wrote."""

import pytest
import requests
import trustme
from simple_salesforce import Salesforce

from talk_assets.sandbox.salesforce import SalesforceSettings, create_app
from talk_assets.sandbox.serving import running


@pytest.fixture(scope="session")
def authority(tmp_path_factory):
    """A certificate authority of this test run: its certificate, and a key with a certificate for 127.0.0.1."""
    folder = tmp_path_factory.mktemp("authority")
    issuer = trustme.CA()
    issuer.cert_pem.write_to_path(folder / "authority.pem")
    issuer.issue_cert("127.0.0.1", "localhost").private_key_and_cert_chain_pem.write_to_path(folder / "server.pem")
    return folder


@pytest.fixture
def settings():
    """The settings of the served org; a test module may override them."""
    return SalesforceSettings()


@pytest.fixture
def app(settings):
    app = create_app(settings=settings)
    yield app
    app.state.close()


@pytest.fixture
def https(app, authority):
    """The org's address over HTTPS."""
    with running(app, certificate=authority / "server.pem") as url:
        yield url


@pytest.fixture
def session(authority, monkeypatch):
    """An HTTP session that trusts this run's authority; nothing else of the client is changed."""
    trusted = str(authority / "authority.pem")
    # Where the environment names authorities, requests takes those before the session's own.
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", trusted)
    with requests.Session() as session:
        session.verify = trusted
        yield session


@pytest.fixture
def log_in(https, session, settings):
    """Log in by client credentials; the `#` keeps the client's own `.salesforce.com` out of the address."""
    host = https.removeprefix("https://")

    def log_in():
        return Salesforce(
            consumer_key=settings.client_id,
            consumer_secret=settings.client_secret,
            domain=f"{host}/services/oauth2/token#",
            session=session,
        )

    return log_in


@pytest.fixture
def sf(log_in):
    return log_in()
