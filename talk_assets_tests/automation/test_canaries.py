"""Planted secrets and a planted person: after runs that succeed and runs that fail, they are nowhere but in the store.

The ends here are hostile: while they fail, their answers repeat the credentials and records they were sent.
"""

import json
import logging
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import dagster as dg
import httpx
import pytest
from starlette.middleware import Middleware
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from talk_assets.automation.aftermath import PROCESS_TAG
from talk_assets.cli.children import Children
from talk_assets.cli.home import prepared_home
from talk_assets.cli.parts import Dagster
from talk_assets.definitions import defs
from talk_assets.demo.ends import PlainCustomerp, PlainSalesforce
from talk_assets.sandbox import customerp, salesforce
from talk_assets.sandbox.server import running
from talk_assets_tests.automation.box import SYNC
from talk_assets_tests.cli.conftest import MEDDLING, TALK
from talk_assets_tests.cli.test_up import free_port

CLIENT_SECRET = "canary-client-secret-5e1f"
API_KEY = "canary-api-key-77aa02"
EMAIL = "canary.person@nest.example"
NAME = "Canarybird"
BAD_PHONE = "0000-canaryphone"
HOSTILE = "<img src=x onerror=alert(1)>[click](https://evil.example/steal)![](https://evil.example/x.png)"
ESCAPES = "\x1b[2J\x1b]0;x\x07evil.example"
PLANTED = (CLIENT_SECRET, API_KEY, EMAIL, EMAIL.upper(), NAME, BAD_PHONE)


PAGES = """{
  runsOrError(limit: 50) { __typename ... on Runs { results {
    status tags { key value } runConfigYaml
    eventConnection(limit: 1000) { hasMore events {
      __typename
      ... on MessageEvent { message level stepKey }
      ... on ErrorEvent { error { ...trouble errorChain { error { ...trouble } } causes { ...trouble } } }
      ... on DisplayableEvent { label description metadataEntries { ...entry } }
      ... on AssetCheckEvaluationEvent { evaluation { checkName description metadataEntries { ...entry } } }
      ... on LogsCapturedEvent { fileKey }
    } }
  } } }
  assetNodes {
    assetKey { path } description owners { __typename } metadataEntries { ...entry }
    assetMaterializations(limit: 20) { label description tags { key value } metadataEntries { ...entry } }
  }
  workspaceOrError { __typename ... on Workspace { locationEntries { name displayMetadata { key value }
    locationOrLoadError { __typename ... on PythonError { ...trouble } } } } }
}
fragment trouble on PythonError { className message stack }
fragment entry on MetadataEntry {
  label description
  ... on MarkdownMetadataEntry { mdStr }
  ... on TextMetadataEntry { text }
  ... on JsonMetadataEntry { jsonString }
  ... on IntMetadataEntry { intValue }
}"""
"""Everything that the pages of runs, assets, checks and deployments show of them."""


class Echo:
    """While it is on, an end fails and repeats in its answer what it was sent."""

    def __init__(self) -> None:
        self.on = False
        self.tokens: set[str] = set()

    def middleware(self, app: ASGIApp) -> ASGIApp:
        """*app*, which answers only while the echo is off."""

        async def echoing(scope: Scope, receive: Receive, send: Send) -> None:
            sent = dict(scope.get("headers", ()))
            if not sent.get(b"user-agent", b"").startswith(SYNC):
                await app(scope, receive, send)
                return
            token = sent.get(b"authorization", b"").decode("latin-1")
            if token:
                self.tokens.add(token.removeprefix("Bearer "))
            if not self.on or "oauth2" in scope["path"]:
                await app(scope, receive, send)
                return
            said = f"{token} {scope.get('query_string', b'').decode()} {EMAIL} '{NAME}' {CLIENT_SECRET}"
            body = {"errorCode": "ODD", "message": said, "title": said, "detail": said, "code": said}
            answer = [body] if scope["path"].startswith("/services") else body
            await JSONResponse(answer, status_code=400, headers={"X-Trace": "t"})(scope, receive, send)

        return echoing


