"""Dates and datetimes as the API writes them; the same text is stored, so order by text is order by time."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime
from functools import lru_cache

_DATETIME = re.compile(r"(\d{4}-\d{2}-\d{2})T(\d{2}:\d{2})(:\d{2})?(?:\.(\d{1,9}))?(Z|[+-]\d{2}:?\d{2})", re.IGNORECASE)
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")


def utc_now() -> datetime:
    """Return the present, aware, in UTC."""
    return datetime.now(UTC)


def stamp(moment: datetime) -> str:
    """Return an aware moment as `2024-09-10T14:20:17.000+0000`; a row's stamps have whole seconds."""
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "+0000")


def whole_second(moment: datetime) -> datetime:
    """Cut a moment to the second, the grain of every stored stamp."""
    return moment.replace(microsecond=0)


@lru_cache(maxsize=4096)
def read_datetime(text: str) -> datetime | None:
    """Read a datetime with a zone (`Z`, `+00:00`, `+0000`, up to nine fractional digits), or return None."""
    match = _DATETIME.fullmatch(text)
    if match is None:
        return None
    day, minutes, seconds, fraction, zone = match.groups()
    zone = "+0000" if zone in "Zz" else zone.replace(":", "")
    micro = (fraction or "0").ljust(6, "0")[:6]
    text = f"{day}T{minutes}{seconds or ':00'}.{micro}{zone}"
    try:
        return datetime.strptime(text, "%Y-%m-%dT%H:%M:%S.%f%z").astimezone(UTC)
    except (ValueError, OverflowError):
        return None


@lru_cache(maxsize=4096)
def read_date(text: str) -> date | None:
    """Read `yyyy-MM-dd`, or return None."""
    if not _DATE.fullmatch(text):
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None
