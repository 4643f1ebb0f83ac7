"""Record ids: 15 case-sensitive characters, or 18 with a suffix that carries the case.

The suffix has one character for each five of the id; its five bits say which of them are capitals
(Salesforce help, "Understanding 15- and 18-character record IDs").
"""

from __future__ import annotations

import re
from functools import lru_cache

_SUFFIX = "ABCDEFGHIJKLMNOPQRSTUVWXYZ012345"
_DIGITS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
_INSTANCE = "Hp0"
_SHAPE = re.compile(r"[0-9A-Za-z]{15}(?:[0-9A-Za-z]{3})?")
_SHORT, _CHUNK, _PREFIX = 15, 5, 3


def to_18(short: str) -> str:
    """Return the 18-character form of a 15-character id."""
    suffix = ""
    for start in range(0, _SHORT, _CHUNK):
        bits = sum(1 << n for n, char in enumerate(short[start : start + _CHUNK]) if "A" <= char <= "Z")
        suffix += _SUFFIX[bits]
    return short + suffix


@lru_cache(maxsize=65_536)
def normalized(text: str) -> str | None:
    """Return the 18-character id that *text* means, or None if it is no id.

    Of an 18-character id whose case was lost on the way, the suffix restores it.
    """
    if not _SHAPE.fullmatch(text):
        return None
    if len(text) == _SHORT:
        return to_18(text)
    restored = ""
    for chunk, mark in enumerate(text[_SHORT:].upper()):
        bits = _SUFFIX.find(mark)
        if bits < 0:
            return None
        part = text[chunk * _CHUNK : (chunk + 1) * _CHUNK]
        restored += "".join(c.upper() if bits >> n & 1 else c.lower() for n, c in enumerate(part))
    return to_18(restored)


def numbered(prefix: str, number: int) -> str:
    """Return the id of the *number*-th row of the object with this key prefix; ids sort by number."""
    digits = ""
    for _ in range(_SHORT - _PREFIX - len(_INSTANCE)):
        number, digit = divmod(number, len(_DIGITS))
        digits = _DIGITS[digit] + digits
    return to_18(prefix + _INSTANCE + digits)


def number_of(record_id: str) -> int:
    """Return the number from which `numbered` made this id."""
    number = 0
    for char in record_id[_PREFIX + len(_INSTANCE) : _SHORT]:
        number = number * len(_DIGITS) + _DIGITS.index(char)
    return number
