"""The plot: what ours and the others take beside the limit, for light and dark pages."""

from collections.abc import Mapping, Sequence
from typing import Any

from bench.case import LIMIT, OURS, Samples
from bench.suite import Outcome

_OURS, _OTHERS = "#1a7f64", "#8c959f"
_ROW = 30
_LONGEST = 8.0
"""Bars end here, with their number: one that costs a hundred times as much would leave nothing to see of the others."""
# The page may be light or dark; an image of it cannot know but by this.
_CSS = """inline:
{{ id }}text { fill: #57606a !important; }
{{ id }}.graph > .background, {{ id }}.plot > .background { fill: transparent !important; }
@media (prefers-color-scheme: dark) { {{ id }}text { fill: #b1bac4 !important; } }
"""


def as_plot(outcomes: Sequence[Outcome]) -> str:
    """What is judged over the limit's, a bar for each program of each case that has a limit, as SVG."""
    import pygal  # noqa: PLC0415 - only a report needs it
    from pygal.style import Style  # noqa: PLC0415

    bars = [(one, label) for one in outcomes if LIMIT in one.samples for label in one.samples if label != LIMIT]
    found = [
        (f"{one.case.name}: {label}", label, over(one.samples, label, LIMIT, one.case.judged)) for one, label in bars
    ]
    shown = [(name, label, times) for name, label, times in found if times is not None]
    chart = pygal.HorizontalBar(
        js=[],
        css=["file://style.css", "file://graph.css", _CSS],
        style=Style(background="transparent", plot_background="transparent", font_family="sans-serif"),
        width=900,
        height=90 + _ROW * len(shown),
        show_legend=False,
        truncate_label=-1,
        print_values=True,
        title="Cost as a multiple of the limit's (less is better; ours in green)",
        disable_xml_declaration=True,
        range=(0, min(_LONGEST, max((times for *_, times in shown), default=1) * 1.05)),
    )
    # Bars come from below.
    shown.reverse()
    chart.x_labels = [name for name, *_ in shown]
    chart.add("", [_bar(label, times) for _, label, times in shown])
    return str(chart.render())


def _bar(label: str, times: float) -> dict[str, Any]:
    text = f"{times:.1f}" if times <= _LONGEST else f"{times:,.0f} \N{RIGHTWARDS ARROW}"
    color = _OURS if label == OURS else _OTHERS
    return {"value": min(times, _LONGEST), "formatter": lambda _: text, "color": color}


def over(measured: Mapping[str, Samples], label: str, other: str, figure: str) -> float | None:
    """*figure* of one program over that of another; None where one of them was not measured."""
    above, below = (measured[one].median(figure) if one in measured else None for one in (label, other))
    return above / below if above is not None and below else None
