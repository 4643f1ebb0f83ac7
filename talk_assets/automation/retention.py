"""Clearing up what Dagster keeps of old runs, a little at a time.

What the store keeps is cleared up by the runs themselves, which alone may open it.
"""

import time
from collections.abc import Callable, Iterable
from datetime import datetime, timedelta

import dagster as dg

EVERY = 600
_MOST = 200
_SECONDS = 5.0
"""One tick may last as long, so that the doorbells are not kept waiting."""
_ENDED = [dg.DagsterRunStatus.SUCCESS, dg.DagsterRunStatus.FAILURE, dg.DagsterRunStatus.CANCELED]


def retention(keep: timedelta, now: Callable[[], datetime]) -> dg.SensorDefinition:
    """Return the sensor that drops runs which ended longer than *keep* ago, with their events and logs."""

    @dg.sensor(
        name="retention",
        minimum_interval_seconds=EVERY,
        default_status=dg.DefaultSensorStatus.RUNNING if keep else dg.DefaultSensorStatus.STOPPED,
        description="Drops Dagster's records of old runs, with events and logs; TALK_RUNS_DAYS says how old. Kept "
        "is the run that an asset was last made in.",
    )
    def _retention(context: dg.SensorEvaluationContext) -> dg.SkipReason:
        dropped = drop_runs(context.instance, now() - keep, most=_MOST)
        return dg.SkipReason(f"{dropped:,} old runs were dropped." if dropped else "No run is old enough.")

    return _retention


def drop_runs(instance: dg.DagsterInstance, before: datetime, *, most: int) -> int:
    """Drop up to *most* runs that ended before *before*, the oldest first; how many there were."""
    found = instance.get_run_records(
        filters=dg.RunsFilter(statuses=_ENDED, updated_before=before),
        order_by="update_timestamp",
        ascending=True,
        limit=most,
    )
    if not found:
        return 0
    needed = latest_of_assets(instance)
    until = time.monotonic() + _SECONDS
    dropped = 0
    for record in found:
        run = record.dagster_run.run_id
        if run in needed:
            continue
        if time.monotonic() > until:
            break
        instance.delete_run(run)
        instance.compute_log_manager.delete_logs(prefix=[run])
        dropped += 1
    return dropped


def latest_of_assets(instance: dg.DagsterInstance) -> set[str]:
    """The runs that each asset was last made in: without them it would look as if it had never been."""
    records: Iterable[dg.AssetRecord] = instance.get_asset_records()
    entries = [record.asset_entry for record in records]
    runs = {entry.last_run_id for entry in entries}
    runs |= {entry.last_materialization_record.run_id for entry in entries if entry.last_materialization_record}
    return {run for run in runs if run}
