"""`talk status`: what the store knows."""

import json
from collections.abc import Mapping
from typing import Annotated, Any

import typer
from rich.table import Table

from talk_assets.cli.reports import waiting, ways_on
from talk_assets.cli.screen import cell, plain, results, table
from talk_assets.cli.stored import opened_store
from talk_assets.model.system import System


def status(*, as_json: Annotated[bool, typer.Option("--json", help="One JSON object on stdout.")] = False) -> None:
    """Show links, what waits for a person, and how far each end was read. Calls no end."""
    from talk_assets.store.status import status as status_of

    with opened_store() as store:
        found = status_of(store)
    if as_json:
        typer.echo(json.dumps(found))
    else:
        results().print(status_table(found))
        for line in ways_on(found["pairs"]):
            results().print(plain(line, style="dim"))


def status_table(found: Mapping[str, Any]) -> Table:
    """A row a pair: links, what waits by reason, and the cursor of each end."""
    rows = table("pair", "links", "waiting", *(f"{system.title} read to" for system in System))
    for name, pair in found["pairs"].items():
        cursors = pair["cursors"]
        rows.add_row(
            cell(name),
            cell(f"{pair['links']:,}"),
            cell(waiting(pair)),
            *(cell(_point(cursors.get(system.value))) for system in System),
        )
    return rows


def _point(cursor: str | None) -> str | None:
    """A cursor as a person reads it: its values without their names."""
    return None if cursor is None else ", ".join(str(value) for value in json.loads(cursor).values())
