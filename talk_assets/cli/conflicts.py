"""`talk conflicts` and `talk resolve`: what both ends changed, and a person's word on it."""

import json
from typing import Annotated, Any

import typer
from rich.table import Table

from talk_assets.cli.screen import cell, plain, results, table
from talk_assets.cli.stored import By, PairName, RecordId, opened_store, pair_named, plain_json, who
from talk_assets.model.errors import ConfigurationError
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
    if as_json:
        typer.echo(json.dumps({"undecided": open_ones, "settled": log}, default=plain_json))
        return
    if open_ones:
        results().print(_undecided(open_ones))
        results().print(plain("Decide: talk resolve PAIR RECORD PROPERTY --take salesforce|customerp", style="dim"))
    else:
        results().print("No conflict waits for you.")
    if log:
        results().print()
        results().print(_settled(log))


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
        note = "edited since you decided" if row["asked_again"] else None if row["property"] else row["reason"]
        shown.add_row(
            *(cell(row[name]) for name in ("pair", "salesforce_id", "customerp_id")),
            cell(row["property"]),
            *(cell(_told(row, system)) for system in System),
            cell(note, limit=120),
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


def _told(row: dict[str, Any], system: System) -> str | None:
    value, at = row[f"{system}_value"], row[f"{system}_at"]
    if row["property"] is None:
        return None
    return f"{'(empty)' if value is None else value}{f' since {at:%Y-%m-%d %H:%M:%S}' if at else ''}"


def resolve(
    pair: PairName,
    record: RecordId,
    name: Annotated[str, typer.Argument(metavar="PROPERTY", help="The property in conflict.")],
    *,
    take: Annotated[System, typer.Option(help="The end whose value wins.")],
    by: By = None,
) -> None:
    """Decide a conflict. The next sync writes the value, unless either end has changed it again: then it asks again."""
    from talk_assets.links.by_hand import find_link
    from talk_assets.resources import utc_now
    from talk_assets.store import decisions

    declared = pair_named(pair)
    with opened_store() as store:
        link = find_link(store, declared, record)
        found = [
            row
            for row in decisions.undecided(store, declared).to_dicts()
            if (row["link_id"], row["property"]) == (link["link_id"], name)
        ]
        if not found:
            raise ConfigurationError(
                f"{pair} {record} has no conflict about {name} that waits for a person. Nothing was decided. "
                "See what does: talk conflicts"
            )
        seen = {key: found[0][key] for key in ("pair", "link_id", "property", "salesforce_value", "customerp_value")}
        decisions.decide(store, seen, winner=take, by=who(by), now=utc_now())
    results().print(
        plain(
            f"{take.title} wins {name} of {pair} {record}: {_plainly(seen[f'{take}_value'])} is written to "
            f"{take.other.title} by the next sync, if neither end changes it before."
        )
    )


def _plainly(value: str | None) -> str:
    return "an empty value" if value is None else f"'{value}'"
