"""A world whose store goes back in time: what people did there, and what became of each of their values."""

import random
import shutil
from collections.abc import Iterable
from pathlib import Path

from talk_assets.model.system import System
from talk_assets.store import conflict_log
from talk_assets.store.database import Database
from talk_assets.store.selfcheck import problems
from talk_assets_tests.twins import Twins

SALESFORCE, CUSTOMERP = System
PLACES = ("first_name", "job_title", "department")
"""Contact properties that people fill with values found nowhere else."""


class Shifted:
    """Twins on a real store file, with everything people do decided by a seed and written down."""

    def __init__(self, directory: Path, seed: int) -> None:
        self.chance = random.Random(seed)  # noqa: S311 - the same seed must give the same world
        self.twins = Twins(store=directory / "talk.duckdb")
        self.path = directory / "talk.duckdb"
        self.copy = directory / "old.duckdb"
        self.parent: dict[str, str | None] = {}
        self.where: dict[str, tuple[str, str]] = {}
        self.logged: set[str] = set()
        self.people: dict[str, System] = {}
        self.orders: dict[str, System] = {}
        self.lamp = self.twins.add("product", CUSTOMERP, name="Lamp", product_code="L-1", list_price="19.90")

    def _token(self, kind: str) -> str:
        return f"{kind}{len(self.parent):04}{self.chance.randrange(10**6):06}"

    def _find(self, system: System, name: str) -> tuple[str, dict] | None:
        found = [(i, row) for i, row in self.twins.live("contact", system).items() if row["last_name"] == name]
        return found[0] if found else None

    def act(self) -> None:
        """Let a person do one thing on one end."""
        deed = self.chance.choices((self.add_person, self.edit, self.add_order, self.edit_line), (3, 8, 1, 1))[0]
        deed(self.chance.choice(list(System)))

    def add_person(self, system: System) -> None:
        name = self._token("p")
        self.parent[name] = None
        values = {place: self._token(place[0]) for place in PLACES}
        for place, token in values.items():
            self.parent[token] = None
            self.where[token] = (name, place)
        self.people[name] = system
        self.twins.add("contact", system, last_name=name, company="Fjord AS", **values)

    def edit(self, system: System) -> None:
        found = self._find(system, self.chance.choice(sorted(self.people))) if self.people else None
        if found is None:
            return
        record, row = found
        place = self.chance.choice(PLACES)
        token = self._token(place[0])
        self.parent[token] = row[place]
        self.where[token] = (row["last_name"], place)
        self.twins.edit("contact", system, record, **{place: token})

    def add_order(self, _: System) -> None:
        people = list(self.twins.live("contact", CUSTOMERP))
        if not people:
            return
        number = self._token("o")
        self.parent[number] = None
        self.orders[number] = CUSTOMERP
        line = {"product": self.lamp, "quantity": "2", "unit_price": "19.90"}
        self.twins.add(
            "order",
            CUSTOMERP,
            contact=self.chance.choice(people),
            order_date="2026-03-01",
            purchase_order_number=number,
            lines=[line, line],
        )

    def edit_line(self, system: System) -> None:
        lines = sorted(self.twins.live("order_line", system))
        if lines:
            quantity = f"{self.chance.randrange(1, 1000)}"
            self.twins.edit("order_line", system, self.chance.choice(lines), quantity=quantity)

    def cycle(self, **options):
        report = self.twins.cycle(**options)
        self.note()
        return report

    def note(self) -> None:
        log = conflict_log.entries(self.twins.db, "contact")
        for column in ("salesforce_value", "customerp_value"):
            self.logged |= set(log[column].drop_nulls().to_list())

    def keep_copy(self) -> None:
        self.twins.db.checkpoint()
        self.twins.db.close()
        shutil.copy(self.path, self.copy)
        self.twins.db = Database(self.path)

    def put_back(self) -> None:
        self.twins.db.close()
        shutil.copy(self.copy, self.path)
        self.twins.db = Database(self.path)

    def lose(self) -> None:
        self.twins.db.close()
        self.path.unlink()
        self.twins.db = Database(self.path)

    def busy(self, cycles: int, deeds: int) -> None:
        """Run *cycles*, with *deeds* of people before each."""
        for _ in range(cycles):
            for _ in range(deeds):
                self.act()
            self.cycle()

    def rest(self, most: int = 5) -> None:
        for _ in range(most):
            before = self.twins.writes
            self.cycle()
            if self.twins.writes == before:
                return
        raise AssertionError(f"still writing after {most} cycles: {self.twins.sent()[-3:]}")

    def complaints(self) -> list[str]:
        """What broke a promise: duplicates, ends apart, values lost unlogged, a store in disorder."""
        found = [*self._doubles(), *self._apart(), *self._lost(), *self._orders()]
        return found + [str(row) for row in problems(self.twins.db, self.twins.pairs.values(), finished=True).rows()]

    def _names(self, system: System) -> list[str]:
        return sorted(str(row["last_name"]) for row in self.twins.live("contact", system).values())

    def _doubles(self) -> Iterable[str]:
        for system in System:
            names = self._names(system)
            yield from (f"{name} twice in {system}" for name in sorted(set(names)) if names.count(name) > 1)
            yield from (f"{name} missing in {system}" for name in sorted(set(self.people) - set(names)))

    def _apart(self) -> Iterable[str]:
        here, there = ({r["last_name"]: r for r in self.twins.live("contact", s).values()} for s in System)
        for name in sorted(set(here) & set(there)):
            for place in PLACES:
                if here[name][place] != there[name][place]:
                    yield f"{name}.{place}: {here[name][place]} in Salesforce, {there[name][place]} in Customerp"

    def _lost(self) -> Iterable[str]:
        alive = {str(row[place]) for s in System for row in self.twins.live("contact", s).values() for place in PLACES}
        told: set[str] = set()
        for token in alive | self.logged:
            seen: str | None = token
            while seen is not None and seen not in told:
                told.add(seen)
                seen = self.parent.get(seen)
        for token, (name, place) in sorted(self.where.items()):
            if token not in told:
                yield f"{name}.{place}: value {token} is lost and not logged"

    def _orders(self) -> Iterable[str]:
        for system in System:
            numbers = [row["purchase_order_number"] for row in self.twins.live("order", system).values()]
            if sorted(map(str, numbers)) != sorted(self.orders):
                yield f"orders in {system}: {len(numbers)} of {len(self.orders)}"
            lines = len(self.twins.live("order_line", system))
            if lines != 2 * len(self.orders):
                yield f"order lines in {system}: {lines} for {len(self.orders)} orders"
        quantities = [
            sorted(float(row["quantity"]) for row in self.twins.live("order_line", s).values()) for s in System
        ]
        if quantities[0] != quantities[1]:
            yield f"quantities differ: {quantities}"
