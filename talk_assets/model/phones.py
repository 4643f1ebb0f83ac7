"""Phone numbers to E.164, by Google's libphonenumber as ported in `phonenumbers`."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache, lru_cache

import phonenumbers
from phonenumbers import PhoneMetadata

_INTERNATIONAL = re.compile(r"\+[1-9][0-9]{5,14}")
_NATIONAL = re.compile(r"[0-9().\-/ ]+")
_PUNCTUATION = str.maketrans("", "", "().-/ ")
_LONGEST_CALLING_CODE = 3


def e164(text: str, region: str | None) -> str | None:
    """Return *text* in E.164, or None where it cannot be read as one possible number.

    *region* is the ISO 3166-1 country a national number is read in; without one only numbers that
    start with ``+`` are read. A number with an extension is not readable: E.164 has no room for the
    extension.
    """
    return _plain(text, region) or _parsed(text, region)


@lru_cache(maxsize=65536)
def _parsed(text: str, region: str | None) -> str | None:
    found = _by_rule(text, region)
    # Of what is no real number, as of nothing but zeros, the next reading would take off one more.
    return found if found is None or _by_rule(found, None) == found else None


def _by_rule(text: str, region: str | None) -> str | None:
    try:
        number = phonenumbers.parse(text, region)
    except phonenumbers.NumberParseException:
        return None
    if number.extension or not phonenumbers.is_possible_number(number):
        return None
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def _plain(text: str, region: str | None) -> str | None:
    """Read the numbers that need no rule of their country, as the library would but ten times faster.

    Those are digits of a full length that start neither with a national or international prefix nor
    with the calling code itself. None says nothing about *text*.
    """
    if text.startswith("+"):
        if not _INTERNATIONAL.fullmatch(text):
            return None
        digits = text[1:]
        for length in range(1, _LONGEST_CALLING_CODE + 1):
            plan = _plan_of_code(digits[:length])
            if plan is not None:
                return text if plan.takes_as_it_is(digits[length:]) else None
        return None
    plan = None if region is None else _plan_of_region(region)
    if plan is None or not _NATIONAL.fullmatch(text):
        return None
    digits = text.translate(_PUNCTUATION)
    if digits.startswith(plan.calling_code) or plan.starts_abroad(digits):
        return None
    return f"+{plan.calling_code}{digits}" if plan.takes_as_it_is(digits) else None


@dataclass(frozen=True, kw_only=True)
class _Plan:
    """The part of a country's numbering plan that tells plain numbers from those that need rules."""

    calling_code: str
    lengths: frozenset[int]
    starts_with_rule: Callable[[str], object]
    starts_abroad: Callable[[str], object]

    def takes_as_it_is(self, digits: str) -> bool:
        return len(digits) in self.lengths and not self.starts_with_rule(digits)


@cache
def _plan_of_code(code: str) -> _Plan | None:
    region = phonenumbers.region_code_for_country_code(int(code))
    return None if region == phonenumbers.UNKNOWN_REGION else _plan_of_region(region)


@cache
def _plan_of_region(region: str) -> _Plan | None:
    plan = PhoneMetadata.metadata_for_region(region, None)
    if plan is None or plan.general_desc is None:
        return None
    national, abroad = plan.national_prefix_for_parsing, plan.international_prefix
    return _Plan(
        calling_code=str(plan.country_code),
        lengths=frozenset(plan.general_desc.possible_length),
        starts_with_rule=re.compile(f"0|(?:{national})" if national else "0").match,
        starts_abroad=re.compile(abroad or "(?!)").match,
    )
