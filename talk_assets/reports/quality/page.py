"""The data-quality report as one HTML page that needs no network, no server and no other file."""

import base64
import hashlib
from datetime import datetime
from importlib.resources import files

from talk_assets.model.system import System
from talk_assets.reports.quality.charts import charts, sparkline
from talk_assets.reports.quality.figures import STATES, Figures

_TEMPLATES = "templates"
_SCRIPTS = ("sortable.min.js", "filter.js")
WAYS_ON = {
    "conflict": "talk conflicts shows both values, talk resolve decides.",
    "quarantined": "Correct the record where it comes from; talk retry tries it again as it is.",
    "parked": "Released by itself once what it waits for is there.",
    "held": "Released when the value or the status that holds it changes.",
    "review": "talk review shows the candidates; talk link or talk separate decides.",
    "postponed": "The next run goes on with it by itself.",
}
"""What a person does about each state."""


def page(figures: Figures, *, salesforce_url: str | None = None) -> str:
    """Return *figures* as HTML; with *salesforce_url*, the org's address, records are links to it.

    Whatever comes from an end is escaped, and the page's own policy lets nothing run but its own script.
    """
    import jinja2  # noqa: PLC0415 - only a report needs it
    from markupsafe import Markup  # noqa: PLC0415

    environment = jinja2.Environment(
        loader=jinja2.PackageLoader("talk_assets.reports.quality", _TEMPLATES),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["moment"] = moment
    environment.filters["age"] = lambda since: age(since, figures.generated)
    environment.filters["span"] = span
    environment.filters["share"] = share
    script = "\n".join(_asset(name) for name in _SCRIPTS)
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    return environment.get_template("quality.html.j2").render(
        figures=figures,
        systems=list(System),
        salesforce=System.SALESFORCE,
        salesforce_url=salesforce_url,
        states=STATES,
        ways_on=WAYS_ON,
        charts={title: Markup(svg) for title, svg in charts(figures).items()},  # noqa: S704 - drawn by us from numbers
        sparklines={pair.name: Markup(sparkline(pair.trend)) for pair in figures.pairs},  # noqa: S704
        style=Markup(_asset("quality.css")),  # noqa: S704 - our own files
        script=Markup(script),  # noqa: S704
        digest=digest,
    )


def moment(time: datetime | None) -> str:
    """*time* to the minute, in UTC."""
    return "never" if time is None else time.strftime("%Y-%m-%d %H:%M")


def age(since: datetime | None, now: datetime) -> str:
    """How long ago *since* was."""
    return "unknown" if since is None else span((now - since).total_seconds())


def span(seconds: float) -> str:
    """A length of time as a person says it."""
    for unit, length in (("day", 86_400), ("hour", 3600), ("minute", 60)):
        if seconds >= 2 * length:
            return f"{seconds / length:,.0f} {unit}s"
    return f"{seconds:.1f} s" if seconds < 10 else f"{seconds:.0f} s"  # noqa: PLR2004


def share(part: float | None) -> str:
    """A share in percent, cut and not rounded: 100 % is said of nothing less than all."""
    return "—" if part is None else f"{int(part * 1000) / 10:.1f} %".replace("100.0 %", "100 %")


def _asset(name: str) -> str:
    return files("talk_assets.reports.quality").joinpath(_TEMPLATES, name).read_text(encoding="utf-8").strip()
