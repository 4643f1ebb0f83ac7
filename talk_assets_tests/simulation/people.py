"""What users of both ends do: create, edit, clear, touch, delete, undelete; sometimes committing late."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from talk_assets.model.system import System
from talk_assets_tests.simulation.faults import Fault
from talk_assets_tests.simulation.kinds import CONTACT, ORDER, ORDER_LINE, PRODUCT, Kind
from talk_assets_tests.simulation.world import Late, World
from talk_assets_tests.twins import BOOK

SALESFORCE, CUSTOMERP = System
BOOK_PATH = "Pricebook2Id"
LATE_BY = (1, 60)
"""A late transaction commits so many moments after its stamp."""


@dataclass(kw_only=True)
class People:
    """The users of both ends; *mails* is the share of people with an address to be recognised by."""

    world: World
    mails: float = 1.0

    def __post_init__(self) -> None:
        self.rules: tuple[tuple[Callable[[Kind], None], int], ...] = (
            (self.edit, 60),
            (self.clear, 8),
            (self.touch, 6),
            (self.create, 10),
            (self.delete, 3),
            (self.undelete, 6),
        )

    def populate(self, kind: Kind, count: int) -> None:
        """Make *count* records before the first run, some of them on both ends already."""
        for _ in range(count):
            if kind.by_hand and self.world.chance.random() < 0.2:
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
        values = self._values(kind) | {kind.hidden: self._somebody(kind)}
        if kind is ORDER:
            self._order(system, values)
        elif kind is ORDER_LINE:
            self._add_line(system, values)
        else:
            self._perhaps_late(system, "", partial(self._make, kind, system, values))

    def _order(self, system: System, values: dict[str, str | None]) -> None:
        """An order of somebody known there, with lines of products known there."""
        world = self.world
        somebody, lines = self._known(CONTACT, system), [self._line(system) for _ in range(world.chance.randint(1, 2))]
        if somebody is None or not all(lines):
            return
        whole = values | {"contact": somebody, "company": world.mint.text(), "order_date": "2026-03-01"}
        own = world._own("order", system, whole)
        owned = [("order_line", world._own("order_line", system, line)) for line in lines if line]
        record = world.ends[system].add("order", own | _book(system), lines=owned)
        self._born(ORDER, system, record, values)
        rows = world.ends[system]._rows
        for row, line in zip(rows.lines_of(rows.expect("order", record)), lines, strict=True):
            self._born(ORDER_LINE, system, row.id, line or {})

    def _add_line(self, system: System, values: dict[str, str | None]) -> None:
        world = self.world
        order, line = self._known(ORDER, system), self._line(system)
        if order is None or line is None:
            return
        own = world._own("order_line", system, line | values)
        record = world.ends[system].add("order_line", own, parent_id=order)
        self._born(ORDER_LINE, system, record, values)

    def _line(self, system: System) -> dict[str, str | None] | None:
        """A line's values, of a product that has a price there; None where there is no such product."""
        world = self.world
        product = self._known(PRODUCT, system)
        if product is None:
            return None
        priced = {e["Product2Id"] for e in world.ends[SALESFORCE].live("pricebook_entry").values()}
        if system is SALESFORCE and product not in priced:
            world.entry(product, "10")
        return {"product": product} | self._values(ORDER_LINE) | {ORDER_LINE.hidden: self._somebody(ORDER_LINE)}

    def _known(self, kind: Kind, system: System) -> str | None:
        """Some live record of *system*."""
        ids = list(self.world.ends[system].live(kind.pair))
        return self.world.chance.choice(ids) if ids else None

    def _create_on_both(self, kind: Kind) -> None:
        """The same thing, made by hand on both ends: some values agree, others do not."""
        hidden = self._somebody(kind)
        here = self._values(kind) | {kind.hidden: hidden}
        here |= {name: here.get(name) or self._value(kind, name) for name in kind.mails}
        there = self._values(kind) | {kind.hidden: hidden} | {name: here[name] for name in kind.mails}
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
            world.ends[system].restore(kind.pair, record)
            world.ledger.removed.discard((system, world.ledger.person[system, record]))
            world.trace.add(f"  {system} user undeletes {record}")

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
        if system is SALESFORCE and world.weather.edit and world.chance.random() < 0.25:
            due = world.moments + world.chance.randint(*LATE_BY)
            world.weather.seen[Fault.LATE_COMMIT] += 1
            world.late.append(Late(system=system, record=record, stamp=world.clock(), due=due, commit=commit))
        else:
            commit()

    def _make(self, kind: Kind, system: System, values: dict[str, str | None]) -> None:
        world = self.world
        own = world._own(kind.pair, system, values)
        self._born(kind, system, world.ends[system].add(kind.pair, own), values)

    def _born(self, kind: Kind, system: System, record: str, values: dict[str, str | None]) -> None:
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
        world.ends[system].remove(kind.pair, record)
        world.ledger.removed.add((system, world.ledger.person[system, record]))
        world.trace.add(f"  {system} user deletes {record}")

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
        return (system, world.chance.choice(rows)) if rows else None

    def _values(self, kind: Kind) -> dict[str, str | None]:
        chance = self.world.chance
        return {
            name: self._value(kind, name)
            for name in kind.traced
            if name in kind.required or (name in kind.mails and self.mails == 1.0) or chance.random() < self.mails * 0.6
        }

    def _value(self, kind: Kind, name: str) -> str:
        mint = self.world.mint
        if name in kind.mails:
            return mint.mail()
        return mint.amount() if name in kind.amounts else mint.text()

    def _somebody(self, kind: Kind) -> str:
        return f"{kind.pair} {self.world.mint.text()}"


def _book(system: System) -> dict[str, str | None]:
    """The price book that a Salesforce order's lines come from."""
    return {BOOK_PATH: BOOK} if system is SALESFORCE else {}
