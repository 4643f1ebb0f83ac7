"""Playing many seeds on all cores, with totals."""

import os
import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import FIRST_COMPLETED, ProcessPoolExecutor, wait
from itertools import islice
from multiprocessing import get_context

from talk_assets_tests.simulation.run import Outcome, simulate
from talk_assets_tests.simulation.scenes import scene_of, seeds_from

EVERY = 30.0
"""Seconds between two lines of progress."""


def play(seed: int) -> Outcome:
    try:
        return simulate(seed, scene_of(seed))
    except BaseException as error:
        error.add_note(replay_of(seed))
        raise


def replay_of(seed: int) -> str:
    """The command that plays *seed* again."""
    return f"python -m talk_assets_tests.simulation --seed {seed} --show"


def soak(*, runs: int | None, minutes: float | None, first: int, say: Callable[[str], None]) -> int:
    """Play seeds from *first* on, *runs* of them or for *minutes*; 1 if any broke a promise."""
    totals: Counter[str] = Counter()
    faults: Counter[str] = Counter()
    started = told = time.monotonic()
    for outcome in _played(first, runs, None if minutes is None else started + minutes * 60):
        totals.update(
            runs=1,
            histories=outcome.histories,
            cycles=outcome.cycles,
            calls=outcome.calls,
            races=outcome.raced,
            violations=len(outcome.violations),
        )
        totals.update(outcome.counts)
        faults.update({fault.value: n for fault, n in outcome.faults.items()})
        for violation in outcome.violations:
            say(f"seed {outcome.seed}: {violation}\n  {replay_of(outcome.seed)}")
        if time.monotonic() - told > EVERY:
            told = time.monotonic()
            say(f"{told - started:7.0f} s  " + _line(totals))
    say(f"{time.monotonic() - started:7.0f} s  {_line(totals)}")
    for name, number in faults.most_common():
        say(f"  {number:>8,}  {name}")
    say(f"  {faults.total():>8,}  faults in all")
    return int(totals["violations"] > 0)


def _line(totals: Counter[str]) -> str:
    return ", ".join(f"{number:,} {name}" for name, number in totals.items())


def _played(first: int, runs: int | None, until: float | None) -> Iterator[Outcome]:
    seeds = islice(seeds_from(first), runs)
    with ProcessPoolExecutor(os.cpu_count(), mp_context=get_context("spawn")) as pool:
        underway = set()
        while True:
            open_ended = until is None or time.monotonic() < until
            while open_ended and len(underway) < 2 * (os.cpu_count() or 1) and (seed := next(seeds, None)) is not None:
                underway.add(pool.submit(play, seed))
            if not underway:
                return
            done, underway = wait(underway, return_when=FIRST_COMPLETED)
            yield from (future.result() for future in done)
