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
