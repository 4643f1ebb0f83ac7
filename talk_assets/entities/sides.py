"""Ordinary sides, one constructor a data type, so that a declaration reads as a table row.

Each takes the end's property path and returns how that end holds the property; keyword options are
those of `Side`.
"""

from typing import Any

from talk_assets.model.codecs import Codec, Day, Flag, Number, Text, Whole
from talk_assets.model.lookup_codecs import Phone
from talk_assets.model.pair import Side
from talk_assets.model.wire import Wire


def text(path: str, length: int, *, kind: str = "string", **options: Any) -> Side:  # noqa: ANN401
    """Text of at most *length* characters."""
    return Side(path=path, codec=Text(), type=f"{kind}({length})", length=length, **options)


def email(path: str, length: int) -> Side:
    """An e-mail address; addresses that differ only in case are the same mailbox in practice."""
    return Side(path=path, codec=Text(ignore_case=True), type=f"email({length})", length=length)


def phone(path: str, type: str) -> Side:
    """A phone number of at most 40 characters, the length of every Salesforce phone field."""
    return Side(path=path, codec=Phone(), type=type, length=40)


def code(path: str, codec: Codec, type: str, **options: Any) -> Side:  # noqa: ANN401
    """A picklist or code; what the end does not list is held back by its codec, not by a length."""
    return Side(path=path, codec=codec, type=type, **options)


def currency(path: str, **options: Any) -> Side:  # noqa: ANN401
    """An ISO 4217 code, settled when the record is created."""
    return Side(path=path, codec=Text(ignore_case=True), type="ISO 4217", length=3, on_update=False, **options)


def day(path: str, **options: Any) -> Side:  # noqa: ANN401
    """A calendar date."""
    return Side(path=path, codec=Day(), type="date", **options)


def flag(path: str) -> Side:
    """A checkbox."""
    return Side(path=path, codec=Flag(), type="boolean", wire=Wire.BOOLEAN)


def whole(path: str) -> Side:
    """A whole number."""
    return Side(path=path, codec=Whole(), type="integer", wire=Wire.INTEGER)


def decimal(path: str, precision: int, digits: int, *, scale: int, **options: Any) -> Side:  # noqa: ANN401
    """An exact number of *precision* digits, *digits* of them after the point.

    *scale* is the canonical number of digits after the point: the larger of both ends'.
    """
    return Side(
        path=path,
        codec=Number(scale=scale, digits=digits, precision=precision),
        type=f"decimal({precision},{digits})",
        wire=Wire.NUMBER,
        **options,
    )


def reference(path: str, to: str, **options: Any) -> Side:  # noqa: ANN401
    """The end's own id of another record, rewritten through the links of that record's pair."""
    return Side(path=path, codec=Text(), type=f"reference to {to}", **options)


def given(path: str) -> Side:
    """A number or name the end gives its records by itself."""
    return Side(path=path, codec=Text(), type="string")
