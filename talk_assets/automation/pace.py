"""How often to ask an end that cannot tell by itself: often while people work, seldom in quiet, within a budget."""

from dataclasses import dataclass
from datetime import timedelta

_DAY_SECONDS = 24 * 3600
FASTEST = 0.5
"""The shortest time between two looks, in seconds."""
_PATIENCE = 0.1
"""The share of the time since the last move that a look may come late."""
CALLS = 2
"""What a look costs, in calls of the end's allowance."""


@dataclass(frozen=True, kw_only=True)
class Pace:
    """*quiet* is the longest time between two looks; *share* how much of the calls left today looking may use.

    The share is of what is left, as if looking went on like this for a day: so it never uses up the rest.
    """

    quiet: timedelta
    share: float

    def interval(self, *, still: float, remaining: int | None) -> float:
        """The seconds between two looks when nothing has moved for *still* seconds and *remaining* calls are left."""
        wanted = min(max(still * _PATIENCE, FASTEST), self.quiet.total_seconds())
        return max(wanted, self._affordable(remaining))

    def soonest(self, *, remaining: int | None) -> float:
        """The shortest time between two looks, in seconds, however often a bell rings."""
        return max(FASTEST, self._affordable(remaining))

    def _affordable(self, remaining: int | None) -> float:
        if remaining is None:
            return 0.0
        looks = self.share * remaining / CALLS
        return _DAY_SECONDS / looks if looks > 0 else _DAY_SECONDS
