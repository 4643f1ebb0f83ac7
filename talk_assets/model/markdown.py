"""Markdown tables that show records' values without letting them speak Markdown or HTML."""

import re
from collections.abc import Iterable, Mapping, Sequence

from talk_assets.model.disclosure import withheld, without_values
from talk_assets.model.system import System

NOTHING = "—"
_LONGEST = 80
_SALESFORCE_ID = re.compile(r"[0-9A-Za-z]{15}(?:[0-9A-Za-z]{3})?")
_INVISIBLE = re.compile(r"[\x00-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]")
_MARKUP = re.compile(r"[\\`*\[\]!|~]")
_LINKED = re.compile(r"\w:(?=//)|www\.|@", re.IGNORECASE)
"""What GFM would make a link of by itself (6.9), up to the character that a backslash keeps from it."""


def verbatim(value: object, *, longest: int = _LONGEST) -> str:
    """Return *value* as a code span that fits a table cell; None is shown as a dash.

    Inside a code span neither HTML nor links, images or emphasis mean anything (CommonMark 6.1). What
    could end the span, or the cell (GFM 4.10), is replaced, and so are characters that cannot be seen.
    """
    if value is None:
        return NOTHING
    text = str(value)
    if len(text) > longest:
        text = text[: longest - 1] + "…"
    text = re.sub(r"\r\n?|\n", "⏎", text)
    text = _INVISIBLE.sub("\N{REPLACEMENT CHARACTER}", text).replace("`", "\N{MODIFIER LETTER GRAVE ACCENT}")
    # A backslash before a pipe would escape our own escape.
    text = text.replace("\\|", "\\ |").replace("|", "\\|").strip()
    return f"`{text}`" if text else '`""`'


def record(identifier: object, addresses: Mapping[System, str], system: System | str | None) -> str:
    """Return a record's id as `verbatim` does, linked to the record where *addresses* tell where people see it.

    That is Salesforce alone: it shows any record at its address and id.
    """
    address = addresses.get(System.SALESFORCE) if system == System.SALESFORCE else None
    if address is None or _SALESFORCE_ID.fullmatch(str(identifier)) is None:
        return verbatim(identifier)
    return f"[{verbatim(identifier)}]({address.rstrip('/')}/{identifier})"


def told(value: object, *, show: bool) -> str:
    """Return a record's *value* as `verbatim` does, or unless *show* only how long it is."""
    return verbatim(value) if show or value is None else str(withheld(value))


def reason(text: str, *values: object, show: bool) -> str:
    """Return why a record waits as one line that fits a table cell; it may quote the record, or the other end.

    Nothing in it is markup, and no address a link. Unless *show*, it comes without the record's *values* and
    without whatever is in quotes.
    """
    line = " ".join(_INVISIBLE.sub(" ", text if show else without_values(text, *values)).split())
    line = _MARKUP.sub(r"\\\g<0>", line).replace("<", "&lt;").replace(">", "&gt;")
    return _LINKED.sub(lambda found: found[0][:-1] + "\\" + found[0][-1], line)


def prose(text: str) -> str:
    """Return our own *text* as one line that fits a table cell."""
    return " ".join(text.split()).replace("|", "\\|").replace("<", "&lt;").replace(">", "&gt;")


def counted(number: int, noun: str) -> str:
    """Return *number* of what *noun* names, in the plural unless it is one."""
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"


def table(header: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Return a table of cells that are Markdown already; without rows only a dash."""
    lines = [f"| {' | '.join(row)} |" for row in rows]
    if not lines:
        return NOTHING
    return "\n".join([f"| {' | '.join(header)} |", "|" + " --- |" * len(header), *lines])
