"""Results as one HTML page that needs nothing else to be read."""

from collections import Counter
from importlib import resources

from talk_assets.model.disclosure import withheld
from talk_assets.model.system import System
from talk_assets.verify.results import Finding, Item, Operation, Outcome, Results, reasons

_MARKS = {Outcome.PASS: "✓", Outcome.FAIL: "✗", Outcome.NOT_TESTABLE: "○"}
_LONGEST = 120


def columns(results: Results) -> list[tuple[System, Operation]]:
    """The directions and operations that *results* tell of, in reading order."""
    there = {(one.item.origin, one.item.operation) for one in results.findings}
    return [(origin, operation) for origin in System for operation in Operation if (origin, operation) in there]


def rows(results: Results, pair: str) -> dict[str, dict[tuple[System, Operation], Finding]]:
    """The findings of *pair* by property, and by direction and operation."""
    found: dict[str, dict[tuple[System, Operation], Finding]] = {}
    for one in results.findings:
        if one.item.pair == pair:
            found.setdefault(one.item.property, {})[one.item.origin, one.item.operation] = one
    return found


def as_page(results: Results, *, show: bool) -> str:
    """Return *results* as a page; unless *show*, of records' values only their lengths."""
    from jinja2 import Environment, StrictUndefined  # noqa: PLC0415 - a heavy import that only pages need

    def told(value: str | None) -> str:
        if value is None:
            return "—"
        text = value if show else str(withheld(value))
        return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1]}… ({len(text):,} characters)"

    def text(name: str, package: str) -> str:
        return resources.files(package).joinpath(name).read_text(encoding="utf-8")

    environment = Environment(autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)
    template = environment.from_string(text("page.html", "talk_assets.verify"))
    return template.render(
        results=results,
        style=text("page.css", "talk_assets.reports"),
        own_style=text("page.css", "talk_assets.verify"),
        counts=results.counts(),
        by_pair=results.by_pair(),
        columns=columns(results),
        ways=Counter(Item(pair="", property="", origin=o, operation=op).way for o, op in columns(results)),
        rows={pair: rows(results, pair) for pair in results.by_pair()},
        failures=results.of(Outcome.FAIL),
        reasons=reasons(results.findings),
        marks=_MARKS,
        told=told,
    )
