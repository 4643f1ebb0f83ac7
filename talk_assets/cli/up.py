"""`talk up`: the embedded systems, the Dagster UI and its daemon, started and stopped together."""

import http.client
import json
import socket
import sys
import sysconfig
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass
from http import HTTPStatus
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from talk_assets.automation.process import SOCKET
from talk_assets.cli.children import Children
from talk_assets.cli.home import prepared_home, sole_use
from talk_assets.cli.sandbox import CustomerpPort, SalesforcePort, Sample, SampleChoice, embedded_systems
from talk_assets.cli.screen import errors, plain, progress, results
from talk_assets.cli.signals import asked_to_stop
from talk_assets.cli.webhooks import taking_webhooks
from talk_assets.model.errors import ConfigurationError, PeerUnavailableError
from talk_assets.settings import AlertSettings, Settings, environment, variables_for, with_absolute_paths
from talk_assets.settings.alert_variables import UI_URL

if TYPE_CHECKING:
    from talk_assets.cli.vigil import Vigil

HOST = "127.0.0.1"
DEFINITIONS = "talk_assets.definitions"
WEBSERVER = "talk_assets.cli.webserver"
WORKER = "talk_assets.automation.worker"
FOREIGN = "foreign.invalid"
_READY_SECONDS = 120.0


def up(
    *,
    sandbox: Annotated[
        bool, typer.Option(help="Sync the embedded systems; without them, the ones the environment names.")
    ] = True,
    read_only: Annotated[
        bool | None,
        typer.Option(
            "--read-only/--read-write",
            help="Whether the UI may launch runs. It has no login: every user of this machine can reach it; "
            "web pages of others cannot. Default: read-write with the embedded systems only.",
        ),
    ] = None,
    port: Annotated[int, typer.Option(min=1, max=65535, help="Port of the Dagster UI.")] = 3000,
    data_dir: Annotated[
        Path, typer.Option(file_okay=False, help="Holds Dagster's home and the embedded systems' records.")
    ] = Path("data"),
    salesforce_port: SalesforcePort = 8801,
    customerp_port: CustomerpPort = 8802,
    sample: SampleChoice = Sample.SMALL,
    webhook_port: Annotated[
        int, typer.Option(min=0, max=65535, help="Port for Customerp's webhooks, if their secret is set; 0: any.")
    ] = 3001,
) -> None:
    """Start everything: both embedded systems, the Dagster UI and the daemon. Ctrl-C stops all of it."""
    _refuse_used_port(port)
    with ExitStack() as stack:
        stop = stack.enter_context(asked_to_stop())
        environ = environment()
        webhooks = stack.enter_context(taking_webhooks(environ, home=data_dir / "dagster_home", port=webhook_port))
        if sandbox:
            own = data_dir / "sandbox"
            with progress("starting the embedded systems"):
                systems = stack.enter_context(
                    embedded_systems(
                        salesforce_port=salesforce_port,
                        customerp_port=customerp_port,
                        sample=sample,
                        data_dir=own,
                        customerp_webhooks=webhooks,
                    )
                )
            # Their own store: links to the embedded systems must never meet those to the real ones.
            environ |= variables_for(json.loads(systems.as_json_line()), store=own / "talk.duckdb")
        settings = Settings.from_environment(environ)
        home = prepared_home(data_dir / "dagster_home", say=_say)
        held = stack.enter_context(sole_use(home))
        ui = Dagster(home=home, port=port, read_only=not sandbox if read_only is None else read_only)
        with progress("ending what an earlier start left behind"):
            from talk_assets.automation.aftermath import end_runs_left_in

            end_runs_left_in(home)
        children = stack.enter_context(Children(inherited=[held], tell=_say))
        ui.start(children, {UI_URL.name: ui.url} | with_absolute_paths(environ))
        with progress("starting the Dagster UI and daemon"):
            ui.wait_until_ready(children, stop)
        if not stop.is_set():
            results().print(plain(ui.announcement(settings)))
            vigil = stack.enter_context(_vigil(ui, children, environ))
            children.watch(stop, replacing=True, meanwhile=vigil.look)


@contextmanager
def _vigil(ui: "Dagster", children: Children, environ: Mapping[str, str]) -> Iterator["Vigil"]:
    """What looks after *children* from now on."""
    from talk_assets.automation.pulse import signs_in
    from talk_assets.cli.vigil import Vigil
    from talk_assets.resources import open_channels, utc_now

    alerts = AlertSettings.from_environment(environ)
    with signs_in(ui.home) as signs:
        vigil = Vigil(
            ui.home,
            children,
            signs=signs,
            url=ui.url,
            alerts=alerts,
            channels=lambda: open_channels(alerts),
            now=utc_now,
            say=_say,
        )
        with closing(vigil):
            yield vigil


def _say(text: str) -> None:
    errors().print(plain(f"{time.strftime('%Y-%m-%d %H:%M:%S')} {text}"))


@dataclass(frozen=True, kw_only=True)
class Dagster:
    """The web server and the daemon of one Dagster home, for the definitions in a module."""

    home: Path
    port: int
    read_only: bool
    definitions: str = DEFINITIONS

    @property
    def url(self) -> str:
        """Where the UI is."""
        return f"http://{HOST}:{self.port}"

    def start(self, children: Children, environ: Mapping[str, str]) -> None:
        """Start both as *children* with *environ*."""
        self.start_webserver(children, environ)
        self.start_worker(children, environ)
        self.start_daemon(children, environ)

    def start_webserver(self, children: Children, environ: Mapping[str, str]) -> None:
        """Start the web server, behind its guard."""
        command = ["-m", WEBSERVER, "-h", HOST, "-p", str(self.port), "-m", self.definitions]
        if self.read_only:
            command.append("--read-only")
        self._start(children, "dagster-webserver", command, environ)

    def start_daemon(self, children: Children, environ: Mapping[str, str]) -> None:
        """Start the daemon: sensors, schedules, the queue and the watch over runs."""
        script = Path(sysconfig.get_path("scripts")) / "dagster-daemon"
        self._start(children, "dagster-daemon", [str(script), "run", "-m", self.definitions], environ)

    def start_worker(self, children: Children, environ: Mapping[str, str]) -> None:
        """Start the process that runs are handed to; while it is not there, they get processes of their own."""
        command = ["-m", WORKER, SOCKET, self.definitions]
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
        deadline = time.monotonic() + _READY_SECONDS
        children.watch(stop, until=lambda: self._answers() or time.monotonic() > deadline)
        if not stop.is_set() and time.monotonic() > deadline:
            raise PeerUnavailableError(
                f"The Dagster UI did not answer at {self.url} within {_READY_SECONDS:.0f} s. Everything was "
                f"stopped. What it said last is in {self.home / 'dagster-webserver.log'}."
            )
        if not stop.is_set() and self._status(host=FOREIGN) != HTTPStatus.FORBIDDEN:
            raise ConfigurationError(
                "The Dagster UI answers requests of foreign web pages: the installed dagster-webserver takes no "
                "guard in the way that is known here. Everything was stopped. Install the versions that "
                "requirements.txt names."
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
        return self._status(host=f"{HOST}:{self.port}") == http.HTTPStatus.OK

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


def _refuse_used_port(port: int) -> None:
    try:
        socket.create_server((HOST, port)).close()
    except OSError as error:
        raise ConfigurationError(
            f"Port {port} on {HOST} cannot be used for the Dagster UI ({error.strerror}). Nothing was started. "
            "Stop the program that has it, or name another port with --port."
        ) from error
