"""Data types of Customerp properties: what is accepted, how it is normalised, how OpenAPI describes it.

Every kind has `read`, which returns the value as stored or raises `RefusalError`, and `schema`,
its JSON Schema. Text is trimmed and the empty string is null, so `read` may return None.
"""

import re
from dataclasses import dataclass, field
from datetime import date
from decimal import ROUND_HALF_EVEN, Context, Decimal
from typing import Any, Protocol

EXACT = Context(prec=100, rounding=ROUND_HALF_EVEN)
"""Wide enough that a product of two decimal(18,4) loses nothing before it is rounded."""

_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
_EMAIL = re.compile(r"[^@\s]+@[^@\s.]+(\.[^@\s.]+)+")
_URL = re.compile(r"https?://[^\s/]+\S*")


class RefusalError(ValueError):
    """One value that a kind does not take, with its error code."""

    def __init__(self, code: str, detail: str) -> None:
        super().__init__(detail)
        self.code = code
        self.detail = detail


class Kind(Protocol):
    """What one property may hold."""

    def read(self, value: object) -> object:
        """Return *value* as stored; raise RefusalError when it is not acceptable."""

    def schema(self) -> dict[str, Any]:
        """Return the JSON Schema of a value that is not null."""


def _text(value: object, *, max_length: int) -> str | None:
    if not isinstance(value, str):
        raise RefusalError("type", "A string is expected.")
    text = value.strip()
    if len(text) > max_length:
        raise RefusalError("length", f"{len(text)} characters where {max_length} fit.")
    if not text.isprintable() and _CONTROL.search(text):
        raise RefusalError("format", "Control characters other than tab and newline are not accepted.")
    return text or None


@dataclass(frozen=True, kw_only=True)
class Text:
    """Text up to *max_length* characters, trimmed."""

    max_length: int

    def read(self, value: object) -> str | None:
        """Return the trimmed text, or None when nothing is left."""
        return _text(value, max_length=self.max_length)

    def schema(self) -> dict[str, Any]:
        """Describe it."""
        return {"type": "string", "maxLength": self.max_length}


@dataclass(frozen=True, kw_only=True)
class TextList:
    """A list of texts, such as the lines of a street; blank lines at its ends are dropped."""

    max_length: int
    max_items: int

    def read(self, value: object) -> list[str] | None:
        """Return the trimmed lines, or None when none is left."""
        if not isinstance(value, list):
            raise RefusalError("type", "An array of strings is expected.")
        lines = [_text(line, max_length=self.max_length) or "" for line in value]
        while lines and not lines[-1]:
            lines.pop()
        while lines and not lines[0]:
            lines.pop(0)
        if len(lines) > self.max_items:
            raise RefusalError("length", f"{len(lines)} lines where {self.max_items} fit.")
        return lines or None

    def schema(self) -> dict[str, Any]:
        """Describe it."""
        return {
            "type": "array",
            "maxItems": self.max_items,
            "items": {"type": "string", "maxLength": self.max_length},
        }


@dataclass(frozen=True, kw_only=True)
class Matching:
    """Text that must match a pattern as a whole."""

    max_length: int
    pattern: re.Pattern[str]
    format: str

    def read(self, value: object) -> str | None:
        """Return the trimmed text."""
        text = _text(value, max_length=self.max_length)
        if text is not None and not self.pattern.fullmatch(text):
            raise RefusalError("format", f"Not a valid {self.format}.")
        return text

    def schema(self) -> dict[str, Any]:
        """Describe it."""
        return {"type": "string", "maxLength": self.max_length, "format": self.format}


EMAIL = Matching(max_length=254, pattern=_EMAIL, format="email")
URL = Matching(max_length=1000, pattern=_URL, format="uri")


@dataclass(frozen=True, kw_only=True)
class Phone:
    """A phone number: E.164 where it can be read as a number, otherwise kept as given.

    Reading it needs the country of the record, so `read` only trims it.
    """

    max_length: int = 40

    def read(self, value: object) -> str | None:
        """Return the trimmed text."""
        return _text(value, max_length=self.max_length)

    def schema(self) -> dict[str, Any]:
        """Describe it."""
        return {
            "type": "string",
            "maxLength": self.max_length,
            "description": "E.164 when it can be read as a number in the record's country, else as given.",
        }


@dataclass(frozen=True, kw_only=True)
class Code:
    """A code of a published list, stored in upper case."""

    list_name: str
    values: frozenset[str]
    length: int

    def read(self, value: object) -> str | None:
        """Return the code in upper case."""
        text = _text(value, max_length=self.length)
        if text is None:
            return None
        code = text.upper()
        if code not in self.values:
            raise RefusalError("enum", f"Not a code of {self.list_name}.")
        return code

    def schema(self) -> dict[str, Any]:
        """Describe it."""
        return {"type": "string", "pattern": f"^[A-Za-z]{{{self.length}}}$", "description": self.list_name}


