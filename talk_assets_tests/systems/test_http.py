"""The HTTP discipline of both ends, against peers that break it."""

import gzip
import logging
import threading
import time

import pytest

from talk_assets.model.errors import ConfigurationError, PeerAnswerError, PeerUnavailableError
from talk_assets.model.system import System
from talk_assets.systems.answers import AnswerLimits
from talk_assets.systems.http import Call, HttpClient, NoAnswerError, NotSentError, Patience
from talk_assets.systems.origin import origin_of
from talk_assets.systems.port import CallCount

READ = Call(method="GET", path="/things", kind="list", query={"q": "secret name"})
WRITE = Call(method="POST", path="/things", kind="batch", body=b'{"a":"secret name"}', writes=True)


class Tokens:
    def __init__(self, *tokens):
        self.tokens = list(tokens)
        self.renewed = []
        self.lock = threading.Lock()

    def header(self):
        return f"Bearer {self.tokens[0]}"

    def renew(self, refused):
        with self.lock:
            self.renewed.append(refused)
            if refused == self.header() and len(self.tokens) > 1:
                del self.tokens[0]
        return True


@pytest.fixture
def client(patience):
    opened = []

    def open_client(url, **facts):
        calls = facts.pop("calls", CallCount())
        made = HttpClient(
            end=System.CUSTOMERP,
            origin=origin_of(url, end=System.CUSTOMERP),
            credentials=facts.pop("credentials", Tokens("canary-token")),
            calls=calls,
            patience=facts.pop("patience", patience),
            **facts,
        )
        opened.append(made)
        return made

    yield open_client
    for one in opened:
        one.close()


def said(error):
    """Return everything an error would show, its causes included."""
    chain, text = error, ""
    while chain is not None:
        text += f"{chain!r} {chain}"
        chain = chain.__cause__
    return text


def test_request_to_another_host_is_not_sent(client, peer, answer):
    """An absolute address given as a path never takes the token elsewhere."""
    home, other = peer(), peer(answer(b"{}"))

    with pytest.raises(ConfigurationError, match="origin"):
        client(home.url).send(Call(method="GET", path=f"{other.url}/things", kind="list"))
    assert other.requests == []


def test_redirect_is_not_followed(client, peer, answer):
    """A redirect is a broken answer; the host it names sees nothing."""
    other = peer(answer(b"{}"))
    home = peer(answer(b"", status="302 Found", headers=(f"Location: {other.url}/steal",)))

    with pytest.raises(PeerAnswerError, match="redirect"):
        client(home.url).send(READ)
    assert other.requests == []


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


def test_truncated_answer_to_a_write_is_not_sent_again(client, peer, answer):
    """A write whose answer breaks off may have been applied; it is the caller's to read back."""
    home = peer(answer(b'{"results":[', length=500), answer(b"{}"))

    with pytest.raises(NoAnswerError):
        client(home.url).send(WRITE)
    assert len(home.requests) == 1


def test_truncated_answer_to_a_read_is_asked_again(client, peer, answer, pauses):
    """A read is repeated after a pause."""
    home = peer(answer(b'{"items":[', length=500), answer(b'{"items":[]}'))

    assert client(home.url).send(READ).json() == {"items": []}
    assert pauses == [0.5]


def test_unreachable_end_is_told_from_a_lost_answer(client, peer):
    """A refused connection proves that nothing was sent."""
    gone = peer()
    url = gone.url
    gone.close()

    with pytest.raises(NotSentError, match="Nothing was sent"):
        client(url).send(WRITE)


@pytest.mark.parametrize("call", [READ, WRITE], ids=["read", "write"])
def test_expired_session_is_renewed_once(client, peer, answer, call):
    """A 401 certainly did nothing, so reads and writes alike are repeated with a new token."""
    home = peer(answer(b"[]", status="401 Unauthorized"), answer(b'{"ok":true}'))
    tokens = Tokens("old", "new")

    assert client(home.url, credentials=tokens).send(call).json() == {"ok": True}
    assert tokens.renewed == ["Bearer old"]
    assert "Bearer new" in home.requests[1][0]


def test_second_refusal_is_final(client, peer, answer):
    """A new token that is refused too is not renewed again."""
    home = peer(*[answer(b"[]", status="401 Unauthorized")] * 3)

    assert client(home.url, credentials=Tokens("old", "new")).send(READ).status == 401
    assert len(home.requests) == 2


