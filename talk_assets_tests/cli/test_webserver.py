"""The real Dagster web server behind the guard: attacks of foreign pages, and the UI's own requests."""

import json
import os
import shutil
import subprocess
import sys
import threading
from pathlib import Path

import dagster as dg
import httpx
import pytest
from websockets.exceptions import InvalidStatus
from websockets.sync.client import connect

from talk_assets.cli.children import Children
from talk_assets.cli.home import prepared_home
from talk_assets.cli.parts import Dagster
from talk_assets.model.errors import ConfigurationError
from talk_assets_tests.cli.conftest import MEDDLING
from talk_assets_tests.cli.test_up import free_port

LAUNCH = """mutation {launchRun(executionParams: {mode: "default", runConfigData: "{}", selector: {
    repositoryName: "__repository__", repositoryLocationName: "talk_assets.definitions", jobName: "sync_contact"}})
    {__typename ... on PythonError {message}}}"""
EVIL = "http://evil.example"


class Served:
    """A web server, its runs, and a client that sends what a test says and nothing else."""

    def __init__(self, port: int, instance: dg.DagsterInstance) -> None:
        self.port = port
        self.host = f"127.0.0.1:{port}"
        self.url = f"http://{self.host}"
        self._instance = instance

    def runs(self) -> int:
        return self._instance.get_runs_count()

    def send(self, method: str, path: str, **options) -> httpx.Response:
        return httpx.request(method, f"{self.url}{path}", trust_env=False, timeout=60, **options)


@pytest.fixture(scope="module")
def served(tmp_path_factory):
    home = prepared_home(tmp_path_factory.mktemp("dagster") / "home")
    ui = Dagster(home=home, port=free_port(), read_only=False)
    environ = {name: value for name, value in os.environ.items() if not name.startswith(MEDDLING)}
    with Children() as children, dg.DagsterInstance.from_config(str(home)) as instance:
        ui.start_webserver(children, environ)
        ui.wait_until_ready(children, threading.Event())
        yield Served(ui.port, instance)


def test_button_of_the_own_page_starts_a_run(served):
    """The same request that the attacks below send, from the page itself."""
    before = served.runs()
    done = served.send(
        "POST", "/graphql", json={"query": LAUNCH}, headers={"Origin": served.url, "Sec-Fetch-Site": "same-origin"}
    )

    assert done.json() == {"data": {"launchRun": {"__typename": "LaunchRunSuccess"}}}
    assert served.runs() == before + 1


@pytest.mark.parametrize(
    ("method", "headers", "body"),
    [
        pytest.param("GET", {}, None, id="link"),
        pytest.param("GET", {"Origin": EVIL, "Host": "evil.example"}, None, id="name pointed at this machine"),
        pytest.param("GET", {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "no-cors"}, None, id="image"),
        pytest.param("POST", {"Origin": EVIL}, None, id="empty form"),
        pytest.param("POST", {"Content-Type": "text/plain"}, LAUNCH, id="plain text without origin"),
        pytest.param("POST", {"Content-Type": "application/graphql"}, LAUNCH, id="graphql without origin"),
        pytest.param(
            "POST",
            {"Content-Type": "text/plain; x=application/json"},
            json.dumps({"query": LAUNCH}),
            id="plain text that the web server takes for JSON",
        ),
        pytest.param(
            "POST",
            {"Content-Type": "application/json", "Origin": EVIL},
            json.dumps({"query": LAUNCH}),
            id="JSON of a foreign page",
        ),
        pytest.param(
            "POST",
            {"Content-Type": "application/json", "Origin": "null"},
            json.dumps({"query": LAUNCH}),
            id="JSON of a sandboxed frame",
        ),
        pytest.param(
            "POST",
            {"Content-Type": "application/json", "Origin": EVIL, "Host": "evil.example"},
            json.dumps({"query": LAUNCH}),
            id="JSON of a name pointed at this machine",
        ),
    ],
)
def test_foreign_page_cannot_start_a_run(served, method, headers, body):
    """Refused before the web server sees it; no run is made."""
    before = served.runs()
    query = {"query": LAUNCH} if body is None else None
    refused = served.send(method, "/graphql", params=query, headers=headers, content=body)

    assert refused.status_code == 403
    assert refused.text.startswith("Refused: ")
    assert "access-control-allow-origin" not in refused.headers
    assert served.runs() == before


