"""What Dagster keeps of old runs goes, but not what the pages of its assets show."""

from datetime import UTC, datetime, timedelta

import dagster as dg

from talk_assets.automation.retention import drop_runs, retention


@dg.asset
def first():
    return None


@dg.asset
def second():
    return None


def made(instance, *assets):
    return dg.materialize(list(assets), instance=instance).run_id


def test_old_runs_go_but_the_latest_of_each_asset_stays(tmp_path):
    """With their events; what is not old enough stays as well."""
    with dg.DagsterInstance.local_temp(str(tmp_path)) as instance:
        old = [made(instance, first, second), made(instance, first)]
        latest = [made(instance, second), made(instance, first)]
        later = datetime.now(UTC) + timedelta(seconds=1)

        assert drop_runs(instance, datetime.now(UTC) - timedelta(days=1), most=10) == 0
        assert drop_runs(instance, later, most=1) == 1
        assert drop_runs(instance, later, most=10) == 1
        assert drop_runs(instance, later, most=10) == 0
        assert {run.run_id for run in instance.get_runs()} == set(latest)
        assert all(not instance.all_logs(run) for run in old)
        assert instance.get_latest_materialization_event(dg.AssetKey("first")).run_id == latest[1]


def test_dropping_can_be_turned_off():
    """With 0 days nothing is dropped."""
    assert retention(timedelta(0), lambda: datetime.now(UTC)).default_status is dg.DefaultSensorStatus.STOPPED
    assert retention(timedelta(days=1), lambda: datetime.now(UTC)).default_status is dg.DefaultSensorStatus.RUNNING
