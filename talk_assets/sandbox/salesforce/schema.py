"""What an object and a field are: the descriptors from which tables, checks and describes are made."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property


class OnDelete(StrEnum):
    """What becomes of a row when the row it refers to is deleted."""

    CLEAR = "clear"
    CASCADE = "cascade"
    RESTRICT = "restrict"


TEXT_TYPES = frozenset({"string", "textarea", "email", "phone", "url", "picklist", "combobox"})
ID_TYPES = frozenset({"id", "reference"})
SCALED_TYPES = frozenset({"double", "currency", "percent"})
LONG_TEXT = 255

#: The collation of text columns, which the connection defines: letters of any script compare without case.
CASELESS = "CASELESS"


@dataclass(frozen=True, kw_only=True)
class Choice:
    """An entry of a picklist whose label is not its value, or that is valid for one entry of another picklist alone.

    `valid_for` is that entry's place, counted from 0.
    """

    value: str
    label: str
    valid_for: int | None = None


@dataclass(frozen=True, kw_only=True)
class Field:
    """One field of an object, in the words of describe.

    Numbers of the scaled types are stored as integers of 10^-scale units, so sums are exact. `components`
    names the fields of a compound address, which has no column of its own. `choices` tells more of the entries of
    `picklist`, and `controller` names the picklist that decides which of them are valid.
    """

    name: str
    type: str
    label: str
    length: int = 0
    precision: int = 0
    scale: int = 0
    nillable: bool = True
    createable: bool = True
    updateable: bool = True
    defaulted: bool = False
    default: str | int | None = None
    unique: bool = False
    external_id: bool = False
    id_lookup: bool = False
    name_field: bool = False
    auto_number: bool = False
    indexed: bool = False
    compound: str | None = None
    picklist: tuple[str, ...] = ()
    choices: tuple[Choice, ...] = ()
    controller: str | None = None
    restricted: bool = False
    refers_to: tuple[str, ...] = ()
    relationship: str | None = None
    children: str | None = None
    on_delete: OnDelete = OnDelete.CLEAR
    components: tuple[tuple[str, str], ...] = ()

    @cached_property
    def custom(self) -> bool:
        """True for a field the customer added."""
        return self.name.endswith("__c")

    @cached_property
    def stored(self) -> bool:
        """True if the field has a column; a compound address has none."""
        return self.type != "address"

    @cached_property
    def filterable(self) -> bool:
        """Long text and compounds take no part in WHERE, ORDER BY and GROUP BY."""
        return self.stored and not (self.type == "textarea" and self.length > LONG_TEXT)

    @cached_property
    def required(self) -> bool:
        """True if a create must name it: not nillable, createable, no default, not a boolean."""
        return not self.nillable and self.createable and not self.defaulted and self.type != "boolean"

    @cached_property
    def column_type(self) -> str:
        """The SQLite column: text compares without case, ids and times with it."""
        if self.type in TEXT_TYPES:
            return f"TEXT COLLATE {CASELESS}"
        if self.type in ID_TYPES or self.type in {"date", "datetime"}:
            return "TEXT"
        return "INTEGER"


@dataclass(frozen=True, kw_only=True)
class SObject:
    """One object: its name, key prefix, fields and what may be done to it."""

    name: str
    label: str
    plural: str
    prefix: str
    fields: tuple[Field, ...]
    createable: bool = True
    updateable: bool = True
    deletable: bool = True

    @cached_property
    def custom(self) -> bool:
        """True for an object the customer added."""
        return self.name.endswith("__c")

    @cached_property
    def by_name(self) -> Mapping[str, Field]:
        """Fields by lower-case name: the API ignores the case of field names."""
        return {field.name.lower(): field for field in self.fields}

    @cached_property
    def by_relationship(self) -> Mapping[str, Field]:
        """References by the lower-case name of the relation they make."""
        return {field.relationship.lower(): field for field in self.fields if field.relationship}

    @cached_property
    def stored(self) -> tuple[Field, ...]:
        """Fields that have a column."""
        return tuple(field for field in self.fields if field.stored)

    @cached_property
    def required(self) -> tuple[Field, ...]:
        """Fields that a create must name."""
        return tuple(field for field in self.fields if field.required)

    @cached_property
    def name_field(self) -> str:
        """The field a person knows a row by."""
        return next(field.name for field in self.fields if field.name_field)

    def field(self, name: str) -> Field | None:
        """Return the field of this name, in any case."""
        return self.by_name.get(name.lower())


@dataclass(frozen=True, kw_only=True)
class ChildRelation:
    """A reference seen from the object it points to."""

    child: SObject
    field: Field


class Catalogue:
    """All objects of an org, by name and by relation."""

    def __init__(self, objects: Iterable[SObject]) -> None:
        self.objects = tuple(objects)
        self._by_name = {sobject.name.lower(): sobject for sobject in self.objects}
        self._by_prefix = {sobject.prefix: sobject for sobject in self.objects}
        self._children: dict[str, list[ChildRelation]] = {}
        for child in self.objects:
            for field in child.fields:
                for parent in field.refers_to:
                    self._children.setdefault(parent, []).append(ChildRelation(child=child, field=field))

    def get(self, name: str) -> SObject | None:
        """Return the object of this name, in any case."""
        return self._by_name.get(name.lower())

    def of_id(self, record_id: str) -> SObject | None:
        """Return the object to which an id belongs, by its key prefix."""
        return self._by_prefix.get(record_id[:3])

    def __getitem__(self, name: str) -> SObject:
        return self._by_name[name.lower()]

    def children_of(self, parent: str) -> list[ChildRelation]:
        """Return every reference to *parent*, in order of declaration."""
        return self._children.get(parent, [])

    def child_relation(self, parent: str, relationship: str) -> ChildRelation | None:
        """Return the relation that a child subquery of *parent* names."""
        for relation in self.children_of(parent):
            if relation.field.children and relation.field.children.lower() == relationship.lower():
                return relation
        return None


def label_of(name: str) -> str:
    """Return the label that Salesforce gives a standard field: `LastName` is "Last Name", `AccountId` "Account ID"."""
    words = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", " ", name.removesuffix("__c").replace("_", " "))
    return re.sub(r"\bId$", "ID", words)
