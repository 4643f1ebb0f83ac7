"""Values that tell where they come from: every value a user writes holds a number of its own."""

import re
from decimal import Decimal

_NUMBER = re.compile(r"v(\d{6})", re.IGNORECASE)
_AMOUNT = re.compile(r"\d+(\.\d+)?")
NOTHING = 0
"""The event of a value that was never there."""


class Mint:
    """Gives out numbers, and values that hold them."""

    def __init__(self) -> None:
        self._last = 0

    def number(self) -> int:
        self._last += 1
        return self._last

    def text(self) -> str:
        return f"v{self.number():06d} Some Words"

    def mail(self) -> str:
        return f"v{self.number():06d}@people.example"

    def amount(self) -> str:
        return str(self.number())


def number_in(text: str | None) -> int | None:
    """The number that *text* holds, however an end spelled or cut it; None for an empty value.

    Raises:
        ValueError: the text is nobody's: it was made up or mixed up on the way.
    """
    if text is None:
        return None
    if _AMOUNT.fullmatch(text):
        return int(Decimal(text))
    found = _NUMBER.search(text)
    if found is None:
        raise ValueError(f"nobody wrote {text!r}")
    return int(found[1])
