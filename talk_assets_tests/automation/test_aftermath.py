"""What happens to runs whose process is gone, and to jobs whose last run failed."""

import os
import subprocess
import sys
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from subprocess import PIPE

import dagster as dg
import pytest

from talk_assets.automation.aftermath import PROCESS_TAG, Ended, end_dead_runs, latest_runs, overdue
from talk_assets.automation.process import Process
from talk_assets.automation.sensors import Busy
from talk_assets.definitions import defs

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
STARTED = dg.DagsterRunStatus.STARTED
FAILURE = dg.DagsterRunStatus.FAILURE


def ago(seconds: float) -> datetime:
    return NOW - timedelta(seconds=seconds)


def failed(job: str, seconds: float) -> Ended:
    return Ended(job=job, at=ago(seconds), failed=True)


def done(job: str, seconds: float) -> Ended:
    return Ended(job=job, at=ago(seconds), failed=False)


def under_way(job: str) -> Ended:
    return Ended(job=job, at=None, failed=False)


@pytest.fixture
def dead():
    """A process that lived and is gone."""
    code = (
        "import sys; from talk_assets.automation.process import Process\n"
        "print(Process.current(), flush=True); sys.stdin.read()"
    )
    with subprocess.Popen([sys.executable, "-c", code], stdin=PIPE, stdout=PIPE, text=True) as child:
        process = Process.parse(child.stdout.readline().strip())
        assert not process.is_gone()
    return process


def make_run(instance, job, status, **tags):
    return instance.create_run_for_job(defs.resolve_job_def(job), status=status, tags={PROCESS_TAG: "", **tags})


def status(instance, run):
    return instance.get_run_by_id(run.run_id).status


def test_process_is_told_from_a_later_one_with_its_number():
    """Numbers are used again, and every start of the machine begins anew."""
    here = Process.current()

    assert not here.is_gone()
    assert Process.parse(str(here)) == here
    assert replace(here, started="1").is_gone()
    assert replace(here, boot="another").is_gone()
    assert not replace(here, host="another", pid=1, started="1").is_gone()
    assert Process.parse("anything else") is None


def test_process_that_ended_is_gone(dead):
    """Its number may be free or somebody else's."""
    assert dead.is_gone()


def test_run_says_which_process_it_has(runs, twins, instance):
    """Every run that opens the store does."""
    twins.add("contact", "customerp", last_name="Berg")
    runs("sync_contact")
    run = instance.get_runs()[0]

    assert Process.parse(run.tags[PROCESS_TAG]).pid == os.getpid()


def test_run_of_a_dead_process_is_ended(instance, dead):
    """Only that one: what lives, waits, or did not say, is left alone."""
    gone = make_run(instance, "sync_contact", STARTED, **{PROCESS_TAG: str(dead)})
    canceling = make_run(instance, "sync_quote", dg.DagsterRunStatus.CANCELING, **{PROCESS_TAG: str(dead)})
    alive = make_run(instance, "sync_order", STARTED, **{PROCESS_TAG: str(Process.current())})
    silent = make_run(instance, "sync_product", STARTED)
    waiting = make_run(instance, "sync_all", dg.DagsterRunStatus.NOT_STARTED)

    assert set(end_dead_runs(instance)) == {gone.run_id, canceling.run_id}
    assert status(instance, gone) is FAILURE
    assert status(instance, canceling) is dg.DagsterRunStatus.CANCELED
    assert status(instance, alive) is status(instance, silent) is STARTED
    assert status(instance, waiting) is dg.DagsterRunStatus.NOT_STARTED
    assert end_dead_runs(instance) == []


def test_silent_run_is_ended_when_nothing_runs(instance):
    """Who starts everything knows that nothing of it runs yet; a live run of another starter goes on."""
    silent = make_run(instance, "sync_contact", STARTED)
    alive = make_run(instance, "sync_order", STARTED, **{PROCESS_TAG: str(Process.current())})

    assert end_dead_runs(instance, nothing_runs=True) == [silent.run_id]
    assert status(instance, alive) is STARTED


