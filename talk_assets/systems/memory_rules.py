"""What an end in memory does to what it is given, and how it judged a write."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from talk_assets.model.changes import Op, Outcome, Problem, Receipt, Write
from talk_assets.model.wire import Entity
from talk_assets.systems.memory_rows import Row, Rows, Values
from talk_assets.systems.port import Page

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

    def clean(self, entity: str, values: Mapping[str, str | None]) -> Values:
        """Return *values* as the end stores them."""
        return {path: None if text is None else self.normalise(entity, path, text) for path, text in values.items()}

    def refusal(self, entity: str, op: Op, values: Mapping[str, str | None]) -> Problem | None:
        """Why the end takes no record that holds *values*, None if it does."""
        return None if self.refuse is None else self.refuse(entity, op, values)


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


def stored_page(rows_of_end: Rows, entity: Entity, batch: Sequence[Write], results: Sequence[Judgement]) -> Page:
    """Return what a batch wrote as the end now holds it: lines with their document."""
    owner = rows_of_end.document_of(entity)
    rows: dict[str, Row] = {}
    for write, judgement in zip(batch, results, strict=True):
        row = judgement.row
        if owner is not entity and write.parent_id is not None:
            row = rows_of_end.get(owner.name, write.parent_id)
        if row is not None:
            rows[row.id] = row
    frames = rows_of_end.frames(owner, list(rows.values()))
    for child in rows_of_end.separate_children(write.entity for w in batch for write in w.lines):
        lines = [line for row in rows.values() for line in rows_of_end.lines_of(row) if line.entity == child.name]
        frames[child.name] = rows_of_end.frames(child, lines)[child.name]
    return Page(frames=frames)


def before_page(rows_of_end: Rows, entity: Entity, batch: Sequence[Write]) -> Page:
    """Return the records that *batch* is about to write, as they are."""
    rows = [row for write in batch if (row := rows_of_end.get(entity.name, write.id or "")) is not None]
    return Page(frames=rows_of_end.frames(entity, rows))
