"""The witness beside the store: a way back in time is noticed when it is opened, and nothing else is taken for one."""

import shutil

import pytest

from talk_assets.store.database import Database
from talk_assets.store.place import wal_of


@pytest.fixture
def path(tmp_path):
    """A store with a few commits, and a copy of it made before the last of them."""
    path = tmp_path / "talk.duckdb"
    with Database(path) as db:
        db.set_meta("fact", "old")
        db.checkpoint()
    shutil.copy(path, tmp_path / "old")
    with Database(path) as db:
        db.set_meta("fact", "new")
    return path


def opened(path):
    """Epoch, whether a way back was noticed, and the fact."""
    with Database(path) as db:
        return db.standing.epoch, db.meta("rewound"), db.meta("fact")


def crash_copy(path, folder):
    """Take file and log as a killed process would leave them, with one commit only in the log."""
    with Database(path) as db:
        db.set_meta("fact", "newest")
        folder.mkdir()
        for file in (path, wal_of(path)):
            shutil.copy(file, folder / file.name)
        shutil.copy(path.with_name(path.name + ".witness"), folder / "witness")


def test_opening_again_is_no_way_back(path):
    """Commits are counted, and the count is what was left."""
    with Database(path) as db:
        first = db.standing
    with Database(path) as db:
        assert db.standing.commits >= first.commits
    assert opened(path) == (1, None, "new")


def test_an_older_copy_is_noticed_once(path):
    """It starts a new epoch, which stays."""
    shutil.copy(path.with_name("old"), path)

    epoch, why, fact = opened(path)
    assert (epoch, fact) == (2, "old")
    assert "newer state" in why
    assert opened(path)[0] == 2


def test_a_newer_copy_from_a_past_epoch_is_noticed(path):
    """A store of an earlier life has more commits, but not those made since."""
    with Database(path) as db:
        for number in range(20):
            db.set_meta("fact", str(number))
    shutil.copy(path, path.with_name("farther"))
    shutil.copy(path.with_name("old"), path)
    assert opened(path)[0] == 2
    shutil.copy(path.with_name("farther"), path)

    assert opened(path)[0] == 3


def test_a_store_without_a_witness_is_doubted(path):
    """Copied to another machine by itself, nothing tells whether it is the newest."""
    path.with_name(path.name + ".witness").unlink()

    epoch, why, fact = opened(path)
    assert (epoch, fact) == (2, "new")
    assert "nothing beside it" in why


def test_a_lost_store_is_noticed(path):
    """An empty store where another was is not taken for a first run."""
    path.unlink()

    epoch, why, _ = opened(path)
    assert epoch == 2
    assert "gone" in why


def test_a_witness_cut_short_counts_as_none(path):
    """A power failure may leave anything in it."""
    path.with_name(path.name + ".witness").write_bytes(b'{"store": "x')

    assert "nothing beside it" in opened(path)[1]


def test_a_crash_is_no_way_back(path, tmp_path):
    """The log holds the last commits; it belongs to the file and is applied."""
    crashed = tmp_path / "crashed"
    crash_copy(path, crashed)
    (crashed / "witness").rename(crashed / "talk.duckdb.witness")

    assert opened(crashed / path.name) == (1, None, "newest")


def test_a_log_of_another_state_is_set_aside(path, tmp_path):
    """Put over a newer store's log, an old copy would be mixed with it; the log is kept, and not applied."""
    crashed = tmp_path / "crashed"
    crash_copy(path, crashed)
    (crashed / "witness").rename(crashed / "talk.duckdb.witness")
    shutil.copy(path.with_name("old"), crashed / path.name)

    epoch, why, fact = opened(crashed / path.name)
    assert (epoch, fact) == (2, "old")
    assert "set aside as talk.duckdb.wal.aside-1" in why
    assert (crashed / "talk.duckdb.wal.aside-1").exists()


def test_a_damaged_log_is_noticed(path, tmp_path):
    """DuckDB drops what it cannot read of a log without a word; the witness knows that there was more."""
    crashed = tmp_path / "crashed"
    crash_copy(path, crashed)
    (crashed / "witness").rename(crashed / "talk.duckdb.witness")
    log = wal_of(crashed / path.name)
    log.write_bytes(log.read_bytes()[: log.stat().st_size // 2])

    epoch, why, fact = opened(crashed / path.name)
    assert (epoch, fact) == (2, "new")
    assert "newer state" in why
