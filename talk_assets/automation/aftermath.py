"""What is left after a power cut, a kill or a failure, and how the work goes on by itself.

Dagster's default launcher cannot tell that a run's process died together with the process that started it:
such a run would count as under way, and hold its place, until its time limit. So every run says which
process it has, and runs whose process is gone are ended here.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

import dagster as dg
from dagster._core.storage.tags import HIDDEN_TAG_PREFIX

from talk_assets.automation.jobs import ALL, Job
from talk_assets.automation.process import Process

PROCESS_TAG = f"{HIDDEN_TAG_PREFIX}talk_process"
FIRST_WAIT = timedelta(seconds=15)
LONGEST_WAIT = timedelta(minutes=15)
_LOOKED_BACK = 12
"""More failures than this in a row wait the longest time anyway."""

QUEUED = (dg.DagsterRunStatus.QUEUED, dg.DagsterRunStatus.NOT_STARTED)
RUNNING = (dg.DagsterRunStatus.STARTING, dg.DagsterRunStatus.STARTED, dg.DagsterRunStatus.CANCELING)


def sign(context: dg.InitResourceContext) -> None:
    """Tell the run storage that the run of *context* has this process."""
    if context.run is not None and context.instance is not None:
        context.instance.add_run_tags(context.run.run_id, {PROCESS_TAG: str(Process.current())})


def end_dead_runs(instance: dg.DagsterInstance, *, nothing_runs: bool = False) -> list[str]:
    """End all runs under way whose process is gone, and return their ids.

    A run that did not yet say which process it has is taken for dead only if the caller knows that
    *nothing_runs*; the daemon gives up such a run when it does not start in time.
    """
    ended = []
    for run in instance.get_runs(filters=dg.RunsFilter(statuses=list(RUNNING))):
        process = Process.parse(run.tags.get(PROCESS_TAG, ""))
        if nothing_runs if process is None else process.is_gone():
            message = "The process of this run has ended without a word: it was killed, or the machine stopped. "
            message += "What it wrote is recorded in the store; the next run goes on from there."
            if run.status is dg.DagsterRunStatus.CANCELING:
                instance.report_run_canceled(run, message)
            else:
                instance.report_run_failed(run, message)
            ended.append(run.run_id)
    return ended


def end_runs_left_in(home: Path) -> int:
    """End the runs that an earlier daemon of the Dagster home *home* left under way; return how many.

    Only for who knows that nothing of it is running.
    """
    with dg.DagsterInstance.from_config(str(home)) as instance:
        return len(end_dead_runs(instance, nothing_runs=True))


def is_whole(run: dg.DagsterRun) -> bool:
    """Whether *run* brings across all that its job can: a dry run or a part of the assets does not."""
    return not run.run_config.get("dry_run") and not run.asset_selection


@dataclass(frozen=True, kw_only=True)
class Ended:
    """How a run of *job* ended; *at* is None while it waits or is under way."""

    job: str
    at: datetime | None
    failed: bool


def overdue(runs: Sequence[Ended], now: datetime) -> tuple[str, ...]:
    """The jobs to run again because their last run failed; *runs* are the latest first.

    A failure waits for a while, and longer after each further one. A job is not run again when a later
    run of it or of everything succeeded, waits or is under way.
    """
    found = [job for job in dict.fromkeys(run.job for run in runs) if _is_overdue(runs, job, now)]
    return (ALL,) if ALL in found else tuple(found)


def _is_overdue(runs: Sequence[Ended], job: str, now: datetime) -> bool:
    last: datetime | None = None
    failures = 0
    for run in runs:
        if run.job not in {job, ALL}:
            continue
        if run.at is None:
            return False
        if not run.failed:
            break
        if run.job == job:
            failures += 1
            last = last or run.at
    return last is not None and now >= last + min(FIRST_WAIT * 2 ** (failures - 1), LONGEST_WAIT)


def latest_runs(instance: dg.DagsterInstance, jobs: Sequence[str], now: datetime) -> list[Ended]:
    """The latest whole runs of each of *jobs*, the latest first."""
    records = [
        record
        for job in jobs
        for record in instance.get_run_records(filters=dg.RunsFilter(job_name=job), limit=_LOOKED_BACK)
        if is_whole(record.dagster_run)
    ]
    records.sort(key=lambda record: record.create_timestamp, reverse=True)
    return [
        Ended(
            job=record.dagster_run.job_name,
            at=_ended_at(record, now) if record.dagster_run.is_finished else None,
            # Who cancels a run does not want it again.
            failed=record.dagster_run.status is dg.DagsterRunStatus.FAILURE,
        )
        for record in records
    ]


def _ended_at(record: dg.RunRecord, now: datetime) -> datetime:
    return record.update_timestamp if record.end_time is None else datetime.fromtimestamp(record.end_time, now.tzinfo)


def resume(jobs: Sequence[Job], now: Callable[[], datetime]) -> dg.SensorDefinition:
    """Return the sensor that ends dead runs and runs again what failed; *now* is the clock. It asks no end."""

    @dg.sensor(
        name="resume",
        jobs=jobs,
        minimum_interval_seconds=5,
        default_status=dg.DefaultSensorStatus.RUNNING,
        description="Ends runs whose process was killed, and requests again what failed: after a quarter of a minute, "
        "then twice as long each time, up to a quarter of an hour.",
    )
    def _resume(context: dg.SensorEvaluationContext) -> dg.SensorResult | dg.SkipReason:
        end_dead_runs(context.instance)
        due = overdue(latest_runs(context.instance, [job.name for job in jobs], now()), now())
        if not due:
            return dg.SkipReason("No run has failed since the last success.")
        return dg.SensorResult(run_requests=[dg.RunRequest(job_name=job) for job in due])

    return _resume
