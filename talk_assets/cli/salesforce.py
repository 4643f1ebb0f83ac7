"""`talk salesforce metadata`: what to deploy to an org before the first run."""

from pathlib import Path
from typing import Annotated

import typer

from talk_assets.cli.screen import plain, results
from talk_assets.model.errors import ConfigurationError
from talk_assets.settings import environment, salesforce_names

salesforce = typer.Typer(help="What a Salesforce org needs to be synced.", no_args_is_help=True)


@salesforce.callback()
def _salesforce() -> None:
    """Keep `metadata` a command of its own."""


@salesforce.command("metadata")
def metadata(
    *, out: Annotated[Path, typer.Option("--out", metavar="DIR", file_okay=False, help="A new or empty directory.")]
) -> None:
    """Write a deployable project: our key field, and a permission set with the rights the sync needs. Calls no end."""
    key, api_version = salesforce_names(environment())
    if out.exists() and any(out.iterdir()):
        raise ConfigurationError(f"{out} is not empty. Nothing was written. Name a new or empty directory.")
    from dataclasses import replace

    from talk_assets.entities import LOOKUPS, PAIRS
    from talk_assets.fitness.metadata import project
    from talk_assets.fitness.needs import needs_of

    pairs = [replace(pair, salesforce_key=key) for pair in PAIRS.values()]
    lookups = [replace(one, key_path=key if one.key_path else None) for one in LOOKUPS.values()]
    files = project(needs_of(pairs, lookups), api_version=api_version)
    for name, text in files.items():
        path = out / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    results().print(plain(f"{len(files)} files were written to {out}. {out / 'README.md'} says what to do with them."))
