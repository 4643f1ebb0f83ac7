"""The objects of an org as its shape makes them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any

from .. import declare
from ..schema import Choice, Field, SObject
from .countries import STATES, countries
from .persons import with_persons
from .shape import CustomField, CustomObject, OrgShape, ShapeError

CURRENCY = "CurrencyIsoCode"
_NO_CURRENCY = frozenset({"Organization"})
_COPIED = frozenset({"Quote", "QuoteLineItem", "OrderItem"})
"""Whose currency is that of the record they belong to."""
_TYPES = {
    "string": lambda f, facts: declare.text(f.name, f.length, **facts),
    "textarea": lambda f, facts: declare.long_text(f.name, f.length, **facts),
    "email": lambda f, facts: declare.email(f.name, **facts),
    "phone": lambda f, facts: declare.phone(f.name, **facts),
    "url": lambda f, facts: declare.url(f.name, f.length, **facts),
    "picklist": lambda f, facts: declare.picklist(f.name, *f.values, restricted=f.restricted, **facts),
    "boolean": lambda f, facts: declare.boolean(f.name, label=facts["label"]),
    "int": lambda f, facts: declare.integer(f.name, **facts),
    "double": lambda f, facts: declare.double(f.name, f.precision, f.scale, **facts),
    "currency": lambda f, facts: declare.currency(f.name, f.precision, f.scale, **facts),
    "percent": lambda f, facts: declare.percent(f.name, f.precision, f.scale, **facts),
    "date": lambda f, facts: declare.date(f.name, **facts),
    "reference": lambda f, facts: replace(
        declare.reference(f.name, str(f.refers_to), **facts), relationship=f"{f.name.removesuffix('__c')}__r"
    ),
}


def shaped(objects: Iterable[SObject], shape: OrgShape) -> tuple[SObject, ...]:
    """Return *objects* with what the shape switches off, on and adds.

    Raises:
        ShapeError: it adds to an object that is not there, or what no org can have.
    """
    off = (() if shape.quotes else ("Quote", "QuoteLineItem")) + (() if shape.orders else ("Order", "OrderItem"))
    own = [*(o for o in objects if o.name not in off), *map(_custom_object, shape.objects, range(len(shape.objects)))]
    if shape.currencies:
        own = [_with_currency(sobject, shape.currencies) for sobject in own]
        own.append(_currency_type(shape.currencies))
    if shape.country_picklists:
        own = [_with_places(sobject) for sobject in own]
    if shape.person_accounts:
        own = [with_persons(sobject) for sobject in own]
    names = {sobject.name for sobject in own}
    unknown = shape.fields.keys() - names
    if unknown:
        raise ShapeError(f"An org shape adds fields to {', '.join(sorted(unknown))}, which the org does not have.")
    return tuple(_referring_to(names, _with_custom(sobject, shape.fields.get(sobject.name, ()))) for sobject in own)


def _referring_to(names: set[str], sobject: SObject) -> SObject:
    """Drop the references to what is switched off, and refuse custom ones to nothing."""
    kept = []
    for field in sobject.fields:
        if not field.refers_to or set(field.refers_to) <= names:
            kept.append(field)
        elif field.custom:
            raise ShapeError(
                f"{sobject.name}.{field.name} refers to {field.refers_to[0]}, which the org does not have."
            )
    return replace(sobject, fields=tuple(kept))


def _with_custom(sobject: SObject, custom: Sequence[CustomField]) -> SObject:
    return replace(sobject, fields=(*sobject.fields, *map(_custom_field, custom)))


def _custom_field(custom: CustomField) -> Field:
    if not custom.name.endswith("__c"):
        raise ShapeError(f"The custom field {custom.name} must end in __c.")
    if custom.type not in _TYPES:
        raise ShapeError(f"{custom.name} is a {custom.type}; a custom field is one of {', '.join(_TYPES)}.")
    label = custom.label or custom.name.removesuffix("__c").replace("_", " ")
    facts = {
        "label": label,
        "nillable": not custom.required,
        "unique": custom.unique,
        "external_id": custom.external_id,
        "id_lookup": custom.external_id,
    }
    return _TYPES[custom.type](custom, facts)


def _custom_object(custom: CustomObject, place: int) -> SObject:
    if not custom.name.endswith("__c"):
        raise ShapeError(f"The custom object {custom.name} must end in __c.")
    label = custom.label or custom.name.removesuffix("__c").replace("_", " ")
    fields = (
        *declare.row_identity(),
        declare.owner(),
        declare.text("Name", 80, label=f"{label} Name", nillable=False, name_field=True, id_lookup=True),
        *declare.row_history(),
        *map(_custom_field, custom.fields),
    )
    plural = custom.plural or f"{label}s"
    return SObject(name=custom.name, label=label, plural=plural, prefix=f"a{place:02d}", fields=fields)


def _with_currency(sobject: SObject, currencies: Sequence[str]) -> SObject:
    if sobject.name in _NO_CURRENCY:
        return sobject
    field = declare.picklist(
        CURRENCY,
        *currencies,
        length=3,
        label="Currency ISO Code",
        restricted=True,
        defaulted=True,
        default=currencies[0],
    )
    if sobject.name == "PricebookEntry":
        field = declare.create_only(field)
    if sobject.name in _COPIED:
        field = declare.derived(field)
    return replace(sobject, fields=(*sobject.fields, field))


def _currency_type(currencies: Sequence[str]) -> SObject:
    """The currencies of the org as rows; an org with one currency has no such object."""
    return SObject(
        name="CurrencyType",
        label="Currency Type",
        plural="Currency Types",
        prefix="01L",
        createable=False,
        updateable=False,
        deletable=False,
        fields=(
            *declare.row_identity()[:1],
            declare.picklist(
                "IsoCode", *currencies, length=3, label="Currency ISO Code", nillable=False, name_field=True
            ),
            declare.double("ConversionRate", 18, 6, nillable=False),
            declare.integer("DecimalPlaces", nillable=False),
            declare.boolean("IsActive", label="Active"),
            declare.boolean("IsCorporate", label="Corporate Currency"),
            *declare.row_history(),
        ),
    )


def _with_places(sobject: SObject) -> SObject:
    """Give every address its codes, which depend on each other."""
    fields: list[Field] = []
    for field in sobject.fields:
        if field.type != "address":
            fields.append(field)
            continue
        prefix = field.name.removesuffix("Address")
        fields += _codes(prefix, field)
        codes = (("countryCode", f"{prefix}CountryCode"), ("stateCode", f"{prefix}StateCode"))
        fields.append(replace(field, components=tuple(sorted((*field.components, *codes)))))
    return replace(sobject, fields=tuple(fields))


def _codes(prefix: str, whole: Field) -> tuple[Field, Field]:
    order = {code: place for place, code in enumerate(countries())}
    country_choices = tuple(Choice(value=code, label=name) for code, name in countries().items())
    state_choices = tuple(
        Choice(value=code, label=name, valid_for=order[country])
        for country, states in STATES.items()
        for code, name in states.items()
    )
    facts: dict[str, Any] = {"length": 10, "restricted": True, "compound": whole.name}
    country = declare.picklist(f"{prefix}CountryCode", *countries(), choices=country_choices, **facts)
    state = declare.picklist(
        f"{prefix}StateCode",
        *sorted({choice.value for choice in state_choices}),
        choices=state_choices,
        controller=f"{prefix}CountryCode",
        **facts,
    )
    return country, state
