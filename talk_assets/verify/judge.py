"""Whether a probe arrived: what its end was given against what the other end holds, read from there."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

import polars as pl

from talk_assets.model.pair import Property
from talk_assets.model.system import System
from talk_assets.session import Session
from talk_assets.store import links
from talk_assets.verify.probe import Probe
from talk_assets.verify.reading import as_text, read, same
from talk_assets.verify.results import Finding, Item, Operation, Outcome

Values = dict[str, Any]
_CENT = Decimal("0.01")
Filled = tuple[str, str, System]
"""Pair, property and end."""


@dataclass(frozen=True, kw_only=True)
class Look:
    """What both ends hold of a probe: *here* where it was made, *there* on the other, *at* a time.

    None where there is no such record, or one that breaks its contract.
    """

    here: Values | None
    there: Values | None
    at: datetime


def looks(session: Session, probes: Sequence[Probe]) -> list[tuple[Probe, Look]]:
    """Read *probes* and their counterparts from their ends, each kind of record at once."""
    for probe in probes:
        _find_counterpart(session, probe)
    held: dict[tuple[str, System], dict[str, Values]] = {}
    for pair in dict.fromkeys(probe.pair for probe in probes):
        own = [probe for probe in probes if probe.pair is pair]
        for system in System:
            records = {
                probe.ids[system]: None if probe.document is None else probe.document.ids.get(system)
                for probe in own
                if system in probe.ids
            }
            rows = read(session, pair, system, records).rows.iter_rows(named=True) if records else ()
            held[pair.name, system] = {row["_id"]: row for row in rows}
    at = session.clock()

    def of(probe: Probe, system: System) -> Values | None:
        return held[probe.pair.name, system].get(probe.ids.get(system, ""))

    return [(probe, Look(here=of(probe, probe.origin), there=of(probe, probe.origin.other), at=at)) for probe in probes]


def filled(probe: Probe, seen: Look) -> dict[Filled, Any]:
    """What the probe's end put by itself into properties that were just emptied there."""
    own = seen.here or {}
    return {(probe.pair.name, name, probe.origin): own[name] for name in probe.turned if own.get(name) is not None}


def judged(
    probe: Probe,
    items: Sequence[Item],
    seen: Look,
    *,
    waiting: pl.DataFrame,
    fills: Mapping[Filled, Any],
) -> list[Finding]:
    """Return what became of *items*, all of *probe* and one operation, after the sync.

    *waiting* is what the sync holds back, with reasons; *fills* what ends put into emptied properties.
    """
    return [_finding(probe, item, seen, waiting, fills) for item in items]


def untried(probe: Probe, item: Item) -> str | None:
    """Why no value was given to the probe for *item*; None if it was."""
    said = probe.refused.get((item.operation, item.property))
    if said is not None:
        return f"{probe.origin.title} did not take the value: {said}"
    whole = probe.refused.get((Operation.CREATE, None)) or probe.refused.get((item.operation, None))
    if whole is not None:
        return f"{probe.origin.title} did not take the probe: {whole}"
    given = probe.given.get(item.operation)
    if given is not None and item.property not in given:
        what = probe.pair.by_name[item.property].reference or "value"
        which = what if item.operation is Operation.CREATE else f"second {what}"
        return f"there is no {which} for it that both ends hold"
    return None


def _finding(probe: Probe, item: Item, seen: Look, waiting: pl.DataFrame, fills: Mapping[Filled, Any]) -> Finding:
    p = probe.pair.by_name[item.property]
    if p.derived:
        return _amount(probe, item, seen)
    why = untried(probe, item)
    if why is not None:
        return Finding(item=item, outcome=Outcome.NOT_TESTABLE, reason=why)
    given = probe.given[item.operation][p.name]
    expected = _on(given, probe.origin.other)
    found = None if seen.there is None else seen.there.get(p.name)
    outcome, reason = _outcome(p, probe, item, seen, fills)
    if outcome is Outcome.FAIL and (held := _why_held(probe, p, waiting)):
        reason = f"{reason}: {held}"
    return Finding(
        item=item,
        outcome=outcome,
        reason=reason,
        written=as_text(_on(given, probe.origin)),
        expected=as_text(expected),
        found=as_text(found),
        origin_id=probe.ids.get(probe.origin),
        target_id=probe.ids.get(probe.origin.other),
        at=seen.at,
    )


def _outcome(
    p: Property, probe: Probe, item: Item, seen: Look, fills: Mapping[Filled, Any]
) -> tuple[Outcome, str | None]:
    origin, target = probe.origin, probe.origin.other
    given = probe.given[item.operation][p.name]
    if (item.pair, p.name, origin) in fills and item.operation is Operation.CLEAR:
        return Outcome.NOT_TESTABLE, f"{origin.title} fills an empty one by itself"
    if seen.here is not None and not same(p, _on(given, origin), seen.here.get(p.name)):
        return Outcome.FAIL, f"{origin.title} itself did not keep what was written to it"
    if seen.there is None:
        # A record that never arrived fails where it was made; its later steps add nothing to that.
        lost = Outcome.FAIL if item.operation is Operation.CREATE else Outcome.NOT_TESTABLE
        return lost, f"{target.title} has no such record that keeps its contract"
    found = seen.there.get(p.name)
    if same(p, _on(given, target), found):
        return Outcome.PASS, None
    own = (item.pair, p.name, target)
    if item.operation is Operation.CLEAR and own in fills and same(p, fills[own], found):
        return Outcome.NOT_TESTABLE, f"{target.title} fills an empty one by itself"
    return Outcome.FAIL, f"{target.title} holds {'nothing' if found is None else 'another value'}"


def _amount(probe: Probe, item: Item, seen: Look) -> Finding:
    """An amount that each end works out by itself; ends may round a line to different sides of half a cent."""
    here, there = ((held or {}).get(item.property) for held in (seen.here, seen.there))
    alike = here == there or (here is not None and there is not None and abs(here - there) <= _CENT)
    reason = None if alike else f"{probe.origin.other.title} works out another amount"
    if seen.there is None:
        reason = f"{probe.origin.other.title} has no such record that keeps its contract"
    return Finding(
        item=item,
        outcome=Outcome.PASS if reason is None else Outcome.FAIL,
        reason=reason,
        expected=as_text(here),
        found=as_text(there),
        origin_id=probe.ids.get(probe.origin),
        target_id=probe.ids.get(probe.origin.other),
        at=seen.at,
    )


def _on(given: Any, system: System) -> Any:  # noqa: ANN401 - canonical
    """The value as *system* holds it: of what is referred to, its id there."""
    return given.ids.get(system) if isinstance(given, Probe) else given


def _find_counterpart(session: Session, probe: Probe) -> None:
    record = probe.ids.get(probe.origin)
    if record is not None and probe.origin.other not in probe.ids:
        found = links.by_record(session.db, probe.pair, probe.origin, [record])
        if found.height == 1:
            probe.ids[probe.origin.other] = found[f"{probe.origin.other}_id"].item()


def _why_held(probe: Probe, p: Property, waiting: pl.DataFrame) -> str | None:
    about = waiting.filter(
        (pl.col("pair") == probe.pair.name)
        & pl.col("id").is_in(list(probe.ids.values()))
        & (pl.col("property").is_null() | (pl.col("property") == p.name))
    )
    return str(about["reason"][0]) if about.height else None
