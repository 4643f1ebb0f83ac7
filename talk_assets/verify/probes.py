"""The probes: records made and changed on one end as a person there would, for the sync to bring across."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import polars as pl

from talk_assets.entities import parents as names
from talk_assets.mapped.encode import encode, holdable
from talk_assets.model.changes import Op, Outcome, Receipt, Write
from talk_assets.model.pair import EntityPair, Property, Through
from talk_assets.model.system import System
from talk_assets.model.wire import Entity
from talk_assets.session import Session
from talk_assets.verify.checklist import clearable
from talk_assets.verify.probe import Given, Probe, dropped, said
from talk_assets.verify.results import Operation
from talk_assets.verify.values import Values, locking

SF = System.SALESFORCE
_MOST_TRIES = 10


@dataclass(kw_only=True)
class Probes:
    """All probes of one pass, by pair and the end each was made on; *values* are by that end."""

    session: Session
    values: Mapping[System, Values]
    tag: str
    all: dict[tuple[str, System], Probe] = field(default_factory=dict)
    _sent: int = 0
    _accounts: dict[str, str] = field(default_factory=dict)
    _entries: dict[str, str] = field(default_factory=dict)

    def of(self, pairs: Iterable[EntityPair]) -> list[Probe]:
        """The probes of *pairs*."""
        return [self.all[p.name, s] for p in pairs for s in System if (p.name, s) in self.all]

    def create(self, pair: EntityPair, origin: System) -> None:
        """Make the probe of *pair*, with a line of each kind it has, on *origin*."""
        probe = self._probe(pair, origin, None)
        lines = [self._probe(child, origin, probe) for child in self.session.children(pair)]
        for one in (probe, *lines):
            one.given[Operation.CREATE] = self._given(one, Operation.CREATE)
            one.turned = frozenset(one.given[Operation.CREATE])
        for _ in range(_MOST_TRIES):
            beside = self._beside(probe) if origin is SF else {}
            write = self._write(
                probe,
                Op.CREATE,
                self._own(probe, Operation.CREATE, beside),
                lines=tuple(self._write(one, Op.CREATE, self._own(one, Operation.CREATE, {})) for one in lines),
            )
            receipt = self._send(self.session.entity(pair, origin), write)
            if receipt.outcome in {Outcome.APPLIED, Outcome.EXISTS} and receipt.id is not None:
                probe.ids[origin] = receipt.id
                for line, told in zip(lines, receipt.lines, strict=False):
                    if told.id is not None:
                        line.ids[origin] = told.id
                self._price(probe, Operation.CREATE)
                return
            if not dropped([probe, *lines], receipt, Operation.CREATE):
                break
        for one in (probe, *lines):
            one.refused[Operation.CREATE, None] = said(receipt)

    def change(self, probe: Probe, operation: Operation, given: Given) -> None:
        """Give *probe*, on the end it was made on, the values *given*, all at once."""
        origin = probe.origin
        probe.turned = frozenset(given)
        if origin not in probe.ids:
            return
        probe.given.setdefault(operation, {}).update(given)
        for _ in range(_MOST_TRIES):
            self._price(probe, operation)
            values = self._own(probe, operation, {}, only=probe.turned)
            if not values:
                return
            document = probe.document
            write = self._write(probe, Op.UPDATE, values, version=self._version(document or probe, origin))
            receipt = self._send(self.session.entity(probe.pair, origin), write)
            if receipt.outcome is Outcome.APPLIED:
                return
            if not dropped([probe], receipt, operation):
                break
        probe.refused[operation, None] = said(receipt)

    def update_all(self, probes: Iterable[Probe]) -> None:
        """Give every property its second value, where it has one."""
        for probe in probes:
            self.change(probe, Operation.UPDATE, self._given(probe, Operation.UPDATE))

    def clear_all(self, probes: Iterable[Probe]) -> None:
        """Empty what may be empty on both ends."""
        for probe in probes:
            given = {
                p.name: None
                for p in probe.pair.properties
                if clearable(probe.pair, p) and p.writable(probe.origin, create=False)
            }
            self.change(probe, Operation.CLEAR, dict(given))

    def lock_all(self, probes: Iterable[Probe]) -> None:
        """Give the statuses that lock a record, which is why they come last."""
        for probe in probes:
            given = {p.name: code for p in probe.pair.properties if (code := locking(probe.pair, p)) is not None}
            self.change(probe, Operation.UPDATE, given)

    def _probe(self, pair: EntityPair, origin: System, document: Probe | None) -> Probe:
        return self.all.setdefault((pair.name, origin), Probe(pair=pair, origin=origin, document=document))

    def _given(self, probe: Probe, operation: Operation) -> Given:
        create = operation is Operation.CREATE
        found: Given = {}
        for p in probe.pair.properties:
            if p.writable(probe.origin, create=create):
                # An update refers to what was made on the other end, so that one link is followed and then another.
                born = probe.origin if create else probe.origin.other
                value = (
                    self.all.get((p.reference, born))
                    if p.reference
                    else self.values[probe.origin].of(probe.pair, p, 0 if create else 1)
                )
                if value is not None:
                    found[p.name] = value
        return found

    def _own(
        self,
        probe: Probe,
        operation: Operation,
        beside: Mapping[str, str | None],
        *,
        only: Collection[str] | None = None,
    ) -> dict[str, str | None]:
        """The values as the probe's end keeps them, by path, *beside* what only that end wants; *only* some of them."""
        system, pair = probe.origin, probe.pair
        given = {name: one for name, one in probe.given[operation].items() if only is None or name in only}
        plain = [p for p in pair.properties if p.name in given and not p.reference and p.side(system).through is None]
        row = pl.DataFrame(
            {"_id": [""]} | {p.name: [given[p.name]] for p in plain},
            schema={"_id": pl.String()} | {p.name: p.dtype for p in plain},
            strict=False,
        )
        listed = [p.name for p in plain]
        texts = encode(pair, system, row, listed).row(0, named=True)
        fits = holdable(pair, system, row, listed).row(0, named=True)
        values: dict[str, str | None] = {p.side(system).path: texts[p.name] for p in plain if fits[p.name]}
        for p in pair.properties:
            if p.name in given and p not in plain:
                values |= self._through(p, system, given[p.name])
        return values | dict(beside)

    def _through(self, p: Property, system: System, value: Any) -> dict[str, str | None]:  # noqa: ANN401 - canonical
        side = p.side(system)
        if side.through is Through.ACCOUNT:
            return {side.path: None if value is None else self._account(value)}
        if side.through is not None and side.through is not Through.PRICEBOOK_ENTRY:
            return {}
        record = None if value is None else value.ids.get(system)
        if side.through is Through.PRICEBOOK_ENTRY:
            record = self._entries.get(record or "")
        return {side.write_path or side.path: record}

    def _beside(self, probe: Probe) -> dict[str, str | None]:
        """What a new Salesforce document must belong to."""
        given, beside = probe.given[Operation.CREATE], dict[str, str | None]()
        book = self.session.identities[SF].pricebook
        if probe.pair.name in names.NEEDS_PRICEBOOK:
            beside[names.PRICEBOOK] = book
        company = next((p for p in probe.pair.properties if p.salesforce.through is Through.OPPORTUNITY_ACCOUNT), None)
        if company is not None:
            values = self.values[SF]
            deal: dict[str, str | None] = {
                names.NAME: values.text(names.OPPORTUNITY)[: names.OPPORTUNITY_NAME_LENGTH],
                names.ACCOUNT_REFERENCE: self._account(str(given[company.name])),
                names.STAGE: self.session.options.opportunity_stage,
                names.CLOSE_DATE: (values.today + timedelta(days=30)).isoformat(),
                names.PRICEBOOK: book,
                names.CURRENCY: values.currency,
            }
            beside[names.OPPORTUNITY] = self._made("opportunity", deal)
        return beside

    def _account(self, name: str) -> str | None:
        if name not in self._accounts:
            made = self._made("account", {names.NAME: name[: names.ACCOUNT_NAME_LENGTH]})
            if made is None:
                return None
            self._accounts[name] = made
        return self._accounts[name]

    def _price(self, probe: Probe, operation: Operation) -> None:
        """Give a Salesforce product its price, which is a record of its own."""
        priced = [p for p in probe.pair.properties if p.salesforce.through is Through.PRICEBOOK_ENTRY_PRICE]
        if probe.origin is not SF or not priced or priced[0].name not in probe.given[operation]:
            return
        product, value = probe.ids[SF], probe.given[operation][priced[0].name]
        row = pl.DataFrame(
            {"_id": [""], priced[0].name: [value]}, schema={"_id": pl.String(), priced[0].name: priced[0].dtype}
        )
        price = encode(probe.pair, SF, row, [priced[0].name]).row(0, named=True)[priced[0].name]
        entity = self.session.lookups["pricebook_entry"]
        if product in self._entries:
            change = Write(
                intent_id=self._named(entity.name),
                entity=entity.name,
                op=Op.UPDATE,
                id=self._entries[product],
                values={names.PRICE: price},
            )
            receipt = self._send(entity, change)
            if receipt.outcome is not Outcome.APPLIED:
                probe.refused[operation, priced[0].name] = said(receipt)
            return
        made = self._made(
            entity.name,
            {
                names.PRICEBOOK: self.session.identities[SF].pricebook,
                names.PRODUCT: product,
                names.PRICE: price,
                names.ACTIVE: "true",
                names.CURRENCY: self.values[SF].currency,
            },
        )
        if made is None:
            probe.refused[operation, priced[0].name] = "Salesforce did not take the product's price"
        else:
            self._entries[product] = made

    def _made(self, name: str, values: dict[str, str | None]) -> str | None:
        entity = self.session.lookups[name]
        write = Write(intent_id=self._named(name), entity=name, op=Op.CREATE, values=values)
        receipt = self._send(entity, write)
        return receipt.id if receipt.outcome is Outcome.APPLIED else None

    def _version(self, probe: Probe, system: System) -> str | None:
        page = self.session.ends[system].read(self.session.entity(probe.pair, system), ids=[probe.ids[system]])
        found = page.frames[probe.pair.name]["_version"].to_list()
        return found[0] if found else None

    def _write(
        self,
        probe: Probe,
        op: Op,
        values: dict[str, str | None],
        *,
        version: str | None = None,
        lines: tuple[Write, ...] = (),
    ) -> Write:
        document = probe.document
        return Write(
            intent_id=self._named(probe.about),
            entity=probe.pair.name,
            op=op,
            values=values,
            id=probe.ids.get(probe.origin),
            version=version,
            parent_id=None if document is None else document.ids.get(probe.origin),
            lines=lines,
        )

    def _named(self, about: str) -> str:
        self._sent += 1
        return f"verify-{self.tag}-{self._sent}-{about}"[:64]

    def _send(self, entity: Entity, write: Write) -> Receipt:
        (receipt,) = self.session.ends[entity.system].write(entity, [write]).receipts
        return receipt
