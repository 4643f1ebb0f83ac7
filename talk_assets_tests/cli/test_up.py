"""`talk up`: a Dagster home of its own, and everything started and stopped together."""

import re
import signal
import socket
import stat
import subprocess

import dagster as dg
import httpx

from talk_assets.cli.home import prepared_home


@dg.job
def nothing():
    pass


def test_home_is_private_and_its_settings_are_what_dagster_reads(tmp_path):
    """One run at a time, no telemetry, no blind retries, dead runs freed."""
    home = prepared_home(tmp_path / "data" / "home")

    assert stat.S_IMODE(home.stat().st_mode) == 0o700
    with dg.DagsterInstance.from_config(str(home)) as instance:
        concurrency = instance.get_concurrency_config()
        assert concurrency.run_queue_config.max_concurrent_runs == 1
        assert concurrency.pool_config.default_pool_limit == 1
        assert not instance.telemetry_enabled
        assert instance.run_monitoring_enabled
        assert instance.run_retries_max_retries == 0


def test_home_that_was_moved_has_its_databases_with_it(tmp_path):
    """Dagster's databases are found in the home, wherever it is, and where Dagster puts them by itself."""
    first = prepared_home(tmp_path / "first")
    with dg.DagsterInstance.from_config(str(first)) as instance:
        noted = instance.create_run_for_job(nothing).run_id
    moved = first.rename(tmp_path / 'second "quoted"')
    prepared_home(moved)
    with dg.DagsterInstance.from_config(str(moved)) as instance:
        assert [run.run_id for run in instance.get_runs()] == [noted]
    (moved / "dagster.yaml").write_text("telemetry:\n  enabled: false\n")

    with dg.DagsterInstance.from_config(str(moved)) as instance:
        assert [run.run_id for run in instance.get_runs()] == [noted]
    assert not first.exists()


def test_settings_that_a_person_changed_are_kept(tmp_path):
    """Starting again does not undo what was set in the home."""
    home = prepared_home(tmp_path)
    (home / "dagster.yaml").write_text("telemetry:\n  enabled: true\n")

    prepared_home(tmp_path)

    assert (home / "dagster.yaml").read_text() == "telemetry:\n  enabled: true\n"


def test_port_of_the_ui_in_use_is_named(talk):
    """Nothing is started when the UI could not be reached."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        refused = talk.run("up", "--port", str(port))

    assert refused.returncode == 2
    assert f"Port {port} " in refused.stderr
    assert "--port" in refused.stderr
    assert list(talk.folder.iterdir()) == []


def test_everything_starts_together_and_stops_together(talk):
    """The UI answers for the embedded systems, whatever `.env` says, and SIGTERM leaves no process behind."""
    (talk.folder / ".env").write_text("TALK_SALESFORCE_URL=https://real.example.com\n")
    process = talk.start(
        *("up", "--port", str(free_port()), "--sample", "none"),
        *("--salesforce-port", "0", "--customerp-port", "0"),
    )
    try:
        shown = [process.stdout.readline() for _line in range(5)]
        url = re.search(r"http://\S+", shown[0])[0]

        assert shown[1].startswith("Salesforce   http://127.0.0.1:")
        assert httpx.get(f"{url}/server_info", trust_env=False).json()["dagster_webserver_version"]
        children = descendants(process.pid)
        assert len(children) >= 2
    finally:
        process.send_signal(signal.SIGTERM)
        _rest, complaints = process.communicate(timeout=60)

    assert process.returncode == 0
    assert complaints == ""
    assert children.isdisjoint(parents())


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        return server.getsockname()[1]


def parents() -> dict[int, int]:
    """The parent of every process on this machine, without the dead ones that wait to be collected."""
    listed = subprocess.run(
        ["ps", "-A", "-o", "pid=,ppid=,stat="],  # noqa: S607 - ps lies in different folders
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    rows = (line.split() for line in listed.splitlines())
    return {int(pid): int(parent) for pid, parent, state in rows if not state.startswith("Z")}


def descendants(pid: int) -> set[int]:
    of = parents()
    found, fresh = set(), {pid}
    while fresh:
        fresh = {child for child, parent in of.items() if parent in fresh}
        found |= fresh
    return found
