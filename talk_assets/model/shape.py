"""What an end's own description says of its objects and their fields, and what follows for a value to be written."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation

_TEXTS = frozenset({"string", "textarea", "email", "phone", "url", "picklist", "combobox", "encryptedstring"})
_NUMBERS = frozenset({"double", "currency", "percent"})
_FORMS: Mapping[str, tuple[re.Pattern[str], str]] = {
    "boolean": (re.compile(r"true|false"), "true or false"),
    "int": (re.compile(r"-?\d+"), "a whole number"),
    "date": (re.compile(r"\d{4}-\d\d-\d\d"), "a date"),
    "datetime": (re.compile(r"\d{4}-\d\d-\d\dT.+"), "a date and time"),
    "reference": (re.compile(r"[0-9A-Za-z]{15}(?:[0-9A-Za-z]{3})?"), "a record's id"),
}
"""How a value of a type is written, and what it is."""
_COMPOUND = frozenset({"address", "location", "base64", "complexvalue"})


@dataclass(frozen=True, kw_only=True)
class FieldShape:
    """One field as the user we are sees it. Lengths are in characters, 0 where the type has none.

    *precision* are digits in all, *scale* those behind the point. *choices* are the active values of a
    picklist, and *restricted* says that no others are taken. *calculated* fields follow from others.
    """

    name: str
    type: str
    label: str = ""
    length: int = 0
    precision: int = 0
    scale: int = 0
    createable: bool = True
    updateable: bool = True
    nillable: bool = True
    defaulted: bool = False
    calculated: bool = False
    external_id: bool = False
    unique: bool = False
    restricted: bool = False
    choices: tuple[str, ...] = ()
    refers_to: tuple[str, ...] = ()

    @property
    def required(self) -> bool:
        """Whether no record can be made without a value for it."""
        return not self.nillable and self.createable and not self.defaulted and self.type != "boolean"

    def refuses(self, text: str | None, *, create: bool) -> str | None:
        """Return why a value (wire text; None: emptied) cannot be written, the value left out, or None."""
        if not (self.createable if create else self.updateable):
            verb = "created" if create else "changed"
            why = "it is calculated" if self.calculated else "the integration user may not edit it, or nobody may"
            return f"the field cannot be {verb}: {why}"
        if text is None:
            return None
        return self._refuses_text(text) if self.type in _TEXTS else self._refuses_value(text)

    def _refuses_text(self, text: str) -> str | None:
        if self.restricted and text not in self.choices:
            return "the value is not on the field's restricted picklist"
        if self.length and len(text) > self.length:
            return f"the value has {len(text):,} characters and the field holds {self.length:,}"
        return None

    def _refuses_value(self, text: str) -> str | None:
        form = _FORMS.get(self.type)
        if form is not None and not form[0].fullmatch(text):
            return f"the field is of type {self.type} and the value is not {form[1]}"
        if self.type in _COMPOUND:
            return f"the field is of type {self.type}, which takes no value by itself"
        return self._refuses_number(text) if self.type in _NUMBERS else None

    def _refuses_number(self, text: str) -> str | None:
        try:
            number = Decimal(text)
        except InvalidOperation:
            return f"the field is of type {self.type} and the value is not a number"
        most = self.precision - self.scale
        if self.precision and abs(number) >= Decimal(10) ** most:
            return f"the value has more than {most} digits before the point, which is all that the field holds"
        return None


@dataclass(frozen=True, kw_only=True)
class ObjectShape:
    """One object as the user we are sees it, its fields by name."""

    name: str
    createable: bool = True
    updateable: bool = True
    deletable: bool = True
    fields: Mapping[str, FieldShape] = field(default_factory=dict)

    @classmethod
    def of(cls, name: str, fields: Iterable[FieldShape]) -> "ObjectShape":
        """Return an object that may be written, with *fields*."""
        return cls(name=name, fields={one.name: one for one in fields})
