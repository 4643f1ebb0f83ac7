"""The period of a report cut into steps: what happened in each, and what stood at its end."""

from collections.abc import Sequence
from datetime import datetime, timedelta

import polars as pl

from talk_assets.model.system import System
from talk_assets.reports.quality.figures import STATES, Delay, Step

_WIDTHS = {
    timedelta(minutes=20): timedelta(minutes=1),
    timedelta(hours=3): timedelta(minutes=5),
    timedelta(days=3): timedelta(hours=1),
}
_LONGEST_WIDTH = timedelta(days=1)
_COLUMNS = {"conflict": "undecided"}
_STANDING = ("linked", "in_step", *(_COLUMNS.get(state, state) for state in STATES))
_KINDS = ("created", "updated", "deleted")
_MOST_WITHIN = 0.95


def width_of(span: timedelta) -> timedelta:
    """How long a step is, for a history of *span*: from a minute to a day."""
    return next((width for most, width in _WIDTHS.items() if span <= most), _LONGEST_WIDTH)


def steps_of(runs: pl.DataFrame, of_pairs: pl.DataFrame, *, width: timedelta) -> tuple[Step, ...]:
    """The steps that have runs, the oldest first; of *runs* and what they did *of_pairs* (`store.runs`).

    A pair that no run looked at in a step stands as it stood before.
    """
    if runs.is_empty():
        return ()
    stands = _standing(of_pairs, width)
    found = []
    for (start,), of_step in _by_step(runs, "ended", width).group_by(["step"], maintain_order=True):
        ids = of_step["run_id"].implode()
        pairs = of_pairs.filter(pl.col("run_id").is_in(ids))
        total = _total_at(stands, start)
        found.append(
            Step(
                until=start + width,
                calls={system: int(of_step[f"{system}_calls"].sum()) for system in System},
                written={system: _sum(pairs, [f"{system}_{kind}" for kind in _KINDS]) for system in System},
                waiting={state: total[_COLUMNS.get(state, state)] for state in STATES},
                linked=total["linked"],
                in_step=total["in_step"],
                delays={system: delay(pairs, system) for system in System},
            )
        )
    return tuple(found)


def waiting_in(of_pair: pl.DataFrame, *, width: timedelta) -> tuple[int, ...]:
    """How many records of one pair waited at the end of each step that has runs of it."""
    if of_pair.is_empty():
        return ()
    last = _by_step(of_pair, "ended", width).group_by("step", maintain_order=True).last()
    return tuple(_sum(row, _STANDING[2:]) for row in last.iter_slices(1))


def delay(of_pairs: pl.DataFrame, system: System) -> Delay | None:
    """How long the writes to *system* took from the edit on; None where none is known.

    Each run tells of its writes the median and the longest: a median counts for all writes of its run.
    """
    known = (
        of_pairs.filter(pl.col(f"{system}_delays") > 0)
        .select(count=pl.col(f"{system}_delays"), median=pl.col(f"{system}_delay_median"), most=f"{system}_delay_most")
        .sort("median")
        .with_columns(upto=pl.col("count").cum_sum())
    )
    if known.is_empty():
        return None
    writes = int(known["count"].sum())

    def within(share: float) -> float:
        return float(known.filter(pl.col("upto") >= share * writes)["median"][0]) / 1000

    return Delay(
        writes=writes,
        median=within(0.5),
        most_within=within(_MOST_WITHIN),
        longest=float(known["most"].cast(pl.Float64).sort(descending=True)[0]) / 1000,
    )


def _by_step(rows: pl.DataFrame, column: str, width: timedelta) -> pl.DataFrame:
    return rows.sort(column).with_columns(step=pl.col(column).dt.truncate(f"{int(width.total_seconds())}s"))


def _standing(of_pairs: pl.DataFrame, width: timedelta) -> pl.DataFrame:
    """The last row of each pair and step, the oldest first."""
    if of_pairs.is_empty():
        return of_pairs.with_columns(step=pl.lit(None, dtype=pl.Datetime("us", "UTC")))
    return _by_step(of_pairs, "ended", width).group_by("step", "pair", maintain_order=True).last()


def _total_at(stands: pl.DataFrame, start: datetime) -> dict[str, int]:
    latest = stands.filter(pl.col("step") <= start).group_by("pair", maintain_order=True).last()
    return {column: _sum(latest, [column]) for column in _STANDING}


def _sum(rows: pl.DataFrame, columns: Sequence[str]) -> int:
    return sum(int(rows[column].sum() or 0) for column in columns)
