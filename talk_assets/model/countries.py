"""Country names and their ISO 3166-1 alpha-2 codes, from the Unicode CLDR by way of Babel."""

from collections.abc import Mapping
from types import MappingProxyType

from babel import Locale

ALIASES: Mapping[str, str] = MappingProxyType(
    {
        "usa": "US",
        "u.s.a.": "US",
        "u.s.": "US",
        "united states of america": "US",
        "uk": "GB",
        "u.k.": "GB",
        "great britain": "GB",
        "england": "GB",
        "scotland": "GB",
        "wales": "GB",
        "holland": "NL",
        "the netherlands": "NL",
        "czech republic": "CZ",
        "turkey": "TR",
        "hong kong": "HK",
        "macau": "MO",
        "korea, republic of": "KR",
        "republic of korea": "KR",
        "russian federation": "RU",
        "viet nam": "VN",
        "uae": "AE",
        "deutschland": "DE",
        "norge": "NO",
        "sverige": "SE",
        "danmark": "DK",
        "españa": "ES",
    }
)
"""Spellings people type that CLDR's English names do not list, in lower case."""

NOT_COUNTRIES = frozenset(["AC", "CP", "CQ", "DG", "EA", "EU", "EZ", "IC", "QO", "TA", "UN", "XA", "XB", "XK", "ZZ"])
"""Two-letter CLDR territories that ISO 3166-1 does not assign to a country."""

NAME_BY_CODE: Mapping[str, str] = MappingProxyType(
    {
        code: name
        for code, name in sorted(Locale("en").territories.items())
        if len(code) == 2 and code.isalpha() and code not in NOT_COUNTRIES  # noqa: PLR2004 - alpha-2
    }
)
"""English name of each country by its code."""

CODE_BY_NAME: Mapping[str, str] = MappingProxyType(
    {name.lower(): code for code, name in NAME_BY_CODE.items()}
    | dict(ALIASES)
    | {code.lower(): code for code in NAME_BY_CODE}
)
"""Code by lower-case name, alias or code."""
