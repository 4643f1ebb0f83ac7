"""Listens to Salesforce's event bus while `talk up` runs."""

import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from functools import partial
from pathlib import Path

from talk_assets.model.system import System
from talk_assets.settings import EventBusSettings, Settings


@contextmanager
def hearing_events(
    environ: Mapping[str, str], settings: Settings, *, home: Path, say: Callable[[str], None]
) -> Iterator[None]:
    """Let Salesforce's change events wake its doorbells in *home* while the block runs; *say* what becomes of that.

    Nothing listens where *environ* names no event bus.

    Raises:
        ConfigurationError: The settings cannot be used.
    """
    chosen = EventBusSettings.from_environment(environ)
    if chosen is None:
        yield
        return
    from talk_assets.automation.ear import ring
    from talk_assets.automation.subscriber import Subscriber, in_background
    from talk_assets.resources import open_event_bus

    over = threading.Event()
    bus = open_event_bus(settings, chosen)
    try:
        for topic in chosen.topics:
            one = Subscriber(
                heard=partial(bus.heard, topic), ring=lambda: ring(home, System.SALESFORCE), tell=say, wait=over.wait
            )
            in_background(one, name=f"events of {topic}")
        yield
    finally:
        over.set()
        bus.close()
