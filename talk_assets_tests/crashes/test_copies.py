"""A backup, restore or migration dies: the store is whole, old or new, and the sync makes the rest good."""

import duckdb
import pytest

from talk_assets.store.opening import SCHEMA_VERSION
from talk_assets_tests.crashes.selection import drawn
from talk_assets_tests.crashes.test_matrix import has_died

WAYS = ["kill", "raise"]
BACKUPS = [(point, how) for point in ("copy settling", "copy settled") for how in WAYS]
RESTORES = [(point, how) for point in ("store kept", "copy settling", "copy settled") for how in WAYS]


@pytest.mark.parametrize(("point", "how"), drawn(BACKUPS, 2, about="backups"))
def test_a_backup_that_dies_leaves_the_store_as_it_is(ground, tmp_path, point, how):
    """Its file is there whole or not at all, and the next one succeeds."""
    ground.begin("edits")
    backup = tmp_path / "backup.duckdb"

    assert has_died(ground.copy("backup", backup, [point], how=how), how)
    assert backup.exists() is (point == "copy settled")
    backup.unlink(missing_ok=True)
    assert ground.copy("backup", backup) == {"signal": None, "kept": None}
    assert ground.judge("edits") == []


@pytest.mark.parametrize(("point", "how"), drawn(RESTORES, 3, about="restores"))
def test_a_restore_that_dies_is_made_good(ground, tmp_path, point, how):
    """Whether the old state or the new one is found: nothing is lost or doubled by the way back in time."""
    ground.begin("rest")
    backup = tmp_path / "backup.duckdb"
    assert ground.copy("backup", backup)["signal"] is None
    ground.begin("edits")
    ground.come_to_rest()

    assert has_died(ground.copy("restore", backup, [point], how=how), how)
    assert ground.judge("edits") == []


MIGRATIONS = [(point, how) for point in ("store kept", "copy settling", "copy settled") for how in (*WAYS, "full")]


@pytest.mark.parametrize(("point", "how"), drawn(MIGRATIONS, 3, about="migrations"))
def test_a_migration_that_dies_is_made_good(ground, point, how):
    """A store of an older layout is opened, and the run dies on the way: the next one migrates it, or finds it so."""
    ground.begin("edits")
    with duckdb.connect(str(ground.store)) as old:
        old.execute("UPDATE store.meta SET value = '1' WHERE key = 'schema_version'")

    ended = ground.crash([point], how=how)

    assert has_died(ended, how)
    assert ground.judge("edits") == []
    with duckdb.connect(str(ground.store), read_only=True) as migrated:
        found = dict(migrated.execute("SELECT key, value FROM store.meta").fetchall())
    assert (found["schema_version"], found["migrated_from"]) == (str(SCHEMA_VERSION), "1")
