"""What a process that makes one run after the other remembers of an org: its session, who it is, and its objects.

A run by itself asks for all of that anew. The token is kept in memory only, and only for the org that gave it.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass, field

from talk_assets.model.shape import ObjectShape
from talk_assets.systems.port import Identity

KEPT_SECONDS = 600.0
"""How long a description is believed: a field that was added or shown is noticed this much later at most."""


@dataclass(frozen=True, kw_only=True)
class Token:
    """An Authorization header's value, and the ids of the user and the org it was given for, where the login told."""

    header: str = field(repr=False)
    user: str | None
    org: str | None


@dataclass(kw_only=True)
class Remembered:
    """Lent to one port after the other of the same settings; whoever meets an error lets it `forget`.

    *shapes* has None for an object that the org lacks.
    """

    timer: Callable[[], float] = time.monotonic
    token: Token | None = None
    identity: Identity | None = None
    shapes: dict[str, ObjectShape | None] = field(default_factory=dict)
    asked: float | None = None

    def expire(self) -> None:
        """Forget what was asked for too long ago; the token is good until the org refuses it."""
        if self.asked is not None and self.timer() - self.asked > KEPT_SECONDS:
            self.forget(token=self.token)

    def know(self, name: str, shape: ObjectShape | None) -> None:
        """Keep a description that was asked for now."""
        self.asked = self.timer() if self.asked is None else self.asked
        self.shapes[name] = shape

    def forget(self, *, token: Token | None = None) -> None:
        """Forget all but *token*."""
        self.token, self.identity, self.asked = token, None, None
        self.shapes.clear()
