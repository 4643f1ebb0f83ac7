"""The whole contract on the embedded Customerp, and the command that tries it."""

import json
from types import SimpleNamespace

import httpx
import pytest
from openapi_spec_validator import validate
from starlette.middleware import Middleware

from talk_assets.conformance.chapters import CHAPTERS, SENTENCES
from talk_assets.conformance.run import Outcome, examine, opened
from talk_assets.conformance.server import Login
from talk_assets.sandbox.customerp import CustomerpSettings, create_app
from talk_assets.sandbox.serving import running
from talk_assets_tests.conformance.exchange import Breaking

OWN = CustomerpSettings()
MOST_MADE = 200
"""What the command says beforehand."""


@pytest.fixture
def serve():
    """Serve an embedded Customerp, perhaps with a break; yields its address."""
    kept = SimpleNamespace(value=None)
    app = create_app(middleware=[Middleware(Breaking, kept=kept)])
    with running(app, on_stop=app.state.release) as url:

        def serving(coroutine=None):
            kept.value = coroutine
            return url

        yield serving
    app.state.close()


def records(url):
    """All records that are not deleted."""
    headers = {"Authorization": f"Bearer {OWN.api_key}"}
    with httpx.Client(base_url=f"{url}/api/v1", headers=headers, trust_env=False) as http:
        return [
            item
            for name in ("contacts", "products", "quotes", "orders")
            for item in http.get(f"/{name}", params={"limit": 1000}).json()["items"]
        ]


def test_the_embedded_server_keeps_every_sentence_and_is_left_clean(serve):
    """Nothing is broken or left out, what was made is gone, and it is no more than was said."""
    url = serve()
    with opened() as http:
        found = examine(Login(url=url, key=OWN.api_key, client=(OWN.client_id, OWN.client_secret)), http=http)

    assert [(one.sentence.id, one.seen) for one in found.verdicts if one.outcome is not Outcome.HOLDS] == []
    assert found.conforms
    assert set(found.capabilities().values()) == {True}
    assert 100 < found.made <= MOST_MADE
    assert found.left == ()
    assert records(url) == []


def test_read_only_writes_nothing(serve):
    """What needs no write is tried, the rest is left out, and the server counts no write."""
    url = serve()
    with opened() as http:
        found = examine(Login(url=url, key=OWN.api_key), http=http, read_only=True)
    counted = httpx.get(f"{url}/sandbox/requests", trust_env=False).json()

    tried = {one.sentence.id for one in found.verdicts if one.outcome is Outcome.HOLDS}
    assert len(tried) >= 15
    assert found.conforms
    assert counted["writes"] == 0
    # To refuse what no address takes is no write.
    assert {name for name in counted["requests"] if not name.startswith("GET")} == {"PUT /api/v1/contacts"}


def test_what_a_server_declares_as_lacking_is_not_held_against_it(serve):
    """A server without a change feed conforms if it says so; the capability stays to be declared."""

    async def without_a_feed(x):
        await x.run()
        if x.is_("GET", "/"):
            x.said["capabilities"]["changes"] = False
        elif x.is_("GET", "/changes"):
            x.status, x.said = 404, {"type": "about:blank", "title": "None", "status": 404, "detail": "None"}
            x.answered["content-type"] = "application/problem+json"

    chapters = [
        sentence for chapter in CHAPTERS if chapter.name in {"access", "changes"} for sentence in chapter.sentences
    ]
    with opened() as http:
        # The first sentence asks the feed without a key, which this break answers too.
        found = examine(Login(url=serve(without_a_feed), key=OWN.api_key), http=http, sentences=chapters[1:])

    assert found.conforms
    assert found.capabilities()["changes"] is False
    lacking = {one.sentence.id for one in found.verdicts if one.outcome is Outcome.LACKING}
    assert lacking == {one.id for one in SENTENCES if one.capability == "changes"}


def test_the_command_says_what_holds_and_what_not(talk, serve):
    """1 with the sentence's id and what was seen; the same as JSON; the key goes nowhere."""

    async def no_location(x):
        await x.run()
        x.answered.pop("location", None)

    key = talk.folder / "key"
    key.write_text(OWN.api_key)
    key.chmod(0o600)
    asked = talk.run("conformance", "customerp", "--base-url", serve(no_location), "--api-key-file", str(key))
    assert asked.returncode == 1
    assert "create.location" in asked.stdout
    assert "Location is missing" in asked.stdout
    assert "The server does not keep the contract." in asked.stdout
    assert "deletes them again" in asked.stderr
    assert OWN.api_key not in asked.stdout + asked.stderr

    environ = {"TALK_CUSTOMERP_URL": serve(), "TALK_CUSTOMERP_API_KEY": OWN.api_key}
    told = talk.run("conformance", "customerp", "--read-only", "--json", **environ)
    assert told.returncode == 0
    assert json.loads(told.stdout)["conforms"] is True
    assert told.stderr == ""


def test_a_server_that_cannot_be_tried_is_explained(talk, serve):
    """A wrong key ends with 2, no server with 4, half an OAuth client with 2; nothing is tried."""
    environ = {"TALK_CUSTOMERP_API_KEY": "another-key-altogether"}
    wrong = talk.run("conformance", "customerp", "--read-only", "--base-url", serve(), **environ)
    nobody = talk.run("conformance", "customerp", "--read-only", "--base-url", "http://127.0.0.1:1", **environ)
    half = talk.run("conformance", "customerp", "--client-id", "x", "--base-url", serve(), **environ)
    keyless = talk.run("conformance", "customerp", "--base-url", serve())

    assert [run.returncode for run in (wrong, nobody, half, keyless)] == [2, 4, 2, 2]
    assert "does not know the key" in wrong.stderr
    assert "Check the URL" in nobody.stderr
    assert "--client-secret-file" in half.stderr
    assert "TALK_CUSTOMERP_API_KEY is not set" in keyless.stderr
    assert all("Traceback" not in run.stderr for run in (wrong, nobody, half, keyless))


def test_the_contract_is_published_with_every_sentence(talk):
    """As Markdown and in the OpenAPI document, by the same ids; the document stays valid."""
    page = talk.run("customerp", "contract").stdout
    document = json.loads(talk.run("customerp", "contract", "--openapi").stdout)

    validate(document)
    assert [one for one in SENTENCES if f"| `{one.id}` | {one.text} |" not in page] == []
    assert [one["id"] for one in document["x-contract"]["sentences"]] == [one.id for one in SENTENCES]


def test_every_sentence_has_an_id_of_its_own():
    """An id names one sentence, for good."""
    ids = [one.id for one in SENTENCES]

    assert len(ids) == len(set(ids)) >= 100
