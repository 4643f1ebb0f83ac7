"""One request under way, with all that a fault may do to it."""

import asyncio
from collections.abc import MutableMapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from talk_assets.sandbox.connection import CONNECTION, Connection
from talk_assets.sandbox.faults.request import Asked, Json, read_json


@dataclass(frozen=True, kw_only=True)
class Said:
    """An answer: status, headers without the length, and the whole body."""

    status: int
    headers: Sequence[tuple[bytes, bytes]] = ()
    body: bytes = b""

    @property
    def json(self) -> Json:
        """The body as JSON with exact numbers, or None."""
        return read_json(self.body)


@dataclass(kw_only=True)
class Exchange:
    """A request that was read whole, the application that would answer it, and the client who waits."""

    asked: Asked
    scope: Scope
    app: ASGIApp
    receive: Receive
    send: Send

    @property
    def waits(self) -> bool:
        """True if the application may hold its answer until something happens."""
        return "wait=" in self.asked.target

    async def pass_on(self) -> None:
        """Let the application answer the client itself."""
        await self.app(self.scope, replayed(self.asked.body, self.receive), self.send)

    async def run(self, *, body: bytes | None = None) -> Said:
        """Let the application do it, with another body if given, and keep its answer to ourselves.

        The application never waits here: between the request and its answer nothing else happens.
        """
        content = self.asked.body if body is None else body
        _claim_length(self.scope, len(content))
        messages = await answer_of(self.app, self.scope, content)
        start = next(message for message in messages if message["type"] == "http.response.start")
        return Said(
            status=start["status"],
            headers=[(name, value) for name, value in start["headers"] if name.lower() != b"content-length"],
            body=b"".join(message.get("body", b"") for message in messages),
        )

    async def answer(self, said: Said, *, length: int | None = None) -> None:
        """Send the answer; *length* is the length it claims to have, if not its own."""
        await self.begin(said, length=length)
        await self.send({"type": "http.response.body", "body": said.body})

    async def begin(self, said: Said, *, length: int | None = None) -> None:
        """Send status and headers."""
        size = str(len(said.body) if length is None else length).encode()
        headers = [*said.headers] if said.status == 204 else [*said.headers, (b"content-length", size)]  # noqa: PLR2004
        await self.send({"type": "http.response.start", "status": said.status, "headers": headers})

    async def part(self, body: bytes) -> None:
        """Send a piece of the body."""
        await self.send({"type": "http.response.body", "body": body, "more_body": True})

    async def reset(self) -> None:
        """Break the connection."""
        self._connection.reset()
        await _gone(self.receive)

    @property
    def _connection(self) -> Connection:
        found: Connection = self.scope["extensions"][CONNECTION]
        return found

    async def silence(self, seconds: float) -> None:
        """Say nothing until the client gives up, the time is over or the server stops; then break the connection."""
        connection = self._connection
        ends = [asyncio.ensure_future(_gone(self.receive)), asyncio.ensure_future(connection.stopping.wait())]
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await asyncio.wait(ends, return_when=asyncio.FIRST_COMPLETED)
        for end in ends:
            end.cancel()
        await self.reset()


async def whole_body(receive: Receive) -> bytes:
    """Return the request's body.

    Raises:
        ConnectionError: the client went away before it had sent it.
    """
    parts = []
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise ConnectionError("The client left.")
        parts.append(message.get("body", b""))
        if not message.get("more_body", False):
            return b"".join(parts)


def replayed(body: bytes, receive: Receive) -> Receive:
    """Return what gives *body* once more and then whatever comes."""
    given = False

    async def again() -> Message:
        nonlocal given
        if given:
            return await receive()
        given = True
        return {"type": "http.request", "body": body, "more_body": False}

    return again


async def answer_of(app: ASGIApp, scope: Scope, body: bytes) -> list[Message]:
    """Return the messages that *app* answers with."""
    messages: list[Message] = []

    async def keep(message: MutableMapping[str, Any]) -> None:
        messages.append(message)

    async def nothing_more() -> Message:
        return {"type": "http.disconnect"}

    await app(scope, replayed(body, nothing_more), keep)
    return messages


def _claim_length(scope: Scope, length: int) -> None:
    """Change *scope* in place, for who counts requests looks at it afterwards."""
    size = str(length).encode()
    scope["headers"] = [(name, size if name == b"content-length" else value) for name, value in scope["headers"]]


async def _gone(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
