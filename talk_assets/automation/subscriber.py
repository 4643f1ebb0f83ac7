"""Rings when an end's events tell that something changed, and keeps listening whatever happens to the subscription.

Events only ring, as webhooks do: what changed is then asked for as always. So a lost one costs time and nothing else,
and none is ever asked for again.
"""

import random
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from talk_assets.model.errors import ConfigurationError, TalkError

_FIRST_PAUSE, _LONGEST_PAUSE = 1.0, 60.0
REFUSED_PAUSE = 600.0
"""How long one waits, in seconds, after what only a person can mend."""


@dataclass(frozen=True, kw_only=True)
class Subscriber:
    """Listens by *heard*, which subscribes anew each time it is called and yields how many events came.

    *wait* waits for so many seconds, or until the end of listening, and tells whether that has come. *jitter* (0 to 1)
    chooses pauses, so that what was cut off together does not come back together.
    """

    heard: Callable[[], Iterator[int]]
    ring: Callable[[], None]
    tell: Callable[[str], None]
    wait: Callable[[float], bool]
    jitter: Callable[[], float] = random.random

    def listen(self) -> None:
        """Ring for events until the end of listening; tells once when they stop coming, and once when they are back."""
        failures = 0
        while not self.wait(self._pause(failures)):
            # What happened while nobody listened is found by asking.
            self.ring()
            try:
                for events in self.heard():
                    if failures:
                        self.tell("Events are heard again.")
                    failures = 0
                    if events:
                        self.ring()
            except TalkError as error:
                failures += 1
                if failures == 1:
                    self.tell(f"{error} Nothing is lost: changes are asked for at the usual times. Trying again.")
                if isinstance(error, ConfigurationError):
                    self.wait(REFUSED_PAUSE)
            else:
                return

    def _pause(self, failures: int) -> float:
        if not failures:
            return 0.0
        longest: float = min(_FIRST_PAUSE * 2 ** (failures - 1), _LONGEST_PAUSE)
        return self.jitter() * longest


def in_background(subscriber: Subscriber, *, name: str) -> threading.Thread:
    """Listen in a thread of its own, which the process does not wait for."""
    thread = threading.Thread(target=subscriber.listen, name=name, daemon=True)
    thread.start()
    return thread
