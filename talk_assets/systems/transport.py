"""How requests leave this machine: to one host and port, over verified TLS, and for no longer than allowed.

Both rules hold where sockets are opened and read, so that nothing above can get around them: neither an
address an end names, nor an answer of which a byte arrives now and then.
"""

import ssl
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpcore
import httpx

from talk_assets.model.errors import ConfigurationError
from talk_assets.model.system import System
from talk_assets.systems.origin import same_origin

DEADLINE = "deadline"
"""The request extension that holds the moment (of the transport's timer) when its exchange must be over."""

_MOST_CONNECTIONS = 8
# An idle connection is given up before common servers do (five seconds), because a write sent into a
# closing connection ends with nobody knowing what happened.
_KEEP_IDLE = 4.0


def trusted(ca_file: Path | None, *, end: System) -> ssl.SSLContext:
    """Return the TLS settings: certificates are always verified, by the usual authorities and those of *ca_file*.

    Raises:
        ConfigurationError: *ca_file* cannot be read or holds no certificates.
    """
    context = httpx.create_ssl_context(trust_env=False)
    if ca_file is not None:
        try:
            context.load_verify_locations(cafile=ca_file)
        except (OSError, ssl.SSLError) as error:
            raise ConfigurationError(
                f"The certificate authorities for {end.title} cannot be read from {ca_file} ({type(error).__name__}). "
                "Nothing was sent. Point TALK_CA_FILE to a readable file of PEM certificates."
            ) from None
    return context


class OriginTransport(httpx.BaseTransport):
    """Sends requests of one end to *origin* only; may be used by several threads at once."""

    def __init__(
        self, *, end: System, origin: httpx.URL, timer: Callable[[], float], ca_file: Path | None = None
    ) -> None:
        self._end = end
        self._origin = origin
        self._current = _Current()
        self._pool = httpcore.ConnectionPool(
            ssl_context=trusted(ca_file, end=end) if origin.scheme == "https" else None,
            max_connections=_MOST_CONNECTIONS,
            max_keepalive_connections=_MOST_CONNECTIONS,
            keepalive_expiry=_KEEP_IDLE,
            network_backend=_OneHost(origin=origin, current=self._current, timer=timer),
        )

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Send *request*; its `DEADLINE` holds for the whole exchange, the answer's body included.

        Raises:
            ConfigurationError: the request is for another origin. Nothing was sent.
        """
        if not same_origin(request.url, self._origin):
            raise ConfigurationError(
                f"A request of the {self._end.title} client would have left its own origin. It was not sent."
            )
        self._current.deadline = request.extensions.get(DEADLINE)
        sent = httpcore.Request(
            request.method,
            httpcore.URL(
                scheme=request.url.raw_scheme,
                host=request.url.raw_host,
                port=request.url.port,
                target=request.url.raw_path,
            ),
            headers=request.headers.raw,
            content=request.read(),
            extensions=request.extensions,
        )
        with _as_httpx():
            answer = self._pool.handle_request(sent)
        return httpx.Response(
            answer.status, headers=answer.headers, stream=_Body(answer), extensions=dict(answer.extensions)
        )

    def close(self) -> None:
        """Give up all connections."""
        self._pool.close()


class _Current(threading.local):
    """When the exchange this thread is in must be over."""

    deadline: float | None = None


class _Body(httpx.SyncByteStream):
    def __init__(self, answer: httpcore.Response) -> None:
        self._answer = answer

    def __iter__(self) -> Iterator[bytes]:
        with _as_httpx():
            yield from self._answer.iter_stream()

    def close(self) -> None:
        self._answer.close()


class _OneHost(httpcore.NetworkBackend):
    """Opens connections to one host and port."""

    def __init__(self, *, origin: httpx.URL, current: _Current, timer: Callable[[], float]) -> None:
        self._host = origin.raw_host.decode("ascii").strip("[]")
        self._port = origin.port or {"http": 80, "https": 443}[origin.scheme]
        self._current = current
        self._timer = timer
        self._network = httpcore.SyncBackend()

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.NetworkStream:
        if (host.strip("[]"), port) != (self._host, self._port):
            raise httpcore.ConnectError("not the configured host")
        left = self.left(timeout, httpcore.ConnectTimeout)
        return _Timed(self._network.connect_tcp(host, port, left, local_address, socket_options), self)

    def left(self, timeout: float | None, late: type[Exception]) -> float | None:
        """Return *timeout*, or what is left until the deadline where that is less; raise *late* after it."""
        deadline = self._current.deadline
        if deadline is None:
            return timeout
        left = deadline - self._timer()
        if left <= 0:
            raise late("the deadline has passed")
        return left if timeout is None else min(timeout, left)


class _Timed(httpcore.NetworkStream):
    """A connection whose every wait ends at the deadline."""

    def __init__(self, stream: httpcore.NetworkStream, backend: _OneHost) -> None:
        self._stream = stream
        self._backend = backend

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return self._stream.read(max_bytes, self._backend.left(timeout, httpcore.ReadTimeout))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._stream.write(buffer, self._backend.left(timeout, httpcore.WriteTimeout))

    def close(self) -> None:
        self._stream.close()

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.NetworkStream:
        left = self._backend.left(timeout, httpcore.ConnectTimeout)
        return _Timed(self._stream.start_tls(ssl_context, server_hostname, left), self._backend)

    def get_extra_info(self, info: str) -> Any:  # noqa: ANN401 - the library's shape
        return self._stream.get_extra_info(info)


@contextmanager
def _as_httpx() -> Iterator[None]:
    """Raise the library's errors under the names its own client gives them; they are the same."""
    try:
        yield
    except (httpcore.NetworkError, httpcore.TimeoutException, httpcore.ProtocolError) as error:
        kind: type[httpx.TransportError] = getattr(httpx, type(error).__name__, httpx.TransportError)
        raise kind(str(error)) from error
