"""What leaves this machine goes to one host, over TLS that is verified, and carries no credentials anywhere else."""

import json
import socket
import ssl
import threading
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address

import httpx
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from talk_assets.entities import entity_of
from talk_assets.model.errors import ConfigurationError, PeerAnswerError, TalkError
from talk_assets.model.system import System
from talk_assets.systems.customerp import CustomerpLogin, CustomerpPort
from talk_assets.systems.http import NotSentError
from talk_assets.systems.origin import origin_of
from talk_assets.systems.salesforce import SalesforceLogin, SalesforcePort
from talk_assets.systems.transport import OriginTransport
from talk_assets_tests.systems.peer import READ, http_answer

DESCRIPTION = json.dumps({"tenant": "t1", "name": "Tenant", "currency": "USD"}).encode()


def certificate(tmp_path, name="127.0.0.1"):
    """Write a certificate for *name* that vouches for itself, and its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Test authority")])
    made = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(datetime.now(UTC) - timedelta(days=1))
        .not_valid_after(datetime.now(UTC) + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address(name))]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    path = tmp_path / "authority.pem"
    path.write_bytes(made.public_bytes(serialization.Encoding.PEM))
    secret = tmp_path / "key.pem"
    secret.write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    return path, secret


@pytest.fixture
def secure(tmp_path):
    """Start a TLS server that gives every connection one answer; notes what it was asked."""
    listeners = []

    def start(body, name="127.0.0.1"):
        path, key = certificate(tmp_path, name)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(path, key)
        listener = socket.create_server(("127.0.0.1", 0))
        listeners.append(listener)
        asked = []

        def serve():
            while True:
                try:
                    connection, _ = listener.accept()
                except OSError:
                    return
                try:
                    with context.wrap_socket(connection, server_side=True) as stream:
                        asked.append(stream.recv(65536))
                        stream.sendall(http_answer(body))
                except OSError:
                    continue  # the client does not trust us

        threading.Thread(target=serve, daemon=True).start()
        return f"https://127.0.0.1:{listener.getsockname()[1]}", path, asked

    yield start
    for listener in listeners:
        listener.shutdown(socket.SHUT_RDWR)
        listener.close()


def customerp_at(url, patience, ca_file=None):
    login = CustomerpLogin(url=url, api_key="canary-key", ca_file=ca_file)
    return CustomerpPort(login=login, entities={}, patience=patience)


def test_api_behind_a_path_is_asked_there(peer, answer, patience):
    """A Customerp behind a gateway keeps the gateway's path before its own."""
    one = peer(answer(DESCRIPTION))
    customerp_at(f"{one.url}/gateway", patience).identify()

    assert one.requests[0][0].startswith("GET /gateway/api/v1/ ")


def test_certificate_of_an_authority_we_name_is_trusted(secure, patience):
    """An end with a private authority is reached by naming a file of its certificate."""
    url, path, asked = secure(DESCRIPTION)

    assert customerp_at(url, patience, path).identify().tenant == "t1"
    assert b"canary-key" in asked[0]


@pytest.mark.parametrize("name", ["127.0.0.1", "127.0.0.2"], ids=["unknown authority", "another host's certificate"])
def test_certificate_that_does_not_hold_is_refused(secure, patience, name):
    """An unknown authority, or a certificate of another host, ends before anything was sent."""
    url, path, asked = secure(DESCRIPTION, name)

    with pytest.raises(NotSentError, match="Nothing was sent"):
        customerp_at(url, patience, path if name == "127.0.0.2" else None).identify()
    assert asked == []


@pytest.mark.parametrize("content", [None, "no certificate"])
def test_file_of_authorities_that_is_none_is_named(tmp_path, patience, content):
    """A file that is missing or no certificate is a configuration error that names it."""
    path = tmp_path / "ca.pem"
    if content is not None:
        path.write_text(content)

    with pytest.raises(ConfigurationError, match=r"ca\.pem"):
        customerp_at("https://127.0.0.1:1", patience, path)


@pytest.mark.parametrize("key", ["caf\u00e9", "a b", "a\r\nX-Admin: 1", ""])
def test_key_that_no_header_carries_is_refused_unshown(patience, key):
    """A key with characters beyond ASCII, or that would end its header, is refused and not shown."""
    with pytest.raises(ConfigurationError, match="API key") as error:
        CustomerpPort(login=CustomerpLogin(url="https://127.0.0.1:1", api_key=key), entities={}, patience=patience)
    assert not key or key not in str(error.value)


