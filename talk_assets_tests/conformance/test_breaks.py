"""A server that breaks one sentence of the contract is told by that sentence."""

import time
from types import SimpleNamespace

import pytest
from starlette.middleware import Middleware

from talk_assets.conformance.chapters import CHAPTERS, SENTENCES
from talk_assets.conformance.run import Outcome, examine, opened
from talk_assets.conformance.server import Login
from talk_assets.sandbox.customerp import CustomerpSettings, create_app
from talk_assets.sandbox.serving import running
from talk_assets_tests.conformance import breaks_of_changes, breaks_of_records  # noqa: F401 - they fill the list
from talk_assets_tests.conformance.bends import BREAKS
from talk_assets_tests.conformance.exchange import Breaking

IMPATIENT = 0.1
"""Seconds that are waited at most where a check waits for the server to become ready."""


@pytest.fixture(scope="module")
def broken():
    """Try a chapter on one server that has the given break, and return its verdicts."""
    kept = SimpleNamespace(value=None)
    app = create_app(middleware=[Middleware(Breaking, kept=kept)])
    own = CustomerpSettings()
    with running(app, on_stop=app.state.release) as url, opened() as http:
        login = Login(url=url, key=own.api_key, client=(own.client_id, own.client_secret))

        def tried(sentences, coroutine):
            kept.value = coroutine
            return examine(
                login, http=http, sentences=sentences, sleep=lambda seconds: time.sleep(min(seconds, IMPATIENT))
            )

        yield tried
    app.state.close()


@pytest.mark.parametrize(("sentence", "coroutine", "alone"), BREAKS, ids=[one[0] for one in BREAKS])
def test_a_break_is_told_by_its_sentence(broken, sentence, coroutine, alone):
    """Its own sentence is named; where only one is broken, no other of its chapter."""
    chapter = next(one for one in CHAPTERS if one.name == sentence.split(".")[0])
    tried = [one for one in chapter.sentences if alone or one.id == sentence]
    verdicts = broken(tried, coroutine).verdicts
    named = {verdict.sentence.id: verdict.seen for verdict in verdicts if verdict.outcome is Outcome.BROKEN}

    assert sentence in named
    assert not alone or list(named) == [sentence]
    assert all(named.values())


def test_every_sentence_has_a_break():
    """No check is one that cannot fail."""
    assert {one.id for one in SENTENCES} - {sentence for sentence, _, _ in BREAKS} == set()
