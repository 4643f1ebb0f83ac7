"""The org's allowances per rolling 24 hours: API calls, bulk batches, bulk queries."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from .errors import ApiError

_HOUR, _WINDOW = 3600, 24


class Budget:
    """Counts what is used by the hour and raises *refusal* for what goes beyond the allowance."""

    def __init__(self, *, daily: int, refusal: Callable[[], ApiError]) -> None:
        self.daily = daily
        self._refusal = refusal
        self._by_hour: dict[int, int] = {}

    def used(self, now: datetime) -> int:
        """Return what was used in the last 24 hours."""
        hour = int(now.timestamp()) // _HOUR
        return sum(count for at, count in self._by_hour.items() if hour - _WINDOW < at <= hour)

    def spend(self, now: datetime) -> None:
        """Count one more, or refuse it."""
        if self.used(now) >= self.daily:
            raise self._refusal()
        hour = int(now.timestamp()) // _HOUR
        self._by_hour = {at: count for at, count in self._by_hour.items() if hour - _WINDOW < at}
        self._by_hour[hour] = self._by_hour.get(hour, 0) + 1

    def header(self, now: datetime) -> str:
        """Return the value of `Sforce-Limit-Info`."""
        return f"api-usage={self.used(now)}/{self.daily}"

    def remaining(self, now: datetime) -> int:
        """Return what is left."""
        return max(self.daily - self.used(now), 0)


def no_calls_left() -> ApiError:
    """The org's API calls of the last 24 hours are used up."""
    return ApiError("REQUEST_LIMIT_EXCEEDED", "TotalRequests Limit exceeded.", status=403)


def no_jobs_left() -> ApiError:
    """The org's bulk jobs of the last 24 hours are used up."""
    return ApiError("LIMIT_EXCEEDED", "TotalRequests Limit exceeded for the Bulk API.")
