"""The data-quality report in a few tables: as Markdown for Dagster's pages, and as rows for a terminal."""

from collections.abc import Sequence

from talk_assets.model.markdown import prose, reason, table, verbatim
from talk_assets.reports.quality.figures import STATES, Figures
from talk_assets.reports.quality.page import age, moment, share, span

_NOTHING = "—"
PAIR_COLUMNS = ("Pair", "Linked", "In step", *(words.capitalize() for words in STATES.values()))


def pair_rows(figures: Figures) -> list[tuple[str, ...]]:
    """A row a pair, as `PAIR_COLUMNS` names them."""
    return [
        (
            pair.name,
            f"{pair.linked:,}",
            share(pair.share),
            *(f"{pair.waiting[state]:,}" if pair.waiting[state] else _NOTHING for state in STATES),
        )
        for pair in figures.pairs
    ]


def verdict(figures: Figures) -> str:
    """One sentence: how much is in step, how much waits, and since when."""
    if not figures.linked and not figures.waits:
        return "Nothing has been synced yet."
    said = f"{share(figures.share)} of {figures.linked:,} linked records are in step; {figures.waits:,} records wait"
    if figures.oldest is None:
        return f"{said}."
    return f"{said}, the oldest for {age(figures.oldest.since, figures.generated)}."


def markdown(figures: Figures, *, show: bool) -> str:
    """The report as Markdown; what ends said is escaped, and without records' values unless *show*."""
    parts = [
        prose(verdict(figures)),
        table(PAIR_COLUMNS, pair_rows(figures)),
        f"From an edit to its write: {_delays(figures)}. {figures.run_count:,} runs since {moment(figures.since)} UTC, "
        f"{figures.failed_runs:,} of them failed; API calls: {_calls(figures)}.",
    ]
    if figures.causes:
        rows: Sequence[Sequence[str]] = [
            (
                f"{cause.records:,}",
                cause.pair,
                _NOTHING if cause.property is None else verbatim(cause.property),
                STATES.get(cause.state, cause.state),
                reason(cause.reason, show=show),
                verbatim(cause.example),
            )
            for cause in figures.causes
        ]
        parts.append(table(("Records", "Pair", "Property", "State", "Why", "Such as"), rows))
    return "\n\n".join(parts)


def _delays(figures: Figures) -> str:
    known = [
        f"half within {span(delay.median)}, 95 % within {span(delay.most_within)} to {system.title}"
        for system, delay in figures.delays.items()
        if delay is not None
    ]
    return "; ".join(known) or "not known yet"


def _calls(figures: Figures) -> str:
    return ", ".join(f"{calls:,} to {system.title}" for system, calls in figures.calls.items())
