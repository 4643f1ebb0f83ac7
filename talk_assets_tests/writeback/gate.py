"""A gate in front of a served system: while it is shut nobody listens, and open connections are cut."""

import contextlib
import socket
import threading
from urllib.parse import urlsplit

_CHUNK = 65536


class Gate:
    """Passes bytes on to *upstream*, unchanged, at a port of its own that stays the same."""

    def __init__(self, upstream):
        parts = urlsplit(upstream)
        self._upstream = parts.hostname, parts.port
        self._open = []
        self._port = 0
        self.lift()
        self.url = f"http://127.0.0.1:{self._port}"

    def lift(self):
        self._listener = socket.create_server(("127.0.0.1", self._port))
        self._port = self._listener.getsockname()[1]
        threading.Thread(target=self._serve, args=(self._listener,), daemon=True).start()

    def shut(self):
        for one in (self._listener, *self._open):
            with contextlib.suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)
            one.close()
        self._open.clear()

    def _serve(self, listener):
        while True:
            try:
                client, _ = listener.accept()
            except OSError:
                return
            upstream = socket.create_connection(self._upstream)
            self._open += [client, upstream]
            for here, there in ((client, upstream), (upstream, client)):
                threading.Thread(target=_pass_on, args=(here, there), daemon=True).start()


def _pass_on(here, there):
    with contextlib.suppress(OSError):
        while part := here.recv(_CHUNK):
            there.sendall(part)
    with contextlib.suppress(OSError):
        there.shutdown(socket.SHUT_RDWR)
