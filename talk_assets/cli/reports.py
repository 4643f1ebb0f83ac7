"""Tables of what a cycle did or would do."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import groupby
from typing import Any

from rich.table import Table

from talk_assets.cli.screen import cell, table
from talk_assets.model.changes import ChangeState
from talk_assets.model.disclosure import withheld, without_values
from talk_assets.model.system import System

WAITING = {
    "undecided": "to decide",
    "quarantined": "quarantined",
    "parked": "parked",
    "held": "held",
    "review": "for review",
}
"""Why something was not written, by the name a cycle and the store count it under."""

_WRITTEN = {"created": "+", "updated": "~", "deleted": "-"}
_DONE = {"create": "created", "update": "updated", "delete": "deleted"}


def report_table(pairs: Mapping[str, Any]) -> Table:
    """A row a pair: written to each end, newly linked, conflicts found, and what waits by reason.

    *pairs* is the part of a cycle's JSON report with that name.
    """
    rows = table("pair", *(f"to {system.title}" for system in System), "linked", "conflicts", "waiting")
    for name, pair in pairs.items():
        rows.add_row(
            cell(name),
            *(cell(_written(pair[system.value])) for system in System),
            *(cell(f"{pair[count]:,}" if pair[count] else None) for count in ("linked", "conflicts")),
            cell(waiting(pair)),
        )
    return rows


def waiting(pair: Mapping[str, Any]) -> str | None:
    """The counts of what was not written, by reason, without the zeros; None when nothing waits."""
    return ", ".join(f"{pair[reason]:,} {words}" for reason, words in WAITING.items() if pair[reason]) or None


def ways_on(pairs: Mapping[str, Any]) -> list[str]:
    """Which commands lead on from what waits, a line each; none when nothing waits for a person."""
    counted = {reason: sum(pair[reason] for pair in pairs.values()) for reason in WAITING}
    ways = [
        (counted["undecided"], "to decide: talk conflicts"),
        (counted["review"], "for review: talk review"),
        (counted["quarantined"], "quarantined: talk held tells why, talk retry tries again"),
        (counted["parked"] + counted["held"], "waiting or held: talk held tells why"),
    ]
    return [f"{count:,} {way}" for count, way in ways if count]


def _written(end: Mapping[str, int]) -> str | None:
    return " ".join(f"{sign}{end[done]:,}" for done, sign in _WRITTEN.items() if end[done]) or None


def summary(counts: Mapping[str, Any]) -> str:
    """One line: the signs, API calls of each end, and how long it took."""
    calls = ", ".join(f"{counts['api_calls'][system.value]:,} to {system.title}" for system in System)
    return f"+ created, ~ updated, - deleted. API calls: {calls}. {counts['seconds']:.1f} s."


def planned(pairs: Mapping[str, Any], changes: Iterable[Mapping[str, Any]]) -> dict[str, Any]:
    """*pairs* of a dry run, with the records that *changes* would write in place of those written: none."""
    records: dict[tuple[str, str, str], set[object]] = {}
    for change in changes:
        if change["state"] == ChangeState.PENDING.value and change["op"] in _DONE:
            kind = (change["pair"], change["system"], _DONE[change["op"]])
            records.setdefault(kind, set()).add(change["id"])
    return {
        name: dict(pair)
        | {
            system.value: {done: len(records.get((name, system.value, done), ())) for done in _WRITTEN}
            for system in System
        }
        for name, pair in pairs.items()
    }


def plan_tables(changes: Sequence[Mapping[str, Any]], *, limit: int, show: bool) -> Iterator[Table]:
    """A table of changes a pair, at most *limit* rows each; the title says how many there are.

    Unless *show*, of values only their lengths are told.

    *changes* have `pair, system, op, id, property, old, new, state, reason`, grouped by pair.
    """
    for name, group in groupby(changes, key=lambda change: str(change["pair"])):
        of_pair = list(group)
        title = f"{name}: {len(of_pair):,} change{'' if len(of_pair) == 1 else 's'}" + (
            f", the first {limit:,} shown" if len(of_pair) > limit else ""
        )
        rows = table("to", "op", "record", "property", "old", "new", "state", title=title, fixed=3)
        for change in of_pair[:limit]:
            old, new = change["old"], change["new"]
            reason = (
                change["reason"] if show or change["reason"] is None else without_values(change["reason"], old, new)
            )
            rows.add_row(
                *(cell(_text(change[column])) for column in ("system", "op", "id", "property")),
                *(cell(_text(value) if show else withheld(value)) for value in (old, new)),
                cell(change["state"] if reason is None else f"{change['state']}: {reason}", limit=400),
            )
        yield rows


def _text(value: object) -> str | None:
    return None if value is None else str(value)
