"""The report's charts, drawn by pygal as SVG: sharp in print, in the page's own colours, and without a script."""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from talk_assets.model.system import System
from talk_assets.reports.quality.figures import STATES, Figures, Step

if TYPE_CHECKING:
    import pygal

_SIZE = {"width": 560, "height": 250}
_LABELS = 8
"""How many steps are named below a chart, so that their names do not touch."""
_COLOURS = tuple(f"var(--c{number})" for number in range(1, 8))
_COLOUR_OF = dict(zip(STATES, (_COLOURS[index] for index in (4, 3, 5, 1, 2, 6)), strict=True))
_ONE_ROW = 5
"""Names that a chart's legend has room for side by side."""


def charts(figures: Figures) -> dict[str, str]:
    """The charts of *figures* by title, as SVG for a page; none where there is no history to compare with yet."""
    steps = figures.steps
    if len(steps) <= 1:
        return {}
    waited = {state: [step.waiting[state] for step in steps] for state in STATES}
    seen = [state for state, counts in waited.items() if any(counts)]
    return {
        "In step, in % of the linked records": _lines(steps, {"in step": [_share(step) for step in steps]}, share=True),
        "Records that wait": _bars(
            steps, {STATES[state]: waited[state] for state in seen}, colours=[_COLOUR_OF[state] for state in seen]
        ),
        "Linked records": _lines(steps, {"linked": [step.linked for step in steps]}),
        "API calls": _bars(steps, {system.title: [step.calls[system] for step in steps] for system in System}),
        "Records written": _bars(
            steps, {f"to {system.title}": [step.written[system] for step in steps] for system in System}
        ),
        "Seconds from the edit to the write, for half of the writes": _lines(
            steps,
            {
                f"to {system.title}": [None if (one := step.delays[system]) is None else one.median for step in steps]
                for system in System
            },
        ),
    }


def sparkline(counts: Sequence[int]) -> str:
    """A line of *counts* as small as a word, as SVG; empty for fewer than two."""
    if len(counts) <= 1:
        return ""
    import pygal  # noqa: PLC0415 - only a report needs it

    chart = pygal.Line(
        style=_style(),
        js=[],
        width=110,
        height=26,
        show_dots=False,
        show_legend=False,
        show_x_labels=False,
        show_y_labels=False,
        margin=2,
        spacing=0,
        range=(0, max(counts) or 1),
        classes=(..., "pygal-sparkline"),
        disable_xml_declaration=True,
    )
    chart.add("", list(counts))
    return _svg(chart)


def _lines(steps: Sequence[Step], series: Mapping[str, Sequence[float | None]], *, share: bool = False) -> str:
    """Lines from nothing upwards; of a *share* in percent, which hardly moves, only what lies above its lowest."""
    import pygal  # noqa: PLC0415

    chart = pygal.Line(**_look(steps), dots_size=2, show_y_guides=True, allow_interruptions=False)
    known = [value for values in series.values() for value in values if value is not None]
    if known:
        chart.config.range = (max(0, min(known) - 5), 100) if share else (0, max(known) or 1)
    return _filled(chart, series)


def _bars(
    steps: Sequence[Step], series: Mapping[str, Sequence[float | None]], *, colours: Sequence[str] = _COLOURS
) -> str:
    import pygal  # noqa: PLC0415

    return _filled(pygal.StackedBar(**_look(steps, colours)), series)


def _filled(chart: "pygal.graph.graph.Graph", series: Mapping[str, Sequence[float | None]]) -> str:
    # With more columns than names, pygal leaves the legend no room.
    chart.config.legend_at_bottom_columns = len(series) if len(series) <= _ONE_ROW else 3
    for name, values in series.items():
        chart.add(name, list(values))
    return _svg(chart)


def _look(steps: Sequence[Step], colours: Sequence[str] = _COLOURS) -> dict[str, Any]:
    labels = _labels(steps)
    every = max(1, -(-len(labels) // _LABELS))
    return {
        **_SIZE,
        "style": _style(colours),
        "js": [],
        "x_labels": labels,
        "x_labels_major_every": every,
        "show_minor_x_labels": False,
        "truncate_label": -1,
        "truncate_legend": -1,
        "legend_at_bottom": True,
        "legend_box_size": 10,
        "margin": 6,
        "margin_right": 22,
        "max_scale": 6,
        "no_data_text": "Nothing in this period.",
        "disable_xml_declaration": True,
        "value_formatter": lambda value: f"{value:,.1f}".removesuffix(".0"),
    }


def _labels(steps: Sequence[Step]) -> list[str]:
    spans = [after.until - before.until for before, after in pairwise(steps)]
    form = "%H:%M" if not spans or min(spans) < timedelta(hours=1) else "%d %b %H:00"
    # A day's step ends at midnight and is named for the day itself.
    whole = bool(spans) and min(spans) >= timedelta(days=1)
    return [
        (step.until - timedelta(seconds=1)).strftime("%d %b") if whole else step.until.strftime(form) for step in steps
    ]


def _style(colours: Sequence[str] = _COLOURS) -> "pygal.style.Style":
    from pygal.style import Style  # noqa: PLC0415

    return Style(
        background="transparent",
        plot_background="transparent",
        foreground="var(--soft)",
        foreground_strong="var(--soft)",
        foreground_subtle="var(--line)",
        guide_stroke_color="var(--line)",
        major_guide_stroke_color="var(--line)",
        colors=tuple(colours),
        font_family="inherit",
        label_font_size=11,
        major_label_font_size=11,
        legend_font_size=12,
        no_data_font_size=14,
        opacity=".8",
        stroke_opacity="1",
        transition="0s",
    )


def _share(step: Step) -> float | None:
    return round(100 * step.in_step / step.linked, 2) if step.linked else None


def _svg(chart: "pygal.graph.graph.Graph") -> str:
    chart.add_xml_filter(_without_scripts)
    return str(chart.render(is_unicode=True))


def _without_scripts(root: Any) -> Any:  # noqa: ANN401 - an element of lxml or of the standard library
    """Leave out the scripts, which the page's policy forbids, and show each value where the pointer rests."""
    for parent in list(root.iter()):
        told = [child for child in parent if child.tag == "desc"]
        value = next((child.text for child in told if "value" in child.get("class", "").split()), None)
        for child in [*told, *(one for one in parent if one.tag == "script")]:
            parent.remove(child)
        if value is not None:
            title = parent.makeelement("title", {})
            label = next((child.text for child in told if child.get("class") == "x_label"), None)
            title.text = value if label is None else f"{label}: {value}"
            parent.append(title)
    return root
