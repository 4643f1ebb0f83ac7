"""What users of both ends do: create, edit, clear, touch, delete, undelete; sometimes committing late."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from talk_assets.model.system import System
from talk_assets_tests.simulation.documents import Clerks
from talk_assets_tests.simulation.faults import Fault
from talk_assets_tests.simulation.kinds import Kind
from talk_assets_tests.simulation.scene import Scene
from talk_assets_tests.simulation.world import Late, World

SALESFORCE, CUSTOMERP = System
LATE_BY = (1, 60)
"""A late transaction commits so many moments after its stamp."""


@dataclass(kw_only=True)
class People:
    """The users of both ends, who do what the *scene* says."""

    world: World
    scene: Scene

    def __post_init__(self) -> None:
        self.clerks = Clerks(world=self.world, people=self)
        rules: tuple[tuple[Callable[[Kind], None], int], ...] = (
            (self.edit, 60),
            (self.clear, 8),
            (self.touch, 6),
            (self.create, 10),
            (self.delete, 3),
            (self.undelete, 6),
            (self.merge, 2),
            (self.purge, 1),
            (self.clerks.settle, 6),
            (self.clerks.repoint, 6),
        )
        self.rules = [(rule, self.scene.rules.get(rule.__name__, weight)) for rule, weight in rules]

    def populate(self, kind: Kind, count: int) -> None:
        """Make *count* records before the first run, some of them on both ends already."""
        for _ in range(count):
            if kind.marks and self.world.chance.random() < 0.2:
                self._create_on_both(kind)
            else:
                self.create(kind)

    def act(self) -> None:
        """Somebody does something."""
        chance = self.world.chance
        kind = chance.choice(tuple(self.world.kinds.values()))
        rule = chance.choices([r for r, _ in self.rules], [w for _, w in self.rules])[0]
        rule(kind)

    def create(self, kind: Kind) -> None:
        world = self.world
        system = world.chance.choice(tuple(System))
        values = self.values(kind) | {kind.hidden: self.somebody(kind)}
        if kind.lines:
            self.clerks.write_document(kind, system, values)
        elif kind.of:
            self.clerks.add_line(kind, system, values)
        else:
            self._perhaps_late(system, "", partial(self._make, kind, system, values))

    def _create_on_both(self, kind: Kind) -> None:
        """The same thing, made by hand on both ends: some values agree, others do not."""
        hidden = self.somebody(kind)
        here = self.values(kind) | {kind.hidden: hidden}
        here |= {name: here.get(name) or self._value(kind, name) for name in kind.marks}
        there = self.values(kind) | {kind.hidden: hidden} | {name: here[name] for name in kind.marks}
        for name in kind.texts:
            if self.world.chance.random() < 0.5 and here.get(name) is not None:
                there[name] = here[name]
        self._make(kind, SALESFORCE, here)
        self._make(kind, CUSTOMERP, there)
        self.world.ledger.twice.add(hidden)

    def edit(self, kind: Kind) -> None:
        """Give one to three values of a record."""
        names = self.world.chance.sample(kind.editable, self.world.chance.randint(1, min(3, len(kind.editable))))
        self._change(kind, {name: self._value(kind, name) for name in names})

    def clear(self, kind: Kind) -> None:
        """Empty a value; not of what was made on both ends, where a value beats an empty one until both agree."""
        free = [name for name in kind.editable if name not in kind.required]
        if free:
            self._change(kind, {self.world.chance.choice(free): None}, twice=False)

    def touch(self, kind: Kind) -> None:
        """Move a record's stamp, and a value that is nobody's business, without changing what is kept in step."""
        self._change(kind, {})

    def delete(self, kind: Kind) -> None:
        found = self._somewhere(kind, deleted=False, twice=False)
        if found is None:
            return
        system, record = found
        self._perhaps_late(system, record, partial(self._remove, kind, system, record))

    def undelete(self, kind: Kind) -> None:
        found = self._somewhere(kind, deleted=True)
        if found is not None:
            system, record = found
            world = self.world
            world.release(record=record)
            row = world.row(system, kind, record)
            back = [record, *(line.id for line in world.ends[system]._rows.gone_with(row))]
            world.ends[system].restore(kind.pair, record)
            for one in back:
                world.ledger.restore(system, one)
            world.trace.add(f"  {system} user undeletes {' '.join(back)}")

    def merge(self, kind: Kind) -> None:
        """Merge one Salesforce record into another; who does has both before their eyes."""
        world, ledger = self.world, self.world.ledger
        if world.pairs[kind.pair].salesforce_master is None:
            return
        live = [r for r in world.ends[SALESFORCE].live(kind.pair) if ledger.person[SALESFORCE, r] not in ledger.twice]
        if len(live) > 1:
            loser, winner = world.chance.sample(live, 2)
            world.release(record=loser)
            world.release(record=winner)
            if all(world.ends[SALESFORCE].get(kind.pair, r) is not None for r in (loser, winner)):
                world.ends[SALESFORCE].merge(kind.pair, loser, winner)
                ledger.merge(SALESFORCE, loser, winner, kind.traced)
                world.trace.add(f"  {SALESFORCE} user merges {loser} into {winner}")

    def purge(self, kind: Kind) -> None:
        """Remove a record so that nothing tells that it ever was."""
        found = None if kind.lines or kind.of else self._somewhere(kind, deleted=False, twice=False)
        if found is not None:
            system, record = found
            self.world.release(record=record)
            if self.world.ends[system].get(kind.pair, record) is not None:
                self._remove(kind, system, record)
                self.world.ends[system].purge(kind.pair, record)
                self.world.ledger.vanish(system, record)
                self.world.trace.add(f"  {system} has nothing of {record} any more")

    def rewrite(self, kind: Kind, system: System, record: str) -> None:
        """Save a record with a new value, now."""
        self._write(kind, system, record, {kind.traced[0]: self._value(kind, kind.traced[0])})

    def _change(self, kind: Kind, values: dict[str, str | None], *, twice: bool = True) -> None:
        found = self._somewhere(kind, deleted=False, twice=twice)
        if found is None:
            return
        system, record = found
        self._perhaps_late(system, record, partial(self._write, kind, system, record, values))

    def _perhaps_late(self, system: System, record: str, commit: Callable[[], None]) -> None:
        """Commit now, or on Salesforce sometimes later with the stamp of now."""
        world = self.world
        world.release(record=record or "nobody")
        if system is SALESFORCE and world.weather.edit and world.chance.random() < self.scene.late:
            due = world.moments + world.chance.randint(*LATE_BY)
            world.weather.seen[Fault.LATE_COMMIT] += 1
            world.late.append(Late(system=system, record=record, stamp=world.clock(), due=due, commit=commit))
        else:
            commit()

    def _make(self, kind: Kind, system: System, values: dict[str, str | None]) -> None:
        world = self.world
        own = world._own(kind.pair, system, values)
        self.born(kind, system, world.ends[system].add(kind.pair, own), values)

    def born(self, kind: Kind, system: System, record: str, values: dict[str, str | None]) -> None:
        world = self.world
        world.ledger.born(system, record, str(values[kind.hidden]))
        world.trace.add(f"  {system} user makes {kind.pair} {record} {values}")
        self._noted(kind, system, record, [name for name in kind.traced if name in values])

    def _write(self, kind: Kind, system: System, record: str, values: dict[str, str | None]) -> None:
        world = self.world
        if world.ends[system].get(kind.pair, record) is None:
            return
        if world.ledger.was_made_twice(system, record):
            # While an Account is newer than our list of them its contact is set aside, and its double not recognised.
            values = {name: text for name, text in values.items() if name != "company"}
        own = world._own(kind.pair, system, values)
        world.ends[system].edit(kind.pair, record, own | {"NotOurs": world.mint.text()})
        world.trace.add(f"  {system} user writes {record} {values}")
        self._noted(kind, system, record, list(values))

    def _remove(self, kind: Kind, system: System, record: str) -> None:
        world = self.world
        if world.ends[system].get(kind.pair, record) is None:
            return
        gone = [record, *(line.id for line in world.ends[system]._rows.lines_of(world.row(system, kind, record)))]
        world.ends[system].remove(kind.pair, record)
        for one in gone:
            world.ledger.remove(system, one, kind.traced if one == record else world.kinds[str(kind.lines)].traced)
        world.trace.add(f"  {system} user deletes {' '.join(gone)}")

    def _noted(self, kind: Kind, system: System, record: str, names: list[str]) -> None:
        world = self.world
        stored = world.ends[system].get(kind.pair, record) or {}
        world.ledger.wrote(system, record, world.texts(system, kind, stored, names), world.clock())

    def _somewhere(self, kind: Kind, *, deleted: bool, twice: bool = True) -> tuple[System, str] | None:
        """Some record of either end, deleted or not; with *twice*, also of those made on both ends."""
        world, ledger = self.world, self.world.ledger
        system = world.chance.choice(tuple(System))
        rows = [r.id for r in world.ends[system]._rows.all(kind.pair) if r.deleted is deleted]
        rows = [r for r in rows if twice or ledger.person[system, r] not in ledger.twice]
        rows = [r for r in rows if (system, r) not in ledger.merged]
        rows = [r for r in rows if kind.of is None or self.clerks.is_free(kind, system, r)]
        return (system, world.chance.choice(rows)) if rows else None

    def values(self, kind: Kind) -> dict[str, str | None]:
        chance = self.world.chance
        return {
            name: self._value(kind, name)
            for name in kind.traced
            if name in kind.required
            or (name in kind.marks and self.scene.marks == 1.0)
            or chance.random() < self.scene.marks * 0.6
        }

    def _value(self, kind: Kind, name: str) -> str:
        mint = self.world.mint
        if name == "email":
            return mint.mail()
        return mint.amount() if name in kind.amounts else mint.text()

    def somebody(self, kind: Kind) -> str:
        return f"{kind.pair} {self.world.mint.text()}"
