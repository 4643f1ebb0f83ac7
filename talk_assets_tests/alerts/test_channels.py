"""Alerts on real wires: an HTTP server, and a mail server with certificates made on the spot."""

import json
import ssl
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
import trustme
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult, LoginPassword

from talk_assets.alerts.channels import ChannelError, Mailbox, hand_over, mail, webhook
from talk_assets.alerts.standing import Message

MESSAGE = Message(subject="sync_contact failed", text="sync_contact failed\n<b> & more", causes=("a",))


class Hook:
    """A webhook that remembers what it was sent."""

    def __init__(self, status=200):
        self.bodies = []
        hook = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self):
                hook.bodies.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
                self.send_response(status)
                self.end_headers()

            def log_message(self, *_):
                """Say nothing."""

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}/services/T0/B0/s3cr3t"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.server.shutdown()
        self.server.server_close()


class Letters:
    """A mail server's handler that keeps what arrives."""

    def __init__(self):
        self.arrived = []

    async def handle_DATA(self, _server, session, envelope):  # noqa: N802 - as aiosmtpd calls it
        self.arrived.append((session.ssl is not None, envelope))
        return "250 OK"


@pytest.fixture(scope="module")
def authority(tmp_path_factory):
    made = trustme.CA()
    file = tmp_path_factory.mktemp("ca") / "ca.pem"
    made.cert_pem.write_to_path(file)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    made.issue_cert("localhost", "127.0.0.1").configure_cert(context)
    return file, context


def port_of(running):
    return running.server.sockets[0].getsockname()[1]


class AnyPort(Controller):
    """Tells the readiness check the port that was drawn."""

    def _trigger_server(self):
        self.port = port_of(self)
        super()._trigger_server()


def box(port, **other):
    given = {
        "encrypted": False,
        "plain": False,
        "sender": "sync@example.com",
        "to": ("it@example.com", "b@example.com"),
    }
    return Mailbox(host="localhost", port=port, **given | other)


def test_webhook_gets_what_slack_takes():
    """One JSON object with a text; what Slack would read as markup is escaped."""
    with Hook() as hook:
        webhook(hook.url)(MESSAGE)

    ((name, text),) = hook.bodies[0].items()
    assert name == "text"
    assert text == "*[Talk Assets]* sync_contact failed\n&lt;b&gt; &amp; more"


def test_webhook_that_refuses_or_is_gone_is_told_without_its_address():
    """The address is a secret; the other channel still gets the message."""
    with Hook(status=404) as hook, Hook() as other:
        refused = hand_over(MESSAGE, {"webhook": webhook(hook.url), "other": webhook(other.url)})
    gone = hand_over(MESSAGE, {"webhook": webhook(hook.url)})

    assert refused == {"webhook": "The webhook answered with status 404."}
    assert len(other.bodies) == 1
    assert "not reached" in gone["webhook"]
    assert "s3cr3t" not in str(refused) + str(gone)


def mailed(letters, authority, *, options, **about):
    running = AnyPort(letters, hostname="127.0.0.1", port=0, **options)
    running.start()
    try:
        mail(box(running.port, ca_file=authority[0], **about))(MESSAGE)
    finally:
        running.stop()


def test_mail_goes_by_starttls_to_all_with_a_login(authority):
    """Encrypted before the password; subject and text as they are."""
    letters = Letters()

    def check(_server, _session, _envelope, _mechanism, data):
        wanted = LoginPassword(b"sync", b"pa55word")
        return AuthResult(success=data == wanted)

    options = {"tls_context": authority[1], "require_starttls": True, "authenticator": check, "auth_required": True}
    mailed(letters, authority, options=options, user="sync", password="pa55word")
    ((encrypted, envelope),) = letters.arrived
    text = envelope.content.decode()

    assert encrypted
    assert envelope.rcpt_tos == ["it@example.com", "b@example.com"]
    assert "Subject: [Talk Assets] sync_contact failed" in text
    assert "Auto-Submitted: auto-generated" in text
    assert "<b> & more" in text


def test_mail_goes_encrypted_from_the_first_byte(authority):
    """As smtps:// says."""
    letters = Letters()
    mailed(letters, authority, options={"ssl_context": authority[1]}, encrypted=True)

    assert len(letters.arrived) == 1


def test_mail_is_not_sent_where_it_would_be_read_on_the_way(authority):
    """A server without encryption is refused, unless it is this machine's; one nobody vouches for as well."""
    letters = Letters()
    with pytest.raises(ChannelError, match="did not take"):
        mailed(letters, authority, options={})
    with pytest.raises(ChannelError, match="did not take"):
        mailed(letters, (None, authority[1]), options={"ssl_context": authority[1]}, encrypted=True)
    assert letters.arrived == []
    mailed(letters, authority, options={}, plain=True)

    assert len(letters.arrived) == 1


def test_password_is_never_sent_unencrypted(authority):
    """Not even to this machine."""
    letters = Letters()
    with pytest.raises(ChannelError) as caught:
        mailed(letters, authority, options={}, plain=True, user="sync", password="pa55word")

    assert letters.arrived == []
    assert "pa55word" not in str(caught.value)
