"""A relay in front of an embedded system that passes on true answers, and spoils the one it is told to.

It speaks raw bytes, so that an answer can be anything: cut off, without end, mislabelled, no HTTP at all.
"""

import socket
import threading
from dataclasses import dataclass, field, replace
from http.client import HTTPConnection
from urllib.parse import urlsplit


@dataclass(frozen=True)
class Asked:
    """One request."""

    method: str
    target: str
    headers: tuple
    body: bytes


@dataclass(frozen=True)
class Reply:
    """One true answer, and how it goes out."""

    status: int
    headers: tuple
    body: bytes
    extra: tuple = field(default=())

    def with_body(self, body, **facts):
        return replace(self, body=body, **facts)

    def with_headers(self, **facts):
        """The answer with other headers; None takes one away."""
        names = {name.replace("_", "-").lower(): value for name, value in facts.items()}
        kept = [(name, value) for name, value in self.headers if name.lower() not in names]
        return replace(self, headers=(*kept, *((n, v) for n, v in names.items() if v is not None)))

    def sent(self, *, length=True):
        """The answer as bytes."""
        lines = [f"HTTP/1.1 {self.status} Said", *(f"{name}: {value}" for name, value in self.headers)]
        if length and not any(name.lower() in {"content-length", "transfer-encoding"} for name, _ in self.headers):
            lines.append(f"Content-Length: {len(self.body)}")
        return "\r\n".join(lines).encode("latin-1") + b"\r\n\r\n" + self.body


class Relay:
    """Serves one upstream; *revise* may change any exchange, `spoil` what one answer becomes."""

    def __init__(self, upstream, revise=None):
        parts = urlsplit(upstream)
        self._upstream = parts.hostname, parts.port
        self._revise = revise
        self._spoil = None
        self.asked = []
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._listener.getsockname()[1]}"
        threading.Thread(target=self._serve, daemon=True).start()

    def spoil(self, matches, change):
        """From now on answer what *matches* with what *change* makes of the true answer: bytes, or parts of them."""
        self._spoil = matches, change

    def heal(self):
        self._spoil = None

    def close(self):
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()

    def _serve(self):
        while True:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            threading.Thread(target=self._talk, args=(connection,), daemon=True).start()

    def _talk(self, connection):
        upstream = HTTPConnection(*self._upstream, timeout=60)
        try:
            with connection:
                while (asked := _request(connection)) is not None:
                    self.asked.append(asked)
                    if not self._answer(connection, upstream, asked):
                        return
        except OSError:
            return  # the client has had enough
        finally:
            upstream.close()

    def _answer(self, connection, upstream, asked):
        sent, revised = self._revise(asked) if self._revise else (asked, None)
        upstream.putrequest(sent.method, sent.target, skip_host=True, skip_accept_encoding=True)
        for name, value in sent.headers:
            upstream.putheader(name, value)
        upstream.endheaders(sent.body)
        found = upstream.getresponse()
        hops = {"connection", "keep-alive", "transfer-encoding", "content-length"}
        headers = tuple((name, value) for name, value in found.getheaders() if name.lower() not in hops)
        reply = Reply(status=found.status, headers=headers, body=found.read())
        reply = revised(reply) if revised else reply
        if self._spoil is None or not self._spoil[0](asked):
            connection.sendall(reply.sent())
            return True
        spoiled = self._spoil[1](reply.with_headers(connection="close"))
        for part in spoiled if isinstance(spoiled, list) else [spoiled]:
            if callable(part):
                part()
            else:
                connection.sendall(part)
        return False


def _request(connection):
    received = b""
    while b"\r\n\r\n" not in received:
        part = connection.recv(65536)
        if not part:
            return None
        received += part
    head, _, body = received.partition(b"\r\n\r\n")
    first, *lines = head.decode("latin-1").split("\r\n")
    headers = tuple(tuple(line.split(": ", 1)) for line in lines)
    length = next((int(value) for name, value in headers if name.lower() == "content-length"), 0)
    while len(body) < length:
        body += connection.recv(65536)
    method, target, _ = first.split(" ")
    return Asked(method=method, target=target, headers=headers, body=body)
