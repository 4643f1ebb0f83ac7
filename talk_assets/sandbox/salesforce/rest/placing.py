"""Handlers, and handlers with the names that their path carries."""

from __future__ import annotations

from collections.abc import Callable

from ..desk import Desk
from ..wire import Answer, Call

Handler = Callable[..., Answer]


def at(handler: Handler, *names: str) -> Placed:
    """Return *handler* with the names that follow desk and call."""
    return Placed(handler, names)


class Placed:
    """A handler with the names that its path carries."""

    def __init__(self, func: Handler, names: tuple[str, ...]) -> None:
        self.func = func
        self.names = names

    def __call__(self, desk: Desk, call: Call) -> Answer:
        """Answer the call."""
        return self.func(desk, call, *self.names)
