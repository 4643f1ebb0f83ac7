"""One listener an end at a time, and what it hands to the next one.

A sensor that rings is not evaluated again before the daemon's next round, up to five seconds later. So each doorbell
has a relief, a second sensor that waits for the first one's turn to end and listens for the rest of the round.
"""

import fcntl
import json
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Self

from talk_assets.model.system import System

_LOOK_SECONDS = 0.05
_MOST_BYTES = 1_000_000


@dataclass(frozen=True, kw_only=True)
class Heard:
    """What a listener knows when its turn ends; times are seconds since 1970.

    *tokens* are what to compare an end's head with, *moved* when it last moved, *looked* when it was last asked,
    *remaining* the calls it then had left for today. *ring* names the runs requested for these tokens, *runs* tells
    how many: only when they are there do the tokens count.
    """

    tokens: dict[str, str] = field(default_factory=dict)
    moved: float = 0.0
    looked: float = 0.0
    remaining: int | None = None
    ring: str = ""
    runs: int = 0

    def as_text(self) -> str:
        """As a sensor's cursor."""
        return json.dumps(asdict(self))

    @classmethod
    def parse(cls, text: str | None) -> Self:
        """What `as_text` made; nothing known for any other text."""
        try:
            found = json.loads(text or "{}")
            if isinstance(found, dict) and isinstance(found.get("tokens"), dict):
                return cls(**found)
        except (ValueError, TypeError):
            pass
        return cls()


def ring(folder: Path, system: System) -> None:
    """Tell who listens to *system* that it may be worth a look, from any process. It is no more than a hint."""
    _rung(folder, system).touch(mode=0o600)


def has_rung(folder: Path, system: System, *, since: float) -> bool:
    """Whether somebody rang since that moment, in seconds since 1970."""
    try:
        return _rung(folder, system).stat().st_mtime >= since
    except OSError:
        return False


def _rung(folder: Path, system: System) -> Path:
    return folder / f"{system}.rung"


@dataclass(frozen=True, kw_only=True)
class Ear:
    """The right to listen to an end, while it is held; *left* is what the last holder handed on."""

    left: Heard
    descriptor: int

    def hand_on(self, heard: Heard) -> None:
        """Leave *heard* to the next holder."""
        content = heard.as_text().encode()
        os.ftruncate(self.descriptor, 0)
        os.pwrite(self.descriptor, content, 0)


@contextmanager
def ear(
    folder: Path, system: System, *, until: float, timer: Callable[[], float], sleep: Callable[[float], None]
) -> Iterator[Ear | None]:
    """Hold the right to listen to *system* while the block runs; None if others have it until *until* by the timer."""
    descriptor = os.open(folder / f"{system}.ear", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        while not _taken(descriptor):
            if timer() >= until:
                yield None
                return
            sleep(_LOOK_SECONDS)
        yield Ear(left=Heard.parse(os.pread(descriptor, _MOST_BYTES, 0).decode()), descriptor=descriptor)
    finally:
        os.close(descriptor)


def _taken(descriptor: int) -> bool:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
