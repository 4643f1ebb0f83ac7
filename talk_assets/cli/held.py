"""`talk held` and `talk retry`: what is held back and why, and trying it again now."""

import json
from typing import Annotated

import typer

from talk_assets.cli.screen import cell, plain, results, table
from talk_assets.cli.stored import PairName, opened_store, pair_named, plain_json
from talk_assets.model.errors import ConfigurationError
from talk_assets.model.system import System


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
) -> None:
    """Try what is in quarantine again with the next sync, though its record did not change."""
    from talk_assets.entities import LOOKUPS, PAIRS
    from talk_assets.store import intents, mapped, quarantine, raw

    declared = pair_named(pair)
    with opened_store() as store, store.transaction():
        released = quarantine.release(store, declared, record)
        # A record waits as well for the Account or Opportunity that was refused for it.
        parents = intents.release(store, list(LOOKUPS))
        intents.let_go(store, declared.name, record)
        for stage, system, one in released.iter_rows():
            end = System(system)
            if stage == "raw":
                raw.read_anew(store, declared.entity(end))
                if declared.parent is not None:
                    raw.read_anew(store, PAIRS[declared.parent].entity(end))
            elif stage == "mapped":
                raw.touch(store, declared.entity(end), [one])
            else:
                mapped.touch(store, declared, end, [one])
    if released.is_empty() and not parents:
        which = f"{pair} {record}" if record else f"No {pair}"
        raise ConfigurationError(
            f"{which} is {'not ' if record else ''}in quarantine. Nothing was released. See what is held: talk held"
        )
    count = released.select("system", "record_id").unique().height
    results().print(plain(f"{count:,} of {pair} are tried again by the next sync."))
