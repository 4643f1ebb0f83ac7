"""Tables of what a cycle did or would do."""

from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby
from typing import Any

from rich.table import Table

from talk_assets.cli.screen import cell, table
from talk_assets.model.system import System

HELD = ("conflicts", "quarantined", "parked", "held", "review")
"""Why something was not written, as a cycle and the store count it."""


def report_table(counts: Mapping[str, Any]) -> Table:
    """A row a pair: written to each end as created/updated/deleted, linked, and held by reason.

    *counts* is a cycle's report as JSON.
    """
    rows = table(
        "pair",
        *(f"to {system.title} +/~/-" for system in System),
        "linked",
        *HELD,
        numbers_from=1,
    )
    for name, pair in counts["pairs"].items():
        written = (pair[system.value] for system in System)
        rows.add_row(
            cell(name),
            *(f"{end['created']:,}/{end['updated']:,}/{end['deleted']:,}" for end in written),
            f"{pair['linked']:,}",
            *(f"{pair[reason]:,}" for reason in HELD),
        )
    return rows


def summary(counts: Mapping[str, Any]) -> str:
    """One line: API calls of each end, and how long it took."""
    calls = ", ".join(f"{counts['api_calls'][system.value]:,} to {system.title}" for system in System)
    return f"API calls: {calls}. {counts['seconds']:.1f} s."


def plan_tables(changes: Sequence[Mapping[str, Any]], *, limit: int) -> Iterator[Table]:
    """A table of changes a pair, at most *limit* rows each; the title says how many there are.

    *changes* have `pair, system, op, id, property, old, new, state, reason`, grouped by pair.
    """
    for name, group in groupby(changes, key=lambda change: str(change["pair"])):
        of_pair = list(group)
        shown = of_pair[:limit]
        title = f"{name}: {len(of_pair):,} change{'' if len(of_pair) == 1 else 's'}" + (
            f", the first {limit:,} shown" if len(of_pair) > limit else ""
        )
        rows = table("end", "op", "record", "property", "old", "new", "state", "reason", title=title)
        for change in shown:
            rows.add_row(
                *(
                    cell(_text(change[column]))
                    for column in ("system", "op", "id", "property", "old", "new", "state", "reason")
                )
            )
        yield rows


def _text(value: object) -> str | None:
    return None if value is None else str(value)
