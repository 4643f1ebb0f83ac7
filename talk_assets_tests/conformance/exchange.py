"""The seam where a break stands: between a client and the embedded Customerp.

A break is a coroutine over an exchange; it may change what was asked, run it, and change what is answered.
"""

import json
import re
from dataclasses import dataclass, field
from decimal import Decimal
from urllib.parse import parse_qsl, urlencode

import msgspec

_ENCODER = msgspec.json.Encoder(decimal_format="number")


@dataclass
class Exchange:
    """One request and its answer; bodies are JSON values, None where there is none."""

    method: str
    path: str
    query: dict
    headers: dict
    body: object
    run_asked: object
    status: int = 0
    answered: dict = field(default_factory=dict)
    said: object = None

    async def run(self):
        """Let the embedded Customerp answer what is asked now."""
        await self.run_asked(self)

    def is_(self, method, pattern):
        return self.method == method and re.fullmatch(pattern, self.path) is not None

    def items(self):
        return self.said.get("items", []) if isinstance(self.said, dict) else []


class Breaking:
    """ASGI middleware that puts the break in `kept.value` between client and server; None changes nothing."""

    def __init__(self, app, *, kept):
        self.app = app
        self.kept = kept

    async def __call__(self, scope, receive, send):
        if self.kept.value is None or not scope["path"].startswith(("/api/v1", "/oauth")):
            await self.app(scope, receive, send)
            return
        sent = b""
        while True:
            message = await receive()
            sent += message.get("body", b"")
            if not message.get("more_body"):
                break
        exchange = Exchange(
            method=scope["method"],
            path=scope["path"].removeprefix("/api/v1"),
            query=dict(parse_qsl(scope["query_string"].decode(), keep_blank_values=True)),
            headers={name.decode().lower(): value.decode() for name, value in scope["headers"]},
            body=_read(sent),
            run_asked=lambda asked: self._run(scope, asked),
        )
        unread = exchange.body is None and sent
        exchange.sent = sent if unread else None
        await self.kept.value(exchange)
        content = exchange.said if isinstance(exchange.said, bytes) else _write(exchange.said)
        exchange.answered.pop("content-length", None)
        headers = [(name.encode(), value.encode()) for name, value in exchange.answered.items()]
        if exchange.status in (204, 304):
            content = b""
        else:
            headers.append((b"content-length", str(len(content)).encode()))
        await send({"type": "http.response.start", "status": exchange.status, "headers": headers})
        await send({"type": "http.response.body", "body": content})

    async def _run(self, scope, asked):
        content = asked.sent if asked.sent is not None else _write(asked.body)
        headers = {**asked.headers, "content-length": str(len(content))}
        path = asked.path if asked.path.startswith("/oauth") else f"/api/v1{asked.path}"
        inner = {
            **scope,
            "method": asked.method,
            "path": path,
            "raw_path": path.encode(),
            "query_string": urlencode(asked.query).encode(),
            "headers": [(name.encode(), value.encode()) for name, value in headers.items()],
        }
        parts = []

        async def receive():
            return {"type": "http.request", "body": content, "more_body": False}

        async def send(message):
            if message["type"] == "http.response.start":
                asked.status = message["status"]
                asked.answered = {name.decode().lower(): value.decode() for name, value in message["headers"]}
            else:
                parts.append(message.get("body", b""))

        await self.app(inner, receive, send)
        whole = b"".join(parts)
        said = _read(whole)
        asked.said = whole if said is None else said


def _read(content):
    try:
        return json.loads(content, parse_float=Decimal) if content else None
    except ValueError:
        return None


def _write(value):
    return b"" if value is None else _ENCODER.encode(value)
