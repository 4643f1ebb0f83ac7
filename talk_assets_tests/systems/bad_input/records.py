"""What one record of a good answer can be, and what becomes of it: a table written by hand.

Each case changes one property of one record. `taken` says that the record is read as it stands; `quarantine`
that it alone is set aside, by the client or by its contract, and all others are read; `stop` that the answer
is refused whole. `{name}` stands for that end's own property; *stamp* for its last-modified stamp.
"""

from dataclasses import dataclass
from typing import Any

TAKEN, QUARANTINE, STOP = "taken", "quarantine", "stop"
GONE = object()
"""The property is not there."""


class Exactly(str):
    """Bytes of JSON that no serializer would write."""


@dataclass(frozen=True)
class Spoiled:
    """*kind* is which record is changed: a contact, or one with a price (`number`)."""

    name: str
    property: str
    value: Any
    expected: str
    kind: str = "contact"


LONG = "x" * 10_000_000
EMOJI = "\N{FACE WITH TEARS OF JOY}"

CASES = [
    # A property of another JSON kind.
    Spoiled("a number for a text", "text", 5, QUARANTINE),
    Spoiled("a flag for a text", "text", True, QUARANTINE),
    Spoiled("an object for a text", "text", {"value": "Byron"}, QUARANTINE),
    Spoiled("an array for a text", "text", ["Byron"], QUARANTINE),
    Spoiled("a text for a flag", "flag", "true", QUARANTINE),
    Spoiled("a number for a flag", "flag", 1, QUARANTINE),
    Spoiled("a text for a number", "number", "12", QUARANTINE, "number"),
    Spoiled("a decimal text for a number", "number", "0.125", QUARANTINE, "number"),
    Spoiled("a flag for a number", "number", True, QUARANTINE, "number"),
    Spoiled("an array for a number", "number", [12], QUARANTINE, "number"),
    # Numbers.
    Spoiled("1e400", "number", Exactly("1e400"), QUARANTINE, "number"),
    Spoiled("NaN", "number", Exactly("NaN"), STOP, "number"),
    Spoiled("Infinity", "number", Exactly("Infinity"), STOP, "number"),
    Spoiled("-Infinity", "number", Exactly("-Infinity"), STOP, "number"),
    Spoiled("hexadecimal", "number", Exactly("0x10"), STOP, "number"),
    Spoiled("a leading zero", "number", Exactly("010"), STOP, "number"),
    Spoiled("-0", "number", Exactly("-0"), TAKEN, "number"),
    Spoiled("-0.00", "number", Exactly("-0.00"), TAKEN, "number"),
    Spoiled("2^63", "number", Exactly("9223372036854775808"), QUARANTINE, "number"),
    Spoiled("30 digits", "number", Exactly("123456789012345678901234.567890"), QUARANTINE, "number"),
    Spoiled("5,000 digits", "number", Exactly("1" * 5000), STOP, "number"),
    Spoiled("5,000 digits behind the point", "number", Exactly("1." + "1" * 5000), TAKEN, "number"),
    Spoiled("a negative price", "number", Exactly("-1"), TAKEN, "number"),
    # Texts.
    Spoiled("10 MB", "text", LONG, QUARANTINE),
    Spoiled("NUL", "text", "By\x00ron", QUARANTINE),
    Spoiled("a lone surrogate", "text", Exactly('"\\ud800"'), STOP),
    Spoiled("a surrogate in a name", "odd", Exactly('{"\\udc00":1}'), STOP),
    Spoiled("composed", "text", "Zo\u00eb", TAKEN),
    Spoiled("decomposed", "text", "Zoe\u0308", TAKEN),
    Spoiled("right to left", "text", "\u202egnp.exe", TAKEN),
    Spoiled("a byte order mark inside", "text", "\ufeffByron", TAKEN),
    Spoiled("terminal escapes", "text", "\x1b]0;owned\x07\x1b[2J", TAKEN),
    Spoiled("markup", "text", "<img src=x onerror=alert(1)>[a](javascript:b)", TAKEN),
    Spoiled("SOQL", "text", "' OR Name != '", TAKEN),
    Spoiled("emoji up to the limit", "text", EMOJI * 80, TAKEN),
    Spoiled("emoji one beyond the limit", "text", EMOJI * 81, QUARANTINE),
    Spoiled("an empty text", "text", "", QUARANTINE),
    # Schema drift.
    Spoiled("a property gone", "short", GONE, TAKEN),
    Spoiled("a property more", "odd", {"deep": [1, {"a": None}]}, TAKEN),
    # Dates and times.
    Spoiled("day zero", "day", "0000-00-00", QUARANTINE),
    Spoiled("30 February", "day", "2026-02-30", QUARANTINE),
    Spoiled("the last day of all", "day", "9999-12-31", QUARANTINE),
    Spoiled("a day with a time", "day", "1960-01-05T00:00:00Z", QUARANTINE),
    Spoiled("a day as a number", "day", -315619200, QUARANTINE),
    Spoiled("a stamp without a zone", "stamp", "2026-03-29T02:30:00", QUARANTINE),
    Spoiled("a stamp in a named zone", "stamp", "2026-03-29T02:30:00 Europe/Berlin", QUARANTINE),
    Spoiled("a stamp of day zero", "stamp", "0000-00-00T00:00:00.000+0000", QUARANTINE),
    Spoiled("a stamp of 30 February", "stamp", "2026-02-30T00:00:00.000+0000", QUARANTINE),
    Spoiled("a stamp as a number", "stamp", 1767225600, QUARANTINE),
    Spoiled("no stamp", "stamp", None, QUARANTINE),
    Spoiled("stamp gone", "stamp", GONE, QUARANTINE),
    # Its own facts.
    Spoiled("no version", "version", None, QUARANTINE),
    Spoiled("a version of an object", "version", {}, QUARANTINE),
    Spoiled("deleted as a text", "deleted", "false", QUARANTINE),
    Spoiled("deleted as null", "deleted", None, QUARANTINE),
    Spoiled("deleted gone", "deleted", GONE, QUARANTINE),
    Spoiled("key gone", "key", GONE, QUARANTINE),
    Spoiled("key as a number", "key", 5, QUARANTINE),
    # Ids.
    Spoiled("id null", "id", None, QUARANTINE),
    Spoiled("id gone", "id", GONE, QUARANTINE),
    Spoiled("id empty", "id", "", QUARANTINE),
    Spoiled("id as a number", "id", 17, QUARANTINE),
    Spoiled("id with a slash", "id", "../products/P1", QUARANTINE),
    Spoiled("id with a question mark", "id", "C1?deleted=include", QUARANTINE),
    Spoiled("id with a hash", "id", "C1#x", QUARANTINE),
    Spoiled("id with a quote", "id", "003' OR Id != '", QUARANTINE),
    Spoiled("id with a percent sign", "id", "C1%2F..", QUARANTINE),
    Spoiled("id of dots", "id", "..", QUARANTINE),
    Spoiled("id of several", "id", "C1,C2", QUARANTINE),
    Spoiled("id with a line end", "id", "C1\r\nX-Admin: 1", QUARANTINE),
    Spoiled("id of 10 MB", "id", LONG, QUARANTINE),
    Spoiled("id in another alphabet", "id", "\uff23\uff11", QUARANTINE),
]
"""What the same record is on either end, everywhere it can come from."""
