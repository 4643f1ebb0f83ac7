"""A Dagster home: private, and used by one `talk up` at a time."""

import os
import stat
import subprocess
import sys

import dagster as dg
import pytest

from talk_assets.automation.aftermath import end_runs_left_in
from talk_assets.cli.home import prepared_home, sole_use
from talk_assets.definitions import defs
from talk_assets.model.errors import ConfigurationError


def modes(folder):
    return {stat.S_IMODE(found.stat().st_mode) for found in folder.rglob("*") if found.is_file()}


def test_home_of_others_eyes_is_closed(tmp_path):
    """What an earlier program left readable is made private, down to the last file."""
    (tmp_path / "history").mkdir(mode=0o755)
    (tmp_path / "history" / "runs.db").write_bytes(b"")
    (tmp_path / "history" / "runs.db").chmod(0o644)
    tmp_path.chmod(0o755)
    home = prepared_home(tmp_path)

    assert modes(home) == {0o600}
    assert stat.S_IMODE((home / "history").stat().st_mode) == stat.S_IMODE(home.stat().st_mode) == 0o700


def test_home_is_used_once_at_a_time(tmp_path):
    """A second start is refused while the first, or a child that outlived it, is there."""
    with sole_use(tmp_path) as held:
        with pytest.raises(ConfigurationError, match=f"process {os.getpid()}"), sole_use(tmp_path):
            pass
        child = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE, pass_fds=[held])
    with pytest.raises(ConfigurationError, match="left behind"), sole_use(tmp_path):
        pass
    child.communicate(b"\n", timeout=60)

    with sole_use(tmp_path):
        assert modes(tmp_path) == {0o600}


def test_starting_ends_what_an_earlier_start_left(tmp_path):
    """No run of a killed daemon keeps its place, whether or not it said which process it had."""
    home = prepared_home(tmp_path)
    with dg.DagsterInstance.from_config(str(home)) as instance:
        job = defs.resolve_job_def("sync_contact")
        run = instance.create_run_for_job(job, status=dg.DagsterRunStatus.STARTED)

        assert end_runs_left_in(home) == 1
        assert instance.get_run_by_id(run.run_id).status is dg.DagsterRunStatus.FAILURE
