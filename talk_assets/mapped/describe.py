"""A pair's properties in words, for the asset pages."""

from talk_assets.model.markdown import NOTHING, prose, table
from talk_assets.model.pair import EntityPair, Policy, Property, Through
from talk_assets.model.system import System

_POLICIES = {
    Policy.LATEST_WINS: None,
    Policy.SALESFORCE_WINS: "Salesforce wins a conflict.",
    Policy.CUSTOMERP_WINS: "Customerp wins a conflict.",
    Policy.MANUAL: "A person decides a conflict.",
}

BOTH_WAYS = "both ways"
READ_FROM = {
    Through.ACCOUNT: ("account", "Name"),
    Through.OPPORTUNITY_ACCOUNT: ("account", "Name"),
    Through.PRICEBOOK_ENTRY_PRICE: ("pricebook_entry", "UnitPrice"),
}
"""The look-up, and its property, that a value is read from which lives on another Salesforce record."""


def column_text(p: Property, system: System) -> str:
    """What a property's column holds, where *system* keeps it and as what, which ends take it, and its rule."""
    side = p.side(system)
    elsewhere = READ_FROM.get(side.through) if side.through else None
    source = f"`{side.path}`" if elsewhere is None else f"`{side.path}` (`{elsewhere[1]}` of the {elsewhere[0]})"
    return f"From {source} of {system.title}, {side.type}; {direction(p)}. {rule(p)}".removesuffix(f" {NOTHING}")


def feeds(pair: EntityPair, system: System) -> dict[str, list[str]]:
    """By *system*'s property path, the names of the properties that are translated from it."""
    found: dict[str, list[str]] = {}
    for p in pair.properties:
        found.setdefault(p.side(system).path, []).append(p.name)
    return found


def property_table(pair: EntityPair) -> str:
    """Return one row a property: where each end has it and as what, and its rule.

    Few columns, as an asset's page is narrow; a property that goes both ways without more ado has a dash for its rule.
    """
    return table(
        ["Property", "Salesforce", "Customerp", "Rule"],
        [
            (f"`{p.name}`", *(f"`{p.side(one).path}` {prose(p.side(one).type)}" for one in System), prose(_told(p)))
            for p in pair.properties
        ],
    )


def _told(p: Property) -> str:
    """Its rule, after the direction where that is not both ways."""
    way, more = direction(p), rule(p)
    if way == BOTH_WAYS:
        return more
    return f"{way[0].upper()}{way[1:]}." + ("" if more == NOTHING else f" {more}")


def direction(p: Property) -> str:
    """Which ends take the property."""
    if p.derived:
        return "compared only"
    updated = [system for system in System if p.writable(system, create=False)]
    if len(updated) == len(System):
        return BOTH_WAYS
    if updated:
        return f"to {updated[0].title}"
    return "on creation" if any(p.writable(system, create=True) for system in System) else "read only"


def rule(p: Property) -> str:
    """What else a person should know of the property."""
    required = [system.title for system in System if p.side(system).required]
    said = [
        p.doc,
        f"Refers to {p.reference}." if p.reference else None,
        f"Required by {' and '.join(required)}." if required else None,
        "Must be the same on both ends before a record is created." if p.must_agree else None,
        _POLICIES[p.policy],
    ]
    return " ".join(text for text in said if text) or NOTHING