class Nest:
    """Both ends with planted credentials and records, and a Dagster home on disk."""

    def __init__(self, folder: Path, stack: ExitStack) -> None:
        self.home = prepared_home(folder / "home")
        self.store = folder / "store" / "talk.duckdb"
        self.store.parent.mkdir()
        self.echo = Echo()
        self.printed = ""
        self.edits = 0
        urls = {}
        settings = {
            "salesforce": salesforce.SalesforceSettings(client_secret=CLIENT_SECRET),
            "customerp": customerp.CustomerpSettings(api_key=API_KEY),
        }
        for name, system in (("salesforce", salesforce), ("customerp", customerp)):
            app = system.create_app(settings=settings[name], middleware=[Middleware(self.echo.middleware)])
            stack.callback(app.state.close)
            urls[name] = stack.enter_context(running(app, on_stop=getattr(app.state, "release", None)))
        client_id = settings["salesforce"].client_id
        self.salesforce = PlainSalesforce(url=urls["salesforce"], client_id=client_id, client_secret=CLIENT_SECRET)
        self.customerp = PlainCustomerp(url=urls["customerp"], api_key=API_KEY)
        stack.callback(self.salesforce.close)
        stack.callback(self.customerp.close)
        self.environ = {
            "TALK_SALESFORCE_URL": urls["salesforce"],
            "TALK_SALESFORCE_CLIENT_ID": client_id,
            "TALK_SALESFORCE_CLIENT_SECRET": CLIENT_SECRET,
            "TALK_CUSTOMERP_URL": urls["customerp"],
            "TALK_CUSTOMERP_API_KEY": API_KEY,
            "TALK_STORE": str(self.store),
        }

    def plant(self) -> None:
        """Records to be created, in review, in conflict, in quarantine, and of a hostile writer."""
        for _ in range(2):
            self.salesforce.create("Contact", LastName="Double", Email=EMAIL)
        self.customerp.create("contacts", {"familyName": "Double", "email": EMAIL})
        self.customerp.create("contacts", {"familyName": f"{NAME}A", "email": f"other.{EMAIL}", "jobTitle": HOSTILE})
        self.salesforce.create("Contact", LastName=f"{NAME}B", Email=f"third.{EMAIL}", Title=HOSTILE)
        self.salesforce.create("Contact", LastName=f"{NAME}C", Phone=BAD_PHONE, Department=ESCAPES)

    def disagree(self) -> None:
        """Edit the same properties of one person at both ends."""
        self.edits += 1
        there = self.salesforce.query(f"SELECT Id FROM Contact WHERE LastName = '{NAME}B'")[0]["Id"]  # noqa: S608
        here = next(one["id"] for one in self.customerp.all("contacts") if one["familyName"] == f"{NAME}B")
        self.customerp.update("contacts", here, {"email": f"h{self.edits}.{EMAIL}", "jobTitle": f"{HOSTILE}!"})
        self.salesforce.update("Contact", there, Email=f"t{self.edits}.{EMAIL}", Title=f"{HOSTILE}?")

    def run(self, job: str, monkeypatch: pytest.MonkeyPatch) -> bool:
        """Run *job* with what it writes to the event database and prints kept."""
        for name, value in self.environ.items():
            monkeypatch.setenv(name, value)
        with dg.DagsterInstance.from_config(str(self.home)) as instance:
            done = defs.resolve_job_def(job).execute_in_process(instance=instance, raise_on_error=False)
            assert PROCESS_TAG in instance.get_run_by_id(done.run_id).tags
            return done.success

    def talk(self, *arguments: str) -> int:
        """Run the command as a person would who keeps its output in a file."""
        environ = {name: value for name, value in os.environ.items() if not name.startswith(MEDDLING)}
        done = subprocess.run(
            [*TALK, *arguments],
            env=environ | self.environ,
            cwd=self.store.parent,
            capture_output=True,
            text=True,
            check=False,
        )
        self.printed += done.stdout + done.stderr
        return done.returncode

    def pages(self) -> dict[str, Any]:
        """What a real web server over this home answers to `PAGES`."""
        port = free_port()
        ui = Dagster(home=self.home, port=port, read_only=False)
        environ = {name: value for name, value in os.environ.items() if not name.startswith(MEDDLING)}
        with Children() as children:
            ui.start_webserver(children, environ | self.environ)
            ui.wait_until_ready(children, threading.Event())
            host = f"http://127.0.0.1:{port}"
            asked = httpx.post(f"{host}/graphql", json={"query": PAGES}, headers={"Origin": host}, timeout=120)
        answer = asked.json()
        assert "errors" not in answer, answer["errors"]
        return answer["data"]

    def metadata(self) -> list[str]:
        """All texts and Markdown that the pages of assets and checks show."""
        with dg.DagsterInstance.from_config(str(self.home)) as instance:
            events = [entry.dagster_event for run in instance.get_runs() for entry in instance.all_logs(run.run_id)]
        told = [
            one.event_specific_data.materialization.metadata
            for one in events
            if one is not None and one.event_type is dg.DagsterEventType.ASSET_MATERIALIZATION
        ]
        return [str(value.value) for metadata in told for value in metadata.values()]


