"""Opening a store: older layouts are brought up to date on a copy, other programs and forked children kept out."""

import os
import subprocess
import sys
from contextlib import closing

import duckdb
import pytest

from talk_assets.model.errors import StoreBusyError, StoreMismatchError
from talk_assets.store.database import Database
from talk_assets.store.opening import SCHEMA_VERSION, attach


def test_an_older_layout_is_brought_up_to_date(tmp_path):
    """What it holds stays, the old file is kept, and it is no way back in time."""
    path = tmp_path / "talk.duckdb"
    with duckdb.connect(str(path)) as made:
        made.execute("CREATE SCHEMA store; CREATE TABLE store.meta (key VARCHAR, value VARCHAR)")
        made.execute("INSERT INTO store.meta VALUES ('schema_version', '1'), ('seq', '7'), ('tenant_customerp', 'a')")
    path.chmod(0o600)
    with Database(path) as db:
        assert db.meta("schema_version") == str(SCHEMA_VERSION)
        assert (db.latest_seq(), db.belongs_to(), db.standing.epoch, db.meta("rewound")) == (
            7,
            {"customerp": "a"},
            1,
            None,
        )
    with duckdb.connect(str(tmp_path / "talk.duckdb.layout-1"), read_only=True) as kept:
        assert kept.execute("SELECT value FROM store.meta WHERE key = 'schema_version'").fetchall() == [("1",)]
    assert not (tmp_path / "talk.duckdb.migrating").exists()


def test_an_interrupted_migration_starts_over(tmp_path):
    """What it left of a copy is no store and no obstacle."""
    path = tmp_path / "talk.duckdb"
    with duckdb.connect(str(path)) as made:
        made.execute("CREATE SCHEMA store; CREATE TABLE store.meta (key VARCHAR, value VARCHAR)")
        made.execute("INSERT INTO store.meta VALUES ('schema_version', '1'), ('seq', '7')")
    path.chmod(0o600)
    (tmp_path / "talk.duckdb.migrating").write_bytes(b"half a copy")
    with Database(path) as db:
        assert db.latest_seq() == 7


def test_a_store_another_program_has_open_is_busy(tmp_path):
    """DuckDB's own command line takes no lock file; its lock on the file itself is respected."""
    path = tmp_path / "talk.duckdb"
    Database(path).close()
    hold = f"import duckdb, sys; c = duckdb.connect({str(path)!r}); print('open', flush=True); sys.stdin.read()"
    with subprocess.Popen(
        [sys.executable, "-c", hold], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as other:
        assert other.stdout.readline() == "open\n"
        with pytest.raises(StoreBusyError, match="Another program"):
            Database(path)
        other.communicate()
    with Database(path) as db:
        assert db.meta("rewound") is None


def test_a_file_that_is_no_store_says_what_to_do(tmp_path):
    """The message names both ways on."""
    path = tmp_path / "talk.duckdb"
    path.write_bytes(b"not a database" * 1000)
    path.chmod(0o600)
    with pytest.raises(StoreMismatchError, match=r"talk restore FILE.*empty store"):
        Database(path)


def test_a_forked_child_cannot_use_the_store(tmp_path):
    """The parent's store goes on working, and its lock stays its own after the child is gone."""
    path = tmp_path / "talk.duckdb"
    with Database(path) as db:
        db.set_meta("fact", "parent")
        child = os.fork()
        if child == 0:
            try:
                db.set_meta("fact", "child")
            except duckdb.ConnectionException:
                os._exit(3)
            os._exit(0)
        assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 3
        with pytest.raises(StoreBusyError):
            Database(path)
        db.set_meta("other", "parent")
    with Database(path) as db:
        assert (db.meta("fact"), db.meta("other")) == ("parent", "parent")


def test_a_store_reaches_no_other_file(tmp_path):
    """Nothing that comes to run as SQL may read or write beside the store, nor allow itself to."""
    with Database(tmp_path / "talk.duckdb") as db:
        for statement in (
            f"COPY (SELECT 1) TO '{tmp_path / 'out.csv'}'",
            f"ATTACH '{tmp_path / 'other.duckdb'}' AS other",
            "SET enable_external_access=true",
            "SET threads=2",
        ):
            with pytest.raises(duckdb.Error):
                db.execute(statement)


def test_a_long_log_that_is_played_back_draws_nothing(tmp_path):
    """Progress is off before the store is attached: what takes long then would draw on a command's output."""
    with closing(attach(tmp_path / "talk.duckdb")) as connection:
        assert connection.execute("SELECT current_setting('enable_progress_bar')").fetchall() == [(False,)]
