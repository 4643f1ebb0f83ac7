"""Read one HTTP answer within limits: bytes, compression and time."""

import re
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any

import httpx

from talk_assets.model.errors import PeerAnswerError
from talk_assets.systems import strict_json

_JSON = re.compile(r"application/([a-z0-9.+-]+\+)?json", re.IGNORECASE)
_USAGE = re.compile(r"api-usage=([0-9]{1,12})/([0-9]{1,12})")
_WHOLE_SECONDS = re.compile(r"[0-9]{1,12}")
_CSV = re.compile(r"text/csv", re.IGNORECASE)
_GZIP_WINDOW = 16 + zlib.MAX_WBITS


class AnswerTooLargeError(PeerAnswerError):
    """The answer is larger than is read; less asked for at once may do."""


@dataclass(frozen=True, kw_only=True)
class AnswerLimits:
    """The largest body in bytes, after decompression, and the largest ratio to what was received.

    Httpx and Python's zlib set no limit of their own: 200 kB of gzip can become 200 MB.
    """

    body: int = 64 * 1024 * 1024
    ratio: int = 100
    always_fine: int = 1024 * 1024


@dataclass(frozen=True, kw_only=True)
class Answer:
    """What an end said. *size* is what travelled; *remaining* its own count of calls left of today's *allowance*.

    *locator* is where the rest of a bulk query's rows is. *about* names the request for messages.
    """

    status: int
    body: bytes
    size: int
    date: datetime | None = None
    retry_after: float | None = None
    remaining: int | None = None
    allowance: int | None = None
    locator: str | None = None
    etag: str | None = None
    about: str = "The request"

    def json(self) -> Any:  # noqa: ANN401 - callers check the shape
        """Return the body's value; None for an empty body.

        Raises:
            PeerAnswerError: it is not strict JSON.
        """
        if not self.body:
            return None
        try:
            return strict_json.parse(self.body)
        except PeerAnswerError as error:
            raise PeerAnswerError(
                f"{self.about} was answered with HTTP {self.status} and a body that cannot be used: {error}. "
                "Nothing of it was used. Check that the URL leads to the API itself."
            ) from None


def receive(
    response: httpx.Response, *, limits: AnswerLimits, deadline: float, timer: Callable[[], float], csv: bool = False
) -> Answer:
    """Read *response* to its end; with *csv*, a success is a CSV.

    Raises:
        PeerAnswerError: a redirect, too large, compressed beyond the ratio, or not of that type.
        TimeoutError: the deadline passed while parts were still arriving.
    """
    if response.is_redirect:
        raise PeerAnswerError(f"a redirect (HTTP {response.status_code})")
    parts: list[bytes] = []
    size = held = 0
    encoding = response.headers.get("content-encoding", "identity").strip().lower()
    if encoding not in {"identity", "gzip"}:
        raise PeerAnswerError("an encoding that was not asked for")
    inflate = zlib.decompressobj(_GZIP_WINDOW) if encoding == "gzip" else None
    for chunk in response.iter_raw():
        if timer() > deadline:
            raise TimeoutError("the answer took too long")
        size += len(chunk)
        while chunk:
            try:
                part = inflate.decompress(chunk, limits.always_fine) if inflate else chunk
            except zlib.error as error:
                raise PeerAnswerError("broken gzip") from error
            chunk = inflate.unconsumed_tail if inflate else b""  # noqa: PLW2901 - what is left of it
            held += len(part)
            if held > limits.always_fine and held > limits.ratio * size:
                raise PeerAnswerError(f"a body compressed beyond {limits.ratio}:1")
            if held > limits.body:
                raise AnswerTooLargeError(f"more than {limits.body:,} bytes")
            parts.append(part)
    if inflate and size and (not inflate.eof or inflate.unused_data):
        raise PeerAnswerError("a truncated gzip body, or one with something after its end")
    body = b"".join(parts)
    wanted = _CSV if csv and not response.is_error else _JSON
    if body and not wanted.fullmatch(response.headers.get("content-type", "").partition(";")[0].strip()):
        # A login or maintenance page is no answer; an error's status still counts without its page.
        if not response.is_error:
            raise PeerAnswerError(f"HTTP {response.status_code} without a {'CSV' if csv else 'JSON'} body")
        body = b""
    used, allowance = _usage(response.headers.get("sforce-limit-info"))
    return Answer(
        status=response.status_code,
        body=body,
        size=size,
        date=_date(response.headers.get("date")),
        retry_after=_seconds(response.headers.get("retry-after")),
        remaining=None if allowance is None or used is None else allowance - used,
        allowance=allowance,
        locator=response.headers.get("sforce-locator"),
        etag=response.headers.get("etag"),
    )


def _date(text: str | None) -> datetime | None:
    if not text:
        return None
    try:
        return parsedate_to_datetime(text).astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def _seconds(text: str | None) -> float | None:
    if text is None:
        return None
    if _WHOLE_SECONDS.fullmatch(text.strip()):
        return float(text)
    when = _date(text)
    return None if when is None else max(0.0, (when - datetime.now(UTC)).total_seconds())


def _usage(text: str | None) -> tuple[int | None, int | None]:
    """Return the calls used of the day's allowance, and that allowance."""
    usage = _USAGE.match(text or "")
    return (None, None) if usage is None else (int(usage[1]), int(usage[2]))
