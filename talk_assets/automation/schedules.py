"""The safety net: everything, now and then, whatever the doorbells heard."""

import dagster as dg

from talk_assets.automation.jobs import ALL, Job
from talk_assets.automation.listening import Busy

QUARTER_HOURLY = "*/15 * * * *"
NIGHTLY = "7 2 * * *"
AFTER_NIGHTLY = "8 2 * * *"

REPORT_TIMES = {"daily": "17 6 * * *", "weekly": "17 6 * * 1"}
"""After the night's whole read."""


def sweep_schedule(job: Job) -> dg.ScheduleDefinition:
    """Return the schedule that syncs all pairs each quarter of an hour, unless such a run is there already.

    It repeats what a failed run left, and releases changes that waited for a record of another pair.
    """

    @dg.schedule(
        name=f"{ALL}_quarter_hourly",
        job=job,
        cron_schedule=QUARTER_HOURLY,
        default_status=dg.DefaultScheduleStatus.RUNNING,
        description="Syncs everything each quarter of an hour: repeats what a failed run left, and releases changes "
        "that waited for a record of another pair.",
    )
    def _sweep(context: dg.ScheduleEvaluationContext) -> dg.RunRequest | dg.SkipReason:
        busy = Busy.now(context.instance)
        if ALL in busy.queued | busy.running:
            return dg.SkipReason("A sync of everything is queued or running.")
        return dg.RunRequest()

    return _sweep


def whole_read_schedule(job: Job) -> dg.ScheduleDefinition:
    """Return the schedule that once a night reads both ends whole and syncs all pairs.

    It finds what no change told of: a record that vanished without a tombstone, or one that moved unstamped.
    """

    @dg.schedule(
        name=f"{ALL}_nightly",
        job=job,
        cron_schedule=NIGHTLY,
        default_status=dg.DefaultScheduleStatus.RUNNING,
        description="Reads everything once a night and syncs it: finds records that vanished without a trace, which "
        "count as deleted when the next night's read misses them, too.",
    )
    def _whole_read(context: dg.ScheduleEvaluationContext) -> dg.RunRequest:  # noqa: ARG001 - the shape of a schedule
        return dg.RunRequest(run_config={"full": True})

    return _whole_read


def audit_schedule(job: Job) -> dg.ScheduleDefinition:
    """Return the schedule of the nightly audit: queued right behind the whole read, so that it runs after it."""

    @dg.schedule(
        name="audit_nightly",
        job=job,
        cron_schedule=AFTER_NIGHTLY,
        default_status=dg.DefaultScheduleStatus.RUNNING,
        description="Compares every record once a night, after both ends were read whole, and says of each that is not "
        "in step why.",
    )
    def _audit(context: dg.ScheduleEvaluationContext) -> dg.RunRequest:  # noqa: ARG001 - the shape of a schedule
        return dg.RunRequest()

    return _audit


def report_schedule(job: Job, how_often: str) -> dg.ScheduleDefinition:
    """Return the schedule that makes the data-quality report *how_often*: daily, weekly or off.

    It is a run of its own, so that no sync waits for it.
    """
    return dg.ScheduleDefinition(
        name="data_quality_report",
        job=job,
        cron_schedule=REPORT_TIMES.get(how_often, REPORT_TIMES["weekly"]),
        default_status=dg.DefaultScheduleStatus.RUNNING
        if how_often in REPORT_TIMES
        else dg.DefaultScheduleStatus.STOPPED,
        description="Makes the data-quality report, after the night's whole read; TALK_REPORT says how often.",
    )
