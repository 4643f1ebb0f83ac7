"""`talk settings`: what every variable is set to here, where that comes from, and what is wrong with it."""

import json
import os
from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated

import typer

from talk_assets.cli.screen import cell, plain, results, table
from talk_assets.model.errors import ConfigurationError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from talk_assets.settings.survey import Found, Unknown


def settings(
    *,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object on stdout.")] = False,
) -> None:
    """Show every setting: its value, where that comes from, and what is wrong. Secrets stay hidden; calls no end.

    Ends with 2 if a sync would refuse them.
    """
    from talk_assets.settings import AlertSettings, env_file
    from talk_assets.settings.survey import survey, unknown

    file = env_file()
    found, strange = survey(os.environ, file), unknown(os.environ, file)
    problems = [one.problem for one in found if one.problem is not None]
    if not problems:
        # What is wrong with alerts may lie in two of them together.
        try:
            AlertSettings.from_environment({**file, **os.environ})
        except ConfigurationError as error:
            problems.append(str(error))
    if as_json:
        typer.echo(
            json.dumps(
                {
                    "settings": [asdict(one) for one in found],
                    "unknown": [asdict(one) for one in strange],
                    "problems": problems,
                }
            )
        )
    else:
        _show(found, strange, problems)
    if problems:
        raise typer.Exit(ConfigurationError.exit_code)


def _show(found: "Sequence[Found]", strange: "Sequence[Unknown]", problems: "Sequence[str]") -> None:
    from talk_assets.settings.survey import DEFAULT

    rows = table("variable", "value", "from", fixed=1)
    group = ""
    for one in found:
        if one.group != group:
            group = one.group
            rows.add_section()
            rows.add_row(plain(group, style="bold"))
        style = "red" if one.problem else "dim" if one.origin in {DEFAULT, ""} else ""
        rows.add_row(plain(f"  {one.name}", style=style), cell(one.value), plain(one.origin))
    console = results()
    console.print(rows)
    for unread in strange:
        meant = f" Is {unread.meant} meant?" if unread.meant else ""
        console.print(
            plain(f"{unread.name} ({unread.origin}) is no setting, and has no effect.{meant}", style="yellow")
        )
    for problem in problems:
        console.print(plain(problem, style="red"))
    console.print(plain("Nothing is missing or wrong." if not problems else "Nothing is read or written until then."))
