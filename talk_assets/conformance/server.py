"""The server under test: requests to it, and the list of what must be deleted again."""

import json
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import httpx

from talk_assets.conformance.bodies import RESOURCES, Body, least
from talk_assets.conformance.findings import BrokenError, NeedError, RefusedError, UnreachableError
from talk_assets.conformance.reply import Reply
from talk_assets.conformance.traces import Traces

BASE = "/api/v1"
MERGE_PATCH = "application/merge-patch+json"
_CREATED, _UNAUTHORIZED, _TOO_MANY = 201, 401, 429
_LONGEST_WAIT = 60.0
_MOST_TRIES = 5
_MICROSECOND = 0.000001


@dataclass(frozen=True, kw_only=True)
class Login:
    """Where the server is, without `/api/v1`, and who we are there; *client* is an OAuth client's id and secret."""

    url: str
    key: str = field(repr=False)
    client: tuple[str, str] | None = field(default=None, repr=False)


class Server:
    """Requests as a client would make them. *sleep* waits where the server asks for it, and for its lag."""

    def __init__(self, *, login: Login, http: httpx.Client, sleep: Callable[[float], None] = time.sleep) -> None:
        self.login = login
        self.traces = Traces()
        self.lacking: set[str] = set()
        """Capabilities that the server declares as lacking."""
        self.lag = 0.0
        """Seconds until a record that was written is found by lists."""
        self.grain = 0.0
        """The finest step of a stamp, in seconds."""
        self.sleep = sleep
        self._http = http
        self._began: str | None = None
        self._tokens = 0

    def reach(self) -> dict[str, Any]:
        """Return what the server says of itself.

        Raises:
            UnreachableError, RefusedError.
        """
        try:
            reply = self.get("/")
        except BrokenError as error:
            raise UnreachableError(str(error)) from error
        if reply.status == _UNAUTHORIZED:
            raise RefusedError(f"{reply.asked} answered 401: the server does not know the key.")
        return reply.body if isinstance(reply.body, dict) else {}

    def send(
        self,
        method: str,
        path: str,
        *,
        params: Mapping[str, str] | None = None,
        body: object = None,
        content: bytes | None = None,
        headers: Mapping[str, str] | None = None,
        media_type: str | None = None,
        authorization: str | None = "",
        wait: float = 0.0,
    ) -> Reply:
        """Send one request to *path* below `/api/v1` and return its answer, whatever it is.

        *authorization* takes the place of our key; None sends none.

        Raises:
            BrokenError: no whole answer came.
        """
        sent = dict(headers or {})
        if authorization is not None:
            sent["Authorization"] = authorization or f"Bearer {self.login.key}"
        if body is not None:
            content = json.dumps(body).encode()
        if content is not None:
            sent["Content-Type"] = media_type or ("application/json" if method != "PATCH" else MERGE_PATCH)
        asked = f"{method} {path}" + (f"?{httpx.QueryParams(params)}" if params else "")
        for attempt in range(_MOST_TRIES):
            try:
                answer = self._http.request(
                    method,
                    f"{self.login.url}{BASE}{path}",
                    params=params,
                    content=content,
                    headers=sent,
                    timeout=httpx.Timeout(30.0 + wait),
                )
            except (httpx.HTTPError, httpx.InvalidURL) as error:
                raise BrokenError(f"{asked} got no whole answer ({type(error).__name__}).") from error
            reply = Reply.of(answer, asked=asked)
            self.traces.notice(method, path, reply)
            pause = reply.headers.get("Retry-After", "")
            if reply.status != _TOO_MANY or not pause.isdigit() or attempt == _MOST_TRIES - 1:
                break
            self.sleep(min(float(pause), _LONGEST_WAIT))
        return reply

    def get(self, path: str, params: Mapping[str, str] | None = None, **headers: str | None) -> Reply:
        """GET *path*; headers are named with underscores."""
        return self.send("GET", path, params=params, headers=_named(headers))

    def post(self, path: str, body: object = None, **headers: str | None) -> Reply:
        """POST *body* as JSON."""
        return self.send("POST", path, body=body, headers=_named(headers))

    def patch(self, path: str, body: object, **headers: str | None) -> Reply:
        """PATCH with *body* as a merge patch."""
        return self.send("PATCH", path, body=body, headers=_named(headers))

    def delete(self, path: str, **headers: str | None) -> Reply:
        """DELETE *path*."""
        return self.send("DELETE", path, headers=_named(headers))

    def batch(self, *operations: object) -> list[dict[str, Any]]:
        """Run *operations* and return their results, as many as they are.

        Raises:
            BrokenError: the answer is not that.
        """
        reply = self.post("/batch", {"operations": list(operations)}).expect(200)
        results = reply.object().get("results")
        if not isinstance(results, list) or len(results) != len(operations):
            raise BrokenError(f"{reply.asked} has not as many results as operations.")
        if not all(isinstance(result, dict) and isinstance(result.get("status"), int) for result in results):
            raise BrokenError(f"{reply.asked}: a result has no status.")
        for operation, result in zip(operations, results, strict=True):
            if isinstance(operation, dict) and operation.get("op") == "create" and result["status"] == _CREATED:
                resource = str(operation.get("resource"))
                if resource in RESOURCES:
                    self.traces.keep(resource, result.get("record"))
        return results

    def key(self, resource: str) -> str:
        """Return an external key nobody used; what carries it is deleted in the end."""
        return self.traces.new_key(resource)

    def new_token(self) -> str:
        """Return an idempotency key nobody used."""
        self._tokens += 1
        return f"{self.traces.mark}-token-{self._tokens}"

    def marked(self, resource: str) -> Body:
        """Return the property that marks a record as ours: a new key, where the server has keys."""
        return {} if "external_key" in self.lacking else {"externalKey": self.key(resource)}

    def made_as(self, resource: str, **given: object) -> Body:
        """Make a record that carries our mark, of the fewest properties and *given*.

        Raises:
            NeedError: it was not made.
        """
        body = {**least(resource), **self.marked(resource), **given}
        reply = self.post(f"/{resource}", body)
        if reply.status != _CREATED or not isinstance(reply.body, dict) or not isinstance(reply.body.get("id"), str):
            raise NeedError(f"no record could be made: POST /{resource} answered {reply.status}.")
        return reply.body

    def etag(self, path: str) -> str | None:
        """Return the entity tag of a record now; None from a server that gives none."""
        tag = self.get(path).headers.get("ETag")
        return None if tag is None else str(tag)

    def listed(self, resource: str, **params: str) -> list[Body]:
        """Return all records of a list, page by page.

        Raises:
            BrokenError: a page is none, or the pages do not end.
        """
        return [record for page in self.pages(resource, **params) for record in page]

    def pages(self, resource: str, **params: str) -> Iterator[list[Body]]:
        """Yield the pages of a list.

        Raises:
            BrokenError: a page is none, or leads back to an earlier one.
        """
        self.settle()
        asked = dict(params)
        followed: set[str] = set()
        while True:
            reply = self.get(f"/{resource}", asked).expect(200)
            items, after = reply.object().get("items"), reply.object().get("next")
            if not isinstance(items, list) or not all(isinstance(item, dict) for item in items):
                raise BrokenError(f"{reply.asked} has no `items`.")
            yield items
            if after is None:
                return
            if not isinstance(after, str) or after in followed:
                raise BrokenError(f"{reply.asked}: `next` leads back to an earlier page, or is no text.")
            followed.add(after)
            asked = {**params, "cursor": after}

    def settle(self) -> None:
        """Wait until lists and the feed show what was written."""
        if self.lag:
            self.sleep(self.lag)

    def step(self) -> None:
        """Wait until the next stamp is another one, where stamps are coarse."""
        if self.grain > _MICROSECOND:
            self.sleep(self.grain)

    def began(self) -> str:
        """Return the server's time at the first call of this, before anything is made: where our records begin.

        Where stamps are coarse, one step before it: those of our records may be cut to that.

        Raises:
            BrokenError: no list tells the time.
        """
        if self._began is None:
            reply = self.get("/contacts", {"limit": "1"}).expect(200)
            as_of = reply.object().get("asOf")
            if not isinstance(as_of, str):
                raise BrokenError(f"{reply.asked} has no `asOf`.")
            self._began = self._step_before(as_of)
        return self._began

    def _step_before(self, as_of: str) -> str:
        if self.grain <= _MICROSECOND:
            return as_of
        try:
            began = datetime.fromisoformat(as_of) - timedelta(seconds=self.grain)
        except (ValueError, OverflowError) as error:
            raise BrokenError(f"`asOf` is {as_of}, no time of RFC 3339.") from error
        return began.isoformat().replace("+00:00", "Z")

    def token(self, form: Mapping[str, str], *, basic: tuple[str, str] | None = None) -> Reply:
        """Ask for a token with *form*, the client in it or as HTTP *basic*.

        Raises:
            BrokenError: no whole answer came.
        """
        asked = "POST /oauth/token"
        try:
            auth = httpx.Auth() if basic is None else httpx.BasicAuth(*basic)
            answer = self._http.post(f"{self.login.url}/oauth/token", data=dict(form), auth=auth)
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            raise BrokenError(f"{asked} got no whole answer ({type(error).__name__}).") from error
        return Reply.of(answer, asked=asked)

    def clean_up(self) -> list[str]:
        """Delete everything that was made; return what could not be."""
        for key, resource in self.traces.keys.items():
            found = self.get(f"/{resource}", {"externalKey": key}).body
            items = found.get("items") if isinstance(found, dict) else None
            for item in items if isinstance(items, list) else ():
                if isinstance(item, dict) and item.get("externalKey") == key:
                    self.traces.made.setdefault(str(item.get("id")), resource)
        # Orders refer to quotes, and both to contacts and products.
        order = {name: place for place, name in enumerate(reversed(RESOURCES))}
        left = []
        for record_id, resource in sorted(self.traces.made.items(), key=lambda one: order[one[1]]):
            reply = self.get(f"/{resource}/{record_id}")
            tag = reply.headers.get("ETag")
            gone = reply.failed or (isinstance(reply.body, dict) and reply.body.get("deleted") is True)
            path = f"/{resource}/{record_id}"
            if not gone and self.delete(path, **({"If_Match": tag} if tag else {})).failed:
                left.append(f"{resource}/{record_id}")
        return left


def _named(headers: Mapping[str, str | None]) -> dict[str, str]:
    return {name.replace("_", "-"): value for name, value in headers.items() if value is not None}
