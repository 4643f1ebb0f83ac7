"""Time stamps of one server: RFC 3339 in UTC with microseconds, never the same one twice."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

_TICK = timedelta(microseconds=1)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def rfc3339(moment: datetime) -> str:
    """Return *moment* as fixed-width text, so that text order is time order."""
    return moment.astimezone(UTC).replace(tzinfo=None).isoformat(timespec="microseconds") + "Z"


class Stamps:
    """A clock that never goes back, whatever the machine's does."""

    def __init__(self, clock: Callable[[], datetime], *, last: str, grain: timedelta = _TICK) -> None:
        """Start behind *last*, the newest stamp ever given ('' for none); stamps are cut to whole *grain*s."""
        self._clock = clock
        self._grain = grain
        self._last = datetime.fromisoformat(last) if last else datetime.min.replace(tzinfo=UTC)

    def now(self) -> datetime:
        """Return the time now; every stamp given later is after it."""
        self._last = max(self._clock(), self._last)
        return self._last

    def next(self) -> str:
        """Return a new stamp, later than all before it unless the grain is coarse."""
        self._last = max(self._clock(), self._last + _TICK)
        return rfc3339(self._last - (self._last - _EPOCH) % self._grain)


class Counters:
    """Running numbers: ids of records and lines, and document numbers."""

    def __init__(self, values: dict[str, int]) -> None:
        """Continue after *values*."""
        self._values = dict(values)
        self._moved: set[str] = set()

    def next(self, name: str, *, first: int) -> int:
        """Return the next number of *name*, which starts at *first*."""
        value = self._values[name] = self._values.get(name, first - 1) + 1
        self._moved.add(name)
        return value

    def moved(self) -> list[tuple[str, int]]:
        """Return the counters that moved since the last call, with their last value."""
        moved = [(name, self._values[name]) for name in sorted(self._moved)]
        self._moved.clear()
        return moved
