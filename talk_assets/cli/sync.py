"""`talk sync` and `talk plan`: one cycle of all stages, without the Dagster daemon."""

import json
from typing import TYPE_CHECKING, Annotated

import typer

from talk_assets.cli.alerting import told_of_failures
from talk_assets.cli.reports import plan_tables, planned, report_table, summary, ways_on
from talk_assets.cli.screen import plain, progress, results
from talk_assets.settings import Settings, environment

if TYPE_CHECKING:
    from talk_assets.automation.cycle import CycleReport

Pairs = Annotated[
    list[str] | None,
    typer.Option("--pair", metavar="NAME", help="Only this pair; may be given several times. Default: all."),
]
Full = Annotated[bool, typer.Option("--full", help="Read everything again instead of what changed.")]
AsJson = Annotated[bool, typer.Option("--json", help="One JSON object on stdout.")]


def sync(
    *,
    pair: Pairs = None,
    full: Full = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Plan and report; write to no end.")] = False,
    accept: Annotated[
        str | None,
        typer.Option(metavar="HASH", help="Go on past a guard with exactly the plan it named by this hash, once."),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Bring both ends into step once."""
    with told_of_failures():
        report = _cycle(pairs=pair, full=full, dry_run=dry_run, accept=accept)
    if as_json:
        typer.echo(json.dumps(report.as_json()))
    else:
        _show(report, dry_run=dry_run)
    raise typer.Exit(report.exit_code)


def plan(
    *,
    pair: Pairs = None,
    full: Full = False,
    limit: Annotated[int, typer.Option(min=1, help="Changes shown of each pair.")] = 50,
    show_values: Annotated[
        bool | None,
        typer.Option(
            "--show-values/--hide-values",
            help="Whether records' values are shown, or only how long they are. Default: shown on a terminal, "
            "hidden in a file or pipe.",
        ),
    ] = None,
) -> None:
    """Show what `talk sync` would write, and what it would hold and why. Writes to no end."""
    report = _cycle(pairs=pair, full=full, dry_run=True, accept=None)
    show = results().is_terminal if show_values is None else show_values
    for changes in plan_tables(report.plan.to_dicts(), limit=limit, show=show):
        results().print(changes)
        results().print()
    _show(report, dry_run=True)
    raise typer.Exit(report.exit_code)


def _cycle(*, pairs: list[str] | None, full: bool, dry_run: bool, accept: str | None) -> "CycleReport":
    settings = Settings.from_environment(environment())
    from talk_assets.automation.cycle import run_cycle
    from talk_assets.resources import open_session

    with progress("opening both ends") as say, open_session(settings) as session:
        return run_cycle(session, pairs=pairs, full=full, dry_run=dry_run, accept=accept, progress=say)


def _show(report: "CycleReport", *, dry_run: bool) -> None:
    counts = report.as_json()
    pairs = planned(counts["pairs"], report.plan.to_dicts()) if dry_run else counts["pairs"]
    results().print(report_table(pairs))
    results().print(plain(summary(counts), style="dim"))
    for line in ways_on(counts["pairs"]):
        results().print(plain(line, style="dim"))
    if dry_run:
        results().print(
            "This is the plan. Nothing was written to either end. What 'follows' is written with the record that it "
            "completes: a document's lines and status, a product's price, an Account that Salesforce needs."
        )
