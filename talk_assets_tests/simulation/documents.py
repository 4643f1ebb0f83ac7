"""What users do with documents: write them with their lines, add lines, settle them, refer to somebody else."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from talk_assets.model.system import System
from talk_assets_tests.simulation.kinds import KINDS, Kind
from talk_assets_tests.simulation.world import World
from talk_assets_tests.twins import BOOK

SALESFORCE, CUSTOMERP = System
BOOK_PATH = "Pricebook2Id"
FIRST = {"order": {"order_date": "2026-03-01"}, "quote": {}}
"""What a document cannot be without."""


class Writers(Protocol):
    """What clerks share with all other users."""

    def values(self, kind: Kind) -> dict[str, str | None]: ...
    def somebody(self, kind: Kind) -> str: ...
    def born(self, kind: Kind, system: System, record: str, values: dict[str, str | None]) -> None: ...


@dataclass(kw_only=True)
class Clerks:
    """Users who work with documents."""

    world: World
    people: Writers

    def write_document(self, kind: Kind, system: System, values: dict[str, str | None]) -> None:
        """A document for somebody known there, with lines of products known there."""
        world, line = self.world, KINDS[str(kind.lines)]
        customer = self._known(KINDS["contact"], system)
        lines = [self._line(line, system) for _ in range(world.chance.randint(1, 2))]
        if customer is None or not all(lines):
            return
        whole = values | {"contact": customer, "company": world.mint.text()} | FIRST[kind.pair]
        own = world._own(kind.pair, system, whole) | self._parents(kind, system, whole)
        owned = [(line.pair, world._own(line.pair, system, one)) for one in lines if one]
        record = world.ends[system].add(kind.pair, own, lines=owned)
        self.people.born(kind, system, record, values)
        rows = world.ends[system]._rows
        for row, one in zip(rows.lines_of(rows.expect(kind.pair, record)), lines, strict=True):
            self.people.born(line, system, row.id, one or {})

    def add_line(self, kind: Kind, system: System, values: dict[str, str | None]) -> None:
        """A line more on a document that is not settled."""
        world = self.world
        document, line = self._known(KINDS[str(kind.of)], system, free=True), self._line(kind, system)
        if document is None or line is None:
            return
        own = world._own(kind.pair, system, line | values)
        record = world.ends[system].add(kind.pair, own, parent_id=document)
        self.people.born(kind, system, record, line | values)

    def settle(self, kind: Kind) -> None:
        """Give a document another status: one that locks its lines, or back."""
        document = KINDS[str(kind.of)] if kind.of else kind
        system = self.world.chance.choice(tuple(System))
        record = self._known(document, system) if document.statuses else None
        if record is None:
            return
        status = self.world.chance.choice(document.statuses[system])
        self._say(document, system, record, {document.path(system, "status"): status})

    def repoint(self, kind: Kind) -> None:
        """Let a document be for somebody else; a line keeps its product for good."""
        system = self.world.chance.choice(tuple(System))
        record = self._known(kind, system) if kind.refers and not kind.of else None
        customer = self._known(KINDS["contact"], system)
        if record is None or customer is None:
            return
        name = self.world.chance.choice(kind.refers)
        self._say(kind, system, record, {kind.path(system, name): customer})

    def is_free(self, kind: Kind, system: System, line: str) -> bool:
        """Whether the document of *line* lets users change its lines."""
        row = self.world.row(system, kind, line)
        document = self.world.ends[system]._rows.anywhere(row.parent or "")
        return document is not None and not document.deleted and self._is_open(KINDS[str(kind.of)], system, document.id)

    def _is_open(self, kind: Kind, system: System, document: str) -> bool:
        values = self.world.row(system, kind, document).values
        return values.get(kind.path(system, "status")) in {None, kind.statuses[system][0]}

    def _say(self, kind: Kind, system: System, record: str, values: dict[str, str]) -> None:
        self.world.release(record=record)
        self.world.ends[system].edit(kind.pair, record, values)
        self.world.trace.add(f"  {system} user sets {record} {values}")

    def _line(self, kind: Kind, system: System) -> dict[str, str | None] | None:
        """A line's values, of a product that has a price there; None where there is no such product."""
        world = self.world
        product = self._known(KINDS["product"], system)
        if product is None:
            return None
        priced = {e["Product2Id"] for e in world.ends[SALESFORCE].live("pricebook_entry").values()}
        if system is SALESFORCE and product not in priced:
            world.entry(product, "10")
        return {"product": product} | self.people.values(kind) | {kind.hidden: self.people.somebody(kind)}

    def _known(self, kind: Kind, system: System, *, free: bool = False) -> str | None:
        """Some live record of *system*; with *free*, a document whose lines may be changed."""
        ids: Sequence[str] = list(self.world.ends[system].live(kind.pair))
        if free:
            ids = [i for i in ids if self._is_open(kind, system, i)]
        return self.world.chance.choice(ids) if ids else None

    def _parents(self, kind: Kind, system: System, values: dict[str, str | None]) -> dict[str, str | None]:
        """What Salesforce wants a document to stand under: a price book, and a quote an opportunity too."""
        if system is not SALESFORCE:
            return {}
        if kind.pair != "quote":
            return {BOOK_PATH: BOOK}
        deal = {"Name": self.world.mint.text(), "AccountId": self.world.account(str(values["company"]))}
        return {BOOK_PATH: BOOK, "OpportunityId": self.world.ends[SALESFORCE].add("opportunity", deal)}
