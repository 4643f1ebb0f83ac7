"""A store that can be killed, or find its disk full, at any commit."""

from collections.abc import Callable
from contextlib import contextmanager

import duckdb

from talk_assets.store.database import Database

Step = Callable[[str], None]


class FragileStore(Database):
    """*step* is told `before` and `after` each commit and may raise."""

    step: Step | None = None

    @contextmanager
    def transaction(self):
        outer = self._depth == 0
        with super().transaction():
            yield
            if outer and self.step is not None:
                self.step("before")
        if outer and self.step is not None:
            self.step("after")


def disk_full() -> duckdb.Error:
    """What DuckDB raises when the disk is full."""
    return duckdb.IOException("IO Error: Could not write all bytes to file: No space left on device")
