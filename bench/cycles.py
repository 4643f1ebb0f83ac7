"""One cycle measured, and the same requests made by a bare HTTP client."""

import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import httpx

from bench import contacts
from bench.measure import Reading, measured
from bench.processes import Ends
from bench.relay import REPLAY, Noted
from talk_assets.automation.cycle import run_cycle
from talk_assets.model.system import System
from talk_assets.resources import open_session
from talk_assets.settings import Settings, variables_for

_REPEATS = 5
"""Bare requests are too quick to be measured once."""

SCENARIOS = ("first load", "no change", "edits", "echo")


@dataclass(frozen=True, kw_only=True)
class Traffic:
    """What one end saw of a cycle: API calls as it counts them, bytes of bodies."""

    calls: int
    writes: int
    bytes_up: int
    bytes_down: int


@dataclass(frozen=True, kw_only=True)
class Run:
    """One scenario once: the cycle, the bare requests, and what went over the wire.

    *requests* are those the relay saw of both ends, logins included; *records* are those written.
    """

    scenario: str
    cycle: Reading
    bare: Reading
    traffic: dict[System, Traffic]
    requests: int
    records: int

    @property
    def ratio(self) -> float:
        """CPU of the cycle over CPU of the bare requests."""
        return self.cycle.cpu / self.bare.cpu


def scenarios(ends: Ends, *, store: Path, each: int, same: int, lookback: int) -> Iterator[Run]:
    """Run the four scenarios in order over the contacts already in Customerp."""
    environ = variables_for(ends.relayed, store=store) | {"TALK_LOOKBACK_SECONDS": str(lookback)}
    settings = Settings.from_environment(environ)
    for scenario in SCENARIOS:
        if scenario == "edits":
            contacts.edit_salesforce(ends.direct, slice(each))
            # Salesforce stamps whole seconds, so that only the next one is certainly later.
            time.sleep(1.0 - time.time() % 1.0)
            contacts.edit_customerp(ends.direct, slice(each - same, 2 * each - same))
        yield _run(ends, settings, scenario)


def _run(ends: Ends, settings: Settings, scenario: str) -> Run:
    ends.forget()
    with measured() as cycle, open_session(settings) as session:
        report = run_cycle(session, pairs=["contact"])
        traffic = {
            system: Traffic(
                calls=port.calls.total,
                writes=port.calls.writes,
                bytes_up=port.calls.bytes_up,
                bytes_down=port.calls.bytes_down,
            )
            for system, port in session.ends.items()
        }
    noted = ends.noted()
    bare = _bare(ends, noted)
    counts = report.as_json()["pairs"]["contact"]
    return Run(
        scenario=scenario,
        cycle=cycle,
        bare=bare,
        traffic=traffic,
        requests=sum(len(requests) for requests in noted.values()),
        records=sum(counts[system][done] for system in System for done in ("created", "updated", "deleted")),
    )


def _bare(ends: Ends, noted: Mapping[System, Sequence[Noted]]) -> Reading:
    """The cost of making the noted requests once more, one after the other, by open clients.

    The relay gives the noted answers; they are read and not looked into.
    """
    with ExitStack() as stack:
        clients = {
            system: stack.enter_context(httpx.Client(base_url=ends.relayed[system]["url"], trust_env=False, timeout=60))
            for system in System
        }
        with measured() as reading:
            for _ in range(_REPEATS):
                for system, requests in noted.items():
                    _replay(clients[system], requests)
    return Reading(cpu=reading.cpu / _REPEATS, seconds=reading.seconds / _REPEATS, peak=reading.peak)


def _replay(client: httpx.Client, requests: Sequence[Noted]) -> None:
    for number, noted in enumerate(requests):
        headers = noted.headers | {REPLAY: str(number)}
        client.request(noted.method, noted.target, headers=headers, content=noted.body or None)
