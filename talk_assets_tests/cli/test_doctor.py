"""`talk doctor`, `talk backup` and `talk restore`, as processes of their own."""

import json
import os
import subprocess
import sys

import pytest

from talk_assets.model.system import System
from talk_assets.store.database import Database
from talk_assets_tests.twins import Twins

HOLD = """
import sys
from pathlib import Path
from talk_assets.store.database import Database
with Database(Path(sys.argv[1])):
    print("held", flush=True)
    sys.stdin.read()
"""


@pytest.fixture
def store(tmp_path):
    """A store with one linked contact."""
    path = tmp_path / "talk.duckdb"
    twins = Twins(store=path)
    twins.add("contact", System.CUSTOMERP, last_name="Berg")
    twins.cycle(pairs=["contact"])
    twins.db.close()
    return path


def test_damage_is_found_and_a_backup_mends_it(talk, store):
    """The whole way: backed up, damaged, named as damaged, restored, healthy."""
    environ = {"TALK_STORE": str(store)}
    assert talk.run("backup", "copy.duckdb", **environ).returncode == 0
    with Database(store) as db:
        db.execute("DELETE FROM store.baseline_contact WHERE system = 'customerp'")

    sick = talk.run("doctor", "--store", "--json", **environ)
    found = json.loads(sick.stdout)
    assert sick.returncode == 6
    assert [(row["check"], row["pair"], row["system"]) for row in found["problems"]] == [
        ("link_without_baseline", "contact", "customerp")
    ]

    assert "kept as" in talk.run("restore", "copy.duckdb", **environ).stdout
    mended = talk.run("doctor", "--store", **environ)
    assert (mended.returncode, "Everything fits together." in mended.stdout) == (0, True)
    assert "went back in time: it was restored from copy.duckdb" in mended.stdout


def test_two_processes_cannot_use_one_store(talk, store):
    """The second ends with 5, names the first and since when, and has touched nothing."""
    environ = {"TALK_STORE": str(store)}
    with subprocess.Popen(
        [sys.executable, "-c", HOLD, str(store)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as holder:
        assert holder.stdout.readline() == "held\n"
        refused = talk.run("backup", "copy.duckdb", **environ)
        holder.kill()
    assert refused.returncode == 5
    assert f"process {holder.pid} since 20" in refused.stderr
    assert not (talk.folder / "copy.duckdb").exists()
    assert talk.run("status", **environ).returncode == 0


def test_a_store_that_is_none_ends_with_6(talk, store):
    """And says what can be done."""
    store.write_bytes(b"not a database" * 1000)
    refused = talk.run("doctor", "--store", TALK_STORE=str(store))

    assert refused.returncode == 6
    assert "talk restore FILE" in refused.stderr


def test_a_readable_store_ends_with_2(talk, store):
    """Personal data lies open; the message is the command that mends it."""
    os.chmod(store, 0o644)
    refused = talk.run("doctor", "--store", TALK_STORE=str(store))

    assert refused.returncode == 2
    assert f"chmod 600 '{store}'" in refused.stderr
