"""The checklist: every property of every pair, both directions, and which rows can be tested at all."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from talk_assets.entities.parents import NEEDS_ACCOUNT
from talk_assets.model.codecs import Flag, Number, ValueMap
from talk_assets.model.pair import EntityPair, Property, Through
from talk_assets.model.system import System
from talk_assets.verify.results import Item, Operation

ACCOUNTS = frozenset({Through.ACCOUNT, Through.OPPORTUNITY_ACCOUNT})


@dataclass(frozen=True, kw_only=True)
class Row:
    """An item, and why no probe can test it; None where one can."""

    item: Item
    untestable: str | None


def checklist(pairs: Iterable[EntityPair], shown: Mapping[tuple[str, System], frozenset[str] | None]) -> Iterator[Row]:
    """Yield every row of *pairs*, in document order.

    *shown* holds the paths that an end shows of a pair's records, None where only the records tell. Clearing is on
    the list where an empty value can go across.
    """
    for pair in pairs:
        for p in pair.properties:
            for origin in System:
                hidden = _hidden(pair, p, shown)
                for operation in (Operation.CREATE, Operation.UPDATE, Operation.CLEAR):
                    if operation is Operation.CLEAR and not clearable(pair, p):
                        continue
                    item = Item(pair=pair.name, property=p.name, origin=origin, operation=operation)
                    yield Row(item=item, untestable=hidden or _untestable(p, origin, operation))


def clearable(pair: EntityPair, p: Property) -> bool:
    """Whether an empty value can go from either end to the other."""
    needed = {name for names in pair.needs_one_of.values() for name in names}
    words = any(isinstance(p.side(system).codec, Flag) for system in System)
    return not (
        p.derived
        or p.must_agree
        or words
        or p.name in needed
        or any(p.side(system).required for system in System)
        or p.salesforce.through in {Through.PRICEBOOK_ENTRY_PRICE, Through.PRICEBOOK_ENTRY}
        or (p.salesforce.through in ACCOUNTS and pair.name in NEEDS_ACCOUNT)
        or (pair.status is not None and p.name == pair.status.property)
    )


def is_amount(p: Property) -> bool:
    """Whether the property is an exact number, which both ends work out alike if it is derived."""
    return isinstance(p.salesforce.codec, Number)


def codes(p: Property) -> list[str]:
    """The codes of a picklist that both ends hold, in the order of the declaration."""
    maps = [codec.encode_as for system in System if isinstance(codec := p.side(system).codec, ValueMap)]
    return [code for code in maps[-1] if all(code in one for one in maps)] if maps else []


def _hidden(pair: EntityPair, p: Property, shown: Mapping[tuple[str, System], frozenset[str] | None]) -> str | None:
    for system in System:
        paths = shown.get((pair.name, system))
        path = p.side(system).path
        if paths == frozenset():
            return f"{system.title} has no {pair.resource(system)}, as where the feature is switched off"
        if paths is not None and path not in paths and "." not in path:
            return f"{system.title} does not show {path}: it lacks the property, or we may not see it"
    return None


def _untestable(p: Property, origin: System, operation: Operation) -> str | None:
    create = operation is Operation.CREATE
    if p.derived and not is_amount(p):
        return "derived: each end gives its own"
    if p.derived:
        return None if create else "derived: compared after creation, when no value was rounded yet"
    target = origin.other
    if not p.writable(target, create=create):
        when = "sets it by itself" if create or not p.writable(target, create=True) else "settles it at creation"
        return f"{target.title} {when}"
    if not p.writable(origin, create=create):
        when = "sets it by itself" if create or not p.writable(origin, create=True) else "settles it at creation"
        return f"{origin.title} {when}, so nobody changes it there"
    return None
