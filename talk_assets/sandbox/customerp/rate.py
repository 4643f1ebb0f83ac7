"""A limit on requests in a minute, answered with 429 and the RateLimit headers."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from math import ceil

from starlette.types import ASGIApp, Receive, Scope, Send

from talk_assets.sandbox.customerp.answers import problem_response
from talk_assets.sandbox.customerp.problems import ProblemError

_WINDOW = timedelta(minutes=1)


class RateMiddleware:
    """Refuses requests to the API above *limit* in a minute; every minute starts anew."""

    def __init__(self, app: ASGIApp, *, limit: int, clock: Callable[[], datetime]) -> None:
        """Guard *app*."""
        self._app = app
        self._limit = limit
        self._clock = clock
        self._window_end = datetime.min.replace(tzinfo=UTC)
        self._used = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, or answer 429 with the seconds until it may be sent again."""
        if scope["type"] == "http" and scope["path"].startswith("/api/"):
            now = self._clock()
            if now >= self._window_end:
                self._window_end, self._used = now + _WINDOW, 0
            self._used += 1
            if self._used > self._limit:
                seconds = str(ceil((self._window_end - now).total_seconds()))
                headers = {
                    "Retry-After": seconds,
                    "RateLimit-Limit": str(self._limit),
                    "RateLimit-Remaining": "0",
                    "RateLimit-Reset": seconds,
                }
                detail = f"{self._limit} requests a minute are answered."
                problem = ProblemError(429, "rate", detail, headers=headers)
                await problem_response(problem)(scope, receive, send)
                return
        await self._app(scope, receive, send)
