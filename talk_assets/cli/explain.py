"""`talk explain`: why a property holds what it holds, what is next, and what a person can do."""

import json
import textwrap
from typing import TYPE_CHECKING, Annotated

import typer

from talk_assets.cli.screen import plain, results
from talk_assets.cli.stored import opened_store, plain_json
from talk_assets.cli.subject import AnyId, OfPair, property_of, subject

if TYPE_CHECKING:
    from collections.abc import Iterator

    from talk_assets.reports.explanation import Explanation, Held

_WIDTH = 80


def explain(
    record: AnyId,
    name: Annotated[str, typer.Argument(metavar="PROPERTY", help="The property, by the name the pair gives it.")],
    *,
    pair: OfPair = None,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object on stdout.")] = False,
) -> None:
    """Say in plain words why a property holds what it holds, what happens next, and what you can do."""
    from talk_assets.entities import LOOKUPS, PAIRS
    from talk_assets.reports.explanation import explain as explained
    from talk_assets.resources import utc_now
    from talk_assets.session import Session

    with opened_store() as store:
        found = subject(store, record, pair)
        # No end is asked: what the store knows is what the next run begins with.
        session = Session(db=store, ends={}, clock=utc_now, pairs=PAIRS, lookups=LOOKUPS)
        told = explained(session, found, property_of(found.pair, name))
    if as_json:
        typer.echo(json.dumps(told.as_json(), default=plain_json))
        return
    console = results()
    console.print(plain(f"{told.property.name} of {found.name}", style="bold"))
    for line in _lines(told):
        console.print(plain(line))


def _lines(told: "Explanation") -> "Iterator[str]":
    from talk_assets.model.system import System
    from talk_assets.reports.explanation import sentences

    for system in System:
        if system in told.ends:
            yield ""
            yield from _end(f"{system.title} {told.ends[system].path}", told.ends[system])
    yield ""
    for heading, sentence in sentences(told):
        yield from _wrapped(f"{heading}: ", sentence)
    if told.last is not None:
        yield from _wrapped(
            "Last conflict: ", f"{told.last.at:%Y-%m-%d %H:%M:%S} UTC. {told.last.text}. {told.last.note}."
        )


def _end(heading: str, held: "Held") -> "Iterator[str]":
    from talk_assets.reports.writes import readable

    if not held.known:
        yield from _wrapped(f"{heading}: ", "not read yet")
        return
    gone = " (the record is deleted)" if held.deleted else ""
    hidden = "" if held.shown else " (as last known; the end leaves it out now)"
    yield from _wrapped(f"{heading}: ", f"{readable(held.value, 400)}{gone}{hidden}")
    since = f"since {held.since:%Y-%m-%d %H:%M:%S} UTC; " if held.since is not None else ""
    yield from _wrapped("  ", f"{since}{held.how or 'how it came there is not remembered any more'}")
    if held.agreed != held.value:
        yield from _wrapped("  ", f"when both last agreed it held {readable(held.agreed, 400)}")


def _wrapped(begin: str, text: str) -> list[str]:
    # What a control character becomes is longer than it is.
    line = plain(begin + text.replace("\n", "⏎")).plain
    return textwrap.wrap(line, _WIDTH, subsequent_indent="  ", break_long_words=True, break_on_hyphens=False)
