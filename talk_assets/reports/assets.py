"""The data-quality report as an asset: a page beside the store, and its figures in Dagster's own pages."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

import dagster as dg

from talk_assets.model.disclosure import discreet
from talk_assets.raw.assets import OWNERS, POOL
from talk_assets.reports.files import keep_latest, write
from talk_assets.store.database import Database

REPORTS = "reports"
QUALITY = dg.AssetKey([REPORTS, "data_quality"])
PERIOD = timedelta(days=30)
_AGAIN = dg.RetryPolicy(max_retries=3, delay=20)
"""A command may hold the store just then."""


@dataclass(frozen=True, kw_only=True)
class Desk:
    """What a report is made from: the open store, where pages go and for how long, the clock, what may be shown."""

    store: Database
    folder: Path
    keep: timedelta
    now: datetime
    show: bool
    salesforce_url: str | None


OpenDesk = Callable[[], AbstractContextManager[Desk]]


def quality_asset(opened: OpenDesk) -> dg.AssetsDefinition:
    """Return the asset of the data-quality report, made from what *opened* gives access to. It asks no end."""

    @dg.asset(
        key=QUALITY,
        group_name=REPORTS,
        kinds={"duckdb", "html"},
        owners=OWNERS,
        pool=POOL,
        retry_policy=_AGAIN,
        description="How far both ends are in step, what waits and why, what the sync costs and how fast it is: one "
        "self-contained HTML page, and its figures here. Made from the store, without asking either end.",
    )
    @discreet
    def _quality() -> dg.MaterializeResult:  # type: ignore[type-arg]
        from talk_assets.entities import PAIRS  # noqa: PLC0415 - the graph loads without what only a report needs
        from talk_assets.reports.quality.gather import gather  # noqa: PLC0415
        from talk_assets.reports.quality.page import page  # noqa: PLC0415
        from talk_assets.reports.quality.summary import markdown  # noqa: PLC0415

        with opened() as desk:
            figures = gather(desk.store, tuple(PAIRS.values()), now=desk.now, period=PERIOD, show=desk.show)
        path = desk.folder / f"data-quality-{desk.now:%Y-%m-%d}.html"
        write(path, page(figures, salesforce_url=desk.salesforce_url))
        keep_latest(desk.folder, "data-quality-*.html", since=desk.now - desk.keep)
        totals = {state: sum(pair.waiting[state] for pair in figures.pairs) for state in figures.pairs[0].waiting}
        delays = {f"seconds_to_{system}": round(delay.median, 1) for system, delay in figures.delays.items() if delay}
        return dg.MaterializeResult(
            metadata={
                "report": dg.MarkdownMetadataValue(markdown(figures, show=desk.show)),
                "page": dg.MetadataValue.path(path.absolute()),
                "linked": figures.linked,
                "in_step": figures.in_step,
                "waiting": figures.waits,
                **totals,
                **delays,
                **{f"{system}_api_calls": calls for system, calls in figures.calls.items()},
                "failed_runs": figures.failed_runs,
            }
        )

    return _quality
