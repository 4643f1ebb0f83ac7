"""Salesforce record ids: 15 characters, or the same with 3 more that spell the letters' case."""

import re

_ID = re.compile(r"[A-Za-z0-9]{15}(?:[A-Za-z0-9]{3})?")
_SUFFIX = "ABCDEFGHIJKLMNOPQRSTUVWXYZ012345"
_SHORT = 15


def id_of(text: str) -> str | None:
    """Return the 18-character spelling of a record id, None for a text that is none."""
    if not _ID.fullmatch(text):
        return None
    return text if len(text) > _SHORT else text + "".join(_suffix(text[part : part + 5]) for part in (0, 5, 10))


def _suffix(part: str) -> str:
    return _SUFFIX[sum(1 << place for place, character in enumerate(part) if "A" <= character <= "Z")]
