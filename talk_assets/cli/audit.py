"""`talk audit`: whether both ends are in step, record by record, and why not where they are not."""

import json
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.table import Table

from talk_assets.cli.screen import cell, plain, progress, results, table
from talk_assets.cli.sync import AsJson, Pairs
from talk_assets.model.system import System
from talk_assets.settings import Settings, environment

if TYPE_CHECKING:
    from talk_assets.audit.compare import PairAudit


def audit(
    *,
    pair: Pairs = None,
    read: Annotated[
        bool, typer.Option("--read", help="Read both ends whole before, and write to none; else as last read.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Compare every record of both ends, and say of each that is not in step why. Writes to no end.

    Ends with 1 if records differ, or have no counterpart, and nothing says why.
    """
    settings = Settings.from_environment(environment())
    from talk_assets.audit.compare import audit_pair
    from talk_assets.automation.cycle import run_cycle, with_lines
    from talk_assets.resources import open_session

    with progress("opening the store") as say, open_session(settings) as session:
        chosen = with_lines(session, pair)
        if read:
            run_cycle(session, pairs=pair, full=True, dry_run=True, progress=say)
        found = []
        for one in chosen:
            say(f"comparing {one.name}")
            found.append(audit_pair(session, one))
    unexplained = sum(one.unexplained for one in found)
    if as_json:
        told = {"unexplained": unexplained, "pairs": {one.pair: one.as_json() for one in found}}
        typer.echo(json.dumps(told))
    else:
        _show(found)
    raise typer.Exit(int(unexplained > 0))


def _show(found: "list[PairAudit]") -> None:
    console = results()
    console.print(_summary(found))
    for one in found:
        for rows in (_causes(one), _examples(one)):
            if rows.row_count:
                console.print()
                console.print(rows)
    unexplained = sum(one.unexplained for one in found)
    console.print()
    if unexplained:
        console.print(
            plain(f"Of {unexplained:,} nothing says why. Run talk doctor --store, and report it.", "bold red")
        )
    else:
        console.print(plain("Whatever is not in step has its cause.", "dim"))


def _summary(found: "list[PairAudit]") -> Table:
    rows = table("pair", "linked", "in step", "drifted", *(f"only in {system.title}" for system in System))
    for one in found:
        counts = (one.linked, one.in_step, sum(one.drifted.values()), *(sum(one.alone[s].values()) for s in System))
        rows.add_row(cell(one.pair), *(cell(f"{count:,}" if count else None) for count in counts))
    return rows


def _causes(one: "PairAudit") -> Table:
    """Why records of the pair are apart: by property where both are there, and by end where one stands alone."""
    from talk_assets.changesets.drift import Cause

    rows = table("property", "records", "cause", "", title=f"{one.pair}: not in step", fixed=2)
    groups: list[tuple[str, Any]] = [(name, counts) for name, counts in one.properties.items()]
    groups += [(f"only in {system.title}", one.alone[system]) for system in System]
    for name, counts in groups:
        for cause, count in counts.items():
            rows.add_row(cell(name), cell(f"{count:,}"), cell(Cause(cause).label), cell(Cause(cause).words, 90))
    return rows


def _examples(one: "PairAudit") -> Table:
    from talk_assets.changesets.drift import Cause

    rows = table("Salesforce", "Customerp", "property", title=f"{one.pair}: nothing says why", fixed=2)
    for row in one.examples.iter_rows(named=True):
        if row["cause"] == Cause.UNKNOWN:
            rows.add_row(*(cell(row[name]) for name in ("salesforce_id", "customerp_id", "property")))
    return rows
