"""The processes of Dagster that `talk up` starts: code server, web server, daemon, and the worker for runs."""

import http.client
import json
import sys
import sysconfig
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from http import HTTPStatus
from pathlib import Path

from talk_assets.automation.process import SOCKET
from talk_assets.cli.children import Children
from talk_assets.model.errors import ConfigurationError, PeerUnavailableError
from talk_assets.settings import Settings

HOST = "127.0.0.1"
DEFINITIONS = "talk_assets.definitions"
CODE_SERVER, WEBSERVER, DAEMON = "dagster-code-server", "dagster-webserver", "dagster-daemon"
"""The names of those that people are told of."""
_CODE_SERVER_MODULE = "talk_assets.automation.codeserver"
_WEBSERVER_MODULE = "talk_assets.cli.webserver"
_WORKER_MODULE = "talk_assets.automation.worker"
_CODE_SOCKET = "code-server.sock"
_WORKSPACE = "code-server.yaml"
_LONGEST_SOCKET = 100
"""In bytes; the least that any system takes is 104."""
FOREIGN = "foreign.invalid"
_READY_SECONDS = 120.0


@dataclass(frozen=True, kw_only=True)
class Dagster:
    """The processes of one Dagster home, for the definitions in a module.

    Web server and daemon ask one code server. Without it each starts one of its own, and the daemon a new one each
    minute, which takes a tenth of a core with nothing to do.
    """

    home: Path
    port: int
    read_only: bool
    definitions: str = DEFINITIONS

    @property
    def url(self) -> str:
        """Where the UI is."""
        return f"http://{HOST}:{self.port}"

    def start(self, children: Children, environ: Mapping[str, str], stop: threading.Event) -> None:
        """Start all of them as *children* with *environ*, or none any more once *stop* is set."""
        self.start_worker(children, environ)
        code = self.start_code_server(children, environ, stop)
        if not stop.is_set():
            self.start_webserver(children, environ, code=code)
            self.start_daemon(children, environ, code=code)

    def start_code_server(self, children: Children, environ: Mapping[str, str], stop: threading.Event) -> Sequence[str]:
        """Start the process that has the definitions; the arguments by which others find it, once it answers.

        Empty, with nothing started, where the home's path is too long for a socket.

        Raises:
            PeerUnavailableError: It ended, or did not answer within two minutes.
        """
        from talk_assets.automation.codeserver import answers

        path = self.home / _CODE_SOCKET
        if len(bytes(path)) > _LONGEST_SOCKET:
            return ()
        path.unlink(missing_ok=True)
        server = {"socket": str(path), "location_name": self.definitions}
        workspace = self.home / _WORKSPACE
        workspace.write_text(json.dumps({"load_from": [{"grpc_server": server}]}))
        options = ["--lazy-load-user-code", "--use-python-environment-entry-point", "--location-name", self.definitions]
        command = ["-m", _CODE_SERVER_MODULE, "--socket", str(path), "-m", self.definitions, *options]
        self._start(children, CODE_SERVER, command, environ)
        self._wait(children, stop, CODE_SERVER, lambda: answers(path))
        return ["-w", str(workspace)]

    def start_webserver(self, children: Children, environ: Mapping[str, str], *, code: Sequence[str] = ()) -> None:
        """Start the web server, behind its guard; without *code* it loads the definitions by itself."""
        found = code or ["-m", self.definitions]
        command = ["-m", _WEBSERVER_MODULE, "-h", HOST, "-p", str(self.port), *found]
        if self.read_only:
            command.append("--read-only")
        self._start(children, WEBSERVER, command, environ)

    def start_daemon(self, children: Children, environ: Mapping[str, str], *, code: Sequence[str] = ()) -> None:
        """Start the daemon: sensors, schedules, the queue and the watch over runs."""
        script = Path(sysconfig.get_path("scripts")) / "dagster-daemon"
        found = code or ["-m", self.definitions]
        self._start(children, DAEMON, [str(script), "run", *found], environ)

    def start_worker(self, children: Children, environ: Mapping[str, str]) -> None:
        """Start the process that runs are handed to; while it is not there, they get processes of their own."""
        command = ["-m", _WORKER_MODULE, SOCKET, self.definitions]
        self._start(children, "run-worker", command, environ, replaceable=True)

    def _start(
        self,
        children: Children,
        name: str,
        command: Sequence[str],
        environ: Mapping[str, str],
        *,
        replaceable: bool = False,
    ) -> None:
        # Dagster lets a .env in its working directory win over the environment; its home has none.
        told = dict(environ) | {"DAGSTER_HOME": str(self.home), "PYTHONUNBUFFERED": "1"}
        children.start(name, [sys.executable, *command], environ=told, folder=self.home, replaceable=replaceable)

    def wait_until_ready(self, children: Children, stop: threading.Event) -> None:
        """Return when the UI answers, and only those it should, or when *stop* is set.

        Raises:
            PeerUnavailableError: A child ended, or the UI did not answer within two minutes.
            ConfigurationError: The UI answers requests of foreign pages.
        """
        self._wait(children, stop, WEBSERVER, self._answers)
        if not stop.is_set() and self._status(host=FOREIGN) != HTTPStatus.FORBIDDEN:
            raise ConfigurationError(
                "The Dagster UI answers requests of foreign web pages: the installed dagster-webserver takes no "
                "guard in the way that is known here. Everything was stopped. Install the versions that "
                "requirements.txt names."
            )

    def _wait(self, children: Children, stop: threading.Event, name: str, answers: Callable[[], bool]) -> None:
        deadline = time.monotonic() + _READY_SECONDS
        children.watch(stop, until=lambda: answers() or time.monotonic() > deadline)
        if not stop.is_set() and time.monotonic() > deadline:
            raise PeerUnavailableError(
                f"{name} did not answer within {_READY_SECONDS:.0f} s. Everything was stopped. What it said last is "
                f"in {children.named(name).log}."
            )

    def announcement(self, settings: Settings) -> str:
        """What a person wants to know now."""
        return "\n".join(
            [
                f"Dagster UI   {self.url}" + (" (read-only)" if self.read_only else ""),
                f"Salesforce   {settings.salesforce.url}",
                f"Customerp    {settings.customerp.url}",
                f"Logs         {self.home}",
                "Ctrl-C stops all.",
            ]
        )

    def _answers(self) -> bool:
        return self._status(host=f"{HOST}:{self.port}") == HTTPStatus.OK

    def _status(self, *, host: str) -> int | None:
        """The status of the answer to a request for *host*; None without an answer."""
        connection = http.client.HTTPConnection(HOST, self.port, timeout=2)
        try:
            connection.request("GET", "/server_info", headers={"Host": host})
            return connection.getresponse().status
        except (OSError, http.client.HTTPException):
            return None
        finally:
            connection.close()
