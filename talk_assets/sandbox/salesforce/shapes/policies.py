"""The rules an administrator sets: what rows must be like, and which ones are doubles.

Source: Salesforce help, "Validation Rules" and "Duplicate Rules"; REST API Developer Guide, "Duplicate Rule Header".
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Any

from ..errors import ApiError
from ..schema import SCALED_TYPES, Catalogue, Field, SObject
from ..tables import Row, Stored
from ..transaction import Transaction
from .shape import Condition, DuplicateRule, Policies, ShapeError


def check_policies(catalogue: Catalogue, policies: Policies) -> None:
    """Make sure that every rule is about fields that the org has.

    Raises:
        ShapeError: one is not, or matches by what is no pattern.
    """
    for rule in policies.validation_rules:
        _check_fields(catalogue, rule.name, rule.object, (*rule.when, *([rule.field] if rule.field else ())))
    for double in policies.duplicate_rules:
        _check_fields(catalogue, double.name, double.object, double.match)
    for rule in policies.validation_rules:
        for test in rule.when.values():
            for pattern in (test.matches, test.unlike):
                try:
                    re.compile(pattern or "")
                except re.error as error:
                    raise ShapeError(f"The rule {rule.name} has a pattern that cannot be read: {error}.") from error


def _check_fields(catalogue: Catalogue, rule: str, name: str, fields: Sequence[str]) -> None:
    sobject = catalogue.get(name)
    if sobject is None:
        raise ShapeError(f"The rule {rule} is about {name}, which the org does not have.")
    missing = [field for field in fields if sobject.field(field) is None]
    if missing or not fields:
        raise ShapeError(f"The rule {rule} names {', '.join(missing) or 'no field'}, which {name} does not have.")


def validate(tx: Transaction, sobject: SObject, row: Row) -> None:
    """Refuse a row that a validation rule is against; all that are tell it at once."""
    broken = [
        ApiError("FIELD_CUSTOM_VALIDATION_EXCEPTION", rule.message, fields=[rule.field] if rule.field else [])
        for rule in tx.policies.validation_rules
        if rule.object.lower() == sobject.name.lower()
        and all(_holds(test, *_value(sobject, row, name)) for name, test in rule.when.items())
    ]
    if broken:
        raise broken[0] if len(broken) == 1 else SeveralRefusalsError(broken)


class SeveralRefusalsError(ApiError):
    """More than one rule is against a row: the answer lists all of them."""

    def __init__(self, refusals: list[ApiError]) -> None:
        super().__init__(refusals[0].code, refusals[0].message, fields=refusals[0].fields)
        self.refusals = refusals

    def body(self) -> list[dict[str, Any]]:
        """Return every refusal."""
        return [entry for refusal in self.refusals for entry in refusal.body()]

    def record_errors(self) -> list[dict[str, Any]]:
        """Return every refusal as a per-record result has it."""
        return [entry for refusal in self.refusals for entry in refusal.record_errors()]


def find_doubles(tx: Transaction, sobject: SObject, row: Row, *, base: str, creating: bool) -> None:
    """Refuse a row that a duplicate rule takes for another one's double."""
    for rule in tx.policies.duplicate_rules:
        if rule.object.lower() != sobject.name.lower() or not (creating or rule.on_update):
            continue
        if rule.allow_save and tx.allows_duplicates:
            continue
        found = list(_doubles(tx, sobject, rule, row))
        if found:
            raise DuplicatesError(rule, sobject, found, base=base)


def _doubles(tx: Transaction, sobject: SObject, rule: DuplicateRule, row: Row) -> Iterator[str]:
    names = [sobject.by_name[name.lower()].name for name in rule.match]
    if any(row[name] is None for name in names):
        return
    alike = [set(tx.matching(sobject, name, row[name])) for name in names]
    yield from sorted(set.intersection(*alike) - {str(row.get("Id"))})


class DuplicatesError(ApiError):
    """A duplicate rule stopped the row; `duplicateResut` is how the REST API spells it."""

    def __init__(self, rule: DuplicateRule, sobject: SObject, found: list[str], *, base: str) -> None:
        super().__init__("DUPLICATES_DETECTED", rule.message)
        matches = [
            {
                "additionalInformation": [],
                "fieldDiffs": [],
                "matchConfidence": 100,
                "record": {
                    "attributes": {"type": sobject.name, "url": f"{base}sobjects/{sobject.name}/{record_id}"},
                    "Id": record_id,
                },
            }
            for record_id in found
        ]
        self.result = {
            "allowSave": rule.allow_save,
            "duplicateRule": rule.name,
            "duplicateRuleEntityType": sobject.name,
            "errorMessage": rule.message,
            "matchResults": [
                {
                    "entityType": sobject.name,
                    "errors": [],
                    "matchEngine": "ExactMatchEngine",
                    "matchRecords": matches,
                    "rule": f"{rule.name}_Matching",
                    "size": len(matches),
                    "success": True,
                }
            ],
        }

    def body(self) -> list[dict[str, Any]]:
        """Return the refusal with the records that are alike."""
        return [{"duplicateResut": self.result} | entry for entry in super().body()]

    def record_errors(self) -> list[dict[str, Any]]:
        """Return the same inside a per-record result."""
        return [entry | {"duplicateResult": self.result} for entry in super().record_errors()]


def _value(sobject: SObject, row: Row, name: str) -> tuple[Field, Stored]:
    field = sobject.by_name[name.lower()]
    return field, row.get(field.name)


def _holds(test: Condition, field: Field, value: Stored) -> bool:
    number = None
    if isinstance(value, int):
        number = value / 10**field.scale if field.type in SCALED_TYPES else value
    text = "" if value is None else str(value)
    return (
        (test.missing is None or test.missing == (value is None))
        and (test.matches is None or re.fullmatch(test.matches, text) is not None)
        and (test.unlike is None or re.fullmatch(test.unlike, text) is None)
        and (test.above is None or (number is not None and number > test.above))
        and (test.below is None or (number is not None and number < test.below))
    )
