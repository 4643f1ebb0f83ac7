"""The dataflow documents: what goes from one end to the other and by what rules, made from the declarations.

A document is for one direction. Its text is Markdown that fits a table cell, with code spans as the only markup;
`reports.documents` puts it into files.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from talk_assets.entities import PAIRS
from talk_assets.model.fingerprint import fingerprint
from talk_assets.model.markdown import prose
from talk_assets.model.pair import DeletePolicy, EntityPair, Policy, Property, StatusRule, Through
from talk_assets.model.system import System
from talk_assets.reports.rules import rules

COLUMNS = ("Property", "Salesforce property", "Customerp property", "Customerp data type", "Direction", "Rule")

_CONFLICTS = {
    Policy.SALESFORCE_WINS: "Salesforce wins",
    Policy.CUSTOMERP_WINS: "Customerp wins",
    Policy.MANUAL: "a person decides",
}
_PARENTS = {
    Through.ACCOUNT: "The company becomes an Account: the one with our key, else the only one of that name, else a "
    "new one.",
    Through.OPPORTUNITY_ACCOUNT: "Salesforce wants an Account and an Opportunity for it: both are found by our key, "
    "the Account also by its name where only one has it, or they are made.",
    Through.PRICEBOOK_ENTRY_PRICE: "Its price becomes an entry of the standard price book.",
    Through.PRICEBOOK_ENTRY: "Its product gets an entry in the document's price book where it has none.",
}


@dataclass(frozen=True, kw_only=True)
class Section:
    """One pair in one direction: a line of what it is, its rules by name, and a row of `COLUMNS` a property."""

    name: str
    title: str
    about: str
    rules: tuple[tuple[str, str], ...]
    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True, kw_only=True)
class Document:
    """One direction. *version* is the fingerprint of the declarations it was made from, at *made_at*."""

    origin: System
    version: str
    made_at: datetime
    sections: tuple[Section, ...]

    @property
    def title(self) -> str:
        """From where to where."""
        return f"Dataflow: {self.origin.title} to {self.origin.other.title}"

    @property
    def name(self) -> str:
        """The name of its files, without their endings."""
        return f"{self.origin}-to-{self.origin.other}"

    @property
    def about(self) -> tuple[str, ...]:
        """What holds for all pairs, a paragraph each."""
        origin, target = self.origin.title, self.origin.other.title
        return (
            f"What a record made or changed in {origin} means for {target}: a section for each kind of record, with "
            "the rules it follows and a row for each property. The other direction has a document of its own.",
            "Once two records are linked, each property is compared with the value that both ends last agreed on. "
            f"What moved in {origin} alone is written to {target}; what moved in both is a conflict. A cleared value "
            "never beats a changed one. Money and quantities are exact decimals, dates are days without a time, and "
            f"empty text counts as missing. Text that {target} has no room for is not cut, unless a rule says so: the "
            "record waits in quarantine, named with the property, its length and the limit.",
        )


def document(origin: System, *, made_at: datetime, pairs: Sequence[EntityPair] = tuple(PAIRS.values())) -> Document:
    """Return the document of what goes from *origin* to the other end."""
    known = {pair.name: pair for pair in pairs}
    return Document(
        origin=origin,
        version=fingerprint(list(pairs)),
        made_at=made_at,
        sections=tuple(_section(pair, origin, known.get(pair.parent or "")) for pair in pairs),
    )


def way(p: Property, origin: System) -> str:
    """What of the property goes from *origin* to the other end."""
    target = origin.other
    if p.derived:
        return "compared only"
    on_create = p.writable(target, create=True)
    if p.writable(target, create=False):
        # A line's product, say: what cannot change where it comes from never has to be changed across.
        changes = p.writable(origin, create=False)
        return "created and updated" if on_create and changes else "created" if on_create else "updated"
    return "created" if on_create else f"not written; {target.title} settles it"


def _section(pair: EntityPair, origin: System, parent: EntityPair | None) -> Section:
    there = {system: _resource(pair, system, parent) for system in System}
    return Section(
        name=pair.name,
        title=f"{pair.name.replace('_', ' ').capitalize()}: {origin.title} `{there[origin]}` to "
        f"{origin.other.title} `{there[origin.other]}`",
        about=prose(pair.doc),
        rules=tuple((name, prose(" ".join(said))) for name, said in _rules(pair, origin, parent) if said),
        rows=tuple(
            (
                f"`{p.name}`",
                f"`{p.salesforce.path}`",
                f"`{p.customerp.path}`",
                prose(p.customerp.type),
                way(p, origin),
                rules(pair, p),
            )
            for p in pair.properties
        ),
    )


def _resource(pair: EntityPair, system: System, parent: EntityPair | None) -> str:
    if system is System.CUSTOMERP and parent is not None:
        return f"{parent.customerp}.{pair.nested_at}[]"
    return pair.resource(system)


def _rules(pair: EntityPair, origin: System, parent: EntityPair | None) -> list[tuple[str, list[str]]]:
    target = origin.other
    return [
        ("Linking", _linking(pair, origin, parent)),
        ("Creation", _creation(pair, target, parent)),
        ("Required", _required(pair, target)),
        ("Conflicts", _conflicts(pair)),
        ("Locks", _locks(pair, target, parent)),
        ("Deletion", _deletion(pair, origin, parent)),
    ]


def _linking(pair: EntityPair, origin: System, parent: EntityPair | None) -> list[str]:
    said = ["A record that carries our key belongs to the record the key was made from."]
    if parent is not None:
        return [
            *said,
            f"Lines are compared only between two {parent.name}s that are linked. Where those were there before the "
            "sync, lines of the same product are linked if each side has one of it.",
        ]
    for place, key in enumerate(pair.match):
        names = " and ".join(f"`{name}`" for name in key.properties)
        said.append(
            f"{'Otherwise' if place == 0 else 'Then'} two records that agree in {names} are linked, if each end has "
            f"one such record{'; several go to review' if key.ambiguous_is_review else ''}."
        )
    if not pair.match:
        said.append("No other property tells two of them to be the same.")
    return [*said, f"What has no counterpart is made in {origin.other.title}. Nothing is guessed."]


def _creation(pair: EntityPair, target: System, parent: EntityPair | None) -> list[str]:
    key = pair.salesforce_key if target is System.SALESFORCE else "externalKey"
    said = [f"The new record carries our key in `{key}`, so that however often it is tried there is one."]
    if parent is not None:
        said = [f"A line comes with its {parent.name}, in one request, or is added to it later.", *said]
    if any(other.parent == pair.name for other in PAIRS.values()):
        said.append(f"The {pair.name} is made together with all its lines, or not at all.")
    if target is System.SALESFORCE:
        said += [_PARENTS[w] for w in dict.fromkeys(p.salesforce.through for p in pair.properties) if w is not None]
    if pair.status is not None and target in pair.status.born:
        said.append(
            f"{target.title} takes new ones only as `{pair.status.born[target]}`; the status follows once the lines "
            "are there."
        )
    agree = " and ".join(f"`{p.name}`" for p in pair.properties if p.must_agree)
    if agree:
        said.append(f"Where {target.title} cannot hold the same {agree}, none is made.")
    if pair.references:
        said.append("What it refers to must be linked first; until then it waits, and goes on by itself.")
    return said


def _required(pair: EntityPair, target: System) -> list[str]:
    named = []
    for p in (p for p in pair.properties if p.side(target).required):
        side = p.side(target)
        filled = f"the {target.other.title} id" if side.fallback_id else f"`{side.default}`" if side.default else ""
        named.append(f"`{p.name}`" + (f" (filled with {filled} where it is empty)" if filled else ""))
    said = [f"{target.title} takes no record without {_listed(named)}."] if named else []
    needed = pair.needs_one_of.get(target)
    return [*said, f"It needs {' or '.join(f'`{name}`' for name in needed)}."] if needed else said


def _conflicts(pair: EntityPair) -> list[str]:
    kept = "both values are kept in the log."
    others: dict[Policy, list[str]] = {}
    for p in pair.properties:
        if not p.derived:
            others.setdefault(p.policy, []).append(f"`{p.name}`")
    said = [f"The later edit wins; {kept}"] if Policy.LATEST_WINS in others else []
    return said + [
        f"For {_listed(names)} {_CONFLICTS[policy]}; {kept}"
        for policy, names in others.items()
        if policy is not Policy.LATEST_WINS
    ]


def _locks(pair: EntityPair, target: System, parent: EntityPair | None) -> list[str]:
    said: list[str] = []
    rule: StatusRule | None = pair.status
    if rule is not None:
        statuses = rule.freezes_record.get(target)
        if statuses:
            said.append(f"While it is {_either(statuses)} in {target.title}, only its status is written there.")
        names, locking = rule.freezes_properties.get(target, ()), rule.freezes_lines.get(target)
        if names and locking:
            named = _listed([f"`{name}`" for name in names])
            verb = "is" if len(names) == 1 else "are"
            said.append(f"While it is {_either(locking)} there, {named} {verb} locked.")
    if parent is not None and parent.status is not None:
        statuses = parent.status.freezes_lines.get(target, frozenset()) | parent.status.freezes_record.get(
            target, frozenset()
        )
        if statuses:
            said.append(f"While the {parent.name} is {_either(statuses)} in {target.title}, its lines are locked.")
    return [*said, "A change that meets a lock waits with its reason; the rest of the record goes on."] if said else []


def _deletion(pair: EntityPair, origin: System, parent: EntityPair | None) -> list[str]:
    edited = f"If it was edited in {origin.other.title} since both agreed, a person decides."
    if pair.deletes is DeletePolicy.PROPAGATE:
        ends = f"; one that goes with its whole {parent.name} is kept" if parent is not None else ""
        return [f"One deleted in {origin.title} is deleted in {origin.other.title} too{ends}.", edited]
    return [f"One deleted in {origin.title} stays in {origin.other.title}, and the link is flagged.", edited]


def _either(statuses: frozenset[str]) -> str:
    return " or ".join(f"`{status}`" for status in sorted(statuses))


def _listed(names: Sequence[str]) -> str:
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"
