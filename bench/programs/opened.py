"""A session of ours over the benchmark's server, with an empty store."""

from collections.abc import Iterator
from contextlib import contextmanager
from shutil import rmtree

from bench.case import Context
from talk_assets.resources import open_session
from talk_assets.session import Session
from talk_assets.settings import Settings, variables_for


@contextmanager
def opened(context: Context, *, empty: bool = True, **settings: str) -> Iterator[Session]:
    """Open a session; without *empty* over the store that a program before left. *settings* are further variables."""
    home = context.folder / "ours"
    if empty:
        rmtree(home, ignore_errors=True)
    home.mkdir(exist_ok=True)
    environ = variables_for(context.facts, store=home / "store.duckdb") | settings
    with open_session(Settings.from_environment(environ)) as session:
        yield session
