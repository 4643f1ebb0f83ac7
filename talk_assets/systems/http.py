"""One disciplined HTTP client an end: what goes out, what may come back, and what is certain then.

Every request goes to the configured origin and nowhere else; nothing is redirected and no proxy is
taken from the environment. Answers are read with a cap on bytes, on compression and on time.
A failed write is told apart by what it proves: `NotSentError` (nothing happened) or `NoAnswerError`
(it may have). Reads are tried again, writes only when nothing can have happened. Messages carry no
tokens, queries or record contents.
"""

import logging
import random
import re
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from threading import Lock
from typing import Protocol

import httpx

from talk_assets.model.errors import PeerAnswerError, PeerUnavailableError
from talk_assets.model.failpoints import failpoint
from talk_assets.model.peer_text import without_secrets
from talk_assets.model.reserve import Reserve
from talk_assets.model.system import System
from talk_assets.systems.answers import Answer, AnswerLimits, receive
from talk_assets.systems.breaker import Breaker
from talk_assets.systems.port import CallCount
from talk_assets.systems.standing import Standing
from talk_assets.systems.transport import DEADLINE, OriginTransport

# httpx writes whole URLs at INFO, and a URL's query holds record contents.
for _name in ("httpx", "httpcore"):
    logging.getLogger(_name).setLevel(logging.WARNING)

_TOKEN = re.compile(r"[\x21-\x7e]+")
_TRY_AGAIN = frozenset({429, 500, 502, 503, 504})
_FIRST_ERROR, _UNAUTHORIZED, _TOO_MANY = 400, 401, 429
_LONGEST_PAUSE = 60.0
_JSON = "application/json"


class NotSentError(PeerUnavailableError):
    """The request certainly did not reach the end."""


class NoAnswerError(PeerUnavailableError):
    """The request went out and no whole answer came back; it may have been carried out."""


class Credentials(Protocol):
    """What authorizes requests."""

    def header(self) -> str:
        """Return the Authorization header's value, logging in first where needed."""
        ...

    def renew(self, refused: str) -> bool:
        """Get new credentials unless *refused* has been replaced already; False where there are none."""
        ...


def is_token(text: str) -> bool:
    """Tell whether a header can carry *text* as a token."""
    return _TOKEN.fullmatch(text) is not None


@dataclass(frozen=True, kw_only=True)
class Call:
    """One request. *kind* is what it is counted as; *wait* is time the end may hold its answer.

    *secrets* are texts in it that no message may repeat, besides the token it is authorized by.
    """

    method: str
    path: str
    kind: str
    query: Mapping[str, str] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes | None = None
    media_type: str = _JSON
    accepts: str = _JSON
    writes: bool = False
    counts: bool = True
    authorized: bool = True
    wait: float = 0.0
    secrets: tuple[str, ...] = field(default=(), repr=False)


@dataclass(frozen=True, kw_only=True)
class Patience:
    """How long and how often an end is waited for: seconds and attempts.

    A pause is between nothing and a limit that doubles; *jitter* (0 to 1) chooses, so that what failed
    together does not come back together.
    """

    connect: float = 10.0
    silence: float = 30.0
    total: float = 60.0
    retries: int = 3
    first_pause: float = 0.5
    sleep: Callable[[float], None] = time.sleep
    jitter: Callable[[], float] = random.random
    timer: Callable[[], float] = time.monotonic


