"""Hands runs to the warm worker of `talk up`; without one, they start as Dagster starts them by default.

Named in `dagster.yaml`. It gives the worker the command line that Dagster's own launchers give to containers.
"""

import json
import logging
import socket
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Self, cast

import dagster as dg
from dagster._core.launcher.base import LaunchRunContext
from dagster._core.storage.tags import HIDDEN_TAG_PREFIX
from dagster._grpc.types import ExecuteRunArgs
from dagster._serdes import ConfigurableClassData

from talk_assets.automation.aftermath import PROCESS_TAG
from talk_assets.automation.process import SOCKET

WORKER_TAG = f"{HIDDEN_TAG_PREFIX}talk_worker"
_ANSWER_SECONDS = 10.0
_LOG = logging.getLogger(__name__)


class WorkerLauncher(dg.DefaultRunLauncher):
    """Starts runs in the worker that listens in the Dagster home, one at a time."""

    @classmethod
    def from_config_value(cls, inst_data: ConfigurableClassData, config_value: Mapping[str, Any]) -> Self:  # noqa: ARG003
        """Dagster's way to make it; it has no settings."""
        return cls(inst_data=inst_data)

    def launch_run(self, context: LaunchRunContext) -> None:
        """Start the run of *context*."""
        run = context.dagster_run
        origin = context.job_code_origin
        if origin is not None:
            arguments = ExecuteRunArgs(
                job_origin=origin,
                run_id=run.run_id,
                instance_ref=self._instance.get_ref(),
                set_exit_code_on_failure=True,
            )
            answer = self._ask({"run": run.run_id, "command": list(arguments.get_command_args())})
            if "process" in answer:
                # Should the worker die before the run says so itself, it can be told that the run died with it.
                self._instance.add_run_tags(
                    run.run_id, {PROCESS_TAG: str(answer["process"]), WORKER_TAG: str(answer["process"])}
                )
                return
            _LOG.info("Run %s gets a process of its own: %s.", run.run_id, answer.get("refused", "no worker answered"))
        super().launch_run(context)

    def has_idle_worker(self) -> bool:
        """Whether there is a worker, and it would take a run now."""
        return bool(self._ask({"idle": True}).get("idle"))

    def terminate(self, run_id: str) -> bool:
        """Interrupt a run; False if it is not under way any more."""
        run = self._instance.get_run_by_id(run_id)
        if run is None or WORKER_TAG not in run.tags:
            return bool(super().terminate(run_id))  # type: ignore[no-untyped-call]
        if run.is_finished:
            return False
        self._instance.report_run_canceling(run)
        return bool(self._ask({"stop": run_id}).get("stopping"))

    def _ask(self, question: Mapping[str, Any]) -> dict[str, Any]:
        """The worker's answer; empty where no worker is."""
        try:
            with socket.socket(socket.AF_UNIX) as connection:
                connection.settimeout(_ANSWER_SECONDS)
                connection.connect(str(Path(self._instance.root_directory) / SOCKET))
                connection.sendall(json.dumps(question).encode() + b"\n")
                with connection.makefile("rb") as stream:
                    answer = json.loads(stream.readline())
        except (OSError, ValueError):
            return {}
        return cast("dict[str, Any]", answer) if isinstance(answer, dict) else {}
