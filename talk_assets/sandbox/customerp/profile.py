"""What one embedded Customerp lacks of the whole contract: its capability profile."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import timedelta

from talk_assets.sandbox.customerp.resources import RESOURCES, Resource
from talk_assets.sandbox.customerp.shapes import Group

CAPABILITIES = (
    "etag",
    "idempotency",
    "external_key",
    "batch",
    "changes",
    "tombstones",
    "paging",
    "stamp_grain",
    "visibility_lag",
)
"""The names under `capabilities` of `GET /api/v1/`."""
_BATCH = 500
_FINEST, _COARSE = 0.000001, 1.0
_KEY = "externalKey"


@dataclass(frozen=True, kw_only=True)
class Profile:
    """Which capabilities are lacking; *lag* is how many seconds a lagging server shows a write late."""

    without: frozenset[str] = frozenset()
    lag: float = 2.0

    @classmethod
    def lacking(cls, names: Iterable[str], *, lag: float = 2.0) -> "Profile":
        """Return the profile of a server without the capabilities *names*.

        Raises:
            ValueError: there is no such capability; the text names it and those there are.
        """
        without = frozenset(names)
        unknown = sorted(without - set(CAPABILITIES))
        if unknown:
            raise ValueError(f"no capability is named {', '.join(unknown)}; there are {', '.join(CAPABILITIES)}")
        return cls(without=without, lag=lag)

    def has(self, name: str) -> bool:
        """Return whether the capability *name* is there."""
        return name not in self.without

    @property
    def grain(self) -> timedelta:
        """The finest step of a stamp."""
        return timedelta(seconds=_FINEST if self.has("stamp_grain") else _COARSE)

    @property
    def delay(self) -> timedelta:
        """How long lists and the feed do not show what was written."""
        return timedelta() if self.has("visibility_lag") else timedelta(seconds=self.lag)

    @property
    def resources(self) -> tuple[Resource, ...]:
        """The resources with the properties they have here."""
        return RESOURCES if self.has("external_key") else tuple(map(_keyless, RESOURCES))

    def announced(self) -> dict[str, object]:
        """Return what the server says of itself under `capabilities`."""
        told: dict[str, object] = {name: self.has(name) for name in CAPABILITIES}
        return told | {
            "batch": _BATCH if self.has("batch") else 0,
            "paging": "keyset" if self.has("paging") else "offset",
            "stamp_grain": self.grain.total_seconds(),
            "visibility_lag": self.delay.total_seconds(),
        }


WHOLE = Profile()
"""Everything the contract says."""


def _keyless(resource: Resource) -> Resource:
    line = None if resource.line is None else _without_key(resource.line)
    return replace(resource, shape=_without_key(resource.shape), line=line)


def _without_key(group: Group) -> Group:
    return Group(name=group.name, properties=tuple(item for item in group.properties if item.name != _KEY))
