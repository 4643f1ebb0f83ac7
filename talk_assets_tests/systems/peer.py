"""A peer that says what it is told to, byte by byte."""

import socket
import threading

from talk_assets.systems.http import Call

READ = Call(method="GET", path="/things", kind="list", query={"q": "secret name"})
WRITE = Call(method="POST", path="/things", kind="batch", body=b'{"a":"secret name"}', writes=True)


class Peer:
    """A server that answers each connection with the next of its scripted byte strings.

    An answer may be a list of parts; a part that can be called is called when its turn comes.
    """

    def __init__(self, *answers):
        self.answers = list(answers)
        self.requests = []
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()

    @property
    def url(self):
        return f"http://127.0.0.1:{self._listener.getsockname()[1]}"

    def close(self):
        if self._listener.fileno() < 0:
            return
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self._thread.join()

    def _serve(self):
        while True:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            with connection:
                self._answer(connection)

    def _answer(self, connection):
        received = b""
        while b"\r\n\r\n" not in received:
            part = connection.recv(65536)
            if not part:
                return  # the client went before it had asked
            received += part
        head, _, body = received.partition(b"\r\n\r\n")
        lengths = [line.split(b":")[1] for line in head.split(b"\r\n") if line.lower().startswith(b"content-length")]
        while len(body) < (int(lengths[0]) if lengths else 0):
            body += connection.recv(65536)
        self.requests.append((head.decode(), body))
        answer = self.answers.pop(0) if self.answers else b"HTTP/1.1 500 Script is over\r\n\r\n"
        try:
            for part in answer if isinstance(answer, list) else [answer]:
                if callable(part):
                    part()
                else:
                    connection.sendall(part)
        except OSError:
            return  # the client has had enough


def http_answer(body, status="200 OK", media_type="application/json", headers=(), length=None):
    head = [
        f"HTTP/1.1 {status}",
        f"Content-Type: {media_type}",
        f"Content-Length: {len(body) if length is None else length}",
        "Connection: close",
        *headers,
    ]
    return "\r\n".join(head).encode() + b"\r\n\r\n" + body


class Tokens:
    def __init__(self, *tokens):
        self.tokens = list(tokens)
        self.renewed = []
        self.lock = threading.Lock()

    def header(self):
        return f"Bearer {self.tokens[0]}"

    def renew(self, refused):
        with self.lock:
            self.renewed.append(refused)
            if refused == self.header() and len(self.tokens) > 1:
                del self.tokens[0]
        return True
