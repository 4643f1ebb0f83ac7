"""Run ASGI applications on loopback, and both embedded systems together."""

import errno
import json
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Literal

import uvicorn
from starlette.types import ASGIApp

from talk_assets.sandbox import customerp, salesforce
from talk_assets.sandbox.sample import load_sample

Sample = Literal["small", "none"]


class PortInUseError(RuntimeError):
    """A port that was asked for is taken."""


@dataclass(frozen=True, kw_only=True)
class SalesforceFacts:
    """What a client needs to reach the embedded Salesforce."""

    url: str
    client_id: str
    client_secret: str
    username: str
    password: str
    external_id_field: str


@dataclass(frozen=True, kw_only=True)
class CustomerpFacts:
    """What a client needs to reach the embedded Customerp; the API is under /api/v1 of *url*."""

    url: str
    api_key: str


@dataclass(frozen=True, kw_only=True)
class SandboxSystems:
    """Both embedded systems, running."""

    salesforce: SalesforceFacts
    customerp: CustomerpFacts

    def as_json_line(self) -> str:
        """Return the facts as one line of JSON."""
        return json.dumps(asdict(self))


@contextmanager
def sandbox(
    *,
    salesforce_port: int = 0,
    customerp_port: int = 0,
    sample: Sample = "none",
    data_dir: Path | None = None,
) -> Iterator[SandboxSystems]:
    """Run both embedded systems until the block ends; port 0 takes any free one.

    With *data_dir* they keep their records there, in salesforce.sqlite and customerp.sqlite,
    otherwise in memory. The sample is loaded only into databases that did not exist before.
    """
    salesforce_settings = salesforce.SalesforceSettings()
    customerp_settings = customerp.CustomerpSettings()
    databases: dict[str, Path | None] = {"salesforce": None, "customerp": None}
    if data_dir is not None:
        data_dir.mkdir(parents=True, exist_ok=True)
        databases = {name: data_dir / f"{name}.sqlite" for name in databases}
    is_new = not any(path is not None and path.exists() for path in databases.values())
    with ExitStack() as stack:
        salesforce_app = salesforce.create_app(database=databases["salesforce"], settings=salesforce_settings)
        customerp_app = customerp.create_app(database=databases["customerp"], settings=customerp_settings)
        stack.callback(customerp_app.state.close)
        salesforce_url = stack.enter_context(running(salesforce_app, port=salesforce_port))
        customerp_url = stack.enter_context(
            running(customerp_app, port=customerp_port, on_stop=customerp_app.state.release)
        )
        systems = SandboxSystems(
            salesforce=SalesforceFacts(
                url=salesforce_url,
                client_id=salesforce_settings.client_id,
                client_secret=salesforce_settings.client_secret,
                username=salesforce_settings.username,
                password=salesforce_settings.password,
                external_id_field=salesforce_settings.external_id_field,
            ),
            customerp=CustomerpFacts(url=customerp_url, api_key=customerp_settings.api_key),
        )
        if sample == "small" and is_new:
            load_sample(asdict(systems.salesforce), asdict(systems.customerp))
        yield systems


@contextmanager
def running(
    app: ASGIApp, *, host: str = "127.0.0.1", port: int = 0, on_stop: Callable[[], None] | None = None
) -> Iterator[str]:
    """Serve *app* from a thread with an event loop of its own; yield its base URL.

    *on_stop* is called on that loop when the server begins to stop, to end requests that wait.
    """
    with _listening(host, port) as listener:
        config = uvicorn.Config(
            app,
            lifespan="off",
            log_level="warning",
            access_log=False,
            server_header=False,
            timeout_keep_alive=60,
            timeout_graceful_shutdown=5,
        )
        server = _Server(config, on_stop=on_stop)
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
        thread.start()
        server.ready.wait()
        try:
            yield f"http://{host}:{listener.getsockname()[1]}"
        finally:
            server.should_exit = True
            thread.join()


class _Server(uvicorn.Server):
    """A server that tells when it is ready and when it stops."""

    def __init__(self, config: uvicorn.Config, *, on_stop: Callable[[], None] | None) -> None:
        super().__init__(config)
        self.ready = threading.Event()
        self._on_stop = on_stop

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        try:
            await super().startup(sockets)
        finally:
            self.ready.set()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        if self._on_stop is not None:
            self._on_stop()
        await super().shutdown(sockets)


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