def test_retry_after_is_kept(client, peer, answer, pauses):
    """An overloaded end says when to come back, and we come back then."""
    home = peer(
        answer(b"{}", status="503 Service Unavailable", headers=("Retry-After: 7",)),
        answer(b"{}", status="429 Too Many Requests", headers=("Retry-After: 3",)),
        answer(b'{"ok":true}'),
    )

    assert client(home.url).read(READ).json() == {"ok": True}
    assert pauses == [7.0, 3.0]


def test_long_retry_after_ends_the_run(client, peer, answer, pauses):
    """A pause of hours is for the next run, not for a sleeping process."""
    home = peer(answer(b"{}", status="503 Service Unavailable", headers=("Retry-After: 7200",)))

    with pytest.raises(PeerUnavailableError, match="503"):
        client(home.url).read(READ)
    assert pauses == []


def test_retries_are_bounded(client, peer, answer, pauses):
    """A read that keeps failing is given up after doubling pauses."""
    home = peer(*[answer(b"<html>", status="502 Bad Gateway", media_type="text/html")] * 9)

    with pytest.raises(PeerUnavailableError, match="502"):
        client(home.url).read(READ)
    assert pauses == [0.5, 1.0, 2.0]
    assert len(home.requests) == 4


@pytest.mark.parametrize(("status", "times"), [("503 Service Unavailable", 1), ("429 Too Many Requests", 2)])
def test_writes_are_repeated_only_where_nothing_happened(client, peer, answer, status, times):
    """429 turns a request away; 503 may come after the work."""
    home = peer(answer(b"{}", status=status), answer(b"{}"))
    client(home.url).send(WRITE)

    assert len(home.requests) == times


def test_failing_end_is_left_alone(client, peer, answer):
    """After five failures in a row calls are not sent at all."""
    home = peer(*[answer(b"{}", status="500 Internal Server Error")] * 9)
    opened = client(home.url, patience=Patience(retries=0, sleep=lambda _: None))
    for _ in range(5):
        opened.send(WRITE)

    with pytest.raises(NotSentError, match="not sent"):
        opened.send(WRITE)
    assert len(home.requests) == 5


def test_calls_are_counted_with_the_rest_of_the_allowance(client, peer, answer):
    """Counts, bytes and the end's own figure of calls left are kept."""
    calls = CallCount()
    home = peer(answer(b"{}", headers=("Sforce-Limit-Info: api-usage=18/5000",)), answer(b"[]"))
    opened = client(home.url, calls=calls)
    opened.send(READ)
    opened.send(WRITE)

    assert (calls.total, calls.writes, calls.remaining) == (2, 1, 4982)
    assert calls.by_kind == {"list": 1, "batch": 1}
    assert (calls.bytes_up, calls.bytes_down) == (len(WRITE.body), 4)


def test_messages_and_logs_hold_no_secrets(client, peer, answer, caplog):
    """Neither tokens nor queries nor bodies reach an error or a log line."""
    caplog.set_level(logging.DEBUG)
    home = peer(answer(b"<p>secret name", media_type="text/html"), answer(b'{"a"', length=99))
    opened = client(home.url)
    with pytest.raises(PeerAnswerError) as page:
        opened.send(READ)
    with pytest.raises(NoAnswerError) as cut:
        opened.send(WRITE)

    for text in (said(page.value), said(cut.value), caplog.text):
        assert "secret" not in text
        assert "canary" not in text


def test_proxies_of_the_environment_are_ignored(client, peer, answer, monkeypatch):
    """Traffic with credentials does not go where an environment variable points."""
    elsewhere, home = peer(answer(b"{}")), peer(answer(b'{"home":1}'))
    monkeypatch.setenv("HTTP_PROXY", elsewhere.url)
    monkeypatch.setenv("ALL_PROXY", elsewhere.url)

    assert client(home.url).send(READ).json() == {"home": 1}
    assert elsewhere.requests == []


def test_server_clock_is_read(client, peer, answer):
    """The Date header gives the end's own time."""
    home = peer(answer(b"{}", headers=("Date: Tue, 10 Sep 2024 14:20:17 GMT",)))

    assert client(home.url).send(READ).date.isoformat() == "2024-09-10T14:20:17+00:00"
