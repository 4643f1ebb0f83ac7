"""`talk quarantine`: the records out of the flow, with what was objected to, since when, and who let them go last."""

import json
from typing import Annotated, Any

import typer
from rich.text import Text

from talk_assets.cli.screen import cell, plain, results, table
from talk_assets.cli.stored import opened_store, pair_named, plain_json
from talk_assets.model.system import System


def quarantine(
    *,
    pair: Annotated[str | None, typer.Option("--pair", metavar="NAME", help="Only this pair.")] = None,
    limit: Annotated[int, typer.Option(min=1, help="Entries shown.")] = 50,
    as_json: Annotated[bool, typer.Option("--json", help="A JSON array on stdout, of all entries.")] = False,
) -> None:
    """Show the records in quarantine, longest first: the property, the value, why, since when, and the tries."""
    from talk_assets.store import quarantine as entries
    from talk_assets.store import releases

    with opened_store() as store:
        found = entries.entries(store, None if pair is None else pair_named(pair).name).drop("_seq").to_dicts()
        let_go = releases.last(store)
    for row in found:
        by, at = let_go.get((row["pair"], row["system"], row["record_id"]), (None, None))
        row |= {"released_by": by, "released_at": at}
    if as_json:
        typer.echo(json.dumps(found, default=plain_json))
        return
    if not found:
        results().print("Nothing is in quarantine.")
        return
    rows = table("since (UTC)", "from", "what and why", fixed=2)
    for row in found[:limit]:
        rows.add_row(cell(f"{row['first_seen']:%Y-%m-%d %H:%M}"), cell(System(row["system"]).title), _entry(row))
    results().print(rows)
    if len(found) > limit:
        results().print(plain(f"and {len(found) - limit:,} more: --limit", style="dim"))
    results().print(plain("Each is tried again when its record changes.", style="dim"))
    results().print(plain("Try one again as it is: talk release RECORD. All of a pair: talk retry PAIR", style="dim"))


def _entry(row: dict[str, Any]) -> Text:
    """The record, what was objected to, and below it why, how often it was tried, and who let it go last."""
    from talk_assets.reports.writes import readable

    value = f" {readable(row['value'])}" if row["value"] else ""
    told = cell(f"{row['pair']} {row['record_id'] or 'without an id'}", limit=200)
    if row["property"]:
        told.append(plain(f": {row['property']}{value}"))
    more = [f"tried {row['attempts']} times"] if row["attempts"] > 1 else []
    more += [f"let go {row['released_at']:%Y-%m-%d %H:%M} by {row['released_by']}"] if row["released_by"] else []
    why = "\n".join([row["reason"], *(["; ".join(more)] if more else [])])
    return told.append("\n").append(plain(why, style="dim"))
