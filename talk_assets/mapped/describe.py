"""A pair's properties in words, for the asset pages."""

from talk_assets.model.markdown import NOTHING, prose, table
from talk_assets.model.pair import EntityPair, Policy, Property
from talk_assets.model.system import System

_POLICIES = {
    Policy.LATEST_WINS: None,
    Policy.SALESFORCE_WINS: "Salesforce wins a conflict.",
    Policy.CUSTOMERP_WINS: "Customerp wins a conflict.",
    Policy.MANUAL: "A person decides a conflict.",
}


def property_table(pair: EntityPair) -> str:
    """Return one row a property: both ends' paths, the types, the direction and its rule."""
    return table(
        ["Property", "Salesforce", "Customerp", "Type", "Direction", "Rule"],
        [
            (
                f"`{p.name}`",
                f"`{p.salesforce.path}`",
                f"`{p.customerp.path}`",
                prose(_types(p)),
                direction(p),
                prose(rule(p)),
            )
            for p in pair.properties
        ],
    )


def direction(p: Property) -> str:
    """Which ends take the property."""
    if p.derived:
        return "compared only"
    updated = [system for system in System if p.writable(system, create=False)]
    if len(updated) == len(System):
        return "both ways"
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


def _types(p: Property) -> str:
    salesforce, customerp = p.salesforce.type, p.customerp.type
    return salesforce if salesforce == customerp else f"{salesforce} / {customerp}"
