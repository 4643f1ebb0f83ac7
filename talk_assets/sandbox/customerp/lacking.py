"""What stands before a Customerp that lacks something: it takes away what the whole one would understand or tell.

Keys, paging, stamps and late visibility are matters of the records and their lists, and not seen to here.
"""

import re
from typing import Any
from urllib.parse import parse_qsl, urlencode

from starlette.datastructures import MutableHeaders
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from talk_assets.sandbox.customerp.answers import problem_response
from talk_assets.sandbox.customerp.exact_json import decode, encode
from talk_assets.sandbox.customerp.problems import ProblemError
from talk_assets.sandbox.customerp.profile import Profile

_UNDELETE = re.compile(r"/api/v1/[a-z]+/[^/]+:undelete")
_ANY_VERSION = "*"
_VERSIONS = {"version": int, "existingVersion": int, "currentVersion": int, "etag": str}
_GONE, _MISSING = 410, 404
_NO_CONTENT = frozenset({204, 304})


class LackingMiddleware:
    """Answers as a server of *profile* would."""

    def __init__(self, app: ASGIApp, *, profile: Profile) -> None:
        """Stand before *app*."""
        self._app = app
        self._profile = profile

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on without what is lacking, and the answer back in the same way."""
        if scope["type"] != "http" or not scope["path"].startswith("/api/v1/") or scope["path"].endswith(".json"):
            await self._app(scope, receive, send)
            return
        if self._has_no(scope["path"]):
            await problem_response(_missing())(scope, receive, send)
            return
        answer = await self._answered(self._asked(scope), await Request(scope, receive).body())
        await self._told(answer)(scope, receive, send)

    def _has_no(self, path: str) -> bool:
        lacks = self._profile.without
        return (
            ("batch" in lacks and path == "/api/v1/batch")
            or ("changes" in lacks and path == "/api/v1/changes")
            or ("tombstones" in lacks and _UNDELETE.fullmatch(path) is not None)
        )

    def _asked(self, scope: Scope) -> Scope:
        lacks = self._profile.without
        asked = dict(scope, headers=list(scope["headers"]))
        headers = MutableHeaders(scope=asked)
        if "idempotency" in lacks:
            del headers["idempotency-key"]
        if "etag" in lacks:
            del headers["if-none-match"]
            headers["if-match"] = _ANY_VERSION
        if "tombstones" in lacks:
            query = parse_qsl(scope["query_string"].decode(), keep_blank_values=True)
            kept = [pair for pair in query if pair != ("deleted", "include")]
            asked["query_string"] = urlencode(kept).encode()
        return asked

    async def _answered(self, asked: Scope, content: bytes) -> Response:
        if asked["path"] == "/api/v1/batch":
            content = self._operations(content)
        headers = MutableHeaders(scope=asked)
        headers["content-length"] = str(len(content))
        answer = Response()
        parts: list[bytes] = []

        async def receive() -> Message:
            return {"type": "http.request", "body": content, "more_body": False}

        async def send(message: Message) -> None:
            if message["type"] == "http.response.start":
                answer.status_code = message["status"]
                answer.raw_headers = list(message["headers"])
            else:
                parts.append(message.get("body", b""))

        await self._app(asked, receive, send)
        answer.body = b"".join(parts)
        return answer

    def _operations(self, content: bytes) -> bytes:
        try:
            body = decode(content)
        except ProblemError:
            return content
        given = body.get("operations") if isinstance(body, dict) else None
        for one in given if isinstance(given, list) else ():
            if isinstance(one, dict):
                if not self._profile.has("idempotency"):
                    one.pop("idempotencyKey", None)
                if not self._profile.has("etag"):
                    one["ifMatch"] = _ANY_VERSION
        return encode(body)

    def _told(self, answer: Response) -> Response:
        if answer.status_code == _GONE and not self._profile.has("tombstones"):
            return problem_response(_missing())
        if not self._profile.has("etag"):
            del answer.headers["etag"]
        if answer.status_code not in _NO_CONTENT and answer.body:
            answer.body = encode(self._without(decode(bytes(answer.body))))
            answer.headers["content-length"] = str(len(answer.body))
        return answer

    def _without(self, value: Any) -> Any:  # noqa: ANN401 - any JSON value
        if isinstance(value, list):
            return [self._without(one) for one in value]
        if not isinstance(value, dict):
            return value
        if not self._profile.has("tombstones") and value.get("status") == _GONE and "problem" in value:
            return {"status": _MISSING, "problem": _missing().document()}
        hidden: tuple[str, ...] = ()
        if not self._profile.has("etag"):
            # The server's own version is a text, its capability true or false, and both stay.
            hidden = tuple(name for name, kind in _VERSIONS.items() if type(value.get(name)) is kind)
        return {name: self._without(one) for name, one in value.items() if name not in hidden}


def _missing() -> ProblemError:
    return ProblemError(_MISSING, "not_found", "There is no such record or address.")
