"""Backup and restore: whole, checked, the owner's alone, and only while nothing runs."""

import shutil
import stat

import pytest

from talk_assets.model.errors import ConfigurationError, StoreBusyError, StoreMismatchError
from talk_assets.model.system import System
from talk_assets.store.backup import back_up, restore
from talk_assets.store.database import Database
from talk_assets.store.place import wal_of
from talk_assets_tests.twins import Twins

CUSTOMERP = System.CUSTOMERP


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """A store with one linked contact."""
    path = tmp_path_factory.mktemp("made") / "talk.duckdb"
    twins = Twins(store=path)
    twins.add("contact", CUSTOMERP, last_name="Berg")
    twins.cycle(pairs=["contact"])
    twins.db.close()
    return path


@pytest.fixture
def store(made, tmp_path):
    """A store of its own for a test, with its witness."""
    path = tmp_path / "talk.duckdb"
    for name in (made.name, made.name + ".witness"):
        shutil.copy(made.with_name(name), tmp_path / name)
    return path


def links(path):
    with Database(path) as db:
        return db.count("SELECT count(*) FROM links.contact"), db.meta("rewound")


def test_a_backup_comes_back(store, tmp_path):
    """What was lost after it is lost, what was there is kept, and the next run knows."""
    backup = tmp_path / "backup"
    back_up(store, backup)
    assert stat.S_IMODE(backup.stat().st_mode) == 0o600
    with Database(store) as db:
        db.execute("DELETE FROM links.contact")
    kept = restore(store, backup)

    assert links(store) == (1, "it was restored from backup")
    assert links(kept)[0] == 0
    assert sorted(file.name for file in tmp_path.iterdir() if "restoring" in file.name) == []


def test_a_log_is_part_of_a_backup(store, tmp_path):
    """After a crash the last commits are in the log only; they are backed up too."""
    crashed = tmp_path / "crashed"
    crashed.mkdir()
    with Database(store) as db:
        db.set_meta("fact", "1")
        for file in (store, wal_of(store)):
            shutil.copy(file, crashed / file.name)
    back_up(crashed / store.name, tmp_path / "backup")
    restore(store, tmp_path / "backup")

    with Database(store) as db:
        assert db.meta("fact") == "1"


def test_a_store_can_be_restored_where_none_is(store, tmp_path):
    """As after the disk was replaced."""
    back_up(store, tmp_path / "backup")
    assert restore(tmp_path / "new" / "talk.duckdb", tmp_path / "backup") is None

    assert links(tmp_path / "new" / "talk.duckdb")[0] == 1


def test_a_damaged_store_is_replaced(store, tmp_path):
    """That is what a backup is for; the damaged file is kept."""
    back_up(store, tmp_path / "backup")
    store.write_bytes(b"damaged" * 1000)
    kept = restore(store, tmp_path / "backup")

    assert kept.read_bytes().startswith(b"damaged")
    assert links(store)[0] == 1


def test_nothing_is_copied_while_a_run_holds_the_store(store, tmp_path):
    """A copy of a file that is being written would be damaged, and one put under a run would be overwritten."""
    back_up(store, tmp_path / "backup")
    with Database(store):
        with pytest.raises(StoreBusyError):
            back_up(store, tmp_path / "another")
        with pytest.raises(StoreBusyError):
            restore(store, tmp_path / "backup")

    assert not (tmp_path / "another").exists()
    assert links(store) == (1, None)


def damaged(path):
    with Database(path) as db:
        db.execute("DELETE FROM store.baseline_contact")


def foreign(path):
    with Database(path) as db:
        db.set_meta("tenant_customerp", "another")


def cut(path):
    path.write_bytes(path.read_bytes()[:5000])


@pytest.mark.parametrize(
    ("spoil", "says"),
    [(damaged, "no baseline for this end"), (foreign, "belongs to customerp another"), (cut, "cannot be copied")],
    ids=["not fitting together", "of another tenant", "cut short"],
)
def test_a_bad_backup_is_refused(store, tmp_path, spoil, says):
    """Nothing is changed, and the message says what is wrong with it."""
    backup = tmp_path / "backup"
    back_up(store, backup)
    spoil(backup)
    with pytest.raises(StoreMismatchError, match=says):
        restore(store, backup)

    assert links(store) == (1, None)
    assert sorted(file.name for file in tmp_path.iterdir() if "restoring" in file.name) == []


def test_a_backup_overwrites_nothing(store, tmp_path):
    """Neither an older backup nor, by a slip, the store."""
    with pytest.raises(ConfigurationError, match="is there already"):
        back_up(store, store)
    with pytest.raises(ConfigurationError, match="no backup at"):
        restore(store, tmp_path / "none")
    with pytest.raises(ConfigurationError, match="no store at"):
        back_up(tmp_path / "none", tmp_path / "backup")
