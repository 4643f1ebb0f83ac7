"""Starts a run at once where nothing is in its way; otherwise it waits in Dagster's queue, looked at each second.

Named in `dagster.yaml`.
"""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import dagster as dg
from dagster._core.run_coordinator import QueuedRunCoordinator, SubmitRunContext

from talk_assets.automation.aftermath import RUNNING
from talk_assets.automation.launcher import WorkerLauncher

_LOCK = "submitting.lock"


class PromptCoordinator(QueuedRunCoordinator):
    """Dagster's queue, past which a run goes that would be the only one and that the worker can take."""

    def submit_run(self, context: SubmitRunContext) -> dg.DagsterRun:
        """Start or queue the run of *context*."""
        run = context.dagster_run
        if run.status is not dg.DagsterRunStatus.NOT_STARTED:
            return super().submit_run(context)
        # Whoever submits meanwhile sees this run as started, so only one can be first.
        with self._alone():
            if not self._is_free():
                return super().submit_run(context)
            self._instance.launch_run(run.run_id, context.workspace)
        return self._instance.get_run_by_id(run.run_id) or run

    def _is_free(self) -> bool:
        launcher = self._instance.run_launcher
        if not isinstance(launcher, WorkerLauncher) or not launcher.has_idle_worker():
            return False
        before = [dg.DagsterRunStatus.QUEUED, *RUNNING]
        return not self._instance.get_run_ids(dg.RunsFilter(statuses=before), limit=1)

    @contextmanager
    def _alone(self) -> Iterator[None]:
        descriptor = os.open(
            Path(self._instance.root_directory) / _LOCK, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, mode=0o600
        )
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX)
            yield
        finally:
            os.close(descriptor)
