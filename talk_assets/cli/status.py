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
from talk_assets.settings import customerp_port, environment


def status(*, as_json: Annotated[bool, typer.Option("--json", help="One JSON object on stdout.")] = False) -> None:
    """Show links, what waits for a person, and how far each end was read. Calls no end."""
    from talk_assets.store.status import status as status_of
    from talk_assets.systems.plugged import plug_named

    with opened_store() as store:
        found = status_of(store)
    plug = plug_named(customerp_port(environment()))
    found["customerp_port"] = {"name": plug.name, "package": plug.package}
    if as_json:
        typer.echo(json.dumps(found))
    else:
        results().print(status_table(found))
        if plug.package is not None:
            results().print(plain(f"Customerp is spoken to by the port {plug.title}.", style="dim"))
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
    """A cursor as a person reads it: its values without their names; a port of others' may keep any text."""
    if cursor is None:
        return None
    try:
        found = json.loads(cursor)
    except ValueError:
        return cursor
    return ", ".join(str(value) for value in found.values()) if isinstance(found, dict) else cursor
