"""Read an org's records: all that changed, some by id or key, and whether anything moved."""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from talk_assets.model.wire import Entity
from talk_assets.systems.listing import Listing
from talk_assets.systems.port import Page
from talk_assets.systems.salesforce.ahead import MOST_QUERIES, Ahead
from talk_assets.systems.salesforce.bulk.query import BulkQuery
from talk_assets.systems.salesforce.columns import LAYOUT, Columns
from talk_assets.systems.salesforce.ids import id_of
from talk_assets.systems.salesforce.query import PAGE, among, beyond, id_literal, page_after, select, text_literal
from talk_assets.systems.salesforce.rest import Part, Rest, lacks_object, rows_in, unexpected
from talk_assets.systems.stamps import stamp_text

_BEGINNING = datetime(1970, 1, 1, tzinfo=UTC)
_MOST_IDS = 2000
_MOST_NAMED = 400
"""Ids or keys in one IN list, well below the 100,000 characters a query may have."""
_JOB_CALLS = 4
"""Calls that a bulk job of few rows takes: to make it, to ask how it goes, for its result, and to drop it."""
SETTLING = timedelta(seconds=2)


class Reader:
    """Reads as `SalesforcePort` promises; what lies beyond *bulk_from* rows by *bulk*, where it is given."""

    def __init__(
        self,
        *,
        rest: Rest,
        columns: Columns,
        clock: Callable[[], datetime],
        lookback: timedelta,
        bulk: BulkQuery | None = None,
        bulk_from: int = 0,
        only_listening: bool = False,
    ) -> None:
        self._only_listening = only_listening
        self._rest = rest
        self._columns = columns
        self._clock = clock
        self._lookback = lookback
        self._bulk = bulk
        self._bulk_from = bulk_from
        self.ahead = Ahead(rest=rest, query=self._first_query)

    def fetch(self, entity: Entity, cursor: str | None) -> Iterator[Page]:
        """Yield the object in (SystemModstamp, Id) order, from *lookback* before the cursor.

        The new cursor is the server's clock before the first page (of a server that tells none, the newest
        stamp seen), and never earlier than the cursor given. Rows that commit later with an older stamp
        are what *lookback* is for.
        """
        old = _stamp(cursor)
        since = None if old is None else old - self._lookback
        names = self._columns.names(entity)
        after: tuple[datetime, str] | None = None
        started: datetime | None = None
        newest: datetime | None = None
        ends: set[tuple[datetime, str]] = set()
        nameless = False
        read = 0
        jobs = self._bulk is not None
        # A job takes some calls however little it finds, and after a place there is seldom much.
        job_from = self._bulk_from + (0 if since is None else _JOB_CALLS * PAGE)
        while True:
            answer = self.ahead.first(entity, cursor) if after is None else None
            answer = answer or self._rest.query(page_after(names, entity.resource, since=since, after=after))
            started = started or answer.date
            found = self._columns.decode(entity, answer.records)
            nameless = nameless or any(not reject.id for reject in found.rejects)
            place = _place(answer.records)
            if place is not None:
                # Ids of one stamp come in the server's own order, so a page told again is known by its end.
                if place in ends or (after is not None and place[0] < after[0]):
                    raise unexpected("a query in order")
                ends.add(place)
                newest = place[0]
            if place is None or (answer.done and len(answer.records) < PAGE):
                break
            yield Page(frames={entity.name: found.frame}, rejects=found.rejects)
            self.ahead.drop()
            after = place
            read += len(answer.records)
            rest = self._rest_by_job(entity, names, after) if jobs and read >= job_from else None
            jobs = jobs and read < job_from
            if rest is not None:
                for records in rest:
                    found = self._columns.decode(entity, records)
                    nameless = nameless or any(not reject.id for reject in found.rejects)
                    yield Page(frames={entity.name: found.frame}, rejects=found.rejects)
                found = self._columns.decode(entity, [])
                break
        stamp = max(started or newest or _BEGINNING, old or _BEGINNING)
        yield Page(
            frames={entity.name: found.frame},
            rejects=found.rejects,
            # What came without an id can only be asked for again by fetching from the old place.
            cursor=cursor if nameless else json.dumps({"stamp": stamp_text(stamp)}),
        )

    def _first_query(self, entity: Entity, cursor: str | None) -> str | None:
        old = _stamp(cursor)
        if old is None or not self._columns.shown(entity):
            return None
        return page_after(self._columns.names(entity), entity.resource, since=old - self._lookback, after=None)

    def _rest_by_job(
        self, entity: Entity, names: Sequence[str], after: tuple[datetime, str]
    ) -> Iterator[Listing] | None:
        """The records from *after* on by a bulk job, in any order; None where the org does it by pages only."""
        if self._bulk is None:
            return None
        job = self._bulk.begin(select(names, entity.resource, where=beyond(after)))
        return None if job is None else self._bulk.pages(job, self._columns.wires(entity), stamps=(LAYOUT.stamp,))

    def read(self, entity: Entity, *, ids: Sequence[str] = (), keys: Sequence[str] = ()) -> Page:
        """Return the named records; deleted ones come as tombstones while the recycle bin has them."""
        self.ahead.drop()
        names = self._columns.names(entity)
        found: list[Any] = []
        wanted = list(dict.fromkeys(ids))
        for start in range(0, len(wanted), _MOST_IDS):
            chunk = wanted[start : start + _MOST_IDS]
            for record_id in chunk:
                id_literal(record_id)
            live = [r for r in self._rest.retrieve(entity.resource, chunk, names) if r is not None]
            missing = set(chunk) - {r.get("Id") for r in live if isinstance(r, dict)}
            found += live
            found += self._named(entity, names, LAYOUT.id, [id_literal(i) for i in chunk if i in missing])
        if keys and entity.key_path is not None:
            found += self.by_key(entity, keys)
        decoded = self._columns.decode(entity, found)
        frame = decoded.frame.unique("_id", keep="first", maintain_order=True)
        return Page(frames={entity.name: frame}, rejects=decoded.rejects)

    def by_key(self, entity: Entity, keys: Sequence[str]) -> list[Any]:
        """Return records by our key as JSON, without the tombstones of keys that a live one carries."""
        if entity.key_path is None:
            return []
        literals = [text_literal(key) for key in dict.fromkeys(keys)]
        found = self._named(entity, self._columns.names(entity), entity.key_path, literals)
        return _live_first(found, entity.key_path)

    def head(self, entities: Sequence[Entity], since: Mapping[str, str]) -> dict[str, str]:
        """Return the newest (stamp, id) per entity, five objects a call.

        A stamp has whole seconds, so while its second may not be over the token also holds the time. For who is only
        listening it stands until that second is certainly over, and then changes once more.
        """
        tokens: dict[str, str] = {}
        now = self._clock()
        for start in range(0, len(entities), MOST_QUERIES):
            chunk = entities[start : start + MOST_QUERIES]
            parts = [
                self._rest.query_part(
                    f"q{place}",
                    select(["Id", "SystemModstamp"], e.resource, order="SystemModstamp DESC, Id DESC", limit=1),
                    deleted=True,
                )
                for place, e in enumerate(chunk)
            ]
            answers = self._rest.composite_read(parts, kind="head")
            for place, entity in enumerate(chunk):
                newest = _place([] if lacks_object(answers[f"q{place}"]) else rows_in(answers[f"q{place}"]))
                tokens[entity.name] = "empty" if newest is None else f"{stamp_text(newest[0])} {newest[1]}"
                if newest is not None and abs(now - newest[0]) < SETTLING:
                    known = since.get(entity.name, "")
                    same = self._only_listening and known.startswith(f"{tokens[entity.name]} at ")
                    tokens[entity.name] = known if same else unsettled(*newest, now)
        return tokens

    def _named(self, entity: Entity, names: Sequence[str], name: str, literals: Sequence[str]) -> list[Any]:
        parts: list[Part] = [
            self._rest.query_part(
                f"q{start}",
                select(names, entity.resource, where=among(name, literals[start : start + _MOST_NAMED])),
                deleted=True,
            )
            for start in range(0, len(literals), _MOST_NAMED)
        ]
        found: list[Any] = []
        for start in range(0, len(parts), MOST_QUERIES):
            chunk = parts[start : start + MOST_QUERIES]
            for answer in self._rest.composite_read(chunk, kind="query").values():
                found += rows_in(answer)
        return found


