"""Codecs: reversible translations between an end's wire text and the canonical value.

A codec works on whole polars columns. Its laws, tested for every codec and every property:

- PutGet: ``fold(decode(encode(c))) == fold(c)`` for each canonical value the side can hold;
- GetPut: ``encode(decode(w))`` differs from ``w`` only within the codec's declared equivalence, so
  that ``fold(decode(encode(decode(w)))) == fold(decode(w))``.

`fold` picks one representative of the values a codec calls equal; two values that fold alike never
cause a write. The laws are those of lenses (Foster et al., "Combinators for bidirectional tree
transformations", 2007), taken up to an equivalence as quotient lenses are.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol, runtime_checkable

import polars as pl

LONGEST_DECIMAL = 28
"""Digits a canonical decimal holds in all; both ends stay within 18."""


@runtime_checkable
class Codec(Protocol):
    """One side's translation of one property; every method maps whole columns."""

    @property
    def dtype(self) -> pl.DataType:
        """The canonical column type."""
        ...

    def decode(self, wire: pl.Expr, beside: pl.Expr | None = None) -> pl.Expr:
        """Wire text to canonical; *beside* is the canonical column the declaration names in `beside`."""
        ...

    def encode(self, value: pl.Expr) -> pl.Expr:
        """Canonical to wire text; only asked where `holds` is true."""
        ...

    def readable(self, wire: pl.Expr) -> pl.Expr:
        """True where non-null wire text is legal for this codec."""
        ...

    def holds(self, value: pl.Expr) -> pl.Expr:
        """True where this side can take a (non-null) canonical value."""
        ...

    def fold(self, value: pl.Expr) -> pl.Expr:
        """The representative of all values this codec calls equal to *value*."""
        ...


@dataclass(frozen=True, kw_only=True)
class Text:
    """Plain text. Salesforce trims and stores '' as null, so both count as equal to null.

    With ``ignore_case`` two texts that differ only in case are equal (e-mail addresses).
    """

    ignore_case: bool = False

    @property
    def dtype(self) -> pl.DataType:
        """Text."""
        return pl.String()

    def decode(self, wire: pl.Expr, beside: pl.Expr | None = None) -> pl.Expr:  # noqa: ARG002 - the protocol's shape
        """Trim, unify line ends, and take empty as null."""
        text = wire.str.replace_all(r"\r\n?", "\n").str.strip_chars()
        return pl.when(text != "").then(text)

    def encode(self, value: pl.Expr) -> pl.Expr:
        """Text goes out as it is."""
        return value

    def readable(self, wire: pl.Expr) -> pl.Expr:
        """Text without NUL, which neither end stores."""
        return ~wire.str.contains("\x00", literal=True)

    def holds(self, value: pl.Expr) -> pl.Expr:
        """Any text; lengths are the contract's business."""
        return value.is_not_null()

    def fold(self, value: pl.Expr) -> pl.Expr:
        """The text itself, in lower case where case does not count."""
        return value.str.to_lowercase() if self.ignore_case else value


@dataclass(frozen=True, kw_only=True)
class ValueMap:
    """A picklist: declared wire values map to canonical codes, each code to one wire value.

    *decode_as* maps wire value (compared without case) to code; several may share a code. *encode_as*
    maps code to the wire value written. A wire value outside the map is kept as it is: it still
    compares, but the other side does not hold it, so it is reported and not written.
    """

    decode_as: Mapping[str, str]
    encode_as: Mapping[str, str]

    @property
    def dtype(self) -> pl.DataType:
        """The code, as text."""
        return pl.String()

    def decode(self, wire: pl.Expr, beside: pl.Expr | None = None) -> pl.Expr:  # noqa: ARG002 - the protocol's shape
        """Map known values, keep unknown ones."""
        text = wire.str.strip_chars()
        known = {k.lower(): v for k, v in self.decode_as.items()}
        mapped = text.str.to_lowercase().replace_strict(known, default=None, return_dtype=pl.String)
        return pl.when(text != "").then(pl.coalesce(mapped, text))

    def encode(self, value: pl.Expr) -> pl.Expr:
        """The declared wire value of a code; an unknown value as it is."""
        return value.replace(dict(self.encode_as))

    def readable(self, wire: pl.Expr) -> pl.Expr:
        """Any text can be kept."""
        return wire.is_not_null()

    def holds(self, value: pl.Expr) -> pl.Expr:
        """Only declared codes may be written."""
        return value.is_in(list(self.encode_as))

    def fold(self, value: pl.Expr) -> pl.Expr:
        """Codes are equal only to themselves."""
        return value


def one_to_one(pairs: Mapping[str, str]) -> ValueMap:
    """A value map whose wire values and codes correspond one to one."""
    return ValueMap(decode_as=pairs, encode_as={code: wire for wire, code in pairs.items()})


def choices(*codes: str) -> ValueMap:
    """A value map of a side that already speaks the canonical codes."""
    return one_to_one({code: code for code in codes})


