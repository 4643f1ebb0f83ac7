"""The declarations: which Salesforce records are which Customerp records, property by property.

Adding a custom property is one line in its pair's file; adding a pair is one file and one line here.
Nothing outside this folder lists property names.
"""

from collections.abc import Iterable

from talk_assets.entities.catalogue import catalogue
from talk_assets.entities.contact import CONTACT
from talk_assets.entities.lookups import ACCOUNT, OPPORTUNITY, PRICEBOOK_ENTRY
from talk_assets.entities.order import ORDER, ORDER_LINE
from talk_assets.entities.product import PRODUCT
from talk_assets.entities.quote import QUOTE, QUOTE_LINE
from talk_assets.model.pair import EntityPair, Through
from talk_assets.model.system import System
from talk_assets.model.wire import Entity

PAIRS: dict[str, EntityPair] = catalogue((PRODUCT, CONTACT, QUOTE, QUOTE_LINE, ORDER, ORDER_LINE))
"""Every pair by name, in the order they run: what others refer to comes first."""

LOOKUPS: dict[str, Entity] = {lookup.name: lookup for lookup in (ACCOUNT, OPPORTUNITY, PRICEBOOK_ENTRY)}
"""Salesforce records without a counterpart, by name."""

_READ_THROUGH = {
    Through.ACCOUNT: ACCOUNT,
    Through.OPPORTUNITY_ACCOUNT: ACCOUNT,
    Through.PRICEBOOK_ENTRY_PRICE: PRICEBOOK_ENTRY,
}
"""Whose rows a value is read from. A line names its product directly, so reading it needs no entry."""


_WRITTEN_WITH = {
    Through.ACCOUNT: ("account",),
    Through.OPPORTUNITY_ACCOUNT: ("account", "opportunity"),
    Through.PRICEBOOK_ENTRY_PRICE: ("pricebook_entry",),
    Through.PRICEBOOK_ENTRY: ("pricebook_entry",),
}
"""Whose rows a value is written to, or refers to."""


def children_of(pair: EntityPair) -> tuple[EntityPair, ...]:
    """Return the line pairs of *pair*; none for most."""
    return tuple(child for child in PAIRS.values() if child.parent == pair.name)


def lookups_of(pair: EntityPair) -> tuple[Entity, ...]:
    """Return the Salesforce records whose values translating *pair* needs."""
    through = [p.salesforce.through for p in pair.properties]
    return tuple(dict.fromkeys(_READ_THROUGH[way] for way in through if way in _READ_THROUGH))


def lookups_written_with(pairs: Iterable[EntityPair]) -> tuple[str, ...]:
    """Return the names of the look-ups that writing *pairs* to Salesforce refers to."""
    ways = {p.salesforce.through for pair in pairs for p in pair.properties}
    return tuple(name for name in LOOKUPS if any(name in _WRITTEN_WITH.get(way, ()) for way in ways if way))


def entity_of(pair_name: str, system: System) -> Entity:
    """Return what *system* is asked for: a pair's records, or a lookup's.

    A Customerp document carries its lines' entity as a child.
    """
    if pair_name in LOOKUPS:
        return LOOKUPS[pair_name]
    pair = PAIRS[pair_name]
    return pair.entity(system, children_of(pair))
