"""Two ends in memory and one store: a whole sync without a network, a clock that only moves when told.

Values are named as the pairs name them and given as wire text; `Twins` puts them where each end keeps
them, so that a test reads as what a person does on either end.
"""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from types import MappingProxyType

from talk_assets.automation.cycle import CycleReport, run_cycle
from talk_assets.entities import LOOKUPS, PAIRS
from talk_assets.model.changes import Op, Problem
from talk_assets.model.pair import EntityPair, Through
from talk_assets.model.system import System
from talk_assets.session import Options, Session
from talk_assets.store import links
from talk_assets.store.database import Database
from talk_assets.systems.memory import MemoryPort
from talk_assets.systems.memory_rules import Rules, trim
from talk_assets.systems.port import Identity

SALESFORCE, CUSTOMERP = System
BOOK = "01s000000000001AAA"
EMPTY: Mapping = MappingProxyType({})
LINES = {"order_line", "quote_line"}
START = datetime(2026, 3, 14, 9, 0, 0, tzinfo=UTC)
Step = Callable[[System, str, str], None]
"""Told of each call: which end, which kind, and `before` or `after` it took effect."""


class Clock:
    def __init__(self, now: datetime = START) -> None:
        self.now = now

    def __call__(self) -> datetime:
        return self.now

    def tick(self, seconds: float = 60) -> None:
        self.now += timedelta(seconds=seconds)


class WatchedPort(MemoryPort):
    """An end in memory whose calls can be watched, or fail, before and after they take effect."""

    step: Step | None = None

    def _at(self, kind: str, moment: str) -> None:
        if self.step is not None:
            self.step(self.system, kind, moment)

    def fetch(self, entity, cursor):
        self._at("fetch", "before")
        yield from super().fetch(entity, cursor)
        self._at("fetch", "after")

    def read(self, entity, *, ids=(), keys=()):
        self._at("read", "before")
        page = super().read(entity, ids=ids, keys=keys)
        self._at("read", "after")
        return page

    def write(self, entity, batch):
        self._at("write", "before")
        written = super().write(entity, batch)
        self._at("write", "after")
        return written


def _money(value: str | None) -> Decimal:
    return Decimal(value or "0")


def salesforce_derives(find, entity, values, lines):
    """What Salesforce fills in and computes."""
    made = {}
    if entity in {"order", "quote", "product"}:
        made["CurrencyIsoCode"] = "USD"
    if entity == "contact":
        made["HasOptedOutOfEmail"] = values.get("HasOptedOutOfEmail") or "false"
    if entity == "product":
        made["IsActive"] = values.get("IsActive") or "false"
    if entity in LINES:
        entry = find("pricebook_entry", values.get("PricebookEntryId") or "") or {}
        total = _money(values.get("Quantity")) * _money(values.get("UnitPrice"))
        made |= {"Product2Id": entry.get("Product2Id"), "TotalPrice": str(round(total, 2))}
    if entity == "order":
        made["Status"] = values.get("Status") or "Draft"
        made["TotalAmount"] = str(sum(_money(line.get("TotalPrice")) for line in lines))
        made["lines"] = str(len(lines))
    if entity == "quote":
        made["AccountId"] = (find("opportunity", values.get("OpportunityId") or "") or {}).get("AccountId")
    return made


def customerp_derives(_, entity, values, lines):
    """What Customerp fills in and computes."""
    defaults = {
        "order": {"status": "open", "currency": "USD"},
        "quote": {"status": "draft", "currency": "USD"},
        "product": {"status": "active", "currency": "USD"},
        "contact": {"emailOptOut": "false"},
    }
    made = {path: values.get(path) or text for path, text in defaults.get(entity, {}).items()}
    if entity in LINES:
        made["lineTotal"] = str(round(_money(values.get("quantity")) * _money(values.get("unitPrice")), 2))
    if entity == "order":
        made["netAmount"] = str(sum(_money(line.get("lineTotal")) for line in lines))
    return made


