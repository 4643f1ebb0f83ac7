"""The rules of one property in plain words, as its declaration says them."""

from talk_assets.model.codecs import Flag, Number, ValueMap
from talk_assets.model.markdown import NOTHING, prose, verbatim
from talk_assets.model.pair import EntityPair, Policy, Property, Through
from talk_assets.model.system import System

_LISTED_VALUES = 9
"""Value maps with more entries are counted instead of listed."""

_PLACES = ("First", "Second", "Third", "Fourth")
_THROUGH = {
    Through.ACCOUNT: "Lives on the Account: found by our key or its name, else created.",
    Through.OPPORTUNITY_ACCOUNT: "Lives on the Account of the Opportunity; both are found or created with the record.",
    Through.PRICEBOOK_ENTRY_PRICE: "Lives on the product's entry in the standard price book, made if missing.",
    Through.PRICEBOOK_ENTRY: "Written as the product's entry in the document's price book, made if missing.",
}
_POLICIES = {
    Policy.LATEST_WINS: None,
    Policy.SALESFORCE_WINS: "Salesforce wins a conflict.",
    Policy.CUSTOMERP_WINS: "Customerp wins a conflict.",
    Policy.MANUAL: "A person decides a conflict.",
}


def rules(pair: EntityPair, p: Property) -> str:
    """Return all rules of *p* as Markdown that fits a table cell; a dash where there are none."""
    said = [
        *_match_keys(pair, p),
        f"Refers to the {p.reference}; written once that is linked." if p.reference else None,
        "Derived: compared, never written." if p.derived else None,
        _required(p),
        *_settled(p),
        *_rounding(p),
        *(_THROUGH[way] for way in (p.salesforce.through, p.customerp.through) if way is not None),
        "Both ends must hold the same before a record is created." if p.must_agree else None,
        *_locks(pair, p),
        *(
            f"Cut to {p.side(system).length} characters in {system.title}; the cut copy never comes back."
            for system in System
            if p.side(system).truncate
        ),
        _POLICIES[p.policy],
        p.doc,
    ]
    return " ".join([*(prose(text) for text in said if text), *_values(p)]) or NOTHING


def _match_keys(pair: EntityPair, p: Property) -> list[str]:
    found = []
    for place, key in zip(_PLACES, pair.match, strict=False):
        if p.name in key.properties:
            name = f"{place} match key" if len(pair.match) > 1 else "Match key"
            others = " and ".join(f"`{other}`" for other in key.properties if other != p.name)
            found.append(f"{name}, with {others}." if others else f"{name}.")
    return found


def _required(p: Property) -> str | None:
    ends = [system.title for system in System if p.side(system).required]
    return f"Required by {' and '.join(ends)}." if ends else None


def _settled(p: Property) -> list[str]:
    if p.derived:
        return []
    ends = [s for s in System if p.writable(s, create=True) and not p.writable(s, create=False)]
    return [f"Settled in {' and in '.join(s.title for s in ends)} when the record is created."] if ends else []


def _rounding(p: Property) -> list[str]:
    return [
        f"{system.title} holds {codec.digits} of {codec.scale} decimals; rounded half-even on the way there."
        for system in System
        if isinstance(codec := p.side(system).codec, Number) and codec.digits < codec.scale
    ]


def _locks(pair: EntityPair, p: Property) -> list[str]:
    if pair.status is None:
        return []
    return [
        f"Locked in {system.title} while the {pair.name} is "
        f"{' or '.join(sorted(pair.status.freezes_lines.get(system, frozenset())))}."
        for system, names in pair.status.freezes_properties.items()
        if p.name in names
    ]


def _values(p: Property) -> list[str]:
    """Values that are translated, as ``end: `theirs` = `ours` ``."""
    found = []
    for system in System:
        match p.side(system).codec:
            case Flag(true=true, false=false) if (true, false) != ("true", "false"):
                listed = [(true, "true"), (false, "false")]
            case ValueMap(decode_as=read, encode_as=written) if any(wire != code for code, wire in written.items()):
                listed = list(read.items()) if len(read) <= _LISTED_VALUES else [(w, c) for c, w in written.items()]
            case _:
                continue
        if len(listed) > _LISTED_VALUES:
            found.append(f"{len(listed)} values are translated for {system.title}.")
        else:
            pairs = [f"{verbatim(wire)} = {verbatim(code)}" for wire, code in listed]
            found.append(f"{system.title}: {', '.join(pairs)}.")
    return found