def test_question_before_a_foreign_request_is_not_granted(served):
    """A browser that asks whether a foreign page may send JSON is not told so."""
    asked = served.send("OPTIONS", "/graphql", headers={"Origin": EVIL, "Access-Control-Request-Method": "POST"})

    assert asked.status_code == 403
    assert not [name for name in asked.headers if name.startswith("access-control")]


@pytest.mark.parametrize("headers", [{"Origin": EVIL}, {"Host": "evil.example", "Origin": EVIL}])
def test_foreign_page_cannot_listen(served, headers):
    """The web socket of the UI opens for the UI alone."""
    origin, others = headers["Origin"], {name: value for name, value in headers.items() if name != "Origin"}
    address = f"ws://{served.host}/graphql"
    with pytest.raises(InvalidStatus) as refused:
        connect(address, origin=origin, additional_headers=others, subprotocols=["graphql-ws"], proxy=None)

    assert refused.value.response.status_code == 403
    with connect(address, origin=served.url, subprotocols=["graphql-ws"], proxy=None) as socket:
        socket.send(json.dumps({"type": "connection_init"}))
        assert json.loads(socket.recv(timeout=30)) == {"type": "connection_ack"}


def test_pages_and_their_parts_are_served(served):
    """The UI itself arrives, and nobody else may show it in a frame."""
    page = served.send("GET", "/assets", headers={"Sec-Fetch-Site": "none", "Sec-Fetch-Mode": "navigate"})

    assert page.status_code == 200
    assert page.text.startswith("<!DOCTYPE html>")
    assert page.headers["x-frame-options"] == "DENY"
    assert "frame-ancestors 'none'" in page.headers["content-security-policy"]
    assert "script-src" in page.headers["content-security-policy"]


@pytest.mark.skipif(shutil.which("chromium") is None, reason="needs a browser")
def test_browser_shows_the_ui_and_keeps_foreign_pages_out(served, tmp_path):
    """A real browser draws the assets; a real foreign page's form, image, script and socket start nothing."""
    before = served.runs()
    target = f"{served.url}/graphql?{httpx.QueryParams({'query': LAUNCH})}"
    body = json.dumps(json.dumps({"query": LAUNCH}))
    (tmp_path / "evil.html").write_text(
        f"""<img src='{target}'><script src='{target}'></script><iframe src='{served.url}/assets'></iframe>
        <form id=f method=post enctype=text/plain action='{target}'><input name='{{"query":"' value='"}}'></form>
        <script>
        fetch('{served.url}/graphql', {{
            method: 'POST', mode: 'no-cors', body: {body}, headers: {{'Content-Type': 'text/plain; x=application/json'}}
        }});
        new WebSocket('ws://{served.host}/graphql', 'graphql-ws');
        setTimeout(() => document.getElementById('f').submit(), 500);
        </script>"""
    )

    shown = browse(f"{served.url}/assets", tmp_path)
    browse(f"file://{tmp_path / 'evil.html'}", tmp_path)

    assert "changesets" in shown
    assert served.runs() == before


def browse(url: str, profile: Path) -> str:
    """The document as it is after its scripts have run."""
    return subprocess.run(
        [
            *("chromium", "--headless", "--no-sandbox", "--disable-gpu", f"--user-data-dir={profile / 'profile'}"),
            *("--virtual-time-budget=20000", "--dump-dom", url),
        ],
        capture_output=True,
        text=True,
        timeout=120,
        check=True,
    ).stdout


def test_web_server_without_its_guard_is_stopped(tmp_path):
    """Starting fails when foreign names are answered, whatever the reason."""
    port = free_port()
    bare = (
        "import http.server, sys\n"
        "class Any(http.server.BaseHTTPRequestHandler):\n"
        "    def do_GET(self): self.send_response(200); self.end_headers()\n"
        f"http.server.HTTPServer(('127.0.0.1', {port}), Any).serve_forever()\n"
    )
    ui = Dagster(home=tmp_path, port=port, read_only=False)
    with Children() as children:
        children.start("dagster-webserver", [sys.executable, "-c", bare], environ=os.environ, folder=tmp_path)

        with pytest.raises(ConfigurationError, match="foreign web pages"):
            ui.wait_until_ready(children, threading.Event())
