"""What the store keeps of the past beside what holds now: its tables, and what each row of them says."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

import polars as pl

HISTORY = "store.history"
RELEASES = "store.release"


class What(StrEnum):
    """What a row of the history tells of a record.

    seen: it was met for the first time. value: *property* moved from *old* to *new*. stopped and free: it went into
    quarantine or left it; *old* is the value that was objected to, *new* the reason. declared: of a whole pair, its
    declaration changed, so that what follows may be read otherwise.
    """

    SEEN = "seen"
    VALUE = "value"
    STOPPED = "stopped"
    FREE = "free"
    DECLARED = "declared"


class How(StrEnum):
    """Which read told it.

    cursor: asked for what changed. whole: asked for everything. recovered: asked again for what an earlier run wrote
    without an answer. look: compared again directly before a write. answer: read back with our own write. again: read
    because a write met another version. check: read again
    to check what had been written. declared: read before, and translated anew for a changed declaration. price:
    translated anew because its price book entry was written. stored: read by a run that ended before it got further.
    """

    CURSOR = "cursor"
    WHOLE = "whole"
    RECOVERED = "recovered"
    LOOK = "look"
    ANSWER = "answer"
    AGAIN = "again"
    CHECK = "check"
    DECLARED = "declared"
    PRICE = "price"
    STORED = "stored"


@dataclass(frozen=True, kw_only=True)
class Reading:
    """Which read told what is stored now (None: none did), when, and in which Dagster run (None: in none)."""

    at: datetime
    how: How | None = None
    run: str | None = None


HISTORY_SCHEMA: Mapping[str, pl.DataType] = {
    "pair": pl.String(),
    "system": pl.String(),
    "record_id": pl.String(),
    "what": pl.String(),
    "property": pl.String(),
    "old": pl.String(),
    "new": pl.String(),
    "at": pl.Datetime("us", "UTC"),
    "known_at": pl.Datetime("us", "UTC"),
    "how": pl.String(),
    "run": pl.String(),
    "number": pl.Int64(),
}
"""What was seen to happen to a record of an end (`What`); rows are only ever added, and dropped when they are old.

*property* is a column of the pair's mapped rows, `_deleted`, `_parent` and `_unshown` among them. *at* is the end's own
stamp, *known_at* when the store learned of it and *how* by which read (`How`). *number* is the store's change number
of that moment: the order in which a record's rows came."""

RELEASE_SCHEMA: Mapping[str, pl.DataType] = {
    "pair": pl.String(),
    "system": pl.String(),
    "record_id": pl.String(),
    "stage": pl.String(),
    "said_by": pl.String(),
    "said_at": pl.Datetime("us", "UTC"),
}
"""A record that a person had tried again though its input did not change: which stage held it, who, and when."""
