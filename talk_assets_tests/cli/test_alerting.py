"""Alerts of the command line, on a real webhook."""

import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from typer.testing import CliRunner

from talk_assets.cli.app import app
from talk_assets.model.errors import ConfigurationError, PeerUnavailableError


@pytest.fixture
def hook(monkeypatch, tmp_path):
    """What a webhook was sent; the environment names it, and ends that nobody serves."""
    texts = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self):
            texts.append(json.loads(self.rfile.read(int(self.headers["Content-Length"])))["text"])
            self.send_response(200)
            self.end_headers()

        def log_message(self, *_):
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    monkeypatch.chdir(tmp_path)
    told = {
        "TALK_ALERT_WEBHOOK": f"http://127.0.0.1:{server.server_port}/hook/s3cr3t-token",
        "TALK_STORE": str(tmp_path / "talk.duckdb"),
        "TALK_SALESFORCE_URL": "https://example.my.salesforce.com",
        "TALK_SALESFORCE_CLIENT_ID": "id",
        "TALK_SALESFORCE_CLIENT_SECRET": "secret",
        "TALK_CUSTOMERP_URL": "https://erp.example.com",
        "TALK_CUSTOMERP_API_KEY": "",
    }
    for name, value in told.items():
        monkeypatch.setenv(name, value)
    yield texts
    server.shutdown()
    server.server_close()


def test_alert_is_tried_by_a_command(hook):
    """It says of each channel what came of it."""
    ran = CliRunner().invoke(app, ["alert"])

    assert (ran.exit_code, ran.stdout) == (0, "webhook: sent\n")
    assert "This is a test." in hook[0]


@pytest.mark.usefixtures("hook")
def test_channel_that_does_not_take_it_is_named_without_its_secret(monkeypatch):
    """And the exit code says so."""
    monkeypatch.setenv("TALK_ALERT_WEBHOOK", "http://127.0.0.1:9/hook/s3cr3t-token")
    ran = CliRunner().invoke(app, ["alert"])

    assert ran.exit_code == PeerUnavailableError.exit_code
    assert "webhook: The webhook was not reached" in ran.stdout
    assert "s3cr3t" not in ran.output


@pytest.mark.usefixtures("hook")
def test_nobody_to_tell_is_said(monkeypatch):
    """With what to set."""
    monkeypatch.delenv("TALK_ALERT_WEBHOOK")
    ran = CliRunner().invoke(app, ["alert"])

    assert isinstance(ran.exception, ConfigurationError)
    assert "TALK_ALERT_WEBHOOK" in str(ran.exception)


def test_failed_sync_is_told_once(hook, tmp_path):
    """A scheduler that calls it each minute sends one alert."""
    first, second = (CliRunner().invoke(app, ["sync"]) for _ in range(2))

    assert isinstance(first.exception, ConfigurationError)
    assert isinstance(second.exception, ConfigurationError)
    assert len(hook) == 1
    assert "talk sync failed" in hook[0]
    assert "TALK_CUSTOMERP_API_KEY is not set" in hook[0]
    assert (tmp_path / "talk.duckdb.alerts").stat().st_mode & 0o077 == 0
