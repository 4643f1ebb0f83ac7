"""Strict JSON."""

import json

import msgspec
import pytest

from talk_assets.model.errors import PeerAnswerError
from talk_assets.systems import strict_json


@pytest.mark.parametrize(
    "body",
    [
        b"NaN",
        b'{"a":Infinity}',
        b'{"a":-Infinity}',
        b'{"a":1,"a":2}',
        b'{"a":{"b":1,"c":2,"b":1}}',
        b'{"a": 1, "a": 2}',
        b'{"a":"\\ud800"}',
        b'{"\\ud800":1}',
        b'"\xff"',
        b"\xef\xbb\xbf{}",
        b"[1]x",
        b"[1,]",
        b'{"a":01}',
        b"",
        b"[" * 100_000 + b"]" * 100_000,
        b"[" * 70 + b"]" * 70,
        b"1" * 5000,
    ],
    ids=lambda body: repr(body[:16]),
)
def test_poison_is_refused(body):
    """What Python's reader lets through, and a loose end might send, is refused as a whole."""
    with pytest.raises(PeerAnswerError):
        strict_json.parse(body)


@pytest.mark.parametrize("text", ["1.10", "-0.000", "1e400", "123456789012345678.99", "0.1", "12", "-7", "1E-5"])
@pytest.mark.parametrize("spaces", ["", " "], ids=["compact", "spaced"])
def test_numbers_keep_their_digits(text, spaces):
    """A number is the text the end sent, whichever way its answer is written."""
    value = strict_json.parse(f'{{"n":{spaces}{text}}}'.encode())["n"]

    assert strict_json.number_text(value) == text


def test_every_spelling_gives_the_same_value():
    """Escapes and white space other than the compact form are read alike."""
    value = {"name": "Zoë O'Neil \u20ac", "lines": ["a", None, True], "deep": {"n": 3}}
    compact = json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()

    assert strict_json.parse(compact) == value
    assert strict_json.parse(json.dumps(value, indent=2).encode()) == value


def test_numbers_are_written_as_given():
    """A price goes out digit by digit, never through a float."""
    assert strict_json.write({"p": strict_json.number("12345678901234567.10")}) == b'{"p":12345678901234567.10}'


@pytest.mark.parametrize("text", ["", "NaN", "1,5", ".5", "+1", "1.", "0x1", "1 ", '1,"a":2', "\u0661"])
def test_what_is_no_number_is_not_written_as_one(text):
    """Text that is not a JSON number cannot slip into a request body as raw JSON."""
    with pytest.raises(ValueError, match="number"):
        strict_json.number(text)


def test_nesting_up_to_the_cap_is_read():
    """The cap counts levels, not brackets in long flat answers."""
    flat = msgspec.json.encode([{"a": [1]}] * 500)

    assert len(strict_json.parse(flat)) == 500
    assert strict_json.parse(b"[" * 60 + b"]" * 60)
