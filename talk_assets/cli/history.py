"""`talk history`: all that is known of one record's past, on both ends and between them."""

import json
from typing import TYPE_CHECKING, Annotated

import typer

from talk_assets.cli.screen import cell, plain, results, table
from talk_assets.cli.stored import opened_store, plain_json
from talk_assets.cli.subject import AnyId, OfPair, property_of, subject

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from rich.text import Text

    from talk_assets.reports.timeline import Event
    from talk_assets.store.finding import Found

_LINES = 5
"""Lines of a document that are named."""
_RUN = 8
"""Characters of a run's id, as Dagster's pages show it."""


def history(
    record: AnyId,
    *,
    pair: OfPair = None,
    name: Annotated[
        str | None, typer.Option("--property", metavar="NAME", help="Only this property, and the record as a whole.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object on stdout.")] = False,
) -> None:
    """Show what happened to a record, oldest first: values, reads, writes, conflicts, links, decisions."""
    from talk_assets.reports.timeline import lines_of, of_property, timeline

    with opened_store() as store:
        found = subject(store, record, pair)
        events = timeline(store, found)
        lines = lines_of(store, found)
    if name is not None:
        events = of_property(events, property_of(found.pair, name).name)
    if as_json:
        told = {
            "pair": found.pair.name,
            "records": found.ids,
            "lines": lines,
            "events": [one.as_json() for one in events],
        }
        typer.echo(json.dumps(told, default=plain_json))
        return
    _show(found, events, name)
    for child, ids in lines.items():
        told_of = ", ".join(ids[:_LINES]) + (f" and {len(ids) - _LINES:,} more" if len(ids) > _LINES else "")
        results().print(plain(f"Its lines have a past of their own: talk history LINE --pair {child}", style="dim"))
        results().print(plain(f"  {told_of}", style="dim"))


def _show(found: "Found", events: "Sequence[Event]", name: str | None) -> None:
    results().print(plain(found.name, style="bold"))
    if not events:
        results().print("Nothing is remembered of it: it was last touched before the history began, or was kept.")
        return
    rows = table("when (UTC)", "end", "what", fixed=2)
    for one in events:
        what = _line(one)
        for more in _notes(one, name):
            what.append("\n").append(plain(more.replace("\n", "⏎"), style="dim"))
        rows.add_row(plain(f"{one.at:%Y-%m-%d %H:%M:%S}"), cell(one.system.title if one.system else None), what)
    results().print(rows)


def _line(event: "Event") -> "Text":
    from talk_assets.reports.writes import readable

    if event.kind == "value":
        return cell(f"{event.property}: {readable(event.old)} → {readable(event.new)}", limit=400)
    return cell(event.text if event.property is None else f"{event.property}: {event.text}", limit=400)


def _notes(event: "Event", name: str | None) -> "Iterator[str]":
    if event.by is not None:
        yield f"by {event.by}"
    if event.values:
        yield _values(event, name)
    # When the end says it happened, where that is another second than the store learned of it.
    stamped = event.stamp is not None and f"{event.stamp:%Y%m%d%H%M%S}" != f"{event.at:%Y%m%d%H%M%S}"
    said = [f"edited {event.stamp:%Y-%m-%d %H:%M:%S}"] if stamped and not event.ours else []
    if event.note is not None:
        said.append(event.note)
    if event.run is not None:
        said.append(f"run {event.run[:_RUN]}")
    if said:
        yield "; ".join(said)


def _values(event: "Event", name: str | None) -> str:
    """The values of a write; of a record first seen only that of *name*, or how many they are."""
    from talk_assets.reports.writes import readable

    if event.kind == "seen" and name is None:
        return f"with {len(event.values)} values"
    told = event.values if event.kind != "seen" else {name: event.values.get(str(name))}
    return ", ".join(f"{one} {readable(value)}" for one, value in told.items())
