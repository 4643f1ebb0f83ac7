"""`talk doctor`: whether both ends are as the declarations need them; or whether the store fits together."""

import json
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.table import Table

from talk_assets.cli.screen import cell, plain, progress, results, table
from talk_assets.cli.stored import existing_store
from talk_assets.model.errors import ConfigurationError, StoreMismatchError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from talk_assets.cli.upstate import Note
    from talk_assets.fitness.findings import Finding


def doctor(
    *,
    store: Annotated[
        bool, typer.Option("--store", help="Check the store's bookkeeping against itself instead; calls no end.")
    ] = False,
    data_dir: Annotated[
        Path, typer.Option(file_okay=False, help="Where `talk up` has Dagster's home, if it runs.")
    ] = Path("data"),
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object on stdout.")] = False,
) -> None:
    """Say what is missing or wrong at both ends before a run, and with `talk up`, each with what to do. Reads only.

    Ends with 0 if nothing stands in the way, 2 if something is not kept in step or the settings are wrong, 4 if an
    end is unavailable. With --store it ends with 6 if anything does not fit together.
    """
    if store:
        _check_store(as_json=as_json)
    else:
        _check_ends(data_dir / "dagster_home", as_json=as_json)


def _check_ends(home: Path, *, as_json: bool) -> None:
    from talk_assets.settings import Settings, environment

    environ = environment()
    settings = Settings.from_environment(environ)
    from talk_assets.cli.examine import examined, exit_code
    from talk_assets.fitness.findings import Weight

    with progress("asking both ends"):
        found = examined(settings, environ)
    notes = _notes(home)
    code = exit_code(found)
    if code == 0 and any(note.weight is Weight.PROBLEM for note in notes):
        code = ConfigurationError.exit_code
    if as_json:
        told = {"fit": code == 0, "findings": [finding.as_json() for finding in found]}
        typer.echo(json.dumps(told | {"talk_up": [asdict(note) for note in notes]}))
    else:
        _show_findings(found, notes)
    raise typer.Exit(code)


def _notes(home: Path) -> "list[Note]":
    """What there is to say of a `talk up` with its Dagster home there; nothing where none is."""
    from talk_assets.cli import upstate
    from talk_assets.resources import utc_now

    state = upstate.read(home)
    return [] if state is None else upstate.judged(state, utc_now())


def _show_findings(found: "Sequence[Finding]", notes: "Sequence[Note]") -> None:
    from talk_assets.fitness.findings import Weight
    from talk_assets.model.system import System

    marks = {Weight.PROBLEM: ("✗", "bold red"), Weight.NOTICE: ("!", "yellow"), Weight.FINE: ("✓", "green")}
    console = results()
    groups: dict[str, list[Finding | Note]] = {
        system.title: [one for one in found if one.system is system] for system in System
    }
    if notes:
        groups["talk up"] = list(notes)
    for title, said in groups.items():
        console.print(plain(title, style="bold"))
        for one in said:
            mark, style = marks[one.weight]
            console.print(plain(f"  {mark} ", style=style).append_text(plain(f"{one.text} {one.action}".rstrip())))
    weights = [one.weight for said in groups.values() for one in said]
    problems, notices = weights.count(Weight.PROBLEM), weights.count(Weight.NOTICE)
    end = "Nothing stands in the way of a run." if not problems else "Mend the problems, then ask again."
    console.print(plain(f"{problems} problems, {notices} to know. {end}"))


def _check_store(*, as_json: bool) -> None:
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
