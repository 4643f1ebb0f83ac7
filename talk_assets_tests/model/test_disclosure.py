"""What is left out of texts that may be kept, and what stays."""

import logging

import pytest

from talk_assets.model.disclosure import (
    UnexpectedError,
    conceal,
    discreet,
    redact_logs,
    redacted,
    without_values,
)
from talk_assets.model.errors import PeerUnavailableError

SECRET = "s3cret/with+odd=signs"


@pytest.fixture(autouse=True)
def _known_secret():
    conceal(SECRET)


@pytest.fixture
def logged(caplog):
    """Records made after `redact_logs`, which is undone afterwards."""
    before = logging.getLogRecordFactory()
    redact_logs()
    yield caplog
    logging.setLogRecordFactory(before)


def failing(error):
    @discreet
    def fails():
        raise error from KeyError(f"inner {SECRET}")

    return fails


@pytest.mark.parametrize("form", [SECRET, "s3cret%2Fwith%2Bodd%3Dsigns"])
def test_secret_is_left_out_in_every_form(form):
    """As it is, and as an address carries it."""
    assert redacted(f"key={form};") == "key=********;"


def test_address_of_a_person_is_left_out():
    """Wherever it stands in the text."""
    assert redacted("Email: invalid email address: ann.berg@example.com, <bo@x.no>") == (
        "Email: invalid email address: …@…, <…@…>"
    )


def test_short_secret_would_hide_everything():
    """It is not looked for."""
    conceal("abc")

    assert redacted("abc") == "abc"


def test_values_and_quotations_are_left_out():
    """The longest value first, so that none shows through another."""
    assert without_values("Berg Hansen of Berg: 'x' or \"y\"", "Berg", "Berg Hansen", None, 1) == "… of …: '…' or '…'"


def test_foreseen_failure_keeps_its_kind_and_words():
    """Only what must not be said is left out, and its causes."""
    with pytest.raises(PeerUnavailableError) as caught:
        failing(PeerUnavailableError(f"No answer with {SECRET}. Run again."))()

    assert str(caught.value) == "No answer with ********. Run again."
    assert caught.value.__cause__ is None
    assert caught.value.__suppress_context__


def test_bug_is_told_by_kind_and_place():
    """Libraries quote values in their messages, so nothing of the message is repeated."""
    with pytest.raises(UnexpectedError, match="ValueError") as caught:
        failing(ValueError("could not convert 'Berg'"))()

    assert "Berg" not in str(caught.value)
    assert "test_disclosure.py" in str(caught.value)


def test_generator_is_discreet_too():
    """A resource fails while it is opened, or while it is used."""

    @discreet
    def opened():
        yield 1
        raise ValueError("Berg")

    found = opened()
    assert next(found) == 1
    with pytest.raises(UnexpectedError):
        next(found)


def test_log_records_are_redacted(logged):
    """The message with its arguments, and the traceback with the exception's text."""
    try:
        int(f"bad {SECRET} of ann@example.com")
    except ValueError:
        logging.getLogger("library").exception("token %s", SECRET)
    text = logging.Formatter().format(logged.records[-1])

    assert "token ********" in text
    assert "bad ******** of …@…" in text
    assert SECRET not in text


def test_log_record_that_fits_nothing_is_left_alone(logged):
    """A message that does not fit its arguments is its logger's affair."""
    with pytest.raises(TypeError):
        logging.getLogger("library").makeRecord("n", 30, "f", 1, "%d", ("x",), None).getMessage()
    assert logged.records == []
