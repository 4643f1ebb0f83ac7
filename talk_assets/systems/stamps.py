"""Last-modified stamps as the ends write them: ISO 8601 with a zone."""

from datetime import datetime

import polars as pl

_ANY_ZONE = "%Y-%m-%dT%H:%M:%S%.f%#z"


def stamps(texts: pl.Series) -> pl.Series:
    """Return UTC stamps; null where a text is missing or no stamp with a zone.

    Salesforce writes ``2024-09-10T14:20:17.000+0000`` and Customerp ``2024-09-10T14:20:17.123456Z``.
    """
    return texts.str.to_datetime(_ANY_ZONE, time_unit="us", time_zone="UTC", strict=False)


def stamp_text(stamp: datetime) -> str:
    """Return a UTC stamp as both ends read it, with microseconds only where it has any."""
    return stamp.isoformat(timespec="microseconds" if stamp.microsecond else "seconds").replace("+00:00", "Z")
