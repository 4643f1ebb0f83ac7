"""`python -m bench.latency`: how long an edit in one system takes to be seen in the other, through `talk up` as it is.

Edits are made, and looked for, by plain HTTP. The phases are told by Dagster's own records of the run that was under
way when the edit arrived: *detect* ends when the sensor's run is submitted, *launch* when it starts, *run* when the
edit can be seen.
"""

import argparse
import json
import random
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import dagster as dg

from bench.started import Started, plain_dagster, talk_up

_REPORT = Path(__file__).parents[1] / "data" / "latency.json"
_LOOK_SECONDS = 0.02
_LONGEST_SECONDS = 180.0
_FEWEST = 3
PHASES = ("total", "detect", "launch", "run")


@dataclass(frozen=True, kw_only=True)
class Edit:
    """One edit: the end it was made in, and how long it took, in seconds."""

    made_in: str
    total: float
    detect: float
    launch: float
    run: float


def main() -> None:
    """Make edits on both ends, one after the other, and print how long they took to arrive."""
    parser = argparse.ArgumentParser(prog="python -m bench.latency", description=main.__doc__)
    parser.add_argument("--edits", type=int, default=50, help="edits each way (default 50)")
    parser.add_argument(
        "--pause",
        type=float,
        default=6.0,
        help="the longest pause before an edit, in seconds; each takes a random part of it (default 6, 0 for none)",
    )
    parser.add_argument("--plain", type=int, default=5, help="edits through a plain Dagster sensor and job (default 5)")
    parser.add_argument("--quiet", type=float, default=60.0, help="seconds of quiet to measure CPU in (default 60)")
    parser.add_argument("--seed", type=int, default=1, help="draws the pauses")
    chosen = parser.parse_args()
    chance = random.Random(chosen.seed)  # noqa: S311 - chance, not a secret

    def pause() -> float:
        return chance.uniform(0, chosen.pause)

    with tempfile.TemporaryDirectory() as folder:
        with talk_up(Path(folder)) as started:
            idle = _idle_cpu(started, chosen.quiet) if chosen.quiet else None
            edits = [
                *_edits("Salesforce", chosen.edits, started, pause),
                *_edits("Customerp", chosen.edits, started, pause),
            ]
            busy = started.cpu_seconds()
        plain: list[Edit] = []
        if chosen.plain:
            with plain_dagster(Path(folder)) as started:
                plain = _edits("Salesforce", chosen.plain, started, pause)
    groups = {f"from {end}": [e for e in edits if e.made_in == end] for end in ("Salesforce", "Customerp")}
    groups |= {"plain Dagster": plain} if plain else {}
    sys.stdout.write(_table(groups))
    if idle is not None:
        sys.stdout.write(f"\nCPU when nothing happens: {idle:.1%} of one core, over {chosen.quiet:.0f} s.\n")
    sys.stdout.write(f"CPU of all processes in the whole measurement: {busy:.0f} s.\n")
    _REPORT.parent.mkdir(exist_ok=True)
    report = {"pause": chosen.pause, "idle": idle, "groups": {k: [asdict(e) for e in v] for k, v in groups.items()}}
    _REPORT.write_text(json.dumps(report, indent=1) + "\n")


def _idle_cpu(started: Started, seconds: float) -> float:
    """The share of one core that all processes take while nobody edits."""
    _settle(started)
    before = started.cpu_seconds()
    time.sleep(seconds)
    return (started.cpu_seconds() - before) / seconds


def _settle(started: Started) -> None:
    """Return when no run was there for some seconds."""
    quiet_since = time.monotonic()
    with dg.DagsterInstance.from_config(str(started.home)) as instance:
        unfinished = [status for status in dg.DagsterRunStatus if status not in _FINISHED]
        while time.monotonic() < quiet_since + 6:
            if instance.get_runs_count(filters=dg.RunsFilter(statuses=unfinished)):
                quiet_since = time.monotonic()
            time.sleep(0.5)


_FINISHED = {dg.DagsterRunStatus.SUCCESS, dg.DagsterRunStatus.FAILURE, dg.DagsterRunStatus.CANCELED}


def _edits(made_in: str, number: int, started: Started, pause: Callable[[], float]) -> list[Edit]:
    """Edit one contact in *made_in* *number* times, the next one when the last one arrived and the pause is over."""
    found = []
    with dg.DagsterInstance.from_config(str(started.home)) as instance:
        for count in range(number):
            time.sleep(pause())
            value = f"{made_in} {count}"
            edited = time.time()
            if made_in == "Salesforce":
                started.edit_salesforce(value)
                arrived = _arrival(lambda: started.seen_in_customerp() == value)  # noqa: B023 - called here
            else:
                started.edit_customerp(value)
                arrived = _arrival(lambda: started.seen_in_salesforce() == value)  # noqa: B023 - called here
            found.append(_measured(instance, made_in, edited, arrived))
            sys.stderr.write(f"\r{made_in}: {count + 1} of {number}, {found[-1].total:.2f} s ")
        sys.stderr.write("\n")
    return found


def _arrival(happened: Callable[[], bool]) -> float:
    """When it happened, by the clock."""
    deadline = time.monotonic() + _LONGEST_SECONDS
    while not happened():
        if time.monotonic() > deadline:
            raise TimeoutError(f"An edit was not seen in the other system within {_LONGEST_SECONDS:.0f} s.")
        time.sleep(_LOOK_SECONDS)
    return time.time()


def _measured(instance: dg.DagsterInstance, made_in: str, edited: float, arrived: float) -> Edit:
    """The phases of an edit, by the run that was the latest to start before it arrived."""
    for run in instance.get_runs(limit=10):
        stats = instance.get_run_stats(run.run_id)
        begun, enqueued = stats.start_time, getattr(stats, "enqueued_time", None) or stats.launch_time
        if begun is not None and enqueued is not None and begun <= arrived:
            # A run that was enqueued before the edit reads it all the same.
            detected = min(max(enqueued, edited), begun)
            return Edit(
                made_in=made_in,
                total=arrived - edited,
                detect=detected - edited,
                launch=begun - detected,
                run=arrived - max(begun, edited),
            )
    raise LookupError("Dagster has no record of the run that brought the edit across.")


def _table(groups: Mapping[str, Sequence[Edit]]) -> str:
    """p50 and p95 of every phase, as a Markdown table."""
    lines = [
        "| seconds | edits | " + " | ".join(f"{phase} p50 | {phase} p95" for phase in PHASES) + " |",
        "|---|--:|" + "--:|--:|" * len(PHASES),
    ]
    for name, edits in groups.items():
        cells = []
        for phase in PHASES:
            values = sorted(getattr(edit, phase) for edit in edits)
            cells += [f"{statistics.median(values):.2f}", f"{_p95(values):.2f}"]
        lines.append(f"| {name} | {len(edits)} | " + " | ".join(cells) + " |")
    return "\n".join(lines) + "\n"


def _p95(values: Sequence[float]) -> float:
    """The value that 95 % of the sorted *values* do not exceed; of few values the largest."""
    return values[min(len(values) - 1, -(-95 * len(values) // 100) - 1)] if len(values) >= _FEWEST else values[-1]


if __name__ == "__main__":
    main()
