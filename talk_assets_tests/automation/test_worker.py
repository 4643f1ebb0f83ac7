"""The warm worker and its launcher: runs in one process, one at a time, stopped when asked, replaced when in doubt."""

import json
import os
import socket
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import dagster as dg
import pytest
from dagster._core.launcher.base import LaunchRunContext
from dagster._core.remote_origin import RegisteredCodeLocationOrigin, RemoteRepositoryOrigin
from dagster._core.run_coordinator import SubmitRunContext

from talk_assets.automation.launcher import WORKER_TAG
from talk_assets.automation.process import SOCKET, Process
from talk_assets.cli.home import prepared_home
from talk_assets_tests.automation import small_jobs

MODULE = "talk_assets_tests.automation.small_jobs"
SECONDS = 45.0
ORIGIN = RemoteRepositoryOrigin(RegisteredCodeLocationOrigin("small_jobs"), repository_name="__repository__")


class Desk:
    """A Dagster home with a worker, and somebody who launches runs there."""

    def __init__(self, home: Path, instance: dg.DagsterInstance) -> None:
        self.home = home
        self.instance = instance
        self.notes = home / "noted"
        self.worker = None

    def start_worker(self) -> None:
        environ = os.environ | {
            "DAGSTER_HOME": str(self.home),
            "NOTED": str(self.notes),
            "PYTHONPATH": str(Path(__file__).parents[2]),
        }
        command = [sys.executable, "-m", "talk_assets.automation.worker", SOCKET, MODULE]
        self.worker = subprocess.Popen(command, cwd=self.home, env=environ)
        until((self.home / SOCKET).exists)

    def launch(self, job: str) -> str:
        run = self._run_of(job, dg.DagsterRunStatus.STARTING)
        self.instance.run_launcher.launch_run(LaunchRunContext(dagster_run=run, workspace=None))
        return run.run_id

    def submit(self, job: str) -> str:
        run = self._run_of(job, dg.DagsterRunStatus.NOT_STARTED)
        return self.instance.run_coordinator.submit_run(SubmitRunContext(dagster_run=run, workspace=None)).run_id

    def _run_of(self, job: str, status: dg.DagsterRunStatus) -> dg.DagsterRun:
        recon = dg.reconstructable(getattr(small_jobs, job))
        return self.instance.create_run_for_job(
            recon.get_definition(),
            job_code_origin=recon.get_python_origin(),
            remote_job_origin=ORIGIN.get_job_origin(job),
            status=status,
        )

    def status(self, run_id: str) -> str:
        return self.instance.get_run_by_id(run_id).status.value

    def ends(self, run_id: str) -> str:
        until(lambda: self.instance.get_run_by_id(run_id).is_finished)
        return self.status(run_id)

    def noted(self) -> list[str]:
        return self.notes.read_text().split("\n")[:-1] if self.notes.exists() else []


def until(happened) -> None:
    deadline = time.monotonic() + SECONDS
    while not happened():
        assert time.monotonic() < deadline
        time.sleep(0.02)


@pytest.fixture
def desk(tmp_path):
    home = prepared_home(tmp_path / "home")
    with dg.DagsterInstance.from_config(str(home)) as instance:
        found = Desk(home, instance)
        try:
            yield found
        finally:
            if found.worker is not None:
                found.worker.kill()
                found.worker.wait()


def test_runs_follow_each_other_in_one_process_until_one_does_not_succeed(desk):
    """A run says from the start which process it has; a stop that comes too late stops nothing; a failure ends it."""
    desk.start_worker()
    first = desk.launch("noting")
    assert desk.ends(first) == "SUCCESS"
    assert not desk.instance.run_launcher.terminate(first)
    second = desk.launch("noting")
    assert desk.ends(second) == "SUCCESS"

    assert desk.noted() == [str(desk.worker.pid)] * 2
    assert Process.parse(desk.instance.get_run_by_id(second).tags[WORKER_TAG]).pid == desk.worker.pid
    assert desk.ends(desk.launch("failing")) == "FAILURE"
    assert desk.worker.wait(SECONDS) == 0


def test_run_in_the_worker_is_stopped_from_outside(desk):
    """Who presses Terminate in the UI gets a cancelled run; the worker takes nothing else meanwhile."""
    desk.start_worker()
    run = desk.launch("lasting")
    until(lambda: desk.noted() == ["under way"])

    assert ask(desk, {"run": "other", "command": [sys.executable, "api", "execute_run", "{}"]}) == {
        "refused": f"it executes run {run}"
    }
    assert ask(desk, {"stop": "other"}) == {"stopping": False}
    assert desk.instance.run_launcher.terminate(run)
    assert desk.ends(run) == "CANCELED"
    assert desk.worker.wait(SECONDS) == 0


def test_a_run_that_would_be_the_only_one_starts_at_once_and_others_wait_in_the_queue(desk):
    """Of several submitted at the same time one starts; without a worker, all are left to the queue."""
    early = desk.submit("noting")
    assert desk.status(early) == "QUEUED"
    desk.instance.report_run_canceled(desk.instance.get_run_by_id(early))
    desk.start_worker()
    with ThreadPoolExecutor() as together:
        runs = list(together.map(desk.submit, ["lasting"] * 4))

    (first,) = (run for run in runs if desk.status(run) != "QUEUED")
    until(lambda: desk.noted() == ["under way"])
    assert [desk.status(run) for run in runs if run != first] == ["QUEUED"] * 3
    desk.instance.run_launcher.terminate(first)
    assert desk.ends(first) == "CANCELED"


def test_without_a_worker_runs_start_as_by_default(desk):
    """Before there is one, and when it was killed, Dagster's own launcher is asked; here it lacks a workspace."""
    with pytest.raises(dg.DagsterInvariantViolationError, match="DefaultRunLauncher requires a workspace"):
        desk.launch("noting")
    desk.start_worker()
    desk.worker.kill()
    desk.worker.wait()

    with pytest.raises(dg.DagsterInvariantViolationError, match="DefaultRunLauncher requires a workspace"):
        desk.launch("noting")


def test_worker_executes_runs_only(desk):
    """Other commands, other interpreters and what is no request are refused, and the worker goes on."""
    desk.start_worker()

    assert ask(desk, {"run": "a", "command": [sys.executable, "-c", "1", "2"]}) == {"refused": "it executes runs only"}
    other = {"run": "a", "command": ["/bin/python", "api", "execute_run", "{}"]}
    assert ask(desk, other)["refused"].startswith("it is a process of ")
    with pytest.raises(ValueError, match="Expecting value"):
        ask(desk, "\n")
    assert desk.ends(desk.launch("noting")) == "SUCCESS"


def ask(desk: Desk, question) -> dict:
    with socket.socket(socket.AF_UNIX) as connection:
        connection.connect(str(desk.home / SOCKET))
        connection.sendall((question if isinstance(question, str) else json.dumps(question) + "\n").encode())
        return json.loads(connection.makefile("rb").readline())
