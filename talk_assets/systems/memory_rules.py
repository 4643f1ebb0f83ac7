"""What an end in memory does to what it is given, and how it judged a write."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from talk_assets.model.changes import Op, Outcome, Problem, Receipt, Write
from talk_assets.systems.memory_rows import Row, Values

Normalise = Callable[[str, str, str], str | None]
"""(entity, path, text) to what the end stores."""
Find = Callable[[str, str], Mapping[str, str | None] | None]
"""(entity, id) to the values of a live record of the same end."""
Derive = Callable[[Find, str, Mapping[str, str | None], Sequence[Mapping[str, str | None]]], Values]
"""(find, entity, values, its lines' values) to the values the end computes itself."""
Refuse = Callable[[str, Op, Mapping[str, str | None]], Problem | None]
"""(entity, operation, all values it would have) to why the end says no."""


def trim(_: str, __: str, text: str) -> str | None:
    """Both ends cut outer white space and store an empty text as null."""
    return text.strip() or None


@dataclass(frozen=True, kw_only=True)
class Request:
    """One write request as it arrived."""

    entity: str
    writes: tuple[Write, ...]


@dataclass(frozen=True, kw_only=True)
class Rules:
    """How this end differs from one that stores whatever it is given.

    *on_call* runs before every call (kinds: fetch, read, write, head), as someone else's edit would.
    """

    normalise: Normalise = trim
    derive: Derive | None = None
    refuse: Refuse | None = None
    on_call: Callable[[str], None] | None = None
    page: int = 2000


@dataclass(frozen=True, kw_only=True)
class Judgement:
    """What became of one write."""

    outcome: Outcome
    row: Row | None = None
    problem: Problem | None = None
    lines: tuple[Receipt, ...] = ()

    def receipt(self, write: Write) -> Receipt:
        """Return the receipt of the write that was judged."""
        return Receipt(
            intent_id=write.intent_id,
            outcome=self.outcome,
            id=self.row.id if self.row is not None else write.id,
            problem=self.problem,
            lines=self.lines,
        )


def judged(outcome: Outcome, code: str, message: str, *, row: Row | None = None) -> Judgement:
    """Return a judgement with its problem."""
    return Judgement(outcome=outcome, row=row, problem=Problem(code=code, message=message))


def refused_lines(write: Write, culprit: Write, problem: Problem) -> tuple[Receipt, ...]:
    """Return the line receipts of a document that is refused because of *culprit*."""
    return tuple(
        Receipt(intent_id=line.intent_id, outcome=Outcome.REFUSED, problem=problem)
        if line is culprit
        else Receipt(intent_id=line.intent_id, outcome=Outcome.NOT_APPLIED)
        for line in write.lines
    )
