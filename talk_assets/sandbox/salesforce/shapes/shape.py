"""What an org shape consists of; the names are those of the shape files."""

from __future__ import annotations

import msgspec


class ShapeError(ValueError):
    """A shape that no org can have, with what to correct."""


class CustomField(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A field the customer added: a *type* in the words of describe; *required* as its definition says."""

    name: str
    type: str = "string"
    label: str | None = None
    length: int = 80
    precision: int = 18
    scale: int = 2
    required: bool = False
    unique: bool = False
    external_id: bool = False
    values: tuple[str, ...] = ()
    restricted: bool = False
    refers_to: str | None = None


class CustomObject(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """An object the customer added; it always has a name, an owner and its history."""

    name: str
    label: str | None = None
    plural: str | None = None
    fields: tuple[CustomField, ...] = ()


class Condition(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a field's value is asked: whether it is missing, or matches, or lies above or below."""

    missing: bool | None = None
    matches: str | None = None
    unlike: str | None = None
    above: float | None = None
    below: float | None = None


class ValidationRule(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Refuses a row of *object* for which every test of *when* holds; *field* is where its message shows."""

    object: str
    message: str
    when: dict[str, Condition]
    name: str = "Validation_Rule"
    field: str | None = None


class DuplicateRule(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Refuses a new row of *object* that equals another one in every field of *match*.

    With *allow_save* a caller who says so may save it all the same; an *on_update* rule looks at changes too.
    """

    object: str
    match: tuple[str, ...]
    name: str = "Duplicate_Rule"
    message: str = "Use one of these records?"
    allow_save: bool = False
    on_update: bool = False


class Policies(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The rules an administrator may set while the org is used."""

    validation_rules: tuple[ValidationRule, ...] = ()
    duplicate_rules: tuple[DuplicateRule, ...] = ()


class OrgShape(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One org's features, custom fields by object, custom objects and rules.

    The first of *currencies* is the corporate one; an org with none of them has one currency and no field for it.
    """

    quotes: bool = True
    orders: bool = True
    country_picklists: bool = False
    person_accounts: bool = False
    currencies: tuple[str, ...] = ()
    fields: dict[str, tuple[CustomField, ...]] = {}
    objects: tuple[CustomObject, ...] = ()
    validation_rules: tuple[ValidationRule, ...] = ()
    duplicate_rules: tuple[DuplicateRule, ...] = ()

    @property
    def policies(self) -> Policies:
        """The rules that the org starts with."""
        return Policies(validation_rules=self.validation_rules, duplicate_rules=self.duplicate_rules)


PLAIN = OrgShape()
"""A new org: quotes and orders, one currency, nothing added."""
