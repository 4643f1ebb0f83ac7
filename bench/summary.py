"""Several rounds as medians and spreads, as a Markdown table and as JSON."""

from collections.abc import Callable, Sequence
from dataclasses import asdict
from statistics import median
from typing import Any

from bench.cycles import SCENARIOS, Run
from talk_assets.model.markdown import table
from talk_assets.model.system import System

_MEGABYTE = 1_000_000
_HEADER = (
    "Cycle",
    "Records written",
    "Salesforce calls (writing)",
    "Customerp calls (writing)",
    "kB up",
    "kB down",
    "CPU s",
    "Seconds",
    "Bare requests",
    "Bare CPU s",
    "CPU cycle / bare",
    "Peak MB",
)


def as_markdown(runs: Sequence[Run]) -> str:
    """One row a scenario; several rounds as ``median (least-most)``."""
    return table(_HEADER, [_row([run for run in runs if run.scenario == scenario]) for scenario in SCENARIOS])


def as_json(runs: Sequence[Run]) -> list[dict[str, Any]]:
    """Every round of every scenario."""
    return [asdict(run) | {"ratio": run.ratio} for run in runs]


def _row(rounds: Sequence[Run]) -> list[str]:
    return [
        rounds[0].scenario,
        _span(rounds, lambda run: run.records, "{:,.0f}"),
        *(_calls(rounds, system) for system in System),
        _span(rounds, lambda run: sum(t.bytes_up for t in run.traffic.values()) / 1000, "{:,.0f}"),
        _span(rounds, lambda run: sum(t.bytes_down for t in run.traffic.values()) / 1000, "{:,.0f}"),
        _span(rounds, lambda run: run.cycle.cpu, "{:.2f}"),
        _span(rounds, lambda run: run.cycle.seconds, "{:.2f}"),
        _span(rounds, lambda run: run.requests, "{:,.0f}"),
        _span(rounds, lambda run: run.bare.cpu, "{:.3f}"),
        _span(rounds, lambda run: run.ratio, "{:.1f}"),
        _span(rounds, lambda run: run.cycle.peak / _MEGABYTE, "{:,.0f}"),
    ]


def _calls(rounds: Sequence[Run], system: System) -> str:
    calls = _span(rounds, lambda run: run.traffic[system].calls, "{:,.0f}")
    writes = _span(rounds, lambda run: run.traffic[system].writes, "{:,.0f}")
    return f"{calls} ({writes})"


def _span(rounds: Sequence[Run], figure: Callable[[Run], float], form: str) -> str:
    values = [figure(run) for run in rounds]
    middle, least, most = (form.format(value) for value in (median(values), min(values), max(values)))
    return middle if least == most else f"{middle} ({least}-{most})"
