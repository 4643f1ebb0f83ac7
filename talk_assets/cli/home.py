"""The Dagster home of `talk up`: for this user alone, and for one `talk up` at a time."""

import fcntl
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from talk_assets.cli.instance_file import bring_up_to_date
from talk_assets.model.errors import ConfigurationError

_LOCK = "talk-up.lock"


def prepared_home(home: Path, *, say: Callable[[str], None] = lambda _text: None) -> Path:
    """Make *home* a Dagster home for this user alone; what a person set in it is kept.

    *say* is given what a person should know of settings that are not as this version ships them.
    """
    home.mkdir(parents=True, exist_ok=True, mode=0o700)
    home.chmod(0o700)
    news = bring_up_to_date(home.absolute())
    if news:
        say(news)
    for found in home.rglob("*"):
        # Dagster's databases and logs may be from before, or from `dagster dev`, which others can read.
        if not found.is_symlink():
            found.chmod(0o700 if found.is_dir() else 0o600)
    return home.absolute()


@contextmanager
def sole_use(home: Path) -> Iterator[int]:
    """Hold *home* while the block runs; yields the file descriptor that holds it.

    A process that inherits the descriptor holds the home as well, should it outlive this one.

    Raises:
        ConfigurationError: Another `talk up` holds it, or what one left behind.
    """
    descriptor = os.open(home / _LOCK, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            holders = os.pread(descriptor, 200, 0).decode("ascii", "replace").strip() or "unknown"
            raise ConfigurationError(
                f"Another `talk up` (process {holders}), or a web server or daemon that one left behind, uses "
                f"{home}. Nothing was started. Stop it, or name another place with --data-dir."
            ) from None
        os.ftruncate(descriptor, 0)
        os.pwrite(descriptor, f"{os.getpid()}\n".encode(), 0)
        yield descriptor
    finally:
        os.close(descriptor)
