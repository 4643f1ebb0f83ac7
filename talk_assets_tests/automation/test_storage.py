"""Dagster's databases through connections that are kept."""

import shutil
import sqlite3
import threading

import dagster as dg

from talk_assets.cli.home import prepared_home


@dg.asset
def first():
    return None


@dg.asset(deps=[first])
def second():
    return None


DEFS = dg.Definitions(assets=[first, second], jobs=[dg.define_asset_job("both")], executor=dg.in_process_executor)


def test_runs_and_their_events_are_what_dagster_itself_reads(tmp_path):
    """Written through our storages, read through Dagster's own, and the other way round."""
    home = prepared_home(tmp_path / "home")
    job = DEFS.resolve_job_def("both")
    with dg.DagsterInstance.from_config(str(home)) as ours:
        run = job.execute_in_process(instance=ours).run_id
        events = len(ours.all_logs(run))
    (home / "dagster.yaml").write_text("telemetry:\n  enabled: false\n")
    with dg.DagsterInstance.from_config(str(home)) as dagsters:
        assert len(dagsters.all_logs(run)) == events
        assert dagsters.get_latest_materialization_event(dg.AssetKey("second")).run_id == run
        later = job.execute_in_process(instance=dagsters).run_id
    (home / "dagster.yaml").unlink()
    prepared_home(home)
    with dg.DagsterInstance.from_config(str(home)) as ours:
        assert {one.run_id for one in ours.get_runs()} == {run, later}
        assert ours.get_latest_materialization_event(dg.AssetKey("first")).run_id == later
        ours.delete_run(run)
        assert [one.run_id for one in ours.get_runs()] == [later]


def test_threads_write_side_by_side_and_nothing_is_left_open(tmp_path):
    """As the daemon's threads do; a closed instance leaves whole databases."""
    home = prepared_home(tmp_path / "home")
    with dg.DagsterInstance.from_config(str(home)) as instance:
        job = DEFS.resolve_job_def("both")
        runs = [instance.create_run_for_job(job).run_id for _ in range(4)]

        def tag(run: str) -> None:
            for number in range(20):
                instance.add_run_tags(run, {"number": str(number)})

        threads = [threading.Thread(target=tag, args=(run,)) for run in runs]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert [instance.get_run_by_id(run).tags["number"] for run in runs] == ["19"] * 4

    assert not list(home.rglob("*-wal"))
    for file in home.rglob("*.db"):
        with sqlite3.connect(file) as connection:
            assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        connection.close()


def test_a_home_that_was_deleted_is_made_anew(tmp_path):
    """Though this process has seen its databases: they are looked for each time, and made where they are gone."""
    home = prepared_home(tmp_path / "home")
    for _ in range(2):
        with dg.DagsterInstance.from_config(str(home)) as instance:
            assert instance.get_runs() == []
            assert instance.get_ticks("none", "none") == []
        shutil.rmtree(home / "history")
        shutil.rmtree(home / "schedules")
