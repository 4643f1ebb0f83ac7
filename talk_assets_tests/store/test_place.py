"""Where a store may be: its owner's alone, on a disk of this machine."""

import os
import stat
from pathlib import Path

import pytest

from talk_assets.model.errors import ConfigurationError
from talk_assets.store.database import Database
from talk_assets.store.place import NETWORK, filesystem_of, wal_of

MOUNTS = """\
/dev/vda1 / ext4 rw 0 0
server:/export /mnt/shared nfs4 rw 0 0
/dev/vdb1 /mnt/shared/local\\040disk xfs rw 0 0
broken line
"""


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("/srv/talk.duckdb", "ext4"),
        ("/mnt/shared/talk.duckdb", "nfs4"),
        ("/mnt/shared/local disk/talk.duckdb", "xfs"),
        ("/mnt/sharedness/talk.duckdb", "ext4"),
    ],
)
def test_the_innermost_mount_counts(path, kind):
    """A disk mounted inside a network share is a disk."""
    assert filesystem_of(Path(path), MOUNTS.splitlines()) == kind
    assert (kind in NETWORK) == (kind == "nfs4")


def test_where_mounts_are_not_told_nothing_is_refused():
    """Other systems have no list of mounts to read."""
    assert filesystem_of(Path("/srv/talk.duckdb"), []) is None


@pytest.mark.parametrize("which", [lambda path: path, wal_of], ids=["file", "log"])
def test_a_store_others_can_read_is_refused(tmp_path, which):
    """The message is the command that mends it; then it opens."""
    path = tmp_path / "talk.duckdb"
    Database(path).close()
    file = which(path)
    file.touch()
    file.chmod(0o640)
    with pytest.raises(ConfigurationError, match=f"chmod 600 '{file}'"):
        Database(path)
    file.chmod(0o600)
    Database(path).close()


def test_what_a_store_makes_is_its_owners(tmp_path):
    """File, log, lock and witness, whatever the mask was before."""
    before = os.umask(0o022)
    try:
        with Database(tmp_path / "own" / "talk.duckdb") as db:
            db.set_meta("fact", "1")
            made = {file.name: stat.S_IMODE(file.stat().st_mode) for file in (tmp_path / "own").iterdir()}
    finally:
        os.umask(before)

    assert sorted(made) == ["talk.duckdb", "talk.duckdb.lock", "talk.duckdb.wal", "talk.duckdb.witness"]
    assert set(made.values()) == {0o600}
    assert stat.S_IMODE((tmp_path / "own").stat().st_mode) == 0o700
