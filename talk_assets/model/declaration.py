"""Checks of a declaration, run when it is written so that a mistake never reaches a run."""

from collections import Counter
from typing import TYPE_CHECKING

from talk_assets.model.codecs import ValueMap
from talk_assets.model.errors import DeclarationError
from talk_assets.model.system import System

if TYPE_CHECKING:
    from talk_assets.model.pair import EntityPair, Property


def check_pair(pair: "EntityPair") -> None:
    """Check one pair by itself.

    Raises:
        DeclarationError: naming the pair, the property and what is wrong.
    """
    names = [p.name for p in pair.properties]
    _refuse_repeats(pair, names, "property name")
    for system in System:
        written = [
            p.side(system).path
            for p in pair.properties
            if p.writable(system, create=True) or p.writable(system, create=False)
        ]
        _refuse_repeats(pair, written, f"{system.title} property written")
    for p in pair.properties:
        _check_property(pair, p)
    for key in pair.match:
        for name in key.properties:
            if name not in names:
                _fail(pair, f"match key names '{name}', which is not one of its properties")
    if pair.status is not None:
        named = {
            pair.status.property,
            *(n for group in pair.status.freezes_properties.values() for n in group),
        }
        for name in sorted(named - set(names)):
            _fail(pair, f"status rule names '{name}', which is not one of its properties")
    if pair.parent is not None and not (pair.salesforce_parent and pair.nested_at and pair.salesforce_children):
        _fail(
            pair,
            "is a line pair, so it needs salesforce_parent, salesforce_children and nested_at",
        )
    for system, needed in pair.needs_one_of.items():
        for name in needed:
            if name not in names:
                _fail(pair, f"{system.title} needs '{name}', which is not one of its properties")
    _check_statuses(pair)


def _check_statuses(pair: "EntityPair") -> None:
    rule = pair.status
    if rule is None:
        return
    status = next(p for p in pair.properties if p.name == rule.property)
    known = {code for system in System if isinstance(c := status.side(system).codec, ValueMap) for code in c.encode_as}
    named = set(rule.born.values()).union(*rule.freezes_record.values(), *rule.freezes_lines.values())
    for code in sorted(named - known):
        _fail(pair, f"status rule names the status '{code}', which '{status.name}' has on neither end")


def _check_property(pair: "EntityPair", p: "Property") -> None:
    if p.salesforce.codec.dtype != p.customerp.codec.dtype:
        _fail(
            pair,
            f"property '{p.name}': the codecs disagree on the type, "
            f"{p.salesforce.codec.dtype} and {p.customerp.codec.dtype}",
        )
    if p.beside is not None and p.beside not in {q.name for q in pair.properties}:
        _fail(pair, f"property '{p.name}' is read beside '{p.beside}', which is not one of its properties")
    for system in System:
        side = p.side(system)
        if not side.path:
            _fail(pair, f"property '{p.name}': no {system.title} property is named")
        if p.derived and side.required:
            _fail(pair, f"property '{p.name}' is derived, so {system.title} cannot require it to be written")
        if side.required and not side.on_create:
            _fail(pair, f"property '{p.name}': {system.title} requires it, so it must be written on create")
        if side.truncate and side.length is None:
            _fail(pair, f"property '{p.name}': truncate needs a length on {system.title}")
    if p.reference and p.derived:
        _fail(pair, f"property '{p.name}' is a reference and cannot be derived")
    longest = {s: p.side(s).length for s in System}
    if (
        (longest[System.SALESFORCE] is None) != (longest[System.CUSTOMERP] is None)
        and not p.reference
        and not p.derived
    ):
        short = next(s for s in System if longest[s] is not None)
        _fail(
            pair,
            f"property '{p.name}': only {short.title} gives a length; give both",
        )


def _refuse_repeats(pair: "EntityPair", values: list[str], what: str) -> None:
    repeated = sorted(v for v, n in Counter(values).items() if n > 1)
    if repeated:
        _fail(pair, f"{what} twice: {', '.join(repeated)}")


def _fail(pair: "EntityPair", why: str) -> None:
    raise DeclarationError(f"Pair '{pair.name}': {why}. Correct it in talk_assets/entities/.")
