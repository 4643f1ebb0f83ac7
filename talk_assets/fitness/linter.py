"""The mapping linter: whether an org's objects and fields take what the declarations read and write."""

from collections.abc import Iterable, Iterator, Mapping

from talk_assets.fitness.findings import Finding, Weight, salesforce
from talk_assets.fitness.needs import ObjectNeed
from talk_assets.model.codecs import ValueMap
from talk_assets.model.pair import EntityPair, Property, Side, Through
from talk_assets.model.shape import FieldShape, ObjectShape
from talk_assets.model.system import System
from talk_assets.model.wire import Wire

PROBLEM, NOTICE = Weight.PROBLEM, Weight.NOTICE
_SF = System.SALESFORCE
_KEY_LENGTH = 64
_SHOWN = 5
_TYPES: Mapping[Wire, frozenset[str]] = {
    Wire.NUMBER: frozenset({"double", "currency", "percent", "int"}),
    Wire.INTEGER: frozenset({"int", "double"}),
    Wire.BOOLEAN: frozenset({"boolean"}),
}
_NEVER_TEXT = frozenset({"boolean", "double", "currency", "percent", "int", "address", "location", "base64"})
_FEATURES = {
    "Quote": "Turn quotes on (Setup, Quote Settings)",
    "QuoteLineItem": "Turn quotes on (Setup, Quote Settings)",
    "Order": "Turn orders on (Setup, Order Settings)",
    "OrderItem": "Turn orders on (Setup, Order Settings)",
}
_BY_FEATURE = {
    "CurrencyIsoCode": "",
    "IsPersonAccount": "",
    "MasterRecordId": "",
    "QuoteId": "Turn quotes on (Setup, Quote Settings)",
}
"""Fields that an org may lack because of what it has switched off; those without a remedy are no loss."""
_GIVE = "Give the integration user the permission set of `talk salesforce metadata`."


def lint(
    needs: Mapping[str, ObjectNeed], pairs: Iterable[EntityPair], shapes: Mapping[str, ObjectShape | None]
) -> list[Finding]:
    """Return what of *needs* and of the *pairs*' properties the org's *shapes* (None: not there) do not allow."""
    declared = list(pairs)
    found = [finding for need in needs.values() for finding in _object(need, shapes.get(need.name))]
    for pair in declared:
        shape = shapes.get(pair.salesforce)
        found += _one_target(pair)
        if shape is not None:
            found += [finding for p in pair.properties for finding in _property(pair, p, shape)]
    return found


def _object(need: ObjectNeed, shape: ObjectShape | None) -> Iterator[Finding]:
    if shape is None:
        remedy = _FEATURES.get(need.name, "Turn the feature on")
        text = f"The org has no object {need.name}, or the integration user may not see it; none of it is kept in step."
        yield salesforce(PROBLEM, "object", need.name, text, f"{remedy}, or assign the permission set.")
        return
    if need.parent is None and need.write:
        rights = {"create": shape.createable, "edit": shape.updateable, "delete": shape.deletable or not need.deletes}
        for right in (name for name, there in rights.items() if not there):
            text = f"The integration user may not {right} records of {need.name}; such changes wait."
            yield salesforce(PROBLEM, "permission", need.name, text, _GIVE)
    if need.key is not None:
        yield from _key(need, need.key, shape)
    for name in sorted(need.read - {need.key}):
        if "." not in name and name not in shape.fields:
            yield from _missing(need, name)
    for one in shape.fields.values():
        if one.required and one.name not in need.write and need.write:
            text = f"The org requires {need.name}.{one.name} ({one.label or one.type}) and no property is mapped to it;"
            remedy = "Give the field a default value, make it optional, or declare a property for it."
            yield salesforce(
                PROBLEM, "required", f"{need.name}.{one.name}", f"{text} creations there are refused.", remedy
            )


def _key(need: ObjectNeed, key: str, shape: ObjectShape) -> Iterator[Finding]:
    about = f"{need.name}.{key}"
    deploy = "Deploy the field by `talk salesforce metadata`, and assign the permission set."
    one = shape.fields.get(key)
    if one is None:
        text = (
            f"{need.name} has no field {key} for our key, or the integration user may not see it; nothing of it runs."
        )
        yield salesforce(PROBLEM, "key", about, text, deploy)
        return
    wrong = {
        "is no external id": not one.external_id,
        "is not unique": not one.unique,
        "is not text": one.type != "string",
        f"holds {one.length} characters, not {_KEY_LENGTH}": one.type == "string" and one.length < _KEY_LENGTH,
        "cannot be written by the integration user": not one.createable,
    }
    for what in (name for name, there in wrong.items() if there):
        text = f"{about} {what}; a repeated creation could make a second record."
        yield salesforce(PROBLEM, "key", about, text, deploy)


