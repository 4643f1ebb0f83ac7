"""The org's allowance of API calls per rolling 24 hours."""

from __future__ import annotations

from datetime import datetime

from .errors import ApiError

_HOUR, _WINDOW = 3600, 24


class ApiBudget:
    """Counts calls by the hour and refuses what goes beyond the allowance."""

    def __init__(self, *, daily: int) -> None:
        self.daily = daily
        self._by_hour: dict[int, int] = {}

    def used(self, now: datetime) -> int:
        """Return the calls of the last 24 hours."""
        hour = int(now.timestamp()) // _HOUR
        return sum(count for at, count in self._by_hour.items() if hour - _WINDOW < at <= hour)

    def spend(self, now: datetime) -> None:
        """Count one call, or raise REQUEST_LIMIT_EXCEEDED (403)."""
        if self.used(now) >= self.daily:
            raise ApiError("REQUEST_LIMIT_EXCEEDED", "TotalRequests Limit exceeded.", status=403)
        hour = int(now.timestamp()) // _HOUR
        self._by_hour = {at: count for at, count in self._by_hour.items() if hour - _WINDOW < at}
        self._by_hour[hour] = self._by_hour.get(hour, 0) + 1

    def header(self, now: datetime) -> str:
        """Return the value of `Sforce-Limit-Info`."""
        return f"api-usage={self.used(now)}/{self.daily}"

    def remaining(self, now: datetime) -> int:
        """Return the calls that are left."""
        return max(self.daily - self.used(now), 0)
