"""HTTP/1.1 on raw asyncio: as little as two clients need, every request, byte and connection counted."""

import asyncio
import zlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from email.utils import formatdate
from typing import Protocol
from urllib.parse import parse_qsl, unquote

import msgspec

COUNTS = "/bench/counts"
"""GET: what was counted since the last DELETE, see `Counts`."""
_GZIPPED_FROM = 500
_MOST_KEPT = 400


@dataclass(kw_only=True)
class Counts:
    """Requests in all and by kind, bytes of bodies as they went over the wire, connections opened."""

    requests: int = 0
    by_kind: dict[str, int] = field(default_factory=dict)
    bytes_up: int = 0
    bytes_down: int = 0
    connections: int = 0


@dataclass(frozen=True, kw_only=True)
class Request:
    """One request: *path* without its query, which is in *query*; *headers* by lower-case name."""

    method: str
    path: str
    query: Mapping[str, str]
    headers: Mapping[str, str]
    body: bytes


@dataclass(frozen=True, kw_only=True)
class Answer:
    """What is answered; *kind* is what the request is counted as."""

    kind: str
    body: bytes
    status: int = 200
    media_type: str = "application/json;charset=UTF-8"
    headers: Mapping[str, str] = field(default_factory=dict)


class App(Protocol):
    """One end."""

    def answer(self, request: Request) -> Answer:
        """Answer *request*, changing what is kept."""
        ...


class Server:
    """Serves one app: *latency* seconds after each request, compressed where the client takes it and *gzip* is on."""

    def __init__(self, app: App, *, latency: float, gzip: bool) -> None:
        self.counts = Counts()
        self._app = app
        self._latency = latency
        self._gzip = gzip
        self._compressed: dict[bytes, bytes] = {}

    def handle(self, request: Request, transport: asyncio.Transport) -> None:
        """Answer one request on its connection."""
        if request.path == COUNTS:
            transport.write(self._told(request))
            return
        answer = self._app.answer(request)
        body, encoding = answer.body, b""
        if self._gzip and len(body) >= _GZIPPED_FROM and "gzip" in request.headers.get("accept-encoding", ""):
            body, encoding = self._packed(body), b"content-encoding: gzip\r\n"
        counts = self.counts
        counts.requests += 1
        counts.by_kind[answer.kind] = counts.by_kind.get(answer.kind, 0) + 1
        counts.bytes_up += len(request.body)
        counts.bytes_down += len(body)
        more = "".join(f"{name}: {value}\r\n" for name, value in answer.headers.items())
        head = (
            f"HTTP/1.1 {answer.status} OK\r\ndate: {formatdate(usegmt=True)}\r\ncontent-type: {answer.media_type}\r\n"
            f"content-length: {len(body)}\r\n{more}"
        )
        sent = head.encode() + encoding + b"\r\n" + body
        if self._latency:
            asyncio.get_running_loop().call_later(self._latency, transport.write, sent)
        else:
            transport.write(sent)

    def _told(self, request: Request) -> bytes:
        if request.method == "DELETE":
            self.counts = Counts()
        body = msgspec.json.encode(self.counts)
        head = f"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: {len(body)}\r\n\r\n"
        return head.encode() + body

    def _packed(self, body: bytes) -> bytes:
        found = self._compressed.get(body)
        if found is None:
            packer = zlib.compressobj(1, wbits=31)
            found = packer.compress(body) + packer.flush()
            if len(self._compressed) < _MOST_KEPT:
                self._compressed[body] = found
        return found


class Connection(asyncio.Protocol):
    """One connection; requests come one after the other."""

    def __init__(self, server: Server) -> None:
        self._server = server
        self._read = bytearray()
        self._transport: asyncio.Transport | None = None
        self._counted_in: Counts | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keep where to answer."""
        assert isinstance(transport, asyncio.Transport)  # noqa: S101 - told to the type checker
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        """Answer every request that is complete."""
        self._read += data
        while self._transport is not None and (found := _parsed(self._read)) is not None:
            request, length = found
            del self._read[:length]
            if request.path != COUNTS and self._counted_in is not self._server.counts:
                # Who only asks for the counts is none of the measured connections.
                self._counted_in = self._server.counts
                self._counted_in.connections += 1
            self._server.handle(request, self._transport)


def _parsed(read: bytearray) -> tuple[Request, int] | None:
    """The first whole request and its length, None where more must come."""
    end = read.find(b"\r\n\r\n")
    if end < 0:
        return None
    first, *lines = bytes(read[:end]).decode("latin-1").split("\r\n")
    headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
    length = end + 4 + int(headers.get("content-length", "0"))
    if len(read) < length:
        return None
    method, target, _ = first.split(" ")
    path, _, query = target.partition("?")
    return Request(
        method=method,
        path=unquote(path),
        query=dict(parse_qsl(query, keep_blank_values=True)),
        headers=headers,
        body=bytes(read[end + 4 : length]),
    ), length
