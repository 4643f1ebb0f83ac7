"""What an answer may be: how large, how slow, in what encoding; anything else is given up in time."""

import gzip
import threading
import time

import pytest

from talk_assets.model.errors import PeerAnswerError
from talk_assets.systems.answers import AnswerLimits
from talk_assets.systems.http import NoAnswerError, Patience
from talk_assets_tests.systems.peer import READ, WRITE


@pytest.mark.parametrize("body", [b"<html>Please log in</html>", b"{}"], ids=["page", "mislabelled JSON"])
def test_page_instead_of_json_is_refused(client, peer, answer, body):
    """A login page with status 200 is no answer."""
    home = peer(answer(body, media_type="text/html"))

    with pytest.raises(PeerAnswerError, match="without a JSON body"):
        client(home.url).send(READ)


def test_gzip_bomb_is_stopped(client, peer, answer):
    """Reading ends as soon as an answer unpacks to far more than travelled."""
    bomb = gzip.compress(b" " * 50_000_000)
    home = peer(answer(bomb, headers=("Content-Encoding: gzip",)))

    with pytest.raises(PeerAnswerError, match="100:1"):
        client(home.url).send(READ)


def test_honest_gzip_is_read(client, peer, answer):
    """A compressed answer is unpacked."""
    home = peer(answer(gzip.compress(b'{"a":"' + b"x" * 3000 + b'"}'), headers=("Content-Encoding: gzip",)))

    assert client(home.url).send(READ).json()["a"] == "x" * 3000


@pytest.mark.parametrize("cut", [10, 200])
def test_truncated_gzip_is_refused(client, peer, answer, cut):
    """Compressed data that ends early is not taken for the whole."""
    packed = gzip.compress(bytes(range(256)) * 20)[:cut]
    home = peer(answer(packed, headers=("Content-Encoding: gzip",)))

    with pytest.raises(PeerAnswerError, match="gzip"):
        client(home.url).send(READ)


def test_large_body_is_stopped(client, peer, answer):
    """The byte cap holds without compression too."""
    home = peer(answer(b'"' + b"x" * 5000 + b'"'))

    with pytest.raises(PeerAnswerError, match="more than 1,000 bytes"):
        client(home.url, limits=AnswerLimits(body=1000)).send(READ)


HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"


@pytest.mark.parametrize(
    "parts",
    [
        [HEAD + b"Content-Length: 99\r\n\r\n", b" "],
        [HEAD + b"Transfer-Encoding: chunked\r\n\r\n", b"1\r\n \r\n"],
        [HEAD, b"X-More: 1\r\n"],
        [b"HTTP/1.1 100 Continue\r\n\r\n", b"HTTP/1.1 100 Continue\r\n\r\n"],
        [b"H", b"T"],
    ],
    ids=["body", "chunks without end", "headers", "informational answers", "status line"],
)
def test_dripping_answer_meets_the_deadline(client, peer, parts):
    """Bytes that keep coming do not keep us: the deadline is for the whole exchange, its head included."""
    clock = [0.0]

    def later():
        clock[0] += 7.0

    first, more = parts
    home = peer([first, *[later, more] * 20])
    slow = client(home.url, patience=Patience(retries=0, sleep=lambda _: None, timer=lambda: clock[0]))

    with pytest.raises(NoAnswerError, match="no whole answer"):
        slow.send(WRITE)


def test_end_that_never_answers_meets_the_deadline(client, peer):
    """Where nothing comes at all, waiting ends with the deadline and not with the longest silence."""
    asked = threading.Event()
    home = peer([asked.wait])
    started = time.monotonic()
    with pytest.raises(NoAnswerError):
        client(home.url, patience=Patience(silence=600.0, total=0.2, retries=0)).send(READ)
    asked.set()

    assert time.monotonic() - started < 60
