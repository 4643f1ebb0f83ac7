"""The witness beside the store: how far the store had come, so that a way back in time is noticed.

A store put back from a copy, or one whose last commits were lost, looks like any other from inside. The
witness is a small file of its own that says what was last committed; a store behind it went back. It
also says which checkpoint the write-ahead log belongs to: DuckDB 1.5 applies the log of one file to an
older copy of it without a word.
"""

import os
import struct
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Self
from uuid import uuid4

import msgspec

_HEADERS = (4096, 8192)
"""Where a DuckDB file keeps its two headers; the one with the higher number is in force."""
_MAGIC = b"DUCK"


class Standing(msgspec.Struct, frozen=True, kw_only=True):
    """How far a store has come.

    *store* is its own id, *epoch* grows each time it went back in time, *commits* with each transaction;
    *checkpoint* is the number of the checkpoint its file holds.
    """

    store: str
    epoch: int
    commits: int
    checkpoint: int = 0

    def behind(self, other: Self) -> bool:
        """Whether a store standing here has lost what one standing at *other* knew."""
        return self.store != other.store or (self.epoch, self.commits) < (other.epoch, other.commits)


def standing(facts: Mapping[str, str], said: Standing | None, *, kept: bool) -> tuple[Standing, str | None]:
    """How far a store with the *facts* has come, and why it is known to have gone back in time, if it has.

    *said* is what its witness says, *kept* whether the store is a file; where it went back, a new epoch begins.
    """
    known = facts.get("store")
    now = Standing(store=known or uuid4().hex, epoch=int(facts.get("epoch", 1)), commits=int(facts.get("commits", 0)))
    if said is not None and now.behind(said):
        why = "a newer state of it was seen here before" if known else "the store that was here is gone"
        return msgspec.structs.replace(now, epoch=max(now.epoch, said.epoch) + 1), why
    if said is None and known and kept:
        why = "nothing beside it tells whether it is the newest state"
        return msgspec.structs.replace(now, epoch=now.epoch + 1), why
    return now, None


def checkpoint_of(path: Path) -> int:
    """Return the number of the checkpoint in the database file at *path*; 0 where there is none.

    Call it only while this process has no connection to the file: closing it once gives up DuckDB's own lock.
    """
    try:
        with path.open("rb") as file:
            return _checkpoint(file.fileno())
    except FileNotFoundError:
        return 0


def _checkpoint(fd: int) -> int:
    if os.pread(fd, 4, 8) != _MAGIC:
        return 0
    numbers = [os.pread(fd, 8, at + 8) for at in _HEADERS]
    return max((int(struct.unpack("<Q", number)[0]) for number in numbers if len(number) == 8), default=0)  # noqa: PLR2004 - the bytes of the number


def _path(store: Path) -> Path:
    return store.with_name(store.name + ".witness")


def testimony(store: Path) -> Standing | None:
    """What the witness of *store* says; None if there is none or it cannot be read."""
    try:
        return msgspec.json.decode(_path(store).read_bytes(), type=Standing)
    except (FileNotFoundError, msgspec.DecodeError):
        return None


@dataclass(kw_only=True)
class Witness:
    """The witness of an open store; told after each commit, in one small write."""

    store: Path
    _file: int = -1
    _database: int = -1

    def __post_init__(self) -> None:
        """Open the files; the store's stays open until `close`, as closing it would give up DuckDB's lock."""
        self._file = os.open(_path(self.store), os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        self._database = os.open(self.store, os.O_RDONLY | os.O_CLOEXEC)

    def tell(self, standing: Standing) -> None:
        """Write down that the store stands at *standing*."""
        now = msgspec.structs.replace(standing, checkpoint=_checkpoint(self._database))
        text = msgspec.json.encode(now)
        os.pwrite(self._file, text, 0)
        os.ftruncate(self._file, len(text))

    def close(self) -> None:
        """Give the files up; call it after the store's connection is closed."""
        for fd in (self._file, self._database):
            if fd >= 0:
                os.close(fd)
        self._file = self._database = -1
