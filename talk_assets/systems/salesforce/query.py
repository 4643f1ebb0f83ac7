"""SOQL texts. Values are escaped here and nowhere else; names must look like names."""

import re
from collections.abc import Sequence
from datetime import datetime

from talk_assets.model.errors import DeclarationError
from talk_assets.systems.salesforce.ids import id_of

PAGE = 2000
"""Rows asked for at once: the largest batch the query resource gives."""

_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_]*(\.[A-Za-z][A-Za-z0-9_]*){0,5}")
_ESCAPES = str.maketrans({"\\": r"\\", "'": r"\'", "\n": r"\n", "\r": r"\r", "\t": r"\t", "\b": r"\b", "\f": r"\f"})


def text_literal(text: str) -> str:
    """Return *text* quoted; SOQL has no other way to take a value in."""
    return f"'{text.translate(_ESCAPES)}'"


def id_literal(record_id: str) -> str:
    """Return a record id quoted.

    Raises:
        ValueError: it is not an id of 15 or 18 letters and digits.
    """
    if id_of(record_id) is None:
        raise ValueError("not a Salesforce record id")
    return f"'{record_id}'"


def stamp_literal(stamp: datetime) -> str:
    """Return a UTC time as a SOQL datetime, which is never quoted."""
    return stamp.strftime("%Y-%m-%dT%H:%M:%S.") + f"{stamp.microsecond // 1000:03d}Z"


def select(names: Sequence[str], resource: str, *, where: str = "", order: str = "", limit: int | None = None) -> str:
    """Return a query for *names* of *resource*.

    Raises:
        DeclarationError: a name is not an API name or a path of them.
    """
    for name in (*names, resource):
        if not _NAME.fullmatch(name):
            raise DeclarationError(f"'{name}' is not a Salesforce API name. Correct it in talk_assets/entities/.")
    parts = [f"SELECT {', '.join(names)} FROM {resource}"]  # noqa: S608 - names are checked, values are literals
    parts += [f"WHERE {where}"] if where else []
    parts += [f"ORDER BY {order}"] if order else []
    parts += [f"LIMIT {limit}"] if limit else []
    return " ".join(parts)


def page_after(
    names: Sequence[str], resource: str, *, since: datetime | None, after: tuple[datetime, str] | None
) -> str:
    """Return the query for the next page in (SystemModstamp, Id) order.

    Many rows share a stamp (it has whole seconds), so the place is the stamp and the id together;
    paging by offset would skip rows that move while pages are read.
    """
    where = ""
    if after is not None:
        where = beyond(after)
    elif since is not None:
        where = f"SystemModstamp >= {stamp_literal(since)}"
    return select(names, resource, where=where, order="SystemModstamp, Id", limit=PAGE)


def beyond(place: tuple[datetime, str]) -> str:
    """Return the condition that a record comes after *place* in (SystemModstamp, Id) order."""
    stamp = stamp_literal(place[0])
    return f"(SystemModstamp > {stamp} OR (SystemModstamp = {stamp} AND Id > {id_literal(place[1])}))"


def among(name: str, literals: Sequence[str]) -> str:
    """Return the condition that *name* is one of *literals*."""
    return f"{name} IN ({', '.join(literals)})"
