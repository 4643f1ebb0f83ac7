"""`python -m bench.fixed`: what a cycle costs that has next to nothing to do, beside statements that do nothing.

Both ends are in memory, so that only the engine and its store are measured: CPU time a cycle over 200 linked
contacts, as seconds and as the number of trivial statements (`SELECT 1`) the same DuckDB answers in that time. The
case B15 tells the same of a store in memory.
"""

import statistics
import sys
import tempfile
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

from bench.measure import measured
from talk_assets.automation.cycle import run_cycle
from talk_assets.entities import LOOKUPS
from talk_assets.entities.contact import CONTACT
from talk_assets.model.system import System
from talk_assets.session import Options, Session
from talk_assets.store.database import Database
from talk_assets.systems.memory import MemoryPort
from talk_assets.systems.memory_rules import Rules
from talk_assets.systems.port import Identity

_CONTACTS = 200
_CYCLES = 5
_TRIVIAL = 2000


class _Small:
    """Two ends in memory with contacts in step, and the store between them."""

    def __init__(self, store: Path | None) -> None:
        self._now = datetime(2026, 3, 14, 9, tzinfo=UTC)
        self._ends = {
            system: MemoryPort(
                system=system,
                entities={"contact": CONTACT.entity(system)} | (LOOKUPS if system is System.SALESFORCE else {}),
                clock=lambda: self._now,
                identity=Identity(tenant=system.value, name=system.title, currency=None),
                rules=Rules(),
            )
            for system in System
        }
        self.db = Database(store)
        self._number = 0
        self._people = [self._add() for _ in range(_CONTACTS)]
        self.cycle()
        self.cycle()

    def cycle(self) -> None:
        """Run one cycle in a session of its own, as a run does."""
        self._now += timedelta(minutes=1)
        session = Session(
            db=self.db,
            ends=self._ends,
            clock=lambda: self._now,
            pairs={"contact": CONTACT},
            lookups=LOOKUPS,
            options=Options(concurrent_writes=1),
        )
        session.begin()
        run_cycle(session)

    def _add(self) -> str:
        self._number += 1
        values = {"LastName": f"Person {self._number}", "Email": f"person{self._number}@example.org"}
        return self._ends[System.SALESFORCE].add("contact", values)

    def edit(self) -> None:
        """Change five contacts."""
        self._number += 1
        for person in self._people[:5]:
            self._ends[System.SALESFORCE].edit("contact", person, {"FirstName": f"Again {self._number}"})

    def add(self) -> None:
        """Make one more contact."""
        self._add()


def main() -> None:
    """Print a table: cycles without changes, with five edits and with one new record, in memory and in a file."""
    sys.stdout.write("| store | cycle | CPU ms | trivial statements |\n|---|---|--:|--:|\n")
    with tempfile.TemporaryDirectory() as folder:
        for store, path in (("memory", None), ("file", Path(folder) / "store.duckdb")):
            trivial, found = cycles(path)
            for name, cpu in found.items():
                sys.stdout.write(f"| {store} | {name} | {cpu * 1e3:.0f} | {cpu / trivial:,.0f} |\n")


def cycles(store: Path | None) -> tuple[float, dict[str, float]]:
    """CPU seconds of a trivial statement, and of each kind of cycle."""
    small = _Small(store)
    with small.db as db:
        trivial = _cpu(lambda: [db.rows("SELECT 1") for _ in range(_TRIVIAL)]) / _TRIVIAL
        kinds = (("no change", None), ("five edits", small.edit), ("one new record", small.add))
        return trivial, {name: statistics.median(_cycles(small, before)) for name, before in kinds}


def _cycles(small: _Small, before: Callable[[], None] | None) -> list[float]:
    found = []
    for _ in range(_CYCLES):
        if before is not None:
            before()
        found.append(_cpu(small.cycle))
        # Let what was written come back, so that each cycle measured has the same to do.
        small.cycle()
    return found


def _cpu(block: Callable[[], object]) -> float:
    with measured() as reading:
        block()
    return reading.cpu


if __name__ == "__main__":
    main()
