"""`talk doctor`: whether the store's bookkeeping fits together."""

import json
from typing import Annotated, Any

import typer
from rich.table import Table

from talk_assets.cli.screen import cell, plain, results, table
from talk_assets.cli.stored import existing_store
from talk_assets.model.errors import StoreMismatchError


def doctor(
    *,
    _store: Annotated[
        bool, typer.Option("--store", help="Check the store; the only check there is, so implied.")
    ] = True,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object on stdout.")] = False,
) -> None:
    """Check the store against itself: every link, baseline, change and write it knows of. Calls no end.

    Ends with 6 if anything does not fit together.
    """
    path = existing_store()
    from talk_assets.entities import PAIRS
    from talk_assets.model.system import System
    from talk_assets.store.database import Database
    from talk_assets.store.intents import open_of
    from talk_assets.store.selfcheck import problems
    from talk_assets.store.status import create_declared

    with Database(path) as db:
        create_declared(db)
        found: dict[str, Any] = {
            "store": str(path),
            "belongs_to": db.belongs_to(),
            "epoch": db.standing.epoch,
            "commits": db.standing.commits,
            "went_back": db.meta("rewound"),
            "unjudged": sum(open_of(db, system).height for system in System),
            "problems": problems(db, PAIRS.values()).to_dicts(),
        }
    if as_json:
        typer.echo(json.dumps(found))
    else:
        _show(found)
    if found["problems"]:
        raise typer.Exit(StoreMismatchError.exit_code)


def _show(found: dict[str, Any]) -> None:
    console = results()
    owners = ", ".join(f"{system.capitalize()} {tenant}" for system, tenant in found["belongs_to"].items())
    console.print(plain(f"Store {found['store']} of {owners or 'no end yet'}"))
    console.print(plain(f"Epoch {found['epoch']}, {found['commits']:,} commits", style="dim"))
    if found["went_back"]:
        console.print(plain(f"It went back in time: {found['went_back']}. The next run reads both ends whole."))
    if found["unjudged"]:
        console.print(plain(f"{found['unjudged']:,} writes of a run that ended early; the next run reads them back."))
    if not found["problems"]:
        console.print("Everything fits together.")
        return
    console.print(_problem_table(found["problems"]))
    console.print(
        plain(
            f"{len(found['problems']):,} problems. Do not sync with this store: put back a backup (talk restore FILE), "
            "or move it away to start from an empty one, and report this table as a bug."
        )
    )


def _problem_table(problems: list[dict[str, str | None]]) -> Table:
    rows = table("check", "pair", "end", "id", "problem", fixed=2)
    for row in problems:
        rows.add_row(*(cell(row[name], 120) for name in ("check", "pair", "system", "id", "problem")))
    return rows
