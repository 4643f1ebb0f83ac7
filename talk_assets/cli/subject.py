"""Which record a person means."""

from typing import TYPE_CHECKING, Annotated

import typer

from talk_assets.cli.stored import pair_named
from talk_assets.model.errors import ConfigurationError

if TYPE_CHECKING:
    from talk_assets.model.pair import EntityPair, Property
    from talk_assets.store.database import Database
    from talk_assets.store.finding import Found

AnyId = Annotated[
    str,
    typer.Argument(
        metavar="RECORD", help="A record: its id on either end, our key, its number, or a value it is matched by."
    ),
]
OfPair = Annotated[
    str | None, typer.Option("--pair", metavar="NAME", help="The pair it is of, where RECORD fits several.")
]
_NAMED = 10


def subject(store: "Database", text: str, pair: str | None) -> "Found":
    """The one thing that *text* means.

    Raises:
        ConfigurationError: it means nothing that was ever read, or several things, which are named.
    """
    from talk_assets.entities import PAIRS
    from talk_assets.store.finding import find
    from talk_assets.systems.salesforce.ids import id_of

    long_id = id_of(text)
    found = find(store, PAIRS.values() if pair is None else [pair_named(pair)], [text, *([long_id] if long_id else [])])
    if not found:
        of = "record" if pair is None else pair
        raise ConfigurationError(
            f"No {of} is known by '{text}': no id of either end, no key, and no number or match value is this. Nothing "
            "was changed. Check it, or read both ends first: talk sync"
        )
    if len(found) > 1:
        named = "\n".join(f"  {one.name}" for one in found[:_NAMED])
        more = f"\n  and {len(found) - _NAMED:,} more" if len(found) > _NAMED else ""
        raise ConfigurationError(
            f"'{text}' means {len(found):,} records. Nothing was changed. Give the id of one, and --pair where several "
            f"pairs have it:\n{named}{more}"
        )
    return found[0]


def property_of(pair: "EntityPair", name: str) -> "Property":
    """The property of that name.

    Raises:
        ConfigurationError: the pair has none; those it has are named.
    """
    if name not in pair.by_name:
        raise ConfigurationError(
            f"A {pair.name} has no property named {name}. Nothing was looked up. Its properties are: "
            f"{', '.join(pair.names)}."
        )
    return pair.by_name[name]
