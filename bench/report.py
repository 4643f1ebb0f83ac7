"""What the cases measured, as JSON, as a page of Markdown and as a plot."""

import platform
from collections.abc import Mapping, Sequence
from importlib.metadata import version
from typing import Any

from bench.case import LIMIT, OURS, Goal, Samples
from bench.suite import Outcome
from talk_assets.model.markdown import table

_LIBRARIES = ("talk-assets", "duckdb", "polars", "httpx", "msgspec", "pandera")
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
INTRODUCTION = """# Benchmarks

What the sync costs, beside other programs that do as much of the work as they can, and beside the limit: the least
that the same libraries take to carry the same records. Every program is a fresh process; the programs of a case run
in turn, several rounds, and the table has medians with the least and the most. Judge by CPU seconds and by the ratios,
as seconds differ from machine to machine, and by the calls and bytes, which do not. The server is quick and counts what
it is asked (`bench/neutral`), so what is measured is the client.

`make bench` measures this in a few minutes, `make bench-full` at full size. Both write this page and `data/bench.json`.
"""


def as_json(outcomes: Sequence[Outcome], *, form: str) -> dict[str, Any]:
    """Every round of every program, and the goals."""
    return {
        "form": form,
        "machine": {"system": platform.platform(), "python": platform.python_version(), "versions": _versions()},
        "cases": [
            {
                "name": one.case.name,
                "size": one.size,
                "programs": {label: samples.rounds for label, samples in one.samples.items()},
                "left_out": one.left_out,
                "goals": [
                    {"says": goal.says, "most": goal.most, "is": goal.figure(one.samples)} for goal in one.case.goals
                ],
            }
            for one in outcomes
        ],
    }


def as_markdown(outcomes: Sequence[Outcome], *, form: str, plot: str) -> str:
    """The page: a plot, and a table and the goals for each case."""
    versions = ", ".join(f"{name} {number}" for name, number in _versions().items())
    rounds = max((len(samples.rounds) for one in outcomes for samples in one.samples.values()), default=0)
    told = f"Rounds: {rounds}, in the {form} form, with Python {platform.python_version()}, {versions}."
    return (
        "\n\n".join([INTRODUCTION.strip(), told, f"![CPU beside the limit]({plot})", *map(_section, outcomes)]) + "\n"
    )


def as_plot(outcomes: Sequence[Outcome]) -> str:
    """CPU over the limit's for each case that has a limit, as SVG."""
    import pygal  # noqa: PLC0415 - only a report needs it

    shown = [one for one in outcomes if LIMIT in one.samples and OURS in one.samples]
    labels = [label for label in dict.fromkeys(label for one in shown for label in one.samples) if label != LIMIT]
    chart = pygal.HorizontalBar(
        js=[],
        width=900,
        height=120 + 34 * sum(len(one.samples) for one in shown),
        legend_at_bottom=True,
        truncate_legend=-1,
        truncate_label=-1,
        print_values=True,
        value_formatter=lambda value: f"{value:.1f}",
        title="CPU seconds as a multiple of the limit's (less is better)",
        disable_xml_declaration=True,
    )
    chart.x_labels = [one.case.name for one in shown]
    for label in labels:
        chart.add(label, [_over_limit(one.samples, label) for one in shown])
    return str(chart.render())


def _section(one: Outcome) -> str:
    extra = one.case.figures
    header = ["Program", *(name for name, *_ in _COLUMNS), *extra.values(), "CPU / limit", "CPU / ours"]
    rows = [
        [
            label,
            *(_told(samples, figure, per, form) for _, figure, per, form in _COLUMNS),
            *(_told(samples, figure, 1, "{:,.6g}") for figure in extra),
            _times(_over(one.samples, label, LIMIT)),
            _times(_over(one.samples, label, OURS)),
        ]
        for label, samples in one.samples.items()
    ]
    parts = [f"## {one.case.name}", f"{one.case.asks} {one.size:,} records.", table(header, rows)]
    if one.case.goals:
        goals = table(("Goal", "At most", "Is", "Met"), [_goal(goal, one.samples) for goal in one.case.goals])
        parts.append(goals)
    parts += [f"Left out: {label}, as {why}." for label, why in one.left_out.items()]
    return "\n\n".join(parts)


def _goal(goal: Goal, measured: Mapping[str, Samples]) -> list[str]:
    found = goal.figure(measured)
    if found is None:
        return [goal.says, f"{goal.most:,.6g}", "not measured", ""]
    return [goal.says, f"{goal.most:,.6g}", f"{found:,.2f}", "yes" if found <= goal.most else "**no**"]


def _told(samples: Samples, figure: str, per: float, form: str) -> str:
    middle, span = samples.median(figure), samples.span(figure)
    if middle is None or span is None:
        return ""
    text, least, most = (form.format(value / per) for value in (middle, *span))
    return text if least == most else f"{text} ({least}-{most})"


def _over(measured: Mapping[str, Samples], label: str, other: str) -> float | None:
    above, below = (measured[one].median("cpu") if one in measured else None for one in (label, other))
    return above / below if above is not None and below else None


def _over_limit(measured: Mapping[str, Samples], label: str) -> float | None:
    return _over(measured, label, LIMIT) if label in measured else None


def _times(ratio: float | None) -> str:
    return "" if ratio is None else f"{ratio:.2f}"


def _versions() -> dict[str, str]:
    return {name: version(name) for name in _LIBRARIES}
