"""From a raw request to an answer: version, session, allowance, handler, refusal."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from urllib.parse import parse_qsl, unquote

from .bulk.first import AsyncError, answer_async
from .bulk.ingest import go_on, under_way
from .desk import Desk
from .errors import ApiError, BodyError, not_found
from .org import Org
from .rest.discovery import FIRST_RETIRED, FIRST_VERSION, LAST_VERSION
from .rest.router import perform
from .wire import Answer, Call

_VERSION = re.compile(r"v(\d{1,3})\.0")
_LONGEST_TARGET = 16_384
_ALLOWS = re.compile(r"allowSave\s*=\s*true", re.IGNORECASE)


def answer_data(
    org: Org, *, method: str, path: str, query: str, headers: Mapping[str, str], body: bytes, origin: str = ""
) -> Answer:
    """Answer a request to `/services/data/vXX.0/…`; *path* is the still encoded rest after `/services/data/`.

    *origin* is the address that the caller used, as `https://host:port`.
    """
    now = org.clock()
    try:
        version, segments = _located(path, query)
        call = Call(
            method=method,
            version=version,
            segments=segments,
            query=dict(parse_qsl(query, keep_blank_values=True)),
            headers=headers,
            body=body,
            origin=origin,
        )
        org.sessions.check(headers.get("authorization"), now)
        org.budget.spend(now)
        org.tally.call(method, call.segments)
        answer = _perform(org, call, now)
    except BodyError as refusal:
        answer = _refused(refusal.located(body))
    except ApiError as refusal:
        answer = _refused(refusal)
    usage = {"Sforce-Limit-Info": org.budget.header(now)}
    return replace(answer, headers={**answer.headers, **usage})


def answer_bulk(
    org: Org, *, method: str, path: str, headers: Mapping[str, str], body: bytes, origin: str = ""
) -> Answer:
    """Answer a request to the first Bulk API; *path* is what follows `/services/async/`, as `62.0/job`."""
    now = org.clock()
    try:
        version, *segments = [unquote(segment) for segment in path.split("/") if segment] or [""]
        call = Call(
            method=method,
            version=_served(f"v{version}"),
            segments=tuple(segments),
            headers=headers,
            body=body,
            origin=origin,
        )
        org.sessions.check(_session(headers), now)
        org.budget.spend(now)
        org.tally.call(method, call.segments)
        with org.transaction(now) as tx:
            return answer_async(Desk(org=org, tx=tx), call)
    except BodyError as refusal:
        return _refused(AsyncError("InvalidBatch", refusal.located(body).message))
    except ApiError as refusal:
        return _refused(refusal if isinstance(refusal, AsyncError) else _in_its_words(refusal))


def _session(headers: Mapping[str, str]) -> str | None:
    token = headers.get("x-sfdc-session")
    return headers.get("authorization") if token is None else f"Bearer {token}"


def _in_its_words(refusal: ApiError) -> AsyncError:
    code = {"INVALID_SESSION_ID": "InvalidSessionId"}.get(refusal.code, "ClientInputError")
    status = refusal.status if code == "InvalidSessionId" else 400
    return AsyncError(code, f"{refusal.code}: {refusal.message}", status=status)


def _located(path: str, query: str) -> tuple[str, tuple[str, ...]]:
    """Return the version and the decoded segments after it, or refuse an address too long."""
    if len(path) + len(query) > _LONGEST_TARGET:
        raise ApiError("URI_TOO_LONG", "The URI is longer than 16,384 bytes", status=414)
    version, *segments = [unquote(segment) for segment in path.split("/") if segment]
    return _served(version), tuple(segments)


def _perform(org: Org, call: Call, now: datetime) -> Answer:
    with org.transaction(now) as tx:
        jobs = under_way(org)
        tx.base = call.base
        tx.allows_duplicates = _ALLOWS.search(call.headers.get("sforce-duplicate-rule-header", "")) is not None
        answer = perform(Desk(org=org, tx=tx), call)
    if jobs:
        with org.transaction(now) as tx:
            go_on(Desk(org=org, tx=tx), jobs)
    return answer


def _refused(refusal: ApiError) -> Answer:
    return Answer(status=refusal.status, body=refusal.body(), headers=refusal.headers)


def _served(name: str) -> str:
    """Return the version in a path segment such as `v62.0`, or raise 410 (retired) or 404."""
    match = _VERSION.fullmatch(name)
    number = int(match.group(1)) if match else 0
    if FIRST_RETIRED <= number < FIRST_VERSION:
        raise ApiError("GONE", "The requested API version has been retired", status=410)
    if not FIRST_VERSION <= number <= LAST_VERSION:
        raise not_found()
    return f"{number}.0"
