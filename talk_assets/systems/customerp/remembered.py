"""What a process that makes one run after the other remembers of a Customerp: who it is and what it can do.

Only of one whose change feed names its tenant: each run asks the feed, and so learns that it is still the same.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass

from talk_assets.systems.customerp.profile import Profile
from talk_assets.systems.port import Identity

KEPT_SECONDS = 600.0
"""How long a description is believed."""


@dataclass(frozen=True, kw_only=True)
class Description:
    """What `GET /api/v1/` told, and when by the timer."""

    identity: Identity
    profile: Profile
    asked: float


@dataclass(kw_only=True)
class Remembered:
    """Lent to one port after the other of the same settings; whoever meets an error lets it `forget`."""

    timer: Callable[[], float] = time.monotonic
    description: Description | None = None

    def expire(self) -> None:
        """Forget what was asked for too long ago."""
        if self.description is not None and self.timer() - self.description.asked > KEPT_SECONDS:
            self.forget()

    def forget(self) -> None:
        """Forget all."""
        self.description = None
