"""Serve an ASGI application on loopback from a thread."""

import asyncio
import errno
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from email.utils import format_datetime
from functools import cache
from pathlib import Path

import uvicorn
from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from uvicorn.protocols.http.auto import AutoHTTPProtocol

from talk_assets.sandbox.connection import CONNECTION, Connection

_TICK_SECONDS = 0.1
_PAUSE_SECONDS = 0.002
_GRACE_SECONDS = 5.0
"""How long answers that are under way may take when the server stops."""
_SPELLINGS = {name.lower().encode(): name.encode() for name in ("ETag", "WWW-Authenticate", "Sforce-NumberOfRecords")}
"""Header names whose capitals are not those of their words."""
_FRAMING = frozenset({b"content-length", b"transfer-encoding", b"connection"})
"""Headers that the server itself looks for, in small letters."""


class PortInUseError(RuntimeError):
    """A port that was asked for is taken."""


@contextmanager
def running(
    app: ASGIApp,
    *,
    host: str = "127.0.0.1",
    port: int = 0,
    certificate: Path | None = None,
    on_stop: Callable[[], None] | None = None,
) -> Iterator[str]:
    """Serve *app* from a thread with an event loop of its own; yield its base URL.

    With *certificate*, a PEM file of a private key and the certificates for it, the server speaks HTTPS.
    *on_stop* is called on that loop when the server begins to stop, to end requests that wait.
    """
    lines = _Lines()
    with _listening(host, port) as listener:
        config = uvicorn.Config(
            _connected(_named(_dated(app)), lines),
            http=_protocol(lines),
            lifespan="off",
            log_level="warning",
            access_log=False,
            server_header=False,
            # uvicorn renews its own Date about once a second; a client that orders edits by it needs better.
            date_header=False,
            timeout_keep_alive=60,
            ssl_certfile=certificate,
        )
        server = _Server(config, lines=lines, on_stop=on_stop)
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
        thread.start()
        server.ready.wait()
        try:
            yield f"{'https' if certificate else 'http'}://{host}:{listener.getsockname()[1]}"
        finally:
            server.stop()
            thread.join()


class _Lines:
    """The open connections, by the address of their clients."""

    def __init__(self) -> None:
        self.open: dict[tuple[str, int], Connection] = {}
        self.stopping = asyncio.Event()


def _protocol(lines: _Lines) -> type[asyncio.Protocol]:
    """The server's own protocol, with its connections kept in *lines*."""

    class Protocol(AutoHTTPProtocol):  # type: ignore[misc, valid-type]
        def connection_made(self, transport: asyncio.Transport) -> None:
            self._address = transport.get_extra_info("peername")[:2]
            lines.open[self._address] = Connection(transport, stopping=lines.stopping)
            super().connection_made(transport)

        def connection_lost(self, exc: Exception | None) -> None:
            lines.open.pop(self._address, None)
            super().connection_lost(exc)

    return Protocol


def _connected(app: ASGIApp, lines: _Lines) -> ASGIApp:
    """*app* with each request's connection among its scope's extensions."""

    async def connected(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            scope.setdefault("extensions", {})[CONNECTION] = lines.open.get(tuple(scope["client"]))
        await app(scope, receive, send)

    return connected


def _dated(app: ASGIApp) -> ASGIApp:
    """*app* with the time of each answer in its Date header, unless it says a time itself."""

    async def dated(scope: Scope, receive: Receive, send: Send) -> None:
        async def send_dated(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                headers.setdefault("Date", format_datetime(datetime.now(UTC), usegmt=True))
            await send(message)

        await app(scope, receive, send_dated)

    return dated


def _named(app: ASGIApp) -> ASGIApp:
    """*app* with its headers named in capitals, as servers behind a gateway name them.

    Their case means nothing to HTTP, but clients that keep headers in a plain mapping have come to rely on it.
    """

    async def named(scope: Scope, receive: Receive, send: Send) -> None:
        async def send_named(message: Message) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = [(_spelled(name), value) for name, value in message["headers"]]
            await send(message)

        await app(scope, receive, send_named)

    return named


class _Name(bytes):
    """A header's name that stays as it is spelled: the server would put it in small letters."""

    __slots__ = ()

    def lower(self) -> bytes:
        return self


@cache
def _spelled(name: bytes) -> bytes:
    return name if name in _FRAMING else _Name(_SPELLINGS.get(name, name.title()))


class _Server(uvicorn.Server):
    """A server that tells when it is ready and when it stops."""

    def __init__(self, config: uvicorn.Config, *, lines: _Lines, on_stop: Callable[[], None] | None) -> None:
        super().__init__(config)
        self._lines = lines
        self.ready = threading.Event()
        self._on_stop = on_stop
        self._stopping = asyncio.Event()
        self._loop: asyncio.AbstractEventLoop | None = None

    def stop(self) -> None:
        """Stop at once, from another thread."""
        self.should_exit = True
        if self._loop is not None:
            self._loop.call_soon_threadsafe(self._stopping.set)

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        self._loop = asyncio.get_running_loop()
        try:
            await super().startup(sockets)
        finally:
            self.ready.set()

    async def main_loop(self) -> None:
        # The parent's loop sleeps between its ticks; this one also wakes when it is to stop.
        tick = 0
        while not await self.on_tick(tick):
            tick += 1
            with suppress(TimeoutError):
                await asyncio.wait_for(self._stopping.wait(), _TICK_SECONDS)

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        # As the parent does it without a lifespan, but for its pauses of a tenth of a second.
        self._lines.stopping.set()
        if self._on_stop is not None:
            self._on_stop()
        for server in self.servers:
            server.close()
        for listener in sockets or []:
            listener.close()
        for connection in list(self.server_state.connections):
            connection.shutdown()
        with suppress(TimeoutError):
            async with asyncio.timeout(_GRACE_SECONDS):
                while self.server_state.connections or self.server_state.tasks:
                    if self.config.is_ssl and not self.server_state.tasks:
                        self._hang_up()
                    await asyncio.sleep(_PAUSE_SECONDS)
        for task in self.server_state.tasks:
            task.cancel()

    def _hang_up(self) -> None:
        """Break connections that only wait for their clients to say goodbye in TLS, which few do."""
        for connection in list(self.server_state.connections):
            connection.transport.abort()


def _listening(host: str, port: int) -> socket.socket:
    try:
        return socket.create_server((host, port))
    except OSError as error:
        if error.errno != errno.EADDRINUSE:
            raise
        raise PortInUseError(
            f"Port {port} on {host} is in use by another program. Nothing was started there. "
            "Stop that program, or name another port (0 takes any free one)."
        ) from error
