"""The safety net: when the schedules ask for a run, and what a night's whole read finds."""

from datetime import UTC, datetime

import dagster as dg
import pytest

from talk_assets.automation.jobs import ALL
from talk_assets.definitions import defs
from talk_assets.model.system import System

SALESFORCE, CUSTOMERP = System
NIGHTLY, QUARTER_HOURLY = f"{ALL}_nightly", f"{ALL}_quarter_hourly"


def requests(name, instance):
    """What the schedule asks for when its time has come."""
    context = dg.build_schedule_context(instance=instance, scheduled_execution_time=datetime(2026, 3, 14, tzinfo=UTC))
    return defs.resolve_schedule_def(name).evaluate_tick(context)


@pytest.mark.parametrize(("name", "when"), [(NIGHTLY, "7 2 * * *"), (QUARTER_HOURLY, "*/15 * * * *")])
def test_schedules_are_on_from_the_start_and_sync_everything(name, when):
    """Nobody has to find the switch."""
    schedule = defs.resolve_schedule_def(name)

    assert schedule.default_status is dg.DefaultScheduleStatus.RUNNING
    assert schedule.job_name == ALL
    assert schedule.cron_schedule == when


def test_the_audit_comes_right_after_the_whole_read(instance):
    """Runs wait for each other in the order in which they were asked for."""
    schedule = defs.resolve_schedule_def("audit_nightly")

    assert schedule.default_status is dg.DefaultScheduleStatus.RUNNING
    assert schedule.job_name == "audit"
    assert schedule.cron_schedule == "8 2 * * *"
    assert len(requests("audit_nightly", instance).run_requests) == 1


def test_the_nightly_run_reads_both_ends_whole(runs, twins, instance):
    """Two nights after a record vanished without a trace it counts as deleted; nothing else would ever tell."""
    records = [twins.add("contact", CUSTOMERP, last_name=f"Berg {n}", email=f"b{n}@x.no") for n in range(6)]
    runs("sync_contact")
    twins.ends[CUSTOMERP].purge("contact", records[0])
    (asked,) = requests(NIGHTLY, instance).run_requests
    assert dg.validate_run_config(defs.resolve_job_def(ALL), asked.run_config)
    states = []
    for config in ({}, asked.run_config, asked.run_config):
        twins.clock.tick(24 * 3600)
        assert runs("sync_contact", **config).success
        states.append(twins.db.value('SELECT state FROM links."contact" WHERE customerp_id = ?', [records[0]]))

    assert states == ["live", "live", "customerp_deleted"]
    assert len(twins.live("contact", SALESFORCE)) == len(records)


def test_the_quarter_hourly_run_reads_what_moved_and_waits_for_none_like_it(tmp_path):
    """It asks for no whole read, and for no second run beside one of everything."""
    instance = dg.DagsterInstance.local_temp(str(tmp_path))
    (asked,) = requests(QUARTER_HOURLY, instance).run_requests
    assert not asked.run_config
    instance.create_run_for_job(defs.resolve_job_def(ALL), status=dg.DagsterRunStatus.STARTED)
    skipped = requests(QUARTER_HOURLY, instance)

    assert not skipped.run_requests
    assert "queued or running" in skipped.skip_message
