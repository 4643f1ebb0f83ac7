"""What a step cost: API calls and time."""

import time
from collections.abc import Iterable

from talk_assets.model.system import System
from talk_assets.session import Session


class Cost:
    """API calls and seconds since it was made."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._started = time.monotonic()
        self._before = {system: session.ends[system].calls.total for system in System}

    def metadata(self, systems: Iterable[System] = System) -> dict[str, int | float]:
        """Return asset metadata: seconds, and for each of *systems* the calls made and the budget left.

        The budget is left out where an end has not told it.
        """
        facts: dict[str, int | float] = {"seconds": round(time.monotonic() - self._started, 3)}
        for system in systems:
            calls = self._session.ends[system].calls
            facts[f"{system}_api_calls"] = calls.total - self._before[system]
            if calls.remaining is not None:
                facts[f"{system}_api_calls_left"] = calls.remaining
        return facts