def _missing(need: ObjectNeed, name: str) -> Iterator[Finding]:
    if _BY_FEATURE.get(name) == "":
        return
    weight = PROBLEM if name in need.required else NOTICE
    text = f"{need.name} has no field {name}, or the integration user may not see it; it is not kept in step."
    yield salesforce(weight, "field", f"{need.name}.{name}", text, _BY_FEATURE.get(name) or _GIVE)


def _property(pair: EntityPair, p: Property, shape: ObjectShape) -> Iterator[Finding]:
    side = p.salesforce
    one = shape.fields.get(side.write_path or side.path)
    if one is None or side.through in {Through.PRICEBOOK_ENTRY_PRICE, Through.OPPORTUNITY_ACCOUNT}:
        return
    about = f"{shape.name}.{one.name}"
    created, changed = (p.writable(_SF, create=create) for create in (True, False))
    refused = [
        verb
        for verb, wanted, allowed in (
            ("made", created, one.createable),
            ("changed", changed, one.updateable),
        )
        if wanted and not allowed
    ]
    if refused:
        why = "is calculated or numbered by Salesforce" if one.calculated else "may not be written by us"
        when = f"when a record is {' or '.join(refused)}"
        text = f"{about} {why} {when}, but {pair.name}.{p.name} is declared writable; it waits."
        yield salesforce(PROBLEM, "derived" if one.calculated else "writable", about, text, _writable(one, p))
    if not (created or changed):
        return
    if not _type_fits(side, one):
        text = f"{about} is of type {one.type}, but {pair.name}.{p.name} is declared as {side.type}; its values wait."
        yield salesforce(PROBLEM, "type", about, text, "Change the field's type, or the declaration.")
        return
    if side.length and one.length and one.length < side.length and p.reference is None and side.through is None:
        text = f"{about} holds {one.length:,} characters and {side.length:,} are declared; longer values wait."
        yield salesforce(NOTICE, "length", about, text, "Make the field longer, or declare its real length.")
    yield from _choices(pair, p, one, about)


def _writable(one: FieldShape, p: Property) -> str:
    return f"Declare {p.name} as derived, or map another field." if one.calculated else _GIVE


def _type_fits(side: Side, one: FieldShape) -> bool:
    if side.wire in _TYPES:
        return one.type in _TYPES[side.wire]
    if side.type == "date":
        return one.type in {"date", "string"}
    return one.type not in _NEVER_TEXT


def _choices(pair: EntityPair, p: Property, one: FieldShape, about: str) -> Iterator[Finding]:
    if one.type != "picklist" or not one.choices or one.name == "CurrencyIsoCode":
        return  # currencies are told of as a feature of the whole org
    codec = p.salesforce.codec
    if not isinstance(codec, ValueMap):
        if one.restricted:
            text = f"{about} is a restricted picklist; values of {pair.name}.{p.name} that it does not list wait."
            yield salesforce(NOTICE, "picklist", about, text, "Add the values that Customerp uses to the picklist.")
        return
    unknown = sorted(set(codec.encode_as.values()) - set(one.choices))
    if unknown:
        more = f" and {len(unknown) - _SHOWN} more" if len(unknown) > _SHOWN else ""
        listed = ", ".join(unknown[:_SHOWN]) + more
        fate = "and is restricted: they wait" if one.restricted else "and takes them all the same"
        text = f"{about} does not list {listed}, which {pair.name}.{p.name} may be translated to, {fate}."
        weight = PROBLEM if one.restricted else NOTICE
        yield salesforce(weight, "picklist", about, text, "Add the values to the picklist, or change the declaration.")


def _one_target(pair: EntityPair) -> Iterator[Finding]:
    """Names are compared as Salesforce does, without case, and our key counts as a target of its own."""
    targets: dict[str, list[str]] = {pair.salesforce_key.lower(): ["our key"]}
    for p in pair.properties:
        if p.writable(_SF, create=True) or p.writable(_SF, create=False):
            targets.setdefault((p.salesforce.write_path or p.salesforce.path).lower(), []).append(p.name)
    for path, names in targets.items():
        if len(names) > 1:
            text = f"{pair.salesforce}.{path} is written by {' and by '.join(names)}; each undoes the other."
            yield salesforce(
                PROBLEM, "target", f"{pair.salesforce}.{path}", text, "Map each property to a field of its own."
            )
