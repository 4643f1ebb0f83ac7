"""What the cases measured, as JSON and as a page of Markdown."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from bench.case import LIMIT, OURS, Samples
from bench.plot import over
from bench.suite import Outcome
from talk_assets.model.markdown import table

_MEGABYTE = 1e6
_KILOBYTE = 1e3
_COLUMNS: tuple[tuple[str, str, float, str], ...] = (
    ("CPU s", "cpu", 1, "{:,.2f}"),
    ("Seconds", "wall", 1, "{:,.2f}"),
    ("Peak MB", "peak", _MEGABYTE, "{:,.0f}"),
    ("Calls", "calls", 1, "{:,.0f}"),
    ("kB up", "up", _KILOBYTE, "{:,.0f}"),
    ("kB down", "down", _KILOBYTE, "{:,.0f}"),
    ("Connections", "connections", 1, "{:,.0f}"),
)
_INTRODUCTION = """# Benchmarks

What the sync costs, beside other programs that do as much of the work as they can, and beside the limit: the least
that the same libraries take to carry the same records. `make bench` measures it in a few minutes, `make bench-full` at
full size in about an hour; both write this page and `data/bench.json`, which has every round."""
_READING = """## How to read this

- Every program is a fresh process. The programs of a case run in turn, so that what else the machine does meets all
  alike; the figure is the median of the rounds, with the least and the most behind it.
- Judge by CPU seconds and by ratios of one case: seconds differ from machine to machine. Calls, bytes, connections and
  instructions do not, and the tests check them too (`talk_assets_tests/test_bench_gates.py`).
- The ends are one quick server that keeps its records as the bytes it sends and counts what it is asked
  (`bench/neutral`), on a processor core of its own: what is measured is the client. Where a case says so, it waits
  before each answer, or the embedded systems serve instead.
- *Times the limit* and *times ours* are of the column in bold, by which the case is judged. CPU of a process includes
  its start, which the case B8 has as *start alone*; where work is so little that the start would hide it, the work
  itself is judged, in a process that has started.
