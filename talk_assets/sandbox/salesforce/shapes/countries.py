"""State and country picklists: which places there are, and what an address may say.

Source: Salesforce help, "State and Country/Territory Picklists" (integration values and ISO codes).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

from babel import Locale

from ..errors import ApiError, field_integrity
from ..schema import SObject
from ..tables import Row, Stored

_ALPHA_2 = 2
_COUNTRY = ("country", "country/territory", "countries")
_STATE = ("state", "state", "states")
_UNLISTED = frozenset({"AC", "CP", "CQ", "DG", "EA", "EU", "EZ", "IC", "QO", "TA", "UN", "XA", "XB", "XK", "ZZ"})
_OWN_NAMES = {
    "BO": "Bolivia, Plurinational State of",
    "BN": "Brunei Darussalam",
    "CD": "Congo, the Democratic Republic of the",
    "CI": "Cote d'Ivoire",
    "IR": "Iran, Islamic Republic of",
    "KP": "Korea, Democratic People's Republic of",
    "KR": "Korea, Republic of",
    "LA": "Lao People's Democratic Republic",
    "MD": "Moldova, Republic of",
    "RU": "Russian Federation",
    "TZ": "Tanzania, United Republic of",
    "VE": "Venezuela, Bolivarian Republic of",
    "VN": "Viet Nam",
}
"""Where the names that Salesforce sets up differ from the everyday ones."""
STATES: Mapping[str, Mapping[str, str]] = {
    "AU": {"NSW": "New South Wales", "QLD": "Queensland", "VIC": "Victoria", "WA": "Western Australia"},
    "CA": {"AB": "Alberta", "BC": "British Columbia", "ON": "Ontario", "QC": "Quebec"},
    "US": {
        "CA": "California",
        "IL": "Illinois",
        "MA": "Massachusetts",
        "NY": "New York",
        "OR": "Oregon",
        "TX": "Texas",
        "WA": "Washington",
    },
}
"""States by country: some of those that Salesforce sets up; all other countries have none."""


@lru_cache(maxsize=1)
def countries() -> dict[str, str]:
    """Return the name of each country by its code."""
    listed = Locale("en").territories.items()
    names = {
        code: str(name)
        for code, name in sorted(listed)
        if len(code) == _ALPHA_2 and code.isalpha() and code not in _UNLISTED
    }
    return names | _OWN_NAMES


def check_addresses(sobject: SObject, row: Row, given: Row) -> None:
    """Complete names from codes and codes from names in every address that *given* names, or refuse the place."""
    for field in sobject.fields:
        if field.type == "address":
            prefix = field.name.removesuffix("Address")
            parts = {part: f"{prefix}{part}" for part in ("Country", "CountryCode", "State", "StateCode")}
            if given.keys() & set(parts.values()):
                _check(sobject, parts, row, given)


def _check(sobject: SObject, parts: Mapping[str, str], row: Row, given: Row) -> None:
    country = _Place(sobject=sobject, name=parts["Country"], code=parts["CountryCode"], words=_COUNTRY)
    state = _Place(sobject=sobject, name=parts["State"], code=parts["StateCode"], words=_STATE)
    chosen = country.settle(row, given, countries())
    if chosen is None and state.told(row, given):
        message = f"A country/territory must be specified before specifying a state value for field: {state.label}"
        raise field_integrity(message, state.name)
    state.settle(row, given, STATES.get(str(chosen), {}))


@dataclass(frozen=True, kw_only=True)
class _Place:
    """One level of an address: the fields of its name and of its code, and the words of refusals about it."""

    sobject: SObject
    name: str
    code: str
    words: tuple[str, str, str]

    @property
    def label(self) -> str:
        return self.sobject.by_name[self.name.lower()].label

    def told(self, row: Row, given: Row) -> bool:
        """True if the address has this level, by name or by code."""
        by_code = self.code in given and self.name not in given
        return (row[self.code] if by_code else row[self.name]) is not None

    def settle(self, row: Row, given: Row, listed: Mapping[str, str]) -> Stored:
        """Store name and code from whichever of both was given; what was not given stays if it still fits."""
        by_name = {title.casefold(): key for key, title in listed.items()}
        named = row[self.name] if self.name in given or self.code not in given else None
        found = None if named is None else by_name.get(str(named).casefold())
        if named is not None and found is None:
            raise self._unknown(self.name)
        chosen = row[self.code] if self.code in given else found
        if chosen is not None and str(chosen) not in listed:
            raise self._unknown(self.code)
        if found is not None and chosen != found:
            message = f"Mismatched integration value and ISO code for field: {self.label}"
            raise field_integrity(message, self.name)
        row[self.name], row[self.code] = (None, None) if chosen is None else (listed[str(chosen)], chosen)
        return chosen

    def _unknown(self, field: str) -> ApiError:
        one, choice, many = self.words
        problem = f"There's a problem with this {one}, even though it may appear correct."
        advice = f"Please select a {choice} from the list of valid {many}."  # noqa: S608 - no SQL
        return field_integrity(f"{problem} {advice}: {self.label}", field)
