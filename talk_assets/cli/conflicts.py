"""`talk conflicts`: what waits for a person's word, and what was decided."""

import json
from typing import Annotated, Any

import typer
from rich.table import Table

from talk_assets.cli.screen import cell, plain, results, table
from talk_assets.cli.stored import opened_store, plain_json
from talk_assets.model.system import System

_SHOWN = 20


def conflicts(
    *,
    limit: Annotated[int, typer.Option(min=0, help="Settled conflicts shown of each pair.")] = _SHOWN,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object on stdout.")] = False,
) -> None:
    """Show the conflicts that wait for you, and the log of those settled: both values, when, and who won."""
    from talk_assets.entities import PAIRS
    from talk_assets.store import decisions

    with opened_store() as store:
        open_ones = [row for pair in PAIRS.values() for row in decisions.undecided(store, pair).to_dicts()]
        waiting = {(row["link_id"], row["property"], row["found_at"]) for row in open_ones}
        log = [
            row
            for pair in PAIRS.values()
            for row in decisions.history(store, pair).head(limit + len(waiting)).to_dicts()
            if (row["link_id"], row["property"], row["found_at"]) not in waiting
        ][: limit * len(PAIRS)]
        records = [
            {"pair": pair.name} | row
            for pair in PAIRS.values()
            for row in decisions.deletions(store, pair).head(limit).to_dicts()
        ]
    if as_json:
        told = {"undecided": open_ones, "settled": log, "deletions": records}
        typer.echo(json.dumps(told, default=plain_json))
        return
    if open_ones:
        results().print(_undecided(open_ones))
        for way in _ways(open_ones):
            results().print(plain(way, style="dim"))
    else:
        results().print("No conflict waits for you.")
    if log:
        results().print()
        results().print(_settled(log))
    if records:
        results().print()
        results().print(_deletions(records))


def _ways(rows: list[dict[str, Any]]) -> list[str]:
    """The commands that decide *rows*."""
    ways = []
    if any(row["property"] is not None for row in rows):
        ways.append("Decide: talk resolve PAIR RECORD PROPERTY --take salesforce|customerp")
    if any(row["property"] is None for row in rows):
        ways.append(
            "Of a record that one end deleted: talk resolve PAIR RECORD --keep (it is made anew there) or --delete "
            "(it is deleted here, too)"
        )
    return ways


def _undecided(rows: list[dict[str, Any]]) -> Table:
    shown = table(
        "pair",
        "Salesforce",
        "Customerp",
        "property",
        "Salesforce has",
        "Customerp has",
        "note",
        title="To decide",
        fixed=3,
    )
    for row in rows:
        again = "edited since you decided" if row["asked_again"] else None
        note = again if row["property"] else f"{again}. {row['reason']}" if again else row["reason"]
        shown.add_row(
            *(cell(row[name]) for name in ("pair", "salesforce_id", "customerp_id")),
            cell(row["property"]),
            *(cell(_told(row, system)) for system in System),
            cell(note, limit=200),
        )
    return shown


def _settled(rows: list[dict[str, Any]]) -> Table:
    shown = table(
        "pair",
        "Salesforce",
        "Customerp",
        "property",
        "Salesforce had",
        "Customerp had",
        "won",
        "by",
        title="Settled",
        fixed=3,
    )
    for row in rows:
        policy = str(row["policy"]).replace("_", " ")
        shown.add_row(
            *(cell(row[name]) for name in ("pair", "salesforce_id", "customerp_id", "property")),
            *(cell(_told(row, system)) for system in System),
            cell(System(row["winner"]).title if row["winner"] else "neither: edited again"),
            cell(row["decided_by"] or policy),
        )
    return shown


def _deletions(rows: list[dict[str, Any]]) -> Table:
    shown = table("pair", "Salesforce", "Customerp", "decided", "by", title="Records that one end deleted", fixed=3)
    for row in rows:
        words = {"standing": "not carried out yet", "overtaken": "asked again: edited or restored since"}
        more = words.get(row["state"])
        shown.add_row(
            *(cell(row[name]) for name in ("pair", "salesforce_id", "customerp_id")),
            cell(row["decision"] + (f", {more}" if more else "")),
            cell(row["decided_by"]),
        )
    return shown


def _told(row: dict[str, Any], system: System) -> str | None:
    value, at = row[f"{system}_value"], row[f"{system}_at"]
    if row["property"] is None:
        return None
    return f"{'(empty)' if value is None else value}{f' since {at:%Y-%m-%d %H:%M:%S}' if at else ''}"
