"""Customerp records, with the lines inside documents, as raw frames."""

from collections.abc import Sequence
from typing import Any

import polars as pl

from talk_assets.model.wire import Entity
from talk_assets.systems import records
from talk_assets.systems.port import Page, Reject, raw_schema

LAYOUT = records.Layout(id="id", stamp="updatedAt", version="version", deleted="deleted")
_OWN = "\x00document"


def page_of(entity: Entity, items: Sequence[Any], *, cursor: str | None = None) -> Page:
    """Return *items* of *entity* as a page, with one more frame for each child entity.

    A line takes its document's stamp, version and tombstone. A document with a line that cannot be
    read is rejected whole, because without that line it would look as if the line had been removed.
    """
    decoded = records.decode(entity, items, LAYOUT)
    rejects = list(decoded.rejects)
    frames = {entity.name: decoded.frame}
    broken: set[str] = set()
    for child in entity.children:
        frame, found, documents = _lines_of(child, items)
        frames[child.name] = frame
        rejects += found
        broken |= documents
    if entity.children:
        rejects += [_without_lines(entity, item) for item in items if _id_of(item) in broken]
        broken |= {r.id for r in decoded.rejects}
        if broken:
            gone = list(broken)
            frames = {
                name: frame.filter(~pl.col("_id" if name == entity.name else "_parent").is_in(gone))
                for name, frame in frames.items()
            }
    return Page(frames=frames, rejects=tuple(rejects), cursor=cursor)


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


def _lines_of(child: Entity, items: Sequence[Any]) -> tuple[pl.DataFrame, list[Reject], set[str]]:
    """Return the lines' frame, the lines that could not be read, and their documents' ids."""
    lines: list[Any] = []
    broken: list[Reject] = []
    for item in items:
        if not isinstance(item, dict):
            continue
        nested = item.get(child.nested_at or "lines") or []
        about = {
            _OWN: item.get("id"),
            "updatedAt": item.get("updatedAt"),
            "version": item.get("version"),
            "deleted": item.get("deleted"),
        }
        if isinstance(nested, list) and all(isinstance(line, dict) for line in nested):
            lines += [line | about for line in nested]
        else:
            broken.append(_reject(child, item, f"{child.nested_at} is not an array of objects"))
    decoded = records.decode(child, lines, LAYOUT)
    parents = pl.Series("_parent", [line[_OWN] for line in lines], dtype=pl.String, strict=False)
    documents = {reject.id for reject in broken}
    frame = decoded.frame
    if decoded.rejects:
        unread = {reject.id for reject in decoded.rejects}
        documents |= {str(line[_OWN]) for line in lines if line.get("id") in unread or not line.get("id")}
        keep = [isinstance(line.get("id"), str) and bool(line["id"]) and line["id"] not in unread for line in lines]
        parents = parents.filter(pl.Series(keep, dtype=pl.Boolean))
    frame = frame.with_columns(parents).select(list(raw_schema(child)))
    return frame, [*broken, *decoded.rejects], documents


def _id_of(item: Any) -> str | None:  # noqa: ANN401 - JSON
    found = item.get("id") if isinstance(item, dict) else None
    return found if isinstance(found, str) else None


def _without_lines(entity: Entity, item: dict[str, Any]) -> Reject:
    reason = "one of its lines cannot be read"
    return Reject(
        entity=entity.name,
        id=str(item["id"]),
        property=entity.children[0].nested_at or "",
        reason=reason,
        raw=records.raw_json(item),
    )


def _reject(child: Entity, item: dict[str, Any], reason: str) -> Reject:
    raw = records.raw_json(item)
    return Reject(entity=child.name, id=str(item.get("id")), property=child.nested_at or "", reason=reason, raw=raw)
