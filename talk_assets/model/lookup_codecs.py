"""Codecs that lean on a library or a table: phone numbers, countries, address lines.

The libraries are per-value Python, so each distinct value is translated once per column.
"""

from collections.abc import Callable
from dataclasses import dataclass

import msgspec
import polars as pl

from talk_assets.model.countries import CODE_BY_NAME, NAME_BY_CODE
from talk_assets.model.phones import e164

_PHONE_PUNCTUATION = r"[\s().\-/]"


def _once_per_value(column: pl.Expr, translate: Callable[[str], str | None]) -> pl.Expr:
    def apply(values: pl.Series) -> pl.Series:
        distinct = values.drop_nulls().unique()
        translated = pl.Series([translate(value) for value in distinct.to_list()], dtype=pl.String)
        return values.replace_strict(distinct, translated, default=None, return_dtype=pl.String)

    return column.map_batches(apply, return_dtype=pl.String)


@dataclass(frozen=True, kw_only=True)
class Phone:
    """A phone number: E.164 where it can be read, else the text as it is.

    National numbers are read with the country beside them; without one only ``+`` numbers are.
    Punctuation never counts.
    """

    @property
    def dtype(self) -> pl.DataType:
        """Text."""
        return pl.String()

    def decode(self, wire: pl.Expr, beside: pl.Expr | None = None) -> pl.Expr:
        """Read with the country code in *beside* (null: none)."""
        country = pl.lit("") if beside is None else pl.when(beside.is_in(list(NAME_BY_CODE))).then(beside)
        trimmed = wire.str.strip_chars()
        text = pl.when(trimmed != "").then(trimmed)
        joined = pl.concat_str([text, country.fill_null("")], separator="\x1f")

        def read(value: str) -> str:
            number, _, region = value.rpartition("\x1f")
            return e164(number, region or None) or number

        return _once_per_value(joined, read)

    def encode(self, value: pl.Expr) -> pl.Expr:
        """E.164 or the kept text."""
        return value

    def readable(self, wire: pl.Expr) -> pl.Expr:
        """Any text can be kept."""
        return ~wire.str.contains("\x00", literal=True)

    def holds(self, value: pl.Expr) -> pl.Expr:
        """Any text; lengths are the contract's business."""
        return value.is_not_null()

    def fold(self, value: pl.Expr) -> pl.Expr:
        """Without punctuation and case."""
        return value.str.replace_all(_PHONE_PUNCTUATION, "").str.to_lowercase()


@dataclass(frozen=True, kw_only=True)
class CountryName:
    """A country written as its English name (a Salesforce address without country picklists).

    Canonical is the ISO 3166-1 alpha-2 code; a name nobody knows is kept as it is.
    """

    @property
    def dtype(self) -> pl.DataType:
        """Text."""
        return pl.String()

    def decode(self, wire: pl.Expr, beside: pl.Expr | None = None) -> pl.Expr:  # noqa: ARG002 - the protocol's shape
        """Name, alias or code to code."""
        text = wire.str.strip_chars()
        code = text.str.to_lowercase().replace_strict(dict(CODE_BY_NAME), default=None, return_dtype=pl.String)
        return pl.when(text != "").then(pl.coalesce(code, text))

    def encode(self, value: pl.Expr) -> pl.Expr:
        """Code to English name; anything else as it is."""
        return value.replace(dict(NAME_BY_CODE))

    def readable(self, wire: pl.Expr) -> pl.Expr:
        """Any text can be kept."""
        return wire.is_not_null()

    def holds(self, value: pl.Expr) -> pl.Expr:
        """Any text, as the property is a text on this side."""
        return value.is_not_null()

    def fold(self, value: pl.Expr) -> pl.Expr:
        """Itself."""
        return value


@dataclass(frozen=True, kw_only=True)
class CountryCode:
    """A country as its ISO 3166-1 alpha-2 code; the side refuses anything else."""

    @property
    def dtype(self) -> pl.DataType:
        """Text."""
        return pl.String()

    def decode(self, wire: pl.Expr, beside: pl.Expr | None = None) -> pl.Expr:  # noqa: ARG002 - the protocol's shape
        """Upper case."""
        text = wire.str.strip_chars()
        return pl.when(text != "").then(text.str.to_uppercase())

    def encode(self, value: pl.Expr) -> pl.Expr:
        """The code."""
        return value

    def readable(self, wire: pl.Expr) -> pl.Expr:
        """Two letters."""
        return wire.str.strip_chars().str.contains(r"^[A-Za-z]{2}$")

    def holds(self, value: pl.Expr) -> pl.Expr:
        """Only assigned codes."""
        return value.is_in(list(NAME_BY_CODE))

    def fold(self, value: pl.Expr) -> pl.Expr:
        """Itself."""
        return value


@dataclass(frozen=True, kw_only=True)
class Lines:
    """An array of lines whose canonical form is one text joined by newlines.

    *length* is the longest line, *count* the most lines the side holds.
    """

    length: int
    count: int

    @property
    def dtype(self) -> pl.DataType:
        """Text."""
        return pl.String()

    def decode(self, wire: pl.Expr, beside: pl.Expr | None = None) -> pl.Expr:  # noqa: ARG002 - the protocol's shape
        """JSON array of strings to joined text, each line trimmed, blank ones at the ends dropped."""

        def join(value: str) -> str | None:
            try:
                return "\n".join(msgspec.json.decode(value, type=list[str]))
            except msgspec.MsgspecError:
                return None

        text = self.fold(_once_per_value(wire, join).str.replace_all(r"\r\n?", "\n")).str.strip_chars()
        return pl.when(text != "").then(text)

    def encode(self, value: pl.Expr) -> pl.Expr:
        """Joined text to a JSON array."""
        return _once_per_value(value, lambda text: msgspec.json.encode(text.split("\n")).decode())

    def readable(self, wire: pl.Expr) -> pl.Expr:
        """A JSON array of strings without NUL."""

        def judge(value: str) -> str | None:
            try:
                lines = msgspec.json.decode(value, type=list[str])
            except msgspec.MsgspecError:
                return None
            return None if any("\x00" in line for line in lines) else ""

        return _once_per_value(wire, judge).is_not_null()

    def holds(self, value: pl.Expr) -> pl.Expr:
        """No more and no longer lines than the side takes."""
        lines = value.str.split("\n")
        return (lines.list.len() <= self.count) & (
            lines.list.eval(pl.element().str.len_chars()).list.max() <= self.length
        )

    def fold(self, value: pl.Expr) -> pl.Expr:
        """Each line trimmed."""
        return value.str.replace_all(r"[^\S\n]*\n[^\S\n]*", "\n")
