"""Which fault, if any, befalls the next request."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from random import Random
from typing import Any

from talk_assets.sandbox.faults.fault import Fault
from talk_assets.sandbox.faults.request import Asked

_LOGGED = 1000


@dataclass(kw_only=True)
class Standing:
    """A fault and how often it was met."""

    fault: Fault
    seen: int = 0
    struck: int = 0

    @property
    def over(self) -> bool:
        """True if it happens no more."""
        return self.fault.count is not None and self.struck >= self.fault.count


@dataclass(kw_only=True)
class Plan:
    """The faults that stand. Chance is drawn from the seed, the request's address and how often that was asked.

    So the same requests meet the same faults, whatever else is asked between them.
    """

    seed: int = 0
    standing: list[Standing] = field(default_factory=list)
    struck: Counter[str] = field(default_factory=Counter)
    log: list[dict[str, Any]] = field(default_factory=list)
    _asked: Counter[str] = field(default_factory=Counter)

    @property
    def armed(self) -> bool:
        """True if some fault may still happen."""
        return any(not one.over for one in self.standing)

    def add(self, faults: Sequence[Fault]) -> None:
        """Let *faults* stand behind those there are."""
        self.standing += [Standing(fault=fault) for fault in faults]

    def awaits(self, kind: str) -> bool:
        """True if a fault of *kind* may still happen."""
        return any(one.fault.kind == kind and not one.over for one in self.standing)

    def next(self, asked: Asked) -> Fault | None:
        """Return what befalls *asked*: the first fault that stands, matches and is drawn."""
        address = f"{asked.method} {asked.path}"
        self._asked[address] += 1
        # Every fault draws, so that one that is used up does not change the luck of those behind it.
        chance = Random(f"{self.seed} {address} {self._asked[address]}")  # noqa: S311 - repeats on purpose
        found: Standing | None = None
        for one in self.standing:
            drawn = chance.random() < one.fault.chance
            if one.over or not one.fault.befalls(asked):
                continue
            one.seen += 1
            if found is None and drawn and one.seen >= one.fault.nth:
                found = one
        if found is None:
            return None
        found.struck += 1
        self.struck[found.fault.kind] += 1
        entry = {"kind": found.fault.kind, "method": asked.method, "path": asked.path, "writes": asked.writes}
        self.log = [*self.log[1 - _LOGGED :], entry]
        return found.fault

    def as_json(self) -> dict[str, Any]:
        """The faults that stand, how often each kind happened, and to which requests of late."""
        standing = [one.fault.as_json() | {"seen": one.seen, "struck": one.struck} for one in self.standing]
        return {"seed": self.seed, "faults": standing, "struck": dict(sorted(self.struck.items())), "log": self.log}
