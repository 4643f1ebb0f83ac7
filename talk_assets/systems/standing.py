"""Whether an end may be called now: not while it fails, asks for patience, or has no calls left for us."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Lock

from talk_assets.model.errors import BudgetUsedError, PeerUnavailableError
from talk_assets.model.reserve import Reserve
from talk_assets.model.system import System
from talk_assets.systems.answers import Answer
from talk_assets.systems.breaker import Breaker
from talk_assets.systems.port import CallCount

LONGEST_REST = 900.0
"""Seconds; the longest that an end's own wish to be left alone is heeded."""
_BUSY = frozenset({429, 503})


class Standing:
    """How we stand with one end. *reserve* are calls of its daily allowance that are left to others."""

    def __init__(
        self, *, end: System, calls: CallCount, breaker: Breaker, reserve: Reserve | None, timer: Callable[[], float]
    ) -> None:
        self._end = end
        self._calls = calls
        self._breaker = breaker
        self._reserve = reserve
        self._timer = timer
        self._lock = Lock()
        self._underway = 0
        self._rests_until = 0.0

    def ready(self) -> None:
        """Make sure that a call may be made now.

        Raises:
            PeerUnavailableError: the end failed several times in a row, asked to be left alone, or the
                calls left of its allowance are those we must not touch.
        """
        if self._breaker.is_open:
            raise PeerUnavailableError(
                f"{self._end.title} failed several times in a row. Nothing more was sent to it; what is left stays "
                "planned. Run again later; that is safe."
            )
        rests = self._rests_until - self._timer()
        if rests > 0:
            raise PeerUnavailableError(
                f"{self._end.title} asked to be left alone for {rests:.0f} s more. Nothing more was sent to it; "
                "what is left stays planned. Run again after that; it is safe."
            )
        self.spare()

    def spare(self) -> None:
        """Make sure that one more call does not touch the reserve, those under way counted.

        Raises:
            BudgetUsedError: it would.
        """
        remaining, allowance = self._calls.remaining, self._calls.allowance
        if self._reserve is None or remaining is None or allowance is None:
            return
        kept = self._reserve.of(allowance)
        if remaining - self._underway <= kept:
            raise BudgetUsedError(
                f"{self._end.title} has {remaining:,} of {allowance:,} API calls left today, and {kept:,} are kept "
                "for others (TALK_SALESFORCE_RESERVE). Nothing more was sent; what is left stays planned. "
                "Run again when the 24-hour window has moved on; that is safe."
            )

    def heed(self, answer: Answer) -> None:
        """Leave the end alone as long as *answer* asks, within reason."""
        if answer.status in _BUSY and answer.retry_after is not None:
            self._rests_until = max(self._rests_until, self._timer() + min(answer.retry_after, LONGEST_REST))

    @contextmanager
    def calling(self) -> Iterator[None]:
        """Count the block as one call under way."""
        with self._lock:
            self._underway += 1
        try:
            yield
        finally:
            with self._lock:
                self._underway -= 1
