"""Addresses in an org with state and country picklists: countries travel by code, not by the name the org gives them.

Such an org has, beside a text field like ``MailingCountry``, the picklist ``MailingCountryCode``, and takes in either
only what it lists. Its names may differ from everybody else's ("Korea, Republic of"); the codes do not.
"""

from collections.abc import Collection, Iterable, Mapping
from typing import Any

from talk_assets.model.countries import CODE_BY_NAME, NAME_BY_CODE
from talk_assets.model.shape import FieldShape

_COUNTRY, _STATE, _CODE = "Country", "State", "Code"


def codes_of(paths: Iterable[str], known: Collection[str]) -> dict[str, str]:
    """Return the field that has the code, for each of *paths* that is a country and has one."""
    return {path: f"{path}{_CODE}" for path in paths if path.endswith(_COUNTRY) and f"{path}{_CODE}" in known}


def with_names(record: Any, codes: Mapping[str, str]) -> Any:  # noqa: ANN401 - JSON
    """Return *record* with countries by their English names, as an org without picklists would have them."""
    if not codes or not isinstance(record, dict):
        return record
    names = {path: NAME_BY_CODE.get(str(record.get(code))) for path, code in codes.items()}
    return record | {path: name for path, name in names.items() if name is not None}


def with_codes(values: Mapping[str, str | None], fields: Mapping[str, FieldShape]) -> dict[str, str | None]:
    """Return what to write in place of *values*: countries, and states told by their codes, by code."""
    written: dict[str, str | None] = {}
    for path, text in values.items():
        code = _code(path, text, fields) if path.endswith((_COUNTRY, _STATE)) else None
        if code is None:
            written[path] = text
        else:
            written[f"{path}{_CODE}"] = code or None
    return written


def _code(path: str, text: str | None, fields: Mapping[str, FieldShape]) -> str | None:
    """Return the code to write for a place, "" to empty it, None to leave the value as it is."""
    field = fields.get(f"{path}{_CODE}")
    if field is None or field.type != "picklist":
        return None
    if text is None:
        return ""
    if path.endswith(_COUNTRY):
        return CODE_BY_NAME.get(text.lower())
    if path.endswith(_STATE):
        return next((choice for choice in field.choices if choice.lower() == text.lower()), None)
    return None
