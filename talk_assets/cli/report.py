"""`talk report`: how far both ends are in step, as a page, as JSON and in the terminal."""

import json
from datetime import timedelta
from pathlib import Path
from typing import Annotated

import typer

from talk_assets.cli.screen import cell, plain, results, table
from talk_assets.cli.stored import opened_store
from talk_assets.settings import ReportSettings, environment


def report(
    *,
    out: Annotated[Path, typer.Option(dir_okay=False, metavar="FILE", help="Where the page is written.")] = Path(
        "talk-report.html"
    ),
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object on stdout in place of the page.")] = False,
    days: Annotated[int, typer.Option(min=1, max=3650, metavar="N", help="How many days of history it shows.")] = 30,
) -> None:
    """Write the data-quality report: in step, waiting and why, trends, API calls, delays. Calls no end."""
    chosen = ReportSettings.from_environment(environment())
    from talk_assets.entities import PAIRS
    from talk_assets.reports.files import write
    from talk_assets.reports.quality.gather import gather
    from talk_assets.reports.quality.page import page
    from talk_assets.reports.quality.summary import PAIR_COLUMNS, pair_rows, verdict
    from talk_assets.resources import utc_now

    with opened_store() as store:
        figures = gather(
            store, tuple(PAIRS.values()), now=utc_now(), period=timedelta(days=days), show=chosen.show_values
        )
    if as_json:
        typer.echo(json.dumps(figures.as_json()))
        return
    write(out, page(figures, salesforce_url=chosen.salesforce_url))
    rows = table(*PAIR_COLUMNS)
    for row in pair_rows(figures):
        rows.add_row(*(cell(text) for text in row))
    results().print(rows)
    results().print(plain(verdict(figures)))
    results().print(plain(f"The report is in {out}.", style="dim"))