@pytest.fixture
def nest(tmp_path) -> Iterator[Nest]:
    with ExitStack() as stack:
        yield Nest(tmp_path, stack)


def files(folder: Path) -> Iterator[Path]:
    return (path for path in folder.rglob("*") if path.is_file())


def holding(folder: Path, planted: set[str]) -> list[str]:
    """Each file of *folder* with what of *planted* it holds."""
    return [
        f"{path.relative_to(folder)}: {one}"
        for path in files(folder)
        for content in [path.read_bytes()]
        for one in planted
        if one.encode() in content or json.dumps(one)[1:-1].encode() in content or one.encode("utf-16-le") in content
    ]


def test_nothing_planted_leaves_the_store(nest, monkeypatch, caplog, capfd):
    """Event database, run storage, logs, what commands print: no secret, no token, no person."""
    caplog.set_level(logging.DEBUG)
    for own in ("httpx", "httpcore"):
        # The people at the ends use this library too, and their requests are not the sync's.
        caplog.set_level(logging.WARNING, logger=own)
    nest.plant()
    assert nest.run("sync_contact", monkeypatch)
    nest.disagree()
    assert nest.run("sync_contact", monkeypatch)
    nest.echo.on = True
    assert not nest.run("sync_contact", monkeypatch)
    assert nest.talk("sync") not in {0, 7}
    nest.echo.on = False
    nest.disagree()
    nest.talk("plan")
    nest.talk("status")
    nest.talk("sync", "--json")
    out, err = capfd.readouterr()
    planted = {*PLANTED, *nest.echo.tokens}

    assert len(nest.echo.tokens) >= 2, "the ends saw no credentials"
    assert EMAIL.encode() in b"".join(path.read_bytes() for path in files(nest.store.parent)), "nothing was planted"
    assert holding(nest.home, planted) == []
    pages = nest.pages()
    said = {"commands": nest.printed, "stdout": out, "stderr": err, "logs": caplog.text}
    said["pages"] = json.dumps(pages, ensure_ascii=False)
    assert [(where, one) for where, text in said.items() for one in planted if one in text] == []
    assert "characters)" in nest.printed
    runs = pages["runsOrError"]["results"]
    events = [event for run in runs for event in run["eventConnection"]["events"]]
    assert {run["status"] for run in runs} == {"SUCCESS", "FAILURE"}
    assert not any(run["eventConnection"]["hasMore"] for run in runs)
    assert any("ODD" in json.dumps(event["error"]) for event in events if event.get("error"))
    shown = [entry for event in events for entry in event.get("metadataEntries", ()) if entry["label"] == "changes"]
    assert any("characters)" in entry.get("mdStr", "") for entry in shown), "no change was shown"


def test_peer_text_is_no_markup(nest, monkeypatch):
    """Values shown on request stand as they are, inside code spans: no link, image, tag or terminal escape works."""
    nest.environ["TALK_SHOW_VALUES"] = "1"
    nest.plant()
    assert nest.run("sync_contact", monkeypatch)
    nest.disagree()
    assert nest.run("sync_contact", monkeypatch)
    nest.disagree()
    nest.talk("plan", "--show-values")
    shown = [text for text in nest.metadata() if "evil.example" in text]

    assert shown, "nothing hostile was shown"
    for text in shown:
        outside = "".join(text.split("`")[::2])
        assert "evil.example" not in outside
        assert "<img" not in outside
        assert "\x1b" not in text
    assert "onerror" in nest.printed
    assert "\x1b" not in nest.printed
    assert "\x07" not in nest.printed


def test_files_of_a_run_are_private(tmp_path):
    """Whatever the caller's file mask: the event database and what the definitions' process writes."""
    home = prepared_home(tmp_path / "home")
    code = (
        "import os; os.umask(0o022)\n"
        "import dagster as dg\n"
        "from talk_assets.definitions import defs\n"
        f"with dg.DagsterInstance.from_config({str(home)!r}) as instance:\n"
        "    defs.resolve_job_def('sync_contact').execute_in_process(instance=instance, raise_on_error=False)\n"
    )
    environ = {name: value for name, value in os.environ.items() if not name.startswith("TALK_")}
    subprocess.run([sys.executable, "-c", code], cwd=tmp_path, env=environ, check=True, capture_output=True)
    written = list(files(home))

    assert any(path.name == "runs.db" for path in written)
    assert [path for path in written if path.stat().st_mode & 0o077] == []