@dataclass(frozen=True, kw_only=True)
class Flag:
    """A boolean, in JSON's words or two of the side's own (``active`` / ``discontinued``).

    Absent counts as false, as both ends default their flags to it.
    """

    true: str = "true"
    false: str = "false"

    @property
    def dtype(self) -> pl.DataType:
        """Boolean."""
        return pl.Boolean()

    def decode(self, wire: pl.Expr, beside: pl.Expr | None = None) -> pl.Expr:  # noqa: ARG002 - the protocol's shape
        """The true word is true; the other, or none, is false."""
        return wire.eq_missing(pl.lit(self.true))

    def encode(self, value: pl.Expr) -> pl.Expr:
        """The word of the value."""
        return pl.when(value).then(pl.lit(self.true)).otherwise(pl.lit(self.false))

    def readable(self, wire: pl.Expr) -> pl.Expr:
        """Only the two words."""
        return wire.is_in([self.true, self.false])

    def holds(self, value: pl.Expr) -> pl.Expr:
        """Both values."""
        return value.is_not_null()

    def fold(self, value: pl.Expr) -> pl.Expr:
        """Itself."""
        return value


@dataclass(frozen=True, kw_only=True)
class Day:
    """A calendar date, ``yyyy-MM-dd``, never a point in time."""

    @property
    def dtype(self) -> pl.DataType:
        """Date."""
        return pl.Date()

    def decode(self, wire: pl.Expr, beside: pl.Expr | None = None) -> pl.Expr:  # noqa: ARG002 - the protocol's shape
        """Parse strictly; an illegal date becomes null and is caught by `readable`."""
        return wire.str.to_date("%Y-%m-%d", strict=False)

    def encode(self, value: pl.Expr) -> pl.Expr:
        """ISO 8601."""
        return value.dt.strftime("%Y-%m-%d")

    def readable(self, wire: pl.Expr) -> pl.Expr:
        """A date of the years 1700 to 4000, the range Salesforce stores."""
        day = self.decode(wire)
        return day.is_not_null() & day.dt.year().is_between(1700, 4000)

    def holds(self, value: pl.Expr) -> pl.Expr:
        """Any date of those years."""
        return value.dt.year().is_between(1700, 4000)

    def fold(self, value: pl.Expr) -> pl.Expr:
        """Itself."""
        return value


@dataclass(frozen=True, kw_only=True)
class Number:
    """An exact decimal. *scale* is the canonical scale, *digits* how many of them this side holds.

    A value finer than the side holds is rounded half-even on the way out and folds onto the rounded
    one, so it is exact where it came from and never travels back.
    """

    scale: int
    digits: int
    precision: int = 18

    @property
    def dtype(self) -> pl.DataType:
        """Decimal of the canonical scale."""
        return pl.Decimal(LONGEST_DECIMAL, self.scale)

    def decode(self, wire: pl.Expr, beside: pl.Expr | None = None) -> pl.Expr:  # noqa: ARG002 - the protocol's shape
        """Exact digits to decimal."""
        return wire.cast(self.dtype, strict=False)

    def encode(self, value: pl.Expr) -> pl.Expr:
        """Rounded half-even to what the side holds."""
        return self._rounded(value).cast(pl.Decimal(LONGEST_DECIMAL, self.digits)).cast(pl.String)

    def readable(self, wire: pl.Expr) -> pl.Expr:
        """A finite number within the side's range."""
        return self.holds(self.decode(wire)).fill_null(value=False)

    def holds(self, value: pl.Expr) -> pl.Expr:
        """Within the digits before the point that the side has room for, once rounded."""
        limit = pl.lit(10 ** (self.precision - self.digits)).cast(pl.Decimal(LONGEST_DECIMAL, 0))
        return self._rounded(value).abs() < limit

    def fold(self, value: pl.Expr) -> pl.Expr:
        """The value as this side can hold it."""
        return self._rounded(value)

    def _rounded(self, value: pl.Expr) -> pl.Expr:
        if self.digits >= self.scale:
            return value
        # Rounding widens the type by a digit.
        return value.round(self.digits, mode="half_to_even").cast(self.dtype)


@dataclass(frozen=True, kw_only=True)
class Whole:
    """A whole number."""

    @property
    def dtype(self) -> pl.DataType:
        """64-bit integer."""
        return pl.Int64()

    def decode(self, wire: pl.Expr, beside: pl.Expr | None = None) -> pl.Expr:  # noqa: ARG002 - the protocol's shape
        """Digits to integer."""
        return wire.cast(pl.Int64, strict=False)

    def encode(self, value: pl.Expr) -> pl.Expr:
        """Digits."""
        return value.cast(pl.String)

    def readable(self, wire: pl.Expr) -> pl.Expr:
        """Digits with an optional sign."""
        return wire.str.contains(r"^-?\d{1,18}$")

    def holds(self, value: pl.Expr) -> pl.Expr:
        """Any."""
        return value.is_not_null()

    def fold(self, value: pl.Expr) -> pl.Expr:
        """Itself."""
        return value
