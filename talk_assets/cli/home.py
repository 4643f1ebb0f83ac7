"""The Dagster home of `talk up`: for this user alone, and for one `talk up` at a time."""

import fcntl
import json
import os
import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from talk_assets.model.errors import ConfigurationError

_LOCK = "talk-up.lock"
_STORAGES = "# Dagster's own SQLite storages where they are by default, with less work for each question and event."
_MARK = "# in this home: "
_FOLDERS = (
    ("run_storage", "RunStorage", "history"),
    ("event_log_storage", "EventLogStorage", "history/runs"),
    ("schedule_storage", "ScheduleStorage", "schedules"),
)
"""Each section, our class for it, and the folder that Dagster takes by itself."""


def prepared_home(home: Path) -> Path:
    """Make *home* a Dagster home for this user alone; settings already in it are kept."""
    home.mkdir(parents=True, exist_ok=True, mode=0o700)
    home.chmod(0o700)
    config = home / "dagster.yaml"
    if not config.exists():
        shutil.copyfile(Path(__file__).with_name("dagster.yaml"), config)
        with config.open("a", encoding="utf-8") as stream:
            stream.write(_storages(home.absolute()))
    _follow_move(config, home.absolute())
    for found in home.rglob("*"):
        # Dagster's databases and logs may be from before, or from `dagster dev`, which others can read.
        if not found.is_symlink():
            found.chmod(0o700 if found.is_dir() else 0o600)
    return home.absolute()


def _storages(home: Path) -> str:
    """The part of `dagster.yaml` that names where Dagster's databases are: where they are by default."""
    lines = ["", _STORAGES]
    for section, name, folder in _FOLDERS:
        lines += [f"{section}:", "  module: talk_assets.automation.storage", f"  class: {name}", "  config:"]
        lines.append(f"    base_dir: {json.dumps(str(home / folder))}  {_MARK}{folder}")
    return "\n".join(lines) + "\n"


def _follow_move(config: Path, home: Path) -> None:
    """Let the settings written here name the present place of a home that was moved."""
    text = config.read_text(encoding="utf-8")
    found = re.sub(
        rf"base_dir: .*  {re.escape(_MARK)}(?P<folder>\S+)$",
        lambda line: f"base_dir: {json.dumps(str(home / line['folder']))}  {_MARK}{line['folder']}",
        text,
        flags=re.MULTILINE,
    )
    if found != text:
        config.write_text(found, encoding="utf-8")


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
