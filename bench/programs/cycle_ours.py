"""One cycle of ours over contacts that are linked already, after one without changes in the same process.

As in the worker of `talk up`, what the first cycle asked of the ends need not be asked again. The first makes the
store, where there is none.
"""

import os

import httpx

from bench.case import Context, tell
from bench.measure import measured
from bench.neutral.serving import COUNTS
from talk_assets.automation.cycle import CycleReport, run_cycle
from talk_assets.model.system import System
from talk_assets.remembered import Remembered
from talk_assets.resources import open_session
from talk_assets.settings import Settings, variables_for


def cycle(settings: Settings, remembered: Remembered, *, full: bool = False) -> CycleReport:
    """Run one, in a session of its own; so many edits of so few contacts are no accident here."""
    with open_session(settings, remembered=remembered) as session:
        session.set_limits({"contact": {"update_ratio": 1}})
        return run_cycle(session, pairs=["contact"], full=full)


def settings_of(context: Context) -> Settings:
    """The settings that lead to the benchmark's server, and to the store that all programs of a case share."""
    home = context.folder / "ours"
    home.mkdir(exist_ok=True)
    return Settings.from_environment(
        os.environ | variables_for(context.facts, store=home / "store.duckdb") | {"TALK_LOOKBACK_SECONDS": "1"}
    )


def main(edits: int = 0, *, echo: bool = False, full: bool = False) -> None:
    """Run the cycles and tell what the measured one took."""
    context = Context.of_environment()
    settings, remembered = settings_of(context), Remembered()
    # Once to bring what earlier programs changed across, once more for a store that has nothing left to do.
    for _ in range(2):
        cycle(settings, remembered)
    if edits:
        for place, end in enumerate(context.facts.values()):
            asked = {"count": str(edits), "first": str(place * edits)}
            httpx.post(f"{end['url']}/bench/change", params=asked, trust_env=False, timeout=60).raise_for_status()
    if echo:
        cycle(settings, remembered)
    for end in context.facts.values():
        httpx.delete(f"{end['url']}{COUNTS}", trust_env=False)
    with measured() as reading:
        report = cycle(settings, remembered, full=full)
    tally = report.tallies["contact"]
    updated = sum(tally.updated[system] for system in System)
    assert updated == (0 if echo else 2 * edits), updated  # noqa: S101 - it must have done the work, and no more
    tell(cycle_cpu=reading.cpu, cycle_wall=reading.seconds, updated=updated)


if __name__ == "__main__":
    main()
