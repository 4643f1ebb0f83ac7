"""Calls of an end's daily allowance that are left to everyone else."""

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Reserve:
    """A number of *calls*, or else a *share* of the allowance from 0 to 1."""

    calls: int | None = None
    share: float = 0.1

    def of(self, allowance: int) -> int:
        """Return the calls that must stay of *allowance*."""
        return round(allowance * self.share) if self.calls is None else self.calls
