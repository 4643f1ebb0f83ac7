"""What a Customerp says it can do, and what the client makes of that."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from msgspec import Raw

from talk_assets.systems.port import Capabilities
from talk_assets.systems.strict_json import number_text

_FINEST = 0.000001
_LONGEST = 86_400.0
_MARGIN = 1.0
"""Seconds that are read again at least, whatever an end says of its stamps."""


@dataclass(frozen=True, kw_only=True)
class Profile:
    """The capabilities under `GET /api/v1/`; what an end does not name it has.

    *grain* and *lag* are seconds: the finest step of a stamp, and how late a list shows what was written.
    """

    etag: bool = True
    idempotency: bool = True
    external_key: bool = True
    batch: bool = True
    changes: bool = True
    tombstones: bool = True
    keyset: bool = True
    grain: float = _FINEST
    lag: float = 0.0

    @classmethod
    def of(cls, told: object) -> "Profile":
        """Return what *told*, the value of `capabilities`, says.

        Raises:
            ValueError: a value is not of the kind the contract gives it; the text names it.
        """
        given: dict[str, Any] = told if isinstance(told, dict) else {}
        paging = given.get("paging", "keyset")
        if paging not in {"keyset", "offset"}:
            raise ValueError("paging is neither keyset nor offset")
        return cls(
            etag=_flag(given, "etag"),
            idempotency=_flag(given, "idempotency"),
            external_key=_flag(given, "external_key"),
            batch=_flag(given, "batch"),
            changes=_flag(given, "changes"),
            tombstones=_flag(given, "tombstones"),
            keyset=paging == "keyset",
            grain=_seconds(given, "stamp_grain", _FINEST),
            lag=_seconds(given, "visibility_lag", 0.0),
        )

    @property
    def lookback(self) -> timedelta:
        """How much further back than the last read a list of changes is asked for.

        A stamp is cut to its grain, and a record appears up to the lag after it.
        """
        return timedelta(seconds=self.grain + self.lag + _MARGIN)

    def capabilities(self) -> Capabilities:
        """Return what this means for the engine."""
        return Capabilities(
            compare_and_set=self.etag,
            change_feed=self.changes,
            long_poll=self.changes,
            needs_reread=not self.etag,
            keeps_keys=self.external_key,
            visibility_lag=self.lag,
        )


def _flag(given: dict[str, Any], name: str) -> bool:
    value = given.get(name, True)
    if isinstance(value, bool | int):
        return bool(value)
    raise ValueError(f"{name} is neither true nor false")


def _seconds(given: dict[str, Any], name: str, default: float) -> float:
    if name not in given:
        return default
    value = given[name]
    seconds = float(number_text(value)) if isinstance(value, int | Raw) and not isinstance(value, bool) else -1.0
    if not 0 <= seconds <= _LONGEST:
        raise ValueError(f"{name} is no number of seconds up to a day")
    return seconds
