"""The bell that ends long polls: a waiting request is woken by the next committed write."""

import asyncio
from collections.abc import Callable


class Bell:
    """Wakes all who wait. Used on one event loop only."""

    def __init__(self, *, rung: Callable[[], None] = lambda: None) -> None:
        """Call *rung* at each ring, too."""
        self._rung = rung
        self._waiting: set[asyncio.Event] = set()
        self._closed = False

    def ring(self) -> None:
        """Wake everyone who waits now."""
        self._rung()
        self._wake()

    def _wake(self) -> None:
        for event in self._waiting:
            event.set()

    def release(self) -> None:
        """Wake everyone and let nobody wait again: the server stops."""
        self._closed = True
        self._wake()

    async def wait(self, seconds: float) -> None:
        """Return at the next ring, or after *seconds*."""
        if self._closed:
            return
        event = asyncio.Event()
        self._waiting.add(event)
        try:
            async with asyncio.timeout(seconds):
                await event.wait()
        except TimeoutError:
            pass
        finally:
            self._waiting.discard(event)
