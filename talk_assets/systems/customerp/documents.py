"""Customerp records, with the lines inside documents, as raw frames."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import polars as pl

from talk_assets.model.wire import Entity
from talk_assets.systems import records
from talk_assets.systems.customerp.ids import id_of
from talk_assets.systems.port import Page, Reject

LAYOUT = records.Layout(id="id", stamp="updatedAt", version="version", deleted="deleted", id_of=id_of)
MOST_LINES = 20_000
"""Lines one document may have; more would be a fault rather than an order."""


def page_of(entity: Entity, items: Sequence[Any], *, layout: records.Layout = LAYOUT) -> Page:
    """Return *items* of *entity* as a page, with one more frame for each child entity.

    A line takes its document's stamp, version and tombstone. A document with a line that cannot be
    read is rejected whole, because without that line it would look as if the line had been removed.
    """
    decoded = records.decode(entity, items, layout)
    rejects = list(decoded.rejects)
    frames = {entity.name: decoded.frame}
    broken: dict[str, Reject] = {}
    documents = {str(items[place][LAYOUT.id]): items[place] for place in decoded.kept} if entity.children else {}
    for child in entity.children:
        frames[child.name], found = _lines_of(entity, child, documents, broken, layout)
        rejects += found
    if broken:
        gone = list(broken)
        frames = {
            name: frame.filter(~pl.col("_id" if name == entity.name else "_parent").is_in(gone))
            for name, frame in frames.items()
        }
    return Page(frames=frames, rejects=(*rejects, *broken.values()))


def empty_page(entity: Entity, *, cursor: str | None = None) -> Page:
    """Return a page of *entity* and its children without rows."""
    return Page(frames={e.name: records.empty(e) for e in (entity, *entity.children)}, cursor=cursor)


def merged(entity: Entity, pages: Sequence[Page]) -> Page:
    """Return several pages of *entity* as one."""
    if not pages:
        return empty_page(entity)
    return Page(
        frames={name: pl.concat([p.frames[name] for p in pages]) for name in pages[0].frames},
        rejects=tuple(reject for p in pages for reject in p.rejects),
    )


def _lines_of(
    entity: Entity, child: Entity, documents: dict[str, Any], broken: dict[str, Reject], layout: records.Layout
) -> tuple[pl.DataFrame, list[Reject]]:
    """Return the lines' frame and the lines that could not be read; their documents are added to *broken*."""
    path = child.nested_at or "lines"
    lines: list[Any] = []
    owners: list[str] = []
    for name, document in documents.items():
        nested = document.get(path)
        if nested is None and document[LAYOUT.deleted]:
            continue
        if not isinstance(nested, list) or not all(isinstance(line, dict) for line in nested):
            broken[name] = _broken(entity, path, name, document, f"{path} is not an array of objects")
        elif len(nested) > MOST_LINES:
            reason = f"{path} holds {len(nested):,} lines, more than the {MOST_LINES:,} that are read"
            broken[name] = replace(_broken(entity, path, name, {}, reason), raw="")
        else:
            about = {name: document[name] for name in (layout.stamp, layout.version, layout.deleted)}
            lines += [line | about for line in nested]
            owners += [name] * len(nested)
    decoded = records.decode(child, lines, layout, parents=owners)
    for place in sorted(set(range(len(lines))) - set(decoded.kept)) if len(decoded.kept) < len(lines) else ():
        reason = f"{path} holds a line that cannot be read: {_why(lines[place], decoded.rejects)}"
        broken.setdefault(owners[place], _broken(entity, path, owners[place], documents[owners[place]], reason))
    return decoded.frame, [reject for reject in decoded.rejects if id_of(reject.id)]


def _why(line: dict[str, Any], rejects: Sequence[Reject]) -> str:
    reasons = {reject.id: reject.reason for reject in rejects}
    name = line.get(LAYOUT.id)
    return f"{name}: {reasons[name]}" if name in reasons else "its id cannot be used, or comes twice"


def _broken(entity: Entity, path: str, name: str, document: dict[str, Any], reason: str) -> Reject:
    return Reject(entity=entity.name, id=name, property=path, reason=reason, raw=records.raw_json(document))
