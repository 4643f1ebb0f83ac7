"""A disk that takes no more bytes: a readable error, and a store that opens again as it was."""

import subprocess
import sys

import pytest

from talk_assets.store.database import Database

WRITE = """
import resource, sys
from pathlib import Path
from talk_assets.model.errors import StoreWriteError
from talk_assets.store.database import Database

db = Database(Path(sys.argv[1]))
db.set_meta("tenant", "before")
resource.setrlimit(resource.RLIMIT_FSIZE, (0, resource.getrlimit(resource.RLIMIT_FSIZE)[1]))
try:
    db.set_meta("tenant", "after") if sys.argv[2] == "commit" else db.checkpoint()
except StoreWriteError as error:
    print(error)
"""


@pytest.mark.parametrize("moment", ["commit", "checkpoint"])
def test_a_full_disk_is_told_and_costs_nothing_committed(tmp_path, moment):
    """The message names the store and what to do; what was committed before is there afterwards."""
    path = tmp_path / "talk.duckdb"

    told = subprocess.run([sys.executable, "-c", WRITE, str(path), moment], capture_output=True, text=True, check=False)

    assert told.stdout.startswith(f"The store {path} cannot be written: ")
    assert "Free space on the disk" in told.stdout
    with Database(path) as db:
        assert db.meta("tenant") == "before"


CREATE = """
import os, resource, sys
from pathlib import Path
from talk_assets.model.errors import StoreWriteError
from talk_assets.store.database import Database

path = Path(sys.argv[1])
resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv[2]), resource.getrlimit(resource.RLIMIT_FSIZE)[1]))
try:
    Database(path)
except StoreWriteError as error:
    print(error, flush=True)
os._exit(0)
"""


@pytest.mark.parametrize("room", ["0", "4096", "10000"])
def test_a_full_disk_at_the_first_start_is_not_taken_for_a_damaged_store(tmp_path, room):
    """Nobody is told to put a backup in its place; with space on the disk the store is made.

    So it is after any end of the process half through the file, as it was when this was found.
    """
    path = tmp_path / "talk.duckdb"
    path.with_name(path.name + ".lock").touch(mode=0o600)

    told = subprocess.run([sys.executable, "-c", CREATE, str(path), room], capture_output=True, text=True, check=False)

    assert told.stdout.startswith(f"The store {path} cannot be written: ")
    assert "backup" not in told.stdout
    with Database(path) as db:
        assert db.meta("tenant") is None
