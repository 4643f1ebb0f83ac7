"""The store's own lock file.

DuckDB's lock on its file is a POSIX record lock: it vanishes as soon as this process opens and closes
the file once more, and a forked child does not hold it. A separate file under flock(2) survives both.
"""

import fcntl
import os
from datetime import UTC, datetime
from pathlib import Path

from talk_assets.model.errors import StoreBusyError


class StoreLock:
    """An exclusive lock on ``<store>.lock``, held until `release` or the process ends.

    The file says which process holds it and since when.
    """

    def __init__(self, store: Path) -> None:
        self._path = store.with_name(store.name + ".lock")
        self._fd: int | None = None

    def take(self) -> None:
        """Take the lock at once.

        Raises:
            StoreBusyError: another process holds it.
        """
        fd = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            holder = os.pread(fd, 64, 0).decode("ascii", "replace").strip() or "unknown"
            os.close(fd)
            raise StoreBusyError(
                f"The store is in use by process {holder} ({self._path.name}). Nothing was read or written. "
                "Wait for that run to end, or stop it, and start again."
            ) from None
        os.ftruncate(fd, 0)
        os.pwrite(fd, f"{os.getpid()} since {datetime.now(UTC):%Y-%m-%d %H:%M:%S} UTC\n".encode(), 0)
        self._fd = fd

    def release(self) -> None:
        """Give the lock up; harmless when it is not held."""
        if self._fd is not None:
            os.close(self._fd)
            self._fd = None
