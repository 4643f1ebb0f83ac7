"""Stop calling an end that only fails, so that a run ends soon and the end gets air."""

from collections.abc import Callable
from threading import Lock

TRIPS_AFTER = 5
"""Failures in a row."""
RESTS = 30.0
"""Seconds before one more call is let through."""


class Breaker:
    """Counts failures in a row; open after `TRIPS_AFTER` of them, for `RESTS` seconds."""

    def __init__(self, *, timer: Callable[[], float]) -> None:
        self._timer = timer
        self._lock = Lock()
        self._failures = 0
        self._until = 0.0

    @property
    def is_open(self) -> bool:
        """True while calls are held back."""
        return self._failures >= TRIPS_AFTER and self._timer() < self._until

    def allows(self) -> bool:
        """Tell whether a call may go out; after the rest exactly one may, to see how the end is."""
        with self._lock:
            if self._failures < TRIPS_AFTER:
                return True
            if self._timer() < self._until:
                return False
            self._until = self._timer() + RESTS
            return True

    def failed(self) -> None:
        """Note a failure."""
        with self._lock:
            self._failures += 1
            if self._failures >= TRIPS_AFTER:
                self._until = self._timer() + RESTS

    def worked(self) -> None:
        """Note an answer; the count starts again."""
        with self._lock:
            self._failures = 0
