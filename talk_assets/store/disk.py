"""What becomes of a disk that takes no more: an error that says so."""

import errno
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb

from talk_assets.model.errors import StoreWriteError

_FULL = tuple(os.strerror(code) for code in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EROFS))


def takes_no_more(error: duckdb.Error) -> bool:
    """Whether DuckDB says, in the system's words, that the disk takes no more; otherwise the file is at fault."""
    return isinstance(error, duckdb.IOException) and any(words in str(error) for words in _FULL)


@contextmanager
def written(path: Path | None) -> Iterator[None]:
    """Let the block write the files of the store at *path*.

    Raises:
        StoreWriteError: they cannot be written. What the block did before that may stand.
    """
    try:
        yield
    except (duckdb.IOException, duckdb.TransactionException, OSError) as error:
        reason = error.strerror if isinstance(error, OSError) else " ".join(str(error).split())
        raise StoreWriteError(
            f"The store {path or 'in memory'} cannot be written: {reason}. Nothing more was sent to either end; what "
            "was sent and not booked is read back by the next run before anything else. Free space on the disk, or "
            "mend its permissions, then run again."
        ) from error
