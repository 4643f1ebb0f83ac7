"""Which Salesforce objects and fields the declarations read and write."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from talk_assets.entities import parents as names
from talk_assets.model.pair import DeletePolicy, EntityPair, Through
from talk_assets.model.system import System
from talk_assets.model.wire import Entity

_SF = System.SALESFORCE
_ELSEWHERE = frozenset({Through.PRICEBOOK_ENTRY_PRICE})
"""Values that live on another object, which is a need of its own."""
_MADE_WITH = {
    "order": (names.PRICEBOOK,),
    "quote": (names.OPPORTUNITY, names.PRICEBOOK),
    "account": (names.NAME,),
    "opportunity": (names.NAME, names.ACCOUNT_REFERENCE, names.STAGE, names.CLOSE_DATE, names.PRICEBOOK),
    "pricebook_entry": (names.PRICEBOOK, names.PRODUCT, names.PRICE, names.ACTIVE),
}
"""Fields written besides the declared properties, by the name of the pair or look-up."""


@dataclass
class ObjectNeed:
    """What is read and written of one object. *key* is the field that carries our key, where it has one."""

    name: str
    key: str | None
    parent: str | None = None
    """The object whose rights count for this one, as an order's for its lines."""
    deletes: bool = False
    read: set[str] = field(default_factory=set)
    write: set[str] = field(default_factory=set)
    required: set[str] = field(default_factory=set)
    """Fields no record of the object can be without."""


def needs_of(pairs: Iterable[EntityPair], lookups: Iterable[Entity]) -> dict[str, ObjectNeed]:
    """Return the needs of *pairs* and *lookups* by object, in their order."""
    declared = {pair.name: pair for pair in pairs}
    found: dict[str, ObjectNeed] = {}
    for pair in declared.values():
        need = ObjectNeed(name=pair.salesforce, key=pair.salesforce_key)
        found[need.name] = need
        need.deletes = pair.deletes is DeletePolicy.PROPAGATE
        if pair.parent is not None:
            need.parent = declared[pair.parent].salesforce
        for p in pair.properties:
            side = p.salesforce
            if side.through in _ELSEWHERE:
                continue
            need.read.add(side.path)
            settled = side.through is Through.OPPORTUNITY_ACCOUNT
            if not settled and (p.writable(_SF, create=True) or p.writable(_SF, create=False)):
                need.write.add(side.write_path or side.path)
                need.required.update({side.write_path or side.path} if side.required else ())
        if pair.salesforce_parent is not None:
            need.write.add(pair.salesforce_parent)
            need.required.add(pair.salesforce_parent)
        need.read.update({pair.salesforce_master} if pair.salesforce_master else ())
        need.write.update({pair.salesforce_key, *_MADE_WITH.get(pair.name, ())})
    for lookup in lookups:
        need = ObjectNeed(name=lookup.resource, key=lookup.key_path)
        found[need.name] = need
        need.read.update(lookup.paths)
        need.write.update({*_MADE_WITH.get(lookup.name, ()), *({lookup.key_path} if lookup.key_path else ())})
    for need in found.values():
        need.read |= need.write
    return found
