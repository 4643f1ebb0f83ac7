"""`talk up`: the embedded systems, the Dagster UI and its daemon, started and stopped together."""

import json
import socket
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from talk_assets.cli.children import Children
from talk_assets.cli.events import hearing_events
from talk_assets.cli.home import prepared_home, sole_use
from talk_assets.cli.parts import HOST, Dagster
from talk_assets.cli.sandbox import CustomerpPort, SalesforcePort, Sample, SampleChoice, embedded_systems
from talk_assets.cli.screen import errors, plain, progress, results
from talk_assets.cli.signals import asked_to_stop
from talk_assets.cli.webhooks import taking_webhooks
from talk_assets.model.errors import ConfigurationError
from talk_assets.settings import AlertSettings, Settings, environment, variables_for, with_absolute_paths
from talk_assets.settings.alert_variables import UI_URL

if TYPE_CHECKING:
    from talk_assets.cli.vigil import Vigil


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
        stack.enter_context(hearing_events(environ, settings, home=home, say=_say))
        ui = Dagster(home=home, port=port, read_only=not sandbox if read_only is None else read_only)
        with progress("ending what an earlier start left behind"):
            from talk_assets.automation.aftermath import end_runs_left_in

            end_runs_left_in(home)
        children = stack.enter_context(Children(inherited=[held], tell=_say))
        with progress("starting the Dagster UI and daemon"):
            ui.start(children, {UI_URL.name: ui.url} | with_absolute_paths(environ), stop)
            ui.wait_until_ready(children, stop)
        if not stop.is_set():
            results().print(plain(ui.announcement(settings)))
            vigil = stack.enter_context(_vigil(ui, children, environ))
            children.watch(stop, replacing=True, meanwhile=vigil.look)


@contextmanager
def _vigil(ui: Dagster, children: Children, environ: Mapping[str, str]) -> Iterator["Vigil"]:
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


def _refuse_used_port(port: int) -> None:
    try:
        socket.create_server((HOST, port)).close()
    except OSError as error:
        raise ConfigurationError(
            f"Port {port} on {HOST} cannot be used for the Dagster UI ({error.strerror}). Nothing was started. "
            "Stop the program that has it, or name another port with --port."
        ) from error
