"""One store, one writer: opening, locking, transactions."""

import os
import stat

import duckdb
import polars as pl
import pytest

from talk_assets.model.errors import StoreBusyError, StoreMismatchError
from talk_assets.store.database import Database


def test_a_second_writer_is_turned_away(tmp_path):
    """The store is held by one run at a time, which is named, and free again after it."""
    path = tmp_path / "store.duckdb"
    with Database(path), pytest.raises(StoreBusyError, match=str(os.getpid())):
        Database(path)
    with Database(path) as db:
        assert db.latest_seq() == 0


def test_the_lock_is_the_users_own(tmp_path):
    """Nobody else can hold the lock file."""
    with Database(tmp_path / "store.duckdb"):
        mode = (tmp_path / "store.duckdb.lock").stat().st_mode

    assert stat.S_IMODE(mode) == 0o600


def test_what_was_committed_is_there_after_reopening(tmp_path):
    """Facts, marks and the change counter survive; a file may have any name."""
    path = tmp_path / "it's odd.store.duckdb"
    with Database(path) as db:
        db.set_meta("tenant", "a")
        db.set_mark("raw", "contact", db.next_seq("raw.contact"))
    with Database(path) as db:
        assert (db.meta("tenant"), db.mark("raw", "contact"), db.latest_seq()) == ("a", 1, 1)


def fail(db):
    with db.transaction():
        db.set_meta("a", "1")
        db.next_seq("raw.contact")
        raise ZeroDivisionError


def test_a_failed_transaction_leaves_nothing(tmp_path):
    """What was done in a block that fails is undone, inner blocks included, and work goes on."""
    with Database(tmp_path / "store.duckdb") as db:
        with pytest.raises(ZeroDivisionError):
            fail(db)
        db.set_meta("b", "1")

        assert (db.meta("a"), db.meta("b"), db.latest_seq()) == (None, "1", 0)


def test_a_damaged_store_is_named_and_left_alone(tmp_path):
    """A file that is no store is not overwritten, and its lock is free again."""
    path = tmp_path / "store.duckdb"
    path.write_bytes(b"not a database" * 1000)
    for _ in range(2):
        with pytest.raises(StoreMismatchError, match="cannot be opened"):
            Database(path)

    assert path.read_bytes().startswith(b"not a database")


def test_another_layout_is_refused(tmp_path):
    """A store of a later version is not touched."""
    path = tmp_path / "store.duckdb"
    with Database(path) as db:
        db.set_meta("schema_version", "99")
    for _ in range(2):
        with pytest.raises(StoreMismatchError, match="layout 99"):
            Database(path)


def test_frames_are_seen_for_one_statement_only():
    """A frame handed to a statement is a table of that name, and no longer."""
    with Database(None) as db:
        rows = db.frame("SELECT sum(n)::BIGINT AS n FROM numbers", numbers=pl.DataFrame({"n": [1, 2]}))
        assert rows["n"].item() == 3
        with pytest.raises(duckdb.CatalogException, match="numbers"):
            db.frame("SELECT * FROM numbers")


def test_a_long_query_draws_nothing(tmp_path):
    """A progress bar on stdout would stand in the middle of a command's JSON."""
    with Database(tmp_path / "talk.duckdb") as db:
        assert db.value("SELECT current_setting('enable_progress_bar')") is False


def test_frames_do_not_come_back_with_a_rollback(tmp_path):
    """After a failed transaction that began with an insert, rows can be inserted again in the same process."""
    rows = pl.DataFrame({"n": [1, 2]})
    with Database(tmp_path / "talk.duckdb") as db:
        db.define("CREATE TABLE store.numbers (n BIGINT)")

        def fail():
            with db.transaction():
                db.insert("store.numbers", rows)
                raise ZeroDivisionError

        for _ in range(2):
            with pytest.raises(ZeroDivisionError):
                fail()
        db.insert("store.numbers", rows)

        assert db.count("SELECT count(*) FROM store.numbers") == 2
