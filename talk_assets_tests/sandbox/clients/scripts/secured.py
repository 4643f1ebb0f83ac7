"""The embedded Salesforce with the sample in it, over HTTPS, for the scripts beside this file.

Clients that others wrote insist on HTTPS, and some on Salesforce's own host name. Both are given to them from
outside, by the two variables every such client honours: an authority to trust and a proxy to go through.
"""

import json
import os
import socket
import sys
import tempfile
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import trustme

from talk_assets.sandbox import sample
from talk_assets.sandbox.salesforce import SalesforceSettings, create_app
from talk_assets.sandbox.serving import running

DATA = "/services/data/v62.0"
LOGIN_HOST = "login.salesforce.com"
_AGE = timedelta(days=1)


class SecuredOrg:
    """A served org: its address, its settings, what a client's process needs, and a caller of our own."""

    def __init__(self, *, url: str, settings: SalesforceSettings, authority: Path, environment: dict[str, str]) -> None:
        self.url = url
        self.settings = settings
        self.environment = environment
        self._http = httpx.Client(base_url=url, verify=str(authority))
        grant = {
            "grant_type": "client_credentials",
            "client_id": settings.client_id,
            "client_secret": settings.client_secret,
        }
        self.token = self._http.post("/services/oauth2/token", data=grant).json()["access_token"]
        self._http.headers["Authorization"] = f"Bearer {self.token}"

    def call(self, method: str, path: str, body: Any = None, **params: str) -> Any:
        """The answer's JSON; a refusal is an error."""
        more = {} if body is None else {"json": body}
        answer = self._http.request(method, f"{DATA}/{path}", params=params or None, **more)
        answer.raise_for_status()
        return answer.json() if answer.content else None

    def fields(self, name: str, *, compound: bool = False) -> dict[str, str]:
        """The type of each described field that holds a value of its own; of the *compound* ones too."""
        fields = self.call("GET", f"sobjects/{name}/describe")["fields"]
        compounds = set() if compound else {field["compoundFieldName"] for field in fields} - {None, "Name"}
        return {field["name"]: field["type"] for field in fields if field["name"] not in compounds}

    def rows(self, name: str, *, compound: bool = False) -> dict[str, dict[str, Any]]:
        """Every record of an object, the deleted among them, by its id; the fields as in `fields`."""
        names = ", ".join(self.fields(name, compound=compound))
        found = self.call("GET", "queryAll", q=f"SELECT {names} FROM {name}")  # noqa: S608 - names of the org
        return {row["Id"]: {key: row[key] for key in row if key != "attributes"} for row in found["records"]}


@contextmanager
def secured_org(*, as_login_host: bool = False, **more: Any) -> Iterator[SecuredOrg]:
    """Serve the sample of a day ago over HTTPS; *as_login_host* also through a proxy, as Salesforce's login host.

    *more* are settings of the org.
    """
    settings = SalesforceSettings(**more)
    age = [_AGE]
    app = create_app(settings=settings, clock=lambda: datetime.now(UTC) - age[0])
    with tempfile.TemporaryDirectory() as folder:
        authority, certificate = Path(folder) / "authority.pem", Path(folder) / "server.pem"
        issuer = trustme.CA()
        issuer.cert_pem.write_to_path(authority)
        issuer.issue_cert("127.0.0.1", LOGIN_HOST).private_key_and_cert_chain_pem.write_to_path(certificate)
        with running(app) as plain:
            facts = {"url": plain, "client_id": settings.client_id, "client_secret": settings.client_secret}
            sample.load_salesforce(facts, sample.read("salesforce"))
        age[0] = timedelta()
        hidden = {"PYTHONPATH", "NO_PROXY", "no_proxy", "https_proxy"}
        environment = {name: value for name, value in os.environ.items() if name not in hidden}
        environment |= {"REQUESTS_CA_BUNDLE": str(authority), "SSL_CERT_FILE": str(authority)}
        with running(app, certificate=certificate) as url, _proxy(url) as proxy:
            if as_login_host:
                environment["HTTPS_PROXY"] = proxy
            yield SecuredOrg(url=url, settings=settings, authority=authority, environment=environment)
    app.state.close()


@contextmanager
def _proxy(url: str) -> Iterator[str]:
    """A proxy that knows Salesforce's login host alone, and leads to *url*; other hosts are refused."""
    target = ("127.0.0.1", int(url.rpartition(":")[2]))
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def accept() -> None:
            with suppress(OSError):
                while True:
                    client, _ = listener.accept()
                    threading.Thread(target=_tunnel, args=(client, target), daemon=True).start()

        threading.Thread(target=accept, daemon=True).start()
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        listener.shutdown(socket.SHUT_RDWR)


def _tunnel(client: socket.socket, target: tuple[str, int]) -> None:
    with client, suppress(OSError):
        head = b""
        while b"\r\n\r\n" not in head and (piece := client.recv(4096)):
            head += piece
        if not head.startswith(f"CONNECT {LOGIN_HOST}:443 ".encode()):
            client.sendall(b"HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n")
            return
        with socket.create_connection(target) as server:
            client.sendall(b"HTTP/1.1 200 Connection established\r\n\r\n")
            back = threading.Thread(target=_carry, args=(server, client), daemon=True)
            back.start()
            _carry(client, server)
            back.join()


def _carry(source: socket.socket, sink: socket.socket) -> None:
    with suppress(OSError):
        while piece := source.recv(65_536):
            sink.sendall(piece)
    with suppress(OSError):
        sink.shutdown(socket.SHUT_WR)


def tell(cases: Mapping[str, object]) -> int:
    """Print each case with what is wrong with it (nothing if it held); the number that failed."""
    for name, wrong in cases.items():
        sys.stdout.write(
            f"FAILED {name}\n       {json.dumps(wrong, default=str)[:1500]}\n" if wrong else f"held   {name}\n"
        )
    failed = sum(bool(wrong) for wrong in cases.values())
    sys.stdout.write(f"{len(cases) - failed} of {len(cases)} cases held\n")
    return failed


def unless(held: bool, told: object) -> object:
    """Nothing if a case held, else what was told."""
    return None if held else told or "nothing"