class HttpClient:
    """Requests to one origin of one end; may be used by several threads at once."""

    def __init__(
        self,
        *,
        end: System,
        origin: httpx.URL,
        credentials: Credentials | None,
        calls: CallCount,
        headers: Mapping[str, str] | None = None,
        patience: Patience | None = None,
        limits: AnswerLimits | None = None,
        ca_file: Path | None = None,
        reserve: Reserve | None = None,
    ) -> None:
        self._end = end
        self._credentials = credentials
        self._calls = calls
        self._counting = Lock()
        self._patience = patience or Patience()
        self._limits = limits or AnswerLimits()
        timer = self._patience.timer
        self._breaker = Breaker(timer=timer)
        self._standing = Standing(end=end, calls=calls, breaker=self._breaker, reserve=reserve, timer=timer)
        self._client = httpx.Client(
            base_url=origin,
            headers={"Accept-Encoding": "gzip", "User-Agent": "talk-assets"} | dict(headers or {}),
            follow_redirects=False,
            trust_env=False,
            transport=OriginTransport(end=end, origin=origin, timer=self._patience.timer, ca_file=ca_file),
        )

    def send(self, call: Call) -> Answer:
        """Return the end's answer, whatever its status.

        Reads that fail, and writes that certainly did nothing, are tried again a bounded number of
        times, after Retry-After where it is given. An expired session is renewed once.

        Raises:
            NotSentError, NoAnswerError: see there.
            PeerAnswerError: the answer is not what the end's API allows.
        """
        renewed = False
        attempt = 0
        while True:
            token = self._credentials.header() if self._credentials and call.authorized else None
            try:
                answer = self._once(call, token)
            except (NotSentError, NoAnswerError) as error:
                certain = isinstance(error, NotSentError) and not self._breaker.is_open
                if attempt >= self._patience.retries or self._breaker.is_open or (call.writes and not certain):
                    raise
                pause = self._pause(attempt)
            else:
                if answer.status == _UNAUTHORIZED and token and self._credentials and not renewed:
                    renewed = True
                    if self._credentials.renew(token):
                        continue
                again = answer.status == _TOO_MANY if call.writes else answer.status in _TRY_AGAIN
                pause = answer.retry_after if answer.retry_after is not None else self._pause(attempt)
                if not again or attempt >= self._patience.retries or pause > _LONGEST_PAUSE:
                    self._standing.heed(answer)
                    return answer
            attempt += 1
            self._patience.sleep(pause)

    def read(self, call: Call) -> Answer:
        """Return the answer to a read, once the end is able to give one.

        Raises:
            PeerUnavailableError: the end still fails or asks for patience after the retries.
            PeerAnswerError: the answer is not what the end's API allows.
        """
        answer = self.send(call)
        if answer.status in _TRY_AGAIN:
            raise PeerUnavailableError(
                f"{self._end.title} answered {call.method} {call.path} with HTTP {answer.status}. "
                "Nothing of it was used. Run again later; that is safe."
            )
        return answer

    def ready(self) -> None:
        """Make sure that a call may be made now; costs none.

        Raises:
            PeerUnavailableError: as `Standing.ready`.
        """
        self._standing.ready()

    def close(self) -> None:
        """Give up all connections."""
        self._client.close()

    def _once(self, call: Call, token: str | None) -> Answer:
        what = f"{call.method} {call.path}"
        if not self._breaker.allows():
            raise NotSentError(
                f"{self._end.title} failed several times in a row, so {what} was not sent. Run again later."
            )
        if call.counts:
            self._standing.spare()
        headers = {"Accept": call.accepts} | dict(call.headers) | ({"Authorization": token} if token else {})
        if call.body is not None:
            headers["Content-Type"] = call.media_type
        patience = self._patience
        deadline = patience.timer() + patience.total + call.wait
        request = self._client.build_request(
            call.method,
            call.path,
            params=dict(call.query) or None,
            content=call.body,
            headers=headers,
            timeout=httpx.Timeout(patience.silence + call.wait, connect=patience.connect, pool=patience.connect),
            extensions={DEADLINE: deadline},
        )
        try:
            with self._standing.calling():
                answer = self._exchange(request, deadline=deadline, csv=call.accepts != _JSON)
        except (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout) as error:
            self._breaker.failed()
            raise NotSentError(
                f"{self._end.title} cannot be reached for {what} ({type(error).__name__}). "
                "Nothing was sent. Check the URL and the network, then run again."
            ) from None
        except (httpx.TransportError, TimeoutError) as error:
            self._breaker.failed()
            raise NoAnswerError(
                f"{self._end.title} gave no whole answer to {what} ({type(error).__name__}). "
                "Run again; what was written is read back first."
            ) from None
        except PeerAnswerError as error:
            raise type(error)(
                f"{self._end.title} answered {what} with something its API does not allow: {error}. "
                "Nothing of it was used. Check that the URL leads to the API itself."
            ) from None
        body = answer.body
        if answer.status >= _FIRST_ERROR:
            body = without_secrets(body, (*(token or "").split(" ")[1:], *call.secrets))
        answer = replace(answer, body=body, about=f"{self._end.title}: {what}")
        self._count(call, answer)
        if answer.status >= 500:  # noqa: PLR2004 - HTTP's own class of server errors
            self._breaker.failed()
        else:
            self._breaker.worked()
        return answer

    def _exchange(self, request: httpx.Request, *, deadline: float, csv: bool) -> Answer:
        failpoint("request going")
        response = self._client.send(request, stream=True)
        try:
            failpoint("answer begun")
            answer = receive(response, limits=self._limits, deadline=deadline, timer=self._patience.timer, csv=csv)
        finally:
            response.close()
        failpoint("answer read")
        return answer

    def _pause(self, attempt: int) -> float:
        return float(self._patience.first_pause * 2**attempt * self._patience.jitter())

    def _count(self, call: Call, answer: Answer) -> None:
        with self._counting:
            calls = self._calls
            calls.by_kind[call.kind] = calls.by_kind.get(call.kind, 0) + 1
            if not call.counts:
                return
            calls.total += 1
            calls.writes += call.writes
            calls.bytes_up += len(call.body or b"")
            calls.bytes_down += answer.size
            if answer.remaining is not None:
                calls.remaining = answer.remaining
                calls.allowance = answer.allowance
