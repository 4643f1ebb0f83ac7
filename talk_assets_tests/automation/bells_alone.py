"""The product's contacts with their doorbells, and without the sweep, which would hide what a doorbell lost."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

import dagster as dg

from talk_assets import definitions
from talk_assets.automation.aftermath import resume
from talk_assets.automation.jobs import jobs
from talk_assets.automation.sensors import bell_for, doorbell
from talk_assets.entities import LOOKUPS, PAIRS
from talk_assets.model.system import System
from talk_assets.resources import open_ends, utc_now
from talk_assets.settings import Settings, environment
from talk_assets.systems.port import SystemPort

CONTACT = {"contact": PAIRS["contact"]}
KINDS = {"contact", *(f"{end}_{kind}" for end in System for kind in ("contact", "account"))}
JOBS = jobs(CONTACT, LOOKUPS)


@contextmanager
def _opened_end(system: System) -> Iterator[SystemPort]:
    ends = open_ends(Settings.from_environment(environment()))
    try:
        yield ends[system]
    finally:
        for port in ends.values():
            port.close()


defs = dg.Definitions(
    assets=[one for one in definitions.defs.assets if one.key.path[1] in KINDS],
    jobs=JOBS,
    sensors=[
        *(doorbell(bell_for(end, CONTACT, interval=timedelta(seconds=2)), JOBS, _opened_end) for end in System),
        resume(JOBS, utc_now),
    ],
    resources=definitions.defs.resources,
    executor=definitions.defs.executor,
)
