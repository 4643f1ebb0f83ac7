"""The HTTP discipline of both ends, against peers that break it."""

import logging

import pytest

from talk_assets.model.errors import ConfigurationError, PeerAnswerError, PeerUnavailableError
from talk_assets.systems.http import Call, NoAnswerError, NotSentError, Patience
from talk_assets.systems.port import CallCount
from talk_assets_tests.systems.peer import READ, WRITE, Tokens


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
