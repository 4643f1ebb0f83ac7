"""A backup or a restore dies: the store is whole, the old one or the new one, and the sync makes the rest good."""

import signal

import pytest

WAYS = ["kill", "raise"]


def died(ended, how):
    return ended["signal"] == signal.SIGKILL if how == "kill" else "DefectError" in ended["failure"]


@pytest.mark.parametrize("how", WAYS)
@pytest.mark.parametrize("point", ["copy settling", "copy settled"])
def test_a_backup_that_dies_leaves_the_store_as_it_is(ground, tmp_path, point, how):
    """Its file is there whole or not at all, and the next one succeeds."""
    ground.begin("edits")
    backup = tmp_path / "backup.duckdb"

    assert died(ground.copy("backup", backup, [point], how=how), how)
    assert backup.exists() is (point == "copy settled")
    backup.unlink(missing_ok=True)
    assert ground.copy("backup", backup) == {"signal": None, "kept": None}
    assert ground.judge("edits") == []


@pytest.mark.parametrize("how", WAYS)
@pytest.mark.parametrize("point", ["store kept", "copy settling", "copy settled"])
def test_a_restore_that_dies_is_made_good(ground, tmp_path, point, how):
    """Whether the old state or the new one is found: nothing is lost or doubled by the way back in time."""
    ground.begin("rest")
    backup = tmp_path / "backup.duckdb"
    assert ground.copy("backup", backup)["signal"] is None
    ground.begin("edits")
    ground.come_to_rest()

    assert died(ground.copy("restore", backup, [point], how=how), how)
    assert ground.judge("edits") == []