class Twins:
    """Both ends, the store between them and the clock; every session is a new one, as in real runs."""

    port: type[MemoryPort] = WatchedPort
    page = 2000

    def __init__(
        self, *, store: Path | None = None, currency: str | None = "USD", pairs=PAIRS, normalise=EMPTY, **options
    ) -> None:
        self.clock = Clock()
        self.pairs: Mapping[str, EntityPair] = pairs
        self.options = Options(**{"concurrent_writes": 1, "retry_pause": 0.0} | options)
        self.refusals: list[Callable[[str, Op, Mapping[str, str | None]], Problem | None]] = [self._salesforce_refuses]
        self.customerp_refusals: list[Callable[[str, Op, Mapping[str, str | None]], Problem | None]] = []
        lines = {p.name: tuple(c for c in pairs.values() if c.parent == p.name) for p in pairs.values() if not p.parent}
        self.ends = {
            SALESFORCE: self.port(
                system=SALESFORCE,
                entities={name: p.entity(SALESFORCE) for name, p in pairs.items()} | LOOKUPS,
                clock=self.clock,
                identity=Identity(tenant="00D000000000001AAA", name="Org", currency=currency, pricebook=BOOK),
                rules=Rules(
                    derive=salesforce_derives,
                    refuse=lambda *asked: self._refuses(self.refusals, *asked),
                    normalise=normalise.get(SALESFORCE, trim),
                    page=self.page,
                ),
            ),
            CUSTOMERP: self.port(
                system=CUSTOMERP,
                entities={name: pairs[name].entity(CUSTOMERP, nested) for name, nested in lines.items()},
                clock=self.clock,
                identity=Identity(tenant="customerp-1", name="Tenant", currency=None),
                rules=Rules(
                    derive=customerp_derives,
                    refuse=lambda *asked: self._refuses(self.customerp_refusals, *asked),
                    normalise=normalise.get(CUSTOMERP, trim),
                    page=self.page,
                ),
            ),
        }
        self.db = Database(store)

    def session(self) -> Session:
        session = Session(
            db=self.db, ends=self.ends, clock=self.clock, pairs=self.pairs, lookups=LOOKUPS, options=self.options
        )
        session.begin()
        return session

    def cycle(self, **options) -> CycleReport:
        self.clock.tick()
        return run_cycle(self.session(), **options)

    def settle(self, most: int = 3) -> CycleReport:
        """Run cycles until one writes nothing; fail after *most* that did."""
        for _ in range(most + 1):
            before = self.writes
            report = self.cycle()
            if self.writes == before:
                return report
        raise AssertionError(f"still writing after {most} cycles: {self.sent()[-3:]}")

    @property
    def writes(self) -> int:
        return sum(end.calls.writes for end in self.ends.values())

    def sent(self, system: System | None = None):
        """All writes so far: (end, entity, operation, values)."""
        return [
            (end.system.value, request.entity, write.op.value, write.values)
            for end in self.ends.values()
            if system in {None, end.system}
            for request in end.requests
            for write in request.writes
        ]

    def add(self, pair: str, system: System, /, *, lines=(), parent: str | None = None, key=None, **values) -> str:
        """Make a record as a user of *system* would."""
        self.clock.tick()
        child = next((p.name for p in self.pairs.values() if p.parent == pair), None)
        record = self.ends[system].add(
            pair,
            self._own(pair, system, values),
            key=key,
            parent_id=parent,
            lines=[(child, self._own(str(child), system, line)) for line in lines],
        )
        if pair == "product" and system is SALESFORCE and values.get("list_price") is not None:
            self.entry(record, values["list_price"])
        return record

    def edit(self, pair: str, system: System, record: str, /, **values) -> None:
        self.clock.tick()
        self.ends[system].edit(pair, record, self._own(pair, system, values))

    def remove(self, name: str, system: System, record: str) -> None:
        self.clock.tick()
        self.ends[system].remove(name, record)

    def entry(self, product: str, price: str, *, active: str = "true") -> str:
        """Give a Salesforce product its standard price."""
        values = {"Pricebook2Id": BOOK, "Product2Id": product, "UnitPrice": price, "IsActive": active}
        return self.ends[SALESFORCE].add("pricebook_entry", values)

    def get(self, name: str, system: System, record: str) -> dict[str, str | None] | None:
        found = self.ends[system].get(name, record)
        return None if found is None else self._named(name, system, record, found)

    def live(self, name: str, system: System) -> dict[str, dict[str, str | None]]:
        return {i: self._named(name, system, i, row) for i, row in self.ends[system].live(name).items()}

    def only(self, name: str, system: System) -> dict[str, str | None]:
        """The one live record there is, with its `id`."""
        ((record, values),) = self.live(name, system).items()
        return {"id": record} | values

    def other(self, name: str, system: System, record: str) -> str:
        """The id of the record's counterpart."""
        found = links.by_record(self.db, self.pairs[name], system, [record])
        return found[f"{system.other}_id"].item()

    def dump(self) -> dict[str, list[tuple[object, ...]]]:
        """Links and baselines, to see that nothing moved."""
        tables = [f'links."{n}"' for n in self.pairs] + [f'store."baseline_{n}"' for n in self.pairs]
        return {t: sorted(self.db.rows(f"SELECT * FROM {t}"), key=repr) for t in tables}  # noqa: S608

    def _own(self, name: str, system: System, values: Mapping[str, str | None]) -> dict[str, str | None]:
        pair = self.pairs.get(name)
        own: dict[str, str | None] = {}
        for key, text in values.items():
            p = pair.by_name.get(key) if pair is not None else None
            if p is None:
                own[key] = text
                continue
            side = p.side(system)
            if side.through is Through.PRICEBOOK_ENTRY_PRICE:
                continue
            if side.through is Through.ACCOUNT and text is not None:
                own[side.path] = self.account(text)
            elif side.through is Through.PRICEBOOK_ENTRY:
                own[str(side.write_path)] = next(i for i, e in self._entries().items() if e["Product2Id"] == text)
            else:
                own[side.path] = text
        return own

    def account(self, name: str) -> str:
        known = [i for i, a in self.ends[SALESFORCE].live("account").items() if a["Name"] == name]
        return known[0] if known else self.ends[SALESFORCE].add("account", {"Name": name})

    def _entries(self) -> dict[str, dict[str, str | None]]:
        return self.ends[SALESFORCE].live("pricebook_entry")

    def _named(self, name: str, system: System, record: str, row: Mapping[str, str | None]):
        named: dict[str, str | None] = {}
        for p in self.pairs[name].properties:
            side = p.side(system)
            text = row.get(side.path)
            if side.through in {Through.ACCOUNT, Through.OPPORTUNITY_ACCOUNT}:
                text = (self.ends[SALESFORCE].get("account", text or "") or {}).get("Name")
            if side.through is Through.PRICEBOOK_ENTRY_PRICE:
                text = next((e["UnitPrice"] for e in self._entries().values() if e["Product2Id"] == record), None)
            named[p.name] = text
        return named

    def _refuses(self, rules, entity: str, op: Op, values: Mapping[str, str | None]) -> Problem | None:
        return next((problem for rule in rules if (problem := rule(entity, op, values)) is not None), None)

    def _salesforce_refuses(self, entity: str, op: Op, values: Mapping[str, str | None]) -> Problem | None:
        if entity == "order":
            if op is Op.CREATE and values.get("Status", "Draft") != "Draft":
                return Problem(code="FAILED_ACTIVATION", message="Choose a draft status.", property="Status")
            if not values.get("AccountId") or not values.get("Pricebook2Id", BOOK):
                return Problem(code="REQUIRED_FIELD_MISSING", message="Account missing.", property="AccountId")
            if values.get("Status") == "Activated" and values.get("lines") == "0":
                return Problem(code="FAILED_ACTIVATION", message="An order needs lines.", property="Status")
        if entity == "order_line":
            order = self.ends[SALESFORCE].get("order", values.get("OrderId") or "")
            if order is not None and order["Status"] == "Activated":
                return Problem(code="ENTITY_IS_LOCKED", message="The order is activated.")
        if entity in LINES and op is Op.CREATE:
            entry = self._entries().get(values.get("PricebookEntryId") or "")
            if entry is None or entry["IsActive"] != "true":
                return Problem(
                    code="FIELD_INTEGRITY_EXCEPTION", message="No active price.", property="PricebookEntryId"
                )
        return None
