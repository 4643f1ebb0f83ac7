"""The bell that ends long polls: a waiting request is woken by the next committed write."""

import asyncio


class Bell:
    """Wakes all who wait. Used on one event loop only."""

    def __init__(self) -> None:
        self._waiting: set[asyncio.Event] = set()
        self._closed = False

    def ring(self) -> None:
        """Wake everyone who waits now."""
        for event in self._waiting:
            event.set()

    def release(self) -> None:
        """Wake everyone and let nobody wait again: the server stops."""
        self._closed = True
        self.ring()

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
