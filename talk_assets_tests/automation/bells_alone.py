"""The product's contacts with their doorbells, and without the sweep, which would hide what a doorbell lost."""

from datetime import timedelta

import dagster as dg

from talk_assets import definitions
from talk_assets.automation.aftermath import resume
from talk_assets.automation.jobs import jobs
from talk_assets.automation.pace import Pace
from talk_assets.automation.sensors import LONG_POLL, bell_for, doorbells
from talk_assets.entities import LOOKUPS, PAIRS
from talk_assets.model.system import System
from talk_assets.resources import KeptEnds, utc_now
from talk_assets.settings import Settings, environment

CONTACT = {"contact": PAIRS["contact"]}
KINDS = {"contact", *(f"{end}_{kind}" for end in System for kind in ("contact", "account"))}
JOBS = jobs(CONTACT, LOOKUPS)

_PACE = Pace(quiet=timedelta(seconds=2), share=1.0)
_BELLS = {
    System.SALESFORCE: bell_for(System.SALESFORCE, CONTACT, pace=_PACE),
    System.CUSTOMERP: bell_for(System.CUSTOMERP, CONTACT, pace=_PACE, wait=LONG_POLL),
}


def _settings() -> Settings:
    return Settings.from_environment(environment())


defs = dg.Definitions(
    assets=[one for one in definitions.defs.assets if one.key.path[1] in KINDS],
    jobs=JOBS,
    sensors=[
        *(bell for end in System for bell in doorbells(_BELLS[end], JOBS, KeptEnds(_settings))),
        resume(JOBS, utc_now),
    ],
    resources=definitions.defs.resources,
    executor=definitions.defs.executor,
)
