"""How an end in memory tells what changed: Customerp by number, Salesforce by stamp."""

import json
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime, timedelta

from talk_assets.model.wire import Entity
from talk_assets.systems.memory_rows import Rows
from talk_assets.systems.port import Page


@dataclass(frozen=True, kw_only=True)
class Feed:
    """Rows to be read, *page* of them at a time; *called* is told of each call.

    A fetch by stamp starts *lookback* before its cursor, and *date* is the time its answers show.
    """

    rows: Rows
    page: int
    called: Callable[[], None]
    lock: AbstractContextManager[object]
    lookback: timedelta
    date: Callable[[], datetime]


def by_stamp(feed: Feed, entity: Entity, cursor: str | None) -> Iterator[Page]:
    """Yield rows in (stamp, id) order; the new cursor is the answers' date before the first page."""
    old = None if cursor is None else datetime.fromisoformat(json.loads(cursor)["stamp"])
    since = None if old is None else old - feed.lookback
    started = feed.date().replace(microsecond=0)
    after: tuple[datetime, str] | None = None
    while True:
        feed.called()
        with feed.lock:
            rows = feed.rows.stamped(entity, since=since, after=after, most=feed.page)
            frames = feed.rows.frames(entity, rows)
        if len(rows) < feed.page:
            stamp = max(started, old or started)
            yield Page(frames=frames, cursor=json.dumps({"stamp": stamp.isoformat()}))
            return
        # Whoever takes the page may take his time, and the last row may be edited meanwhile.
        after = rows[-1].stamp, rows[-1].id
        yield Page(frames=frames)


def by_feed(feed: Feed, entity: Entity, cursor: str | None) -> Iterator[Page]:
    """Yield the rows that moved after the cursor's number; the new cursor is the newest number at the start."""
    feed.called()
    with feed.lock:
        end = json.dumps({"seq": feed.rows.seq})
        moved = feed.rows.since(entity, 0 if cursor is None else int(json.loads(cursor)["seq"]))
        ids = [row.id for row in moved]
    while True:
        with feed.lock:
            found = (feed.rows.get(entity.name, record_id) for record_id in ids[: feed.page])
            frames = feed.rows.frames(entity, [row for row in found if row is not None])
        ids = ids[feed.page :]
        if not ids:
            yield Page(frames=frames, cursor=end)
            return
        yield Page(frames=frames)
        feed.called()
