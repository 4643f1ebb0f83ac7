"""Whether Dagster's daemon still works, by what it writes: the signs of its parts, and the ticks of its sensors.

Dagster itself gives a part of its daemon half an hour, and says nothing of sensors that do not tick because their code
cannot be loaded.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import timedelta
from functools import partial
from pathlib import Path

import dagster as dg
from dagster._core.scheduler.instigation import SensorInstigatorData

PATIENCE = timedelta(minutes=3)
"""Parts give a sign each half a minute, and some sensor ticks within that; a busy machine may need longer."""
SENSORS = "sensors"


@contextmanager
def signs_in(home: Path) -> Iterator[Callable[[], Mapping[str, float]]]:
    """What tells the `signs` in the Dagster home *home*."""
    with dg.DagsterInstance.from_config(str(home)) as instance:
        yield partial(signs, instance)


def signs(instance: dg.DagsterInstance) -> dict[str, float]:
    """When each part that the daemon must have last gave a sign, and when a sensor last ticked; 0 for never.

    Without the sensors where a person stopped all of them.
    """
    heard = instance.get_daemon_heartbeats()
    found = {
        part: heard[part].timestamp if part in heard else 0.0 for part in sorted(instance.get_required_daemon_types())
    }
    states = instance.all_instigator_state()
    running = [state for state in states if state.is_running and state.instigator_type.value == "SENSOR"]
    if running or not states:
        told = [state.instigator_data for state in running]
        found[SENSORS] = max((_last_tick(data) for data in told), default=0.0)
    return found


def _last_tick(data: object) -> float:
    return (data.last_tick_timestamp or 0.0) if isinstance(data, SensorInstigatorData) else 0.0


class Pulse:
    """Which parts went silent; *clock* gives seconds that do not pass while the machine sleeps."""

    def __init__(self, clock: Callable[[], float], *, patience: timedelta = PATIENCE) -> None:
        self._clock = clock
        self._patience = patience.total_seconds()
        self._begun = clock()
        self._last: dict[str, tuple[float, float]] = {}

    def begin(self) -> None:
        """A new daemon was started: every part has its time from now on, and is as good as never heard."""
        self._begun = self._clock()
        self._last = {part: (sign, self._begun) for part, (sign, _) in self._last.items()}

    def hear(self, found: Mapping[str, float]) -> None:
        """Take what `signs` found now."""
        now = self._clock()
        before, self._last = self._last, {}
        for part, sign in found.items():
            known = before.get(part)
            self._last[part] = (sign, self._begun) if known is None else known if known[0] == sign else (sign, now)

    def silent(self) -> Sequence[str]:
        """The parts that gave no new sign for longer than they may."""
        now = self._clock()
        return [part for part, (_, at) in self._last.items() if now - max(at, self._begun) > self._patience]

    def is_heard(self) -> bool:
        """Whether every part gave a sign since the daemon began."""
        return bool(self._last) and all(at > self._begun for _, at in self._last.values())
