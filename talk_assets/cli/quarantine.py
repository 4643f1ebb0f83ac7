"""`talk quarantine`: the records out of the flow, with what was objected to, since when, and who let them go last."""

import json
from typing import Annotated, Any

import typer

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
    rows = table("pair", "from", "record", "property", "value", "since (UTC)", "why", fixed=3)
    for row in found[:limit]:
        rows.add_row(
            *(cell(text) for text in (row["pair"], System(row["system"]).title, row["record_id"] or None)),
            *(cell(row[name] or None, limit=30) for name in ("property", "value")),
            cell(_since(row)),
            cell(row["reason"], limit=400),
        )
    results().print(rows)
    if len(found) > limit:
        results().print(plain(f"and {len(found) - limit:,} more: --limit", style="dim"))
    results().print(plain("Each is tried again when its record changes.", style="dim"))
    results().print(plain("Try one again as it is: talk release RECORD. All of a pair: talk retry PAIR", style="dim"))


def _since(row: dict[str, Any]) -> str:
    again = f", {row['attempts']} tries" if row["attempts"] > 1 else ""
    by = f", let go {row['released_at']:%Y-%m-%d %H:%M} by {row['released_by']}" if row["released_by"] else ""
    return f"{row['first_seen']:%Y-%m-%d %H:%M}{again}{by}"
