"""`talk held`, `talk retry` and `talk release`: what is held back and why, and trying it again now."""

import json
from typing import TYPE_CHECKING, Annotated

import typer

from talk_assets.cli.screen import cell, plain, results, table
from talk_assets.cli.stored import By, PairName, opened_store, pair_named, plain_json, who
from talk_assets.cli.subject import AnyId, OfPair, subject
from talk_assets.model.errors import ConfigurationError
from talk_assets.model.system import System

if TYPE_CHECKING:
    from talk_assets.model.pair import EntityPair
    from talk_assets.store.database import Database


def held(*, as_json: Annotated[bool, typer.Option("--json", help="A JSON array on stdout.")] = False) -> None:
    """Show everything that is held back, record by record, with the reason and what releases it.

    What an end stores otherwise than it was sent is shown once for each property.
    """
    from talk_assets.entities import PAIRS
    from talk_assets.store.waiting import stored_otherwise, waiting

    with opened_store() as store:
        found = [*waiting(store, PAIRS.values()).to_dicts(), *stored_otherwise(store, PAIRS.values()).to_dicts()]
    if as_json:
        typer.echo(json.dumps(found, default=plain_json))
        return
    if not found:
        results().print("Nothing is held back.")
        return
    rows = table("pair", "from", "record", "property", "state", "why", fixed=3)
    for row in found:
        rows.add_row(
            cell(row["pair"]),
            cell(System(row["system"]).title if row["system"] else None),
            *(cell(row[name]) for name in ("id", "property", "state")),
            cell(row["reason"], limit=400),
        )
    results().print(rows)


def retry(
    pair: PairName,
    record: Annotated[
        str | None, typer.Argument(metavar="RECORD", help="Only this record, by its id on the end it is from.")
    ] = None,
    *,
    by: By = None,
) -> None:
    """Try what is in quarantine again with the next sync, though its record did not change."""
    declared = pair_named(pair)
    with opened_store() as store:
        _let_go(store, declared, None if record is None else [record], name=f"{pair} {record or ''}".rstrip(), by=by)


def release(record: AnyId, *, pair: OfPair = None, by: By = None) -> None:
    """Let one record out of quarantine: the next sync tries it again, though it did not change."""
    with opened_store() as store:
        found = subject(store, record, pair)
        every = [one for ids in found.records.values() for one in ids]
        _let_go(store, found.pair, every, name=found.name, by=by)


def _let_go(store: "Database", pair: "EntityPair", records: list[str] | None, *, name: str, by: str | None) -> None:
    from talk_assets.entities import LOOKUPS, PAIRS
    from talk_assets.resources import utc_now
    from talk_assets.store.releases import let_go

    count, parents = let_go(store, pair, PAIRS, records, lookups=list(LOOKUPS), by=who(by), now=utc_now())
    if not count and not parents:
        which = f"No {pair.name} is" if records is None else f"{name} is not"
        raise ConfigurationError(f"{which} in quarantine. Nothing was released. See what is held: talk held")
    results().print(plain(f"{count:,} of {pair.name} are tried again by the next sync."))