@pytest.mark.parametrize(
    ("runs", "expected"),
    [
        pytest.param([], (), id="nothing ran"),
        pytest.param([done("sync_contact", 9)], (), id="last run succeeded"),
        pytest.param([failed("sync_contact", 14)], (), id="failed just now"),
        pytest.param([failed("sync_contact", 15)], ("sync_contact",), id="failed a while ago"),
        pytest.param([failed("sync_contact", 29), failed("sync_contact", 60)], (), id="second waits longer"),
        pytest.param([failed("sync_contact", 30), failed("sync_contact", 60)], ("sync_contact",), id="long enough"),
        pytest.param([failed("sync_contact", 899)] * 12, (), id="longest wait not over"),
        pytest.param([failed("sync_contact", 900)] * 12, ("sync_contact",), id="longest wait over"),
        pytest.param([done("sync_contact", 5), failed("sync_contact", 60)], (), id="succeeded since"),
        pytest.param([failed("sync_contact", 15), done("sync_contact", 60)], ("sync_contact",), id="failed since"),
        pytest.param([done("sync_all", 5), failed("sync_contact", 60)], (), id="everything succeeded since"),
        pytest.param([done("sync_contact", 5), failed("sync_all", 60)], ("sync_all",), id="a part does not settle all"),
        pytest.param([done("sync_quote", 5), failed("sync_contact", 60)], ("sync_contact",), id="another job"),
        pytest.param([under_way("sync_contact"), failed("sync_contact", 60)], (), id="under way again"),
        pytest.param([under_way("sync_all"), failed("sync_contact", 60)], (), id="everything under way"),
        pytest.param([failed("sync_contact", 60), failed("sync_all", 60)], ("sync_all",), id="all covers each"),
        pytest.param(
            [failed("sync_contact", 60), failed("sync_quote", 70)], ("sync_contact", "sync_quote"), id="several"
        ),
    ],
)
def test_failed_job_runs_again_after_a_while(runs, expected):
    """Waits double up to a quarter of an hour; a success of the job or of everything settles it."""
    assert overdue(runs, NOW) == expected


def test_resume_reads_the_runs_as_they_are(instance, dead):
    """A killed run is ended and, when its wait is over, requested again, once."""
    make_run(instance, "sync_contact", STARTED, **{PROCESS_TAG: str(dead)})
    end_dead_runs(instance)
    jobs = [job.name for job in defs.jobs]
    later = datetime.now(UTC) + timedelta(seconds=16)

    assert overdue(latest_runs(instance, jobs, datetime.now(UTC)), datetime.now(UTC)) == ()
    assert overdue(latest_runs(instance, jobs, later), later) == ("sync_contact",)
    make_run(instance, "sync_contact", dg.DagsterRunStatus.NOT_STARTED)
    assert overdue(latest_runs(instance, jobs, later), later) == ()


def test_dry_run_brings_nothing_across(instance):
    """A change heard while one waits still rings, and one that failed is not repeated as a real run."""
    config = {"dry_run": True}
    job = defs.resolve_job_def("sync_contact")
    instance.create_run_for_job(job, status=dg.DagsterRunStatus.NOT_STARTED, run_config=config)

    assert Busy.now(instance).queued == frozenset()
    instance.create_run_for_job(job, status=FAILURE, run_config=config)
    assert latest_runs(instance, ["sync_contact"], NOW) == []


def test_resume_sensor_ends_and_requests(instance, dead):
    """One tick ends the dead run; nothing is requested before the wait is over."""
    make_run(instance, "sync_contact", STARTED, **{PROCESS_TAG: str(dead)})
    sensor = next(s for s in defs.sensors if s.name == "resume")
    skipped = sensor(dg.build_sensor_context(instance=instance))

    assert isinstance(skipped, dg.SkipReason)
    assert instance.get_runs()[0].status is FAILURE
