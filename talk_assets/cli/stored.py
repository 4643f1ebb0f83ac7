"""The store as commands open it that call no end."""

import getpass
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from talk_assets.model.errors import ConfigurationError
from talk_assets.settings import environment, store_path

if TYPE_CHECKING:
    from talk_assets.model.pair import EntityPair
    from talk_assets.store.database import Database

_SHORT = 15
"""How many characters the short spelling of a Salesforce id has."""

PairName = Annotated[str, typer.Argument(metavar="PAIR", help="The pair: product, contact, order, ...")]
RecordId = Annotated[str, typer.Argument(metavar="RECORD", help="A record's id on either end.")]
By = Annotated[str | None, typer.Option("--by", metavar="NAME", help="Who says so. Default: the user of this machine.")]


def existing_store() -> Path:
    """Where the store is.

    Raises:
        ConfigurationError: there is none yet.
    """
    path = store_path(environment())
    if not path.exists():
        raise ConfigurationError(
            f"There is no store at {path} yet. Nothing was made there. Run `talk sync` first, or point "
            "TALK_STORE at the store you mean."
        )
    return path


@contextmanager
def opened_store() -> "Iterator[Database]":
    """Open the store under its lock.

    Raises:
        ConfigurationError: there is no store yet.
        StoreBusyError: a run holds it.
    """
    path = existing_store()
    from talk_assets.entities import PAIRS
    from talk_assets.store.database import Database
    from talk_assets.store.tables import create_tables

    with Database(path) as store:
        create_tables(store, PAIRS.values(), ())
        yield store


def pair_named(name: str) -> "EntityPair":
    """The pair of that name.

    Raises:
        ConfigurationError: there is none.
    """
    from talk_assets.entities import PAIRS

    if name not in PAIRS:
        raise ConfigurationError(
            f"There is no pair named {name}. Nothing was changed. The pairs are: {', '.join(PAIRS)}."
        )
    return PAIRS[name]


def in_full(text: str) -> str:
    """A Salesforce id of 15 characters, as its pages' addresses may have it, as the 18 that the store knows it by."""
    if len(text) != _SHORT:
        return text
    from talk_assets.systems.salesforce.ids import id_of

    return id_of(text) or text


def who(by: str | None) -> str:
    """Who gives the command."""
    return by or getpass.getuser()


def plain_json(value: object) -> Any:  # noqa: ANN401 - whatever JSON holds
    """What `json.dumps` cannot write by itself: times, in ISO 8601."""
    if isinstance(value, datetime):
        return value.isoformat()
    raise TypeError(f"{type(value).__name__} is no JSON value")