def unsettled(stamp: datetime, record_id: str, now: datetime) -> str:
    """The head's token for the newest record, at a time *now* when its second may not be over."""
    return f"{stamp_text(stamp)} {record_id} at {stamp_text(now)}"


def _stamp(cursor: str | None) -> datetime | None:
    return None if cursor is None else datetime.fromisoformat(json.loads(cursor)["stamp"])


def _place(records: Sequence[Any]) -> tuple[datetime, str] | None:
    """Return the last record's place in (SystemModstamp, Id) order."""
    if not records:
        return None
    last = records[-1]
    try:
        stamp = datetime.fromisoformat(last[LAYOUT.stamp])
        place = stamp.astimezone(UTC), id_of(last[LAYOUT.id])
    except (TypeError, KeyError, ValueError, OverflowError):
        raise unexpected("a query") from None
    if stamp.tzinfo is None or place[1] is None:
        raise unexpected("a query")
    return place[0], place[1]


def _live_first(found: Sequence[Any], key_path: str) -> list[Any]:
    """Return *found* without the tombstones of keys that a live record carries (again)."""
    live = {r.get(key_path) for r in found if isinstance(r, dict) and not r.get("IsDeleted")}
    return [r for r in found if not isinstance(r, dict) or not r.get("IsDeleted") or r.get(key_path) not in live]