@pytest.mark.parametrize("token", ["t\u00f6ken", "a\r\nX-Admin: 1", "a b", "", 5, None, ["t"]])
def test_token_that_no_header_carries_is_refused_unshown(peer, answer, patience, token):
    """What an org gives as a token goes into a header of every request, so it must be a token."""
    one = peer()
    one.answers.append(answer(json.dumps({"access_token": token, "instance_url": one.url}).encode()))
    port = SalesforcePort(
        login=SalesforceLogin(url=one.url, client_id="c", client_secret="s"),
        entities={},
        relations={},
        patience=patience,
    )
    with pytest.raises(PeerAnswerError, match="without a token"):
        port.identify()
    assert len(one.requests) == 1


def test_transport_sends_nothing_beyond_its_origin(peer, answer):
    """Whatever a client above asks for, no connection is opened to another host, port or scheme."""
    home, other = peer(answer(b"{}")), peer(answer(b"{}"))
    transport = OriginTransport(
        end=System.CUSTOMERP, origin=origin_of(home.url, end=System.CUSTOMERP), timer=lambda: 0.0
    )
    with httpx.Client(transport=transport, headers={"Authorization": "canary"}) as client:
        for url in (other.url, home.url.replace("http:", "https:"), "http://localhost@" + other.url[7:]):
            with pytest.raises(ConfigurationError, match="own origin"):
                client.get(url)

        assert client.get(home.url).json() == {}
    assert other.requests == []


@pytest.mark.parametrize("status", ["301 Moved", "302 Found", "303 See Other", "307 Temporary", "308 Permanent"])
def test_credentials_go_nowhere_else_however_an_end_points(peer, answer, patience, status):
    """Redirects, next pages, login answers and identity addresses lead nowhere: the other host hears nothing."""
    other = peer(*[answer(b"{}")] * 9)
    elsewhere = f"Location: {other.url}/services/oauth2/token"
    moved = answer(b"", status=status, headers=(elsewhere,))
    token = {"access_token": "00D!t", "instance_url": "HOME", "id": f"{other.url}/id/00D/005"}
    contact = entity_of("contact", System.CUSTOMERP)

    def salesforce(*answers):
        one = peer()
        given = json.dumps(token | {"instance_url": one.url}).encode()
        one.answers += [*(answer(given) if a == "login" else a for a in answers)]
        login = SalesforceLogin(url=one.url, client_id="c", client_secret="canary")
        return SalesforcePort(login=login, entities={}, relations={}, patience=patience)

    with pytest.raises(TalkError):
        salesforce(moved).identify()
    with pytest.raises(TalkError):
        salesforce("login", moved).identify()
    with pytest.raises(TalkError):
        list(customerp_at(peer(moved).url, patience).fetch(contact, '{"seq": 1}'))
    assert other.requests == []


def test_error_that_repeats_our_secrets_does_not_show_them(peer, answer, patience):
    """An end may echo what it was sent; no message and no receipt repeats it."""
    told = {"error": "invalid_client", "error_description": "bad secret canary-secret for c"}
    one = peer(answer(json.dumps(told).encode(), status="400 Bad Request"))
    login = SalesforceLogin(url=one.url, client_id="c", client_secret="canary-secret")
    with pytest.raises(ConfigurationError, match="invalid_client") as refused:
        SalesforcePort(login=login, entities={}, relations={}, patience=patience).identify()

    assert "canary" not in str(refused.value)
    assert "canary" not in repr(READ) + repr(login)


def test_terminal_escapes_of_an_end_do_nothing(peer, answer, patience):
    """Control characters and line ends in what an end says become harmless, and a long text is cut."""
    hostile = "\x1b]0;owned\x07\r\nERROR forged line \u202e" + "x" * 100_000
    one = peer(answer(json.dumps({"error": "no", "error_description": hostile}).encode(), status="400 Bad Request"))
    login = SalesforceLogin(url=one.url, client_id="c", client_secret="canary-secret")
    with pytest.raises(ConfigurationError) as refused:
        SalesforcePort(login=login, entities={}, relations={}, patience=patience).identify()
    text = str(refused.value)

    assert not set(text) & {"\x1b", "\x07", "\r", "\n", "\u202e"}
    assert len(text) < 1000
    assert "forged line" in text
