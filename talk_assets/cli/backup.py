"""`talk backup` and `talk restore`: whole copies of the store, made and put back while nothing runs."""

from pathlib import Path
from typing import Annotated

import typer

from talk_assets.cli.screen import plain, results
from talk_assets.cli.stored import existing_store
from talk_assets.settings import environment, store_path

Backup = Annotated[Path, typer.Argument(metavar="FILE", dir_okay=False, help="The backup, a file of its own.")]


def backup(file: Backup) -> None:
    """Copy the store to FILE, which must not exist yet. Refused while a run holds the store."""
    path = existing_store()
    from talk_assets.store.backup import back_up

    back_up(path, file)
    results().print(plain(f"The store {path} is copied to {file} ({file.stat().st_size:,} bytes)."))


def restore(file: Backup) -> None:
    """Check the backup FILE and put a copy of it in the store's place. Refused while a run holds the store.

    The store that was there is kept beside it. The next run reads both ends whole; where they differ from what the
    backup knows both values are logged as a conflict.
    """
    path = store_path(environment())
    from talk_assets.store.backup import restore as put_back

    kept = put_back(path, file)
    results().print(plain(f"The store {path} is restored from {file}."))
    if kept is not None:
        results().print(plain(f"What was there is kept as {kept}."))
