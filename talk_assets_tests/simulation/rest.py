"""What must hold once nothing goes wrong any more and nobody edits."""

import json
from collections.abc import Mapping, Set

from talk_assets.automation.cycle import CycleReport
from talk_assets.model.system import System
from talk_assets.store import selfcheck
from talk_assets_tests.simulation.kinds import Kind
from talk_assets_tests.simulation.tokens import number_in
from talk_assets_tests.simulation.world import World

SALESFORCE, CUSTOMERP = System


def check_store(world: World, *, finished: bool) -> None:
    """The store's own check must find nothing, whatever the run died of, and cursors never go back."""
    # A run that died early may not have come to the columns of what is declared anew.
    pairs = [pair for pair in world.pairs.values() if set(pair.names) <= _stored(world, pair.name)]
    found = selfcheck.problems(world.db, pairs, finished=finished)
    for row in found.head(3).iter_rows(named=True):
        world.violate(f"store: {row['check']} {row['pair']} {row['system']} {row['id']}: {row['problem']}")
    now = dict(world.db.rows("SELECT system || ' ' || entity, cursor FROM store.cursor"))
    for place, text in now.items():
        if place in world.cursors and _far(str(text)) < _far(world.cursors[place]):
            world.violate(f"cursor went back: {place} from {world.cursors[place]} to {text}")
    world.cursors = {str(place): str(text) for place, text in now.items()}


def _stored(world: World, pair: str) -> set[str]:
    """The columns that both ends' translated records of *pair* have in the store."""
    return set.intersection(*(set(world.db.columns.get(f"mapped.{system}_{pair}", ())) for system in System))


def _far(cursor: str) -> tuple[int, str]:
    """How far a cursor got, so that two compare."""
    told = json.loads(cursor)
    return int(told.get("seq", 0)), str(told.get("stamp", ""))


Told = Mapping[tuple[str, str], set[str | None]]
"""Properties by end and record's id: what a person is told waits. None stands for the whole record."""


def told(world: World, report: CycleReport) -> Told:
    """What the engine says it keeps back; what waits of a document waits with all its lines."""
    found: dict[tuple[str, str], set[str | None]] = {}
    for name, system, record, about, state in report.waiting.select("pair", "system", "id", "property", "state").rows():
        whole = state in {"review", "quarantined"} or about not in world.pairs[name].by_name
        found.setdefault((system, record), set()).add(None if whole else about)
    return found


def disagreements(world: World, report: CycleReport) -> list[str]:
    """What is neither the same on both ends nor told to a person."""
    waiting = told(world, report)
    found = []
    for kind in world.kinds.values():
        found += _of_kind(world, kind, waiting)
    return found


def _of_kind(world: World, kind: Kind, waiting: Told) -> list[str]:
    ledger = world.ledger
    found = []
    for hidden in dict.fromkeys(ledger.person.values()):
        own = {s: ledger.records[s, hidden] for s in System}
        if not any(world.ends[s]._rows.get(kind.pair, r) for s in System for r in own[s]):
            continue
        live = {s: [r for r in own[s] if world.ends[s].get(kind.pair, r) is not None] for s in System}
        about = {name for s in System for r in own[s] for name in _about(world, kind, s, r, waiting)}
        if None in about:
            continue
        if any(len(live[s]) > 1 for s in System):
            found.append(f"doubled at rest: {hidden} is {live}")
        elif all(live[s] for s in System):
            found += _differences(world, kind, {s: live[s][0] for s in System}, about)
        elif any(live.values()) and not any((s, hidden) in ledger.removed for s in System):
            found.append(f"without a counterpart: {hidden} is only {live}")
    return found


def _about(world: World, kind: Kind, system: System, record: str, waiting: Told) -> set[str | None]:
    """What a person is told of *record*, or of the document that it is a line of."""
    found = set(waiting.get((system.value, record), ()))
    row = world.ends[system]._rows.get(kind.pair, record)
    if row is not None and row.parent is not None and None in waiting.get((system.value, row.parent), ()):
        found.add(None)
    return found


def _differences(world: World, kind: Kind, records: Mapping[System, str], about: Set[str | None]) -> list[str]:
    values = {s: world.texts(s, kind, world.ends[s].get(kind.pair, records[s]) or {}, kind.traced) for s in System}
    return [
        f"{kind.pair} {records[SALESFORCE]} and {records[CUSTOMERP]} differ in {name}: "
        f"{values[SALESFORCE][name]} and {values[CUSTOMERP][name]}"
        for name in kind.traced
        if name not in about and number_in(values[SALESFORCE][name]) != number_in(values[CUSTOMERP][name])
    ] + [
        f"{kind.pair} {records[SALESFORCE]} and {records[CUSTOMERP]} differ in {name}: {' and '.join(map(str, found))}"
        for name, found in _standing(world, kind, records).items()
        if name not in about and found[0] != found[1]
    ]


def _standing(world: World, kind: Kind, records: Mapping[System, str]) -> dict[str, list[object]]:
    """What both ends hold of statuses, as their place, and of references, as what is referred to."""
    found: dict[str, list[object]] = {name: [] for name in (*kind.refers, *(["status"] if kind.statuses else []))}
    for system, record in records.items():
        values = world.row(system, kind, record).values
        for name in kind.refers:
            found[name].append(world.ledger.person.get((system, values.get(kind.path(system, name)) or "")))
        if kind.statuses:
            status = values.get(kind.path(system, "status"))
            found["status"].append(kind.statuses[system].index(status) if status in kind.statuses[system] else status)
    return found
