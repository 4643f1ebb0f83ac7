"""One probe: a record made for a verification, and what became of what it was given."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from talk_assets.model.changes import Receipt
from talk_assets.model.pair import EntityPair
from talk_assets.model.system import System
from talk_assets.verify.results import Operation

Given = dict[str, Any]
"""Canonical values by property name; a reference is the `Probe` it refers to."""


@dataclass(kw_only=True, eq=False)
class Probe:
    """One record that *pair* and *origin* name, its id on each end as far as it is there, and what it was given."""

    pair: EntityPair
    origin: System
    ids: dict[System, str] = field(default_factory=dict)
    document: "Probe | None" = None
    given: dict[Operation, Given] = field(default_factory=dict)
    turned: frozenset[str] = frozenset()
    """What the last step gave it."""
    refused: dict[tuple[Operation, str | None], str] = field(default_factory=dict)
    """Why its end did not take a property; None for the whole record."""

    @property
    def about(self) -> str:
        """The kind of thing it is, for an intent's name."""
        return f"{self.pair.name}-{self.origin}"


def dropped(probes: Sequence[Probe], receipt: Receipt, operation: Operation) -> bool:
    """Take back what the end names as the reason of its refusal, so that the rest can be tried; whether any was."""
    problems = [one.problem for one in (receipt, *receipt.lines) if one.problem is not None]
    paths = {path for problem in problems for path in (*problem.properties, problem.property) if path}
    found = False
    for probe in probes:
        given = probe.given[operation]
        for p in probe.pair.properties:
            side = p.side(probe.origin)
            if p.name in given and not side.required and paths & {side.path, side.write_path}:
                del given[p.name]
                probe.refused[operation, p.name] = said(receipt)
                found = True
    return found


def said(receipt: Receipt) -> str:
    """Return what the end answered instead of taking a write."""
    problem = next((one.problem for one in (receipt, *receipt.lines) if one.problem is not None), None)
    return f"it answered {receipt.outcome.value}" if problem is None else f"{problem.code}: {problem.message}"
