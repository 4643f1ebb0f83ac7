"""Counts requests by method and route, so that a test can say what a client did."""

from collections import Counter

from starlette.types import ASGIApp, Receive, Scope, Send


class Meter:
    """How often each route was asked."""

    def __init__(self) -> None:
        self.requests: Counter[str] = Counter()


class MeterMiddleware:
    """Counts every request that comes in, whatever is answered."""

    def __init__(self, app: ASGIApp, *, meter: Meter) -> None:
        """Count the requests to *app* in *meter*."""
        self._app = app
        self._meter = meter

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on and count it under the route that took it."""
        try:
            await self._app(scope, receive, send)
        finally:
            if scope["type"] == "http" and not scope["path"].startswith("/sandbox/"):
                route = getattr(scope.get("route"), "path", scope["path"])
                self._meter.requests[f"{scope['method']} {route}"] += 1