@dataclass(frozen=True, kw_only=True)
class Enum:
    """One of a few values, spelled exactly."""

    values: tuple[str, ...]

    def read(self, value: object) -> str:
        """Return the value."""
        if not isinstance(value, str):
            raise RefusalError("type", "A string is expected.")
        if value not in self.values:
            raise RefusalError("enum", f"Expected one of {', '.join(self.values)}.")
        return value

    def schema(self) -> dict[str, Any]:
        """Describe it."""
        return {"type": "string", "enum": list(self.values)}


@dataclass(frozen=True, kw_only=True)
class Boolean:
    """True or false."""

    def read(self, value: object) -> bool:
        """Return the value."""
        if not isinstance(value, bool):
            raise RefusalError("type", "true or false is expected.")
        return value

    def schema(self) -> dict[str, Any]:
        """Describe it."""
        return {"type": "boolean"}


@dataclass(frozen=True, kw_only=True)
class Whole:
    """A whole number from 0 to 2^31 - 1."""

    def read(self, value: object) -> int:
        """Return the value."""
        if isinstance(value, bool) or not isinstance(value, int):
            raise RefusalError("type", "A whole number is expected.")
        if not 0 <= value < 2**31:
            raise RefusalError("range", "Expected a whole number from 0 to 2147483647.")
        return value

    def schema(self) -> dict[str, Any]:
        """Describe it."""
        return {"type": "integer", "minimum": 0, "maximum": 2**31 - 1}


@dataclass(frozen=True, kw_only=True)
class Day:
    """A calendar date, without a time."""

    def read(self, value: object) -> str:
        """Return the date as YYYY-MM-DD."""
        if not isinstance(value, str):
            raise RefusalError("type", "A date as YYYY-MM-DD is expected.")
        try:
            day = date.fromisoformat(value).isoformat()
        except ValueError:
            day = ""
        if day != value:
            raise RefusalError("format", "Not a date as YYYY-MM-DD.")
        return value

    def schema(self) -> dict[str, Any]:
        """Describe it."""
        return {"type": "string", "format": "date"}


@dataclass(frozen=True, kw_only=True)
class Number:
    """An exact decimal of *digits* digits, *scale* of them behind the point; a JSON number.

    More decimals are rounded half to even where *rounds* says so, otherwise refused.
    """

    digits: int = 18
    scale: int
    rounds: bool = False
    above: int | None = None
    minimum: int | None = None
    maximum: int | None = None
    step: Decimal = field(init=False)
    limit: Decimal = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "step", Decimal(1).scaleb(-self.scale))
        object.__setattr__(self, "limit", Decimal(10) ** (self.digits - self.scale))

    def read(self, value: object) -> Decimal:
        """Return the value with exactly *scale* decimals."""
        if isinstance(value, bool) or not isinstance(value, (int, Decimal)):
            raise RefusalError("type", "A number is expected.")
        given = Decimal(value)
        if given and given.adjusted() >= self.digits - self.scale:
            raise RefusalError("range", f"Beyond decimal({self.digits},{self.scale}).")
        # Adding zero turns a negative zero into zero.
        stored = EXACT.add(given.quantize(self.step, context=EXACT), Decimal(0))
        if stored != given and not self.rounds:
            raise RefusalError("scale", f"More than {self.scale} decimals.")
        if abs(stored) >= self.limit:
            raise RefusalError("range", f"Beyond decimal({self.digits},{self.scale}).")
        if self.above is not None and stored <= self.above:
            raise RefusalError("range", f"Must be above {self.above}.")
        if (self.minimum is not None and stored < self.minimum) or (self.maximum is not None and stored > self.maximum):
            raise RefusalError("range", f"Must be from {self.minimum} to {self.maximum}.")
        return stored

    def schema(self) -> dict[str, Any]:
        """Describe it."""
        schema: dict[str, Any] = {"type": "number", "description": f"decimal({self.digits},{self.scale})"}
        if self.above is not None:
            schema["exclusiveMinimum"] = self.above
        if self.minimum is not None:
            schema["minimum"] = self.minimum
        if self.maximum is not None:
            schema["maximum"] = self.maximum
        return schema


@dataclass(frozen=True, kw_only=True)
class Reference:
    """The id of a record of another resource, which must exist and not be deleted."""

    resource: str

    def read(self, value: object) -> str | None:
        """Return the id; whether it exists is checked with the whole record."""
        return _text(value, max_length=64)

    def schema(self) -> dict[str, Any]:
        """Describe it."""
        return {"type": "string", "maxLength": 64, "description": f"Id of one of /{self.resource}."}
