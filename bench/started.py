"""Dagster, started in two ways, between the same two embedded systems, with a person at each."""

import os
import re
import signal
import socket
import subprocess
import sys
import sysconfig
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from talk_assets.demo.ends import PlainCustomerp, PlainSalesforce
from talk_assets.sandbox.customerp import CustomerpSettings
from talk_assets.sandbox.salesforce import SalesforceSettings
from talk_assets.sandbox.server import sandbox

_TALK = [sys.executable, "-c", "from talk_assets.cli import main; main()"]
_ROOT = Path(__file__).parents[1]
_NAME = "Latency"
_READY_SECONDS = 180.0


@dataclass(frozen=True, kw_only=True)
class Started:
    """What runs: the people at both ends, the contact they edit, and the process that leads all others."""

    home: Path
    salesforce: PlainSalesforce
    customerp: PlainCustomerp
    process: subprocess.Popen[str]

    def edit_salesforce(self, value: str) -> None:
        """Give the contact another title."""
        found = self.salesforce.query(f"SELECT Id FROM Contact WHERE LastName = '{_NAME}'")[0]  # noqa: S608
        self.salesforce.update("Contact", str(found["Id"]), Title=value)

    def edit_customerp(self, value: str) -> None:
        """Give the contact another department."""
        self.customerp.update("contacts", self._customerp_id(), {"department": value})

    def seen_in_customerp(self) -> str | None:
        """The contact's job title there; None where it is not there yet."""
        found = [one for one in self.customerp.all("contacts") if one["familyName"] == _NAME]
        return found[0].get("jobTitle") if found else None

    def seen_in_salesforce(self) -> str | None:
        """The contact's department there."""
        found = self.salesforce.query(f"SELECT Department FROM Contact WHERE LastName = '{_NAME}'")  # noqa: S608
        return found[0]["Department"] if found else None

    def cpu_seconds(self) -> float:
        """The CPU time that all processes took so far, those that ended included."""
        ticks = 0
        for pid in [self.process.pid, *_descendants(self.process.pid)]:
            try:
                stat = Path(f"/proc/{pid}/stat").read_text(encoding="ascii", errors="replace")
            except OSError:
                continue
            ticks += sum(int(field) for field in stat.rpartition(")")[2].split()[11:15])
        return ticks / os.sysconf("SC_CLK_TCK")

    def _customerp_id(self) -> str:
        return next(str(one["id"]) for one in self.customerp.all("contacts") if one["familyName"] == _NAME)


@contextmanager
def talk_up(folder: Path) -> Iterator[Started]:
    """`talk up` with empty systems, in which one contact is in step."""
    command = [*_TALK, "up", "--port", str(_free_port()), "--data-dir", str(folder / "data"), "--sample", "none"]
    command += ["--salesforce-port", "0", "--customerp-port", "0"]
    with _running(command, folder, {}) as process:
        assert process.stdout is not None  # noqa: S101 - told to the type checker
        shown = [process.stdout.readline() for _ in range(5)]
        urls = [found[0] for line in shown if (found := re.search(r"http://\S+", line))]
        with _people(urls[1], urls[2]) as (salesforce, customerp):
            started = Started(
                home=folder / "data" / "dagster_home", salesforce=salesforce, customerp=customerp, process=process
            )
            salesforce.create("Contact", LastName=_NAME, Title="new")
            _wait_for_contact(started)
            yield started


@contextmanager
def plain_dagster(folder: Path) -> Iterator[Started]:
    """A sensor and a job as Dagster's documentation writes them, with Dagster's default settings."""
    home = folder / "plain"
    home.mkdir()
    (home / "dagster.yaml").write_text("telemetry:\n  enabled: false\n")
    with ExitStack() as stack:
        systems = stack.enter_context(sandbox())
        salesforce, customerp = stack.enter_context(_people(systems.salesforce.url, systems.customerp.url))
        salesforce.create("Contact", LastName=_NAME, Title="new")
        customerp.create("contacts", {"familyName": _NAME})
        script = Path(sysconfig.get_path("scripts")) / "dagster-daemon"
        environ = {
            "DAGSTER_HOME": str(home),
            "PLAIN_SALESFORCE": systems.salesforce.url,
            "PLAIN_CUSTOMERP": systems.customerp.url,
        }
        command = [sys.executable, str(script), "run", "-m", "bench.plain_dagster"]
        process = stack.enter_context(_running(command, home, environ))
        started = Started(home=home, salesforce=salesforce, customerp=customerp, process=process)
        _wait_for_contact(started)
        yield started


def _wait_for_contact(started: Started) -> None:
    deadline = time.monotonic() + _READY_SECONDS
    while started.seen_in_customerp() != "new":
        if time.monotonic() > deadline or started.process.poll() is not None:
            raise TimeoutError("The first contact did not arrive. The logs of what was started may tell why.")
        time.sleep(0.2)


@contextmanager
def _people(salesforce_url: str, customerp_url: str) -> Iterator[tuple[PlainSalesforce, PlainCustomerp]]:
    org, tenant = SalesforceSettings(), CustomerpSettings()
    salesforce = PlainSalesforce(url=salesforce_url, client_id=org.client_id, client_secret=org.client_secret)
    customerp = PlainCustomerp(url=customerp_url, api_key=tenant.api_key)
    try:
        yield salesforce, customerp
    finally:
        salesforce.close()
        customerp.close()


@contextmanager
def _running(command: list[str], folder: Path, environ: dict[str, str]) -> Iterator[subprocess.Popen[str]]:
    with (folder / "started.log").open("ab") as log:
        process = subprocess.Popen(  # noqa: S603 - programs of this installation
            command,
            cwd=folder,
            env=os.environ | {"PYTHONPATH": str(_ROOT)} | environ,
            stdout=subprocess.PIPE,
            stderr=log,
            text=True,
        )
    try:
        yield process
    finally:
        process.send_signal(signal.SIGTERM)
        try:
            process.communicate(timeout=60)
        except subprocess.TimeoutExpired:
            process.kill()
            process.communicate()


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        return int(server.getsockname()[1])


def _descendants(pid: int) -> list[int]:
    children: dict[int, list[int]] = {}
    for folder in Path("/proc").iterdir():
        if folder.name.isdecimal():
            try:
                stat = (folder / "stat").read_text(encoding="ascii", errors="replace")
            except OSError:
                continue
            children.setdefault(int(stat.rpartition(")")[2].split()[1]), []).append(int(folder.name))
    found: list[int] = []
    fresh = [pid]
    while fresh:
        fresh = [child for parent in fresh for child in children.get(parent, [])]
        found += fresh
    return found
