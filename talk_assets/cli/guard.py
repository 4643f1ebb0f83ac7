"""Keeps other web pages from using the Dagster web server of this machine.

The web server has no login, and every page open in a browser here can send requests to it: by a form, an
image or a script, and under its own name where that name's address was changed to this machine's (DNS
rebinding). A browser says of each request where it comes from; only pages this server sent itself pass.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from starlette.websockets import WebSocketClose

FORBIDDEN = 403
GRAPHQL = "/graphql"
OURSELVES = ("127.0.0.1", "localhost", "[::1]")
"""The names of this machine that need no look-up, so that nobody else can make them mean it."""

_READING = ("GET", "HEAD")
_FOREIGN = "it was sent by a page of another origin"
_POLICY_VIOLATION = 1008
_ADDED = {
    "Content-Security-Policy": "frame-ancestors 'none'",
    "X-Frame-Options": "DENY",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}
"""A page that shows ours in a frame could lead its reader to press our buttons."""


@dataclass(frozen=True, kw_only=True)
class Asked:
    """What is told of a request before its body: *method* is empty for a web socket."""

    method: str
    path: str
    query: bool
    hosts: Sequence[str]
    origins: Sequence[str]
    site: str
    mode: str
    media_type: str

    @classmethod
    def from_scope(cls, scope: Scope) -> "Asked":
        """Read an ASGI *scope* of type http or websocket."""
        headers = Headers(scope=scope)
        return cls(
            method=scope.get("method", ""),
            path=scope["path"],
            query=bool(scope.get("query_string")),
            hosts=headers.getlist("host"),
            origins=headers.getlist("origin"),
            site=_one(headers.getlist("sec-fetch-site")),
            mode=_one(headers.getlist("sec-fetch-mode")),
            media_type=_one(headers.getlist("content-type")).split(";")[0].strip().lower(),
        )


def refusal(asked: Asked) -> str | None:
    """Why a request must not pass, or None."""
    if len(asked.hosts) != 1 or _name(asked.hosts[0]) not in OURSELVES:
        return "it was sent to another name than this machine's"
    if asked.origins and list(asked.origins) != [f"http://{asked.hosts[0]}"]:
        return _FOREIGN
    if not asked.method:
        # Browsers name the origin of every web socket, and nothing else keeps a foreign page from opening one.
        return None if asked.origins else "a web socket must name its origin"
    return _reading(asked) if asked.method in _READING else _writing(asked)


def _writing(asked: Asked) -> str | None:
    if asked.method != "POST":
        return "only GET, HEAD and POST are used here"
    if asked.site not in {"", "same-origin"}:
        return _FOREIGN
    if asked.media_type != "application/json":
        # Any page may post a form or plain text elsewhere; for JSON a browser asks the server first.
        return "only JSON may be posted"
    return None


def _reading(asked: Asked) -> str | None:
    if asked.path.rstrip("/") == GRAPHQL and asked.query:
        return "GraphQL is answered by POST only: a link must not start anything"
    followed_link = asked.mode == "navigate"
    if asked.site not in {"", "same-origin", "none"} and not followed_link:
        return _FOREIGN
    return None


def _name(host: str) -> str:
    """The name in a Host header, without the port."""
    name, colon, port = host.rpartition(":")
    return name.lower() if colon and port.isdigit() else host.lower()


def _one(values: Iterable[str]) -> str:
    """The value of a header that is sent once at most; several count as one strange value."""
    return ", ".join(values)


class Guard:
    """*app* behind `refusal`: what must not pass is answered here, and *app* never sees it."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer as ASGI wants it."""
        if scope["type"] == "lifespan":
            await self._app(scope, receive, send)
            return
        reason = refusal(Asked.from_scope(scope))
        if reason is None:
            await self._app(scope, receive, _with_headers(send))
        elif scope["type"] == "websocket":
            await WebSocketClose(code=_POLICY_VIOLATION, reason=reason)(scope, receive, send)
        else:
            text = f"Refused: {reason}. Nothing was done. Open the address that `talk up` printed.\n"
            await PlainTextResponse(text, status_code=FORBIDDEN, headers=_ADDED)(scope, receive, send)


def _with_headers(send: Send) -> Send:
    async def sending(message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = MutableHeaders(scope=message)
            for name, value in _ADDED.items():
                # Appended: several policies hold together, and the web server has one of its own.
                headers.append(name, value)
        await send(message)

    return sending