- An exponent of growth of 1 is cost in proportion to the records, 0 cost that does not depend on them.
- The other programs are used as their documentation says, in their newest release (`bench/peers.txt`). None of them
  does the whole job: links, conflicts, refused records and echoes are left to who uses them. What a case has of theirs
  is the part they can do."""


@dataclass(frozen=True, kw_only=True)
class _Judged:
    """A goal and what was measured; *found* is None where it could not be."""

    says: str
    most: float
    found: float | None
    why: str

    @property
    def met(self) -> bool:
        return self.found is not None and self.found <= self.most


def as_json(outcomes: Sequence[Outcome], *, form: str, machine: dict[str, Any]) -> dict[str, Any]:
    """Every round of every program, and the goals."""
    return {
        "form": form,
        "machine": machine,
        "cases": [
            {
                "name": one.case.name,
                "size": one.size,
                "programs": {label: samples.rounds for label, samples in one.samples.items()},
                "grown": {size: samples.rounds for size, samples in one.grown.items()},
                "left_out": one.left_out,
                "goals": [{"says": g.says, "most": g.most, "is": g.found} for g in _judged(one)],
            }
            for one in outcomes
        ],
    }


def as_markdown(outcomes: Sequence[Outcome], *, form: str, machine: dict[str, Any], plot: str) -> str:
    """The page: the goals, a plot, how to read it, and each case."""
    parts = [
        _INTRODUCTION,
        *_goals(outcomes),
        f"![What each program costs as a multiple of the limit]({plot})",
        _READING,
        _made_with(outcomes, form, machine),
        *map(_section, outcomes),
    ]
    return "\n\n".join(parts) + "\n"


def _goals(outcomes: Sequence[Outcome]) -> Iterator[str]:
    """Every goal at one glance, and why those that are not met are not."""
    judged = [(one.case.name, goal) for one in outcomes for goal in _judged(one)]
    yield "## Goals"
    yield table(("Case", "Goal", "At most", "Is", "Met"), [[name, *_row(goal)] for name, goal in judged])
    missed: dict[str, dict[str, list[str]]] = {}
    for name, goal in judged:
        if goal.found is not None and not goal.met:
            missed.setdefault(goal.why or "not looked into yet.", {}).setdefault(name, []).append(goal.says)
    if missed:
        yield "Not met, and why:"
        yield "\n".join(f"- {_named(goals)}: {why}" for why, goals in missed.items())


def _named(goals: Mapping[str, Sequence[str]]) -> str:
    """Goals of several cases in a line."""
    return "; ".join(f"**{case}** ({', '.join(says)})" for case, says in goals.items())


def _judged(one: Outcome) -> Iterator[_Judged]:
    for goal in one.case.goals:
        yield _Judged(says=goal.says, most=goal.most, found=goal.figure(one.samples), why=goal.why)
    growth = one.case.growth
    if growth is not None:
        sizes = sorted({one.size, *one.grown})
        says = f"exponent of growth from {sizes[0]:,} to {sizes[-1]:,} {one.case.of}"
        yield _Judged(says=says, most=growth.most, found=one.exponent, why=growth.why)


def _row(goal: _Judged) -> list[str]:
    if goal.found is None:
        return [goal.says, f"{goal.most:,.6g}", "not measured", ""]
    return [goal.says, f"{goal.most:,.6g}", _number(goal.found), "yes" if goal.met else "**no**"]


def _made_with(outcomes: Sequence[Outcome], form: str, machine: dict[str, Any]) -> str:
    versions = ", ".join(f"{name} {number}" for name, number in machine["versions"].items())
    rounds = max((len(samples.rounds) for one in outcomes for samples in one.samples.values()), default=0)
    where = f"{machine['cores']} cores of {machine['processor']} with {machine['memory']} GB under {machine['system']}"
    return (
        f"Made in the {form} form, with up to {rounds} rounds a case, on {where}, where {machine['load']} processes "
        f"ran on average when it began; with Python {machine['python']}, {versions}."
    )


def _section(one: Outcome) -> str:
    parts = [f"## {one.case.name}", f"{one.case.asks} {one.size:,} {one.case.of}."]
    if one.case.limit:
        parts.append(f"The limit: {one.case.limit}")
    if one.samples:
        parts.append(_table(one))
    if one.grown and one.exponent is not None:
        parts.append(_growth(one))
    goals = [_row(goal) for goal in _judged(one)]
    if goals:
        parts.append(table(("Goal", "At most", "Is", "Met"), goals))
    parts += [f"Left out: {label}, as {why}." for label, why in one.left_out.items()]
    return "\n\n".join(parts)


def _table(one: Outcome) -> str:
    """A row a program; columns in which there is nothing are left out, and the one that is judged stands out."""
    case, rows = one.case, list(one.samples.items())
    columns = [(name, figure, per, form) for name, figure, per, form in _COLUMNS]
    columns += [(name, figure, 1, "") for figure, name in case.figures.items()]
    columns = [column for column in columns if any(samples.median(column[1]) for _, samples in rows)]
    cells = [
        [label, *(told(samples, figure, per, form) for _, figure, per, form in columns)] for label, samples in rows
    ]
    header = ["Program", *(f"**{name}**" if figure == case.judged else name for name, figure, *_ in columns)]
    for other in (LIMIT, OURS):
        if other in one.samples and len(rows) > 1:
            header.append(f"Times {'the ' * (other == LIMIT)}{other}")
            for row, (label, _) in zip(cells, rows, strict=True):
                times = over(one.samples, label, other, case.judged)
                row.append("" if times is None else f"{times:.2f}")
    return table(header, cells)


def _growth(one: Outcome) -> str:
    growth = one.case.growth
    figure = "" if growth is None else growth.figure
    found = sorted((one.grown | {one.size: one.samples[OURS]}).items())
    told_at = ", ".join(f"{told(samples, figure, 1, '')} at {size:,}" for size, samples in found)
    name = one.case.figures.get(figure, "CPU s")
    return f"Growth of ours, in {name}: {told_at}. Exponent {one.exponent:.2f}."


def told(samples: Samples, figure: str, per: float, form: str) -> str:
    """The median of a figure, with the least and the most where they differ."""
    middle, span = samples.median(figure), samples.span(figure)
    if middle is None or span is None:
        return ""
    text, least, most = ((form.format(value / per) if form else _number(value)) for value in (middle, *span))
    return text if least == most else f"{text} ({least}-{most})"


def _number(value: float) -> str:
    """Three digits that count, or the whole number."""
    return f"{value:,.0f}" if value >= 100 or value == int(value) else f"{value:.3g}"  # noqa: PLR2004
