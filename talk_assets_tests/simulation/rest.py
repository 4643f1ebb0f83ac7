"""What must hold once nothing goes wrong any more and nobody edits."""

import json
from collections.abc import Mapping

from talk_assets.automation.cycle import CycleReport
from talk_assets.model.system import System
from talk_assets.store import selfcheck
from talk_assets_tests.simulation.kinds import Kind
from talk_assets_tests.simulation.tokens import number_in
from talk_assets_tests.simulation.world import World

SALESFORCE, CUSTOMERP = System


def check_store(world: World, *, finished: bool) -> None:
    """The store's own check must find nothing, whatever the run died of, and cursors never go back."""
    found = selfcheck.problems(world.db, world.pairs.values(), finished=finished)
    for row in found.head(3).iter_rows(named=True):
        world.violate(f"store: {row['check']} {row['pair']} {row['system']} {row['id']}: {row['problem']}")
    now = dict(world.db.rows("SELECT system || ' ' || entity, cursor FROM store.cursor"))
    for place, text in now.items():
        if place in world.cursors and _far(str(text)) < _far(world.cursors[place]):
            world.violate(f"cursor went back: {place} from {world.cursors[place]} to {text}")
    world.cursors = {str(place): str(text) for place, text in now.items()}


def _far(cursor: str) -> tuple[int, str]:
    """How far a cursor got, so that two compare."""
    told = json.loads(cursor)
    return int(told.get("seq", 0)), str(told.get("stamp", ""))


def listed(report: CycleReport) -> set[tuple[str, str]]:
    """The records (end, id) that the engine says it keeps back."""
    return set(report.waiting.select("system", "id").rows())


def disagreements(world: World, report: CycleReport) -> list[str]:
    """What is neither the same on both ends nor told to a person."""
    told = listed(report)
    found = []
    for kind in world.kinds.values():
        found += _of_kind(world, kind, told)
    return found


def _of_kind(world: World, kind: Kind, told: set[tuple[str, str]]) -> list[str]:
    ledger = world.ledger
    found = []
    for hidden in dict.fromkeys(ledger.person.values()):
        own = {s: ledger.records[s, hidden] for s in System}
        if not any(world.ends[s]._rows.get(kind.pair, r) for s in System for r in own[s]):
            continue
        live = {s: [r for r in own[s] if world.ends[s].get(kind.pair, r) is not None] for s in System}
        if any((s.value, r) in told for s in System for r in own[s]):
            continue
        if any(len(live[s]) > 1 for s in System):
            found.append(f"doubled at rest: {hidden} is {live}")
        elif all(live[s] for s in System):
            found += _differences(world, kind, {s: live[s][0] for s in System})
        elif any(live.values()) and not any((s, hidden) in ledger.removed for s in System):
            found.append(f"without a counterpart: {hidden} is only {live}")
    return found


def _differences(world: World, kind: Kind, records: Mapping[System, str]) -> list[str]:
    values = {s: world.texts(s, kind, world.ends[s].get(kind.pair, records[s]) or {}, kind.traced) for s in System}
    return [
        f"{kind.pair} {records[SALESFORCE]} and {records[CUSTOMERP]} differ in {name}: "
        f"{values[SALESFORCE][name]} and {values[CUSTOMERP][name]}"
        for name in kind.traced
        if number_in(values[SALESFORCE][name]) != number_in(values[CUSTOMERP][name])
    ]
