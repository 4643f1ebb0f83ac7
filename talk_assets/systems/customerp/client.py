"""Customerp as a `SystemPort`."""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime

from talk_assets.model.changes import Write
from talk_assets.model.errors import ConfigurationError, PeerAnswerError
from talk_assets.model.peer_text import quoted
from talk_assets.model.system import System
from talk_assets.model.wire import Entity
from talk_assets.systems.answers import Answer, AnswerLimits, AnswerTooLargeError
from talk_assets.systems.batching import split
from talk_assets.systems.customerp.documents import LAYOUT, empty_page, merged, page_of
from talk_assets.systems.customerp.feed import Feed
from talk_assets.systems.customerp.ids import checked, id_of
from talk_assets.systems.customerp.login import ApiKey, CustomerpLogin
from talk_assets.systems.customerp.write import MOST_OPERATIONS, Writer
from talk_assets.systems.http import Call, HttpClient, Patience
from talk_assets.systems.origin import origin_of
from talk_assets.systems.port import CallCount, Capabilities, Identity, Page, Reject, Written
from talk_assets.systems.records import LONGEST_ID

BASE = "/api/v1"
_PAGE = 1000
_SMALLER = 10
"""How many times smaller the pages become that were too large an answer."""
_MOST_IDS = 500
_LONGEST_IDS = 6000
"""Characters of ids in one URL; servers commonly refuse URLs beyond 8 kB."""
_OK, _UNAUTHORIZED, _FORBIDDEN = 200, 401, 403


class CustomerpPort:
    """The Customerp end.

    *entities* are all Customerp entities by name, documents carrying their lines as children.
    """

    system = System.CUSTOMERP
    capabilities = Capabilities(compare_and_set=True, change_feed=True, long_poll=True, needs_reread=False)

    def __init__(
        self,
        *,
        login: CustomerpLogin,
        entities: Mapping[str, Entity],
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
        patience: Patience | None = None,
        limits: AnswerLimits | None = None,
    ) -> None:
        self.calls = CallCount()
        self._clock = clock
        self._client = HttpClient(
            end=System.CUSTOMERP,
            origin=origin_of(login.url, end=System.CUSTOMERP),
            credentials=ApiKey(login.api_key),
            calls=self.calls,
            headers={"X-Change-Origin": "talk-assets"},
            patience=patience,
            limits=limits,
            ca_file=login.ca_file,
        )
        self._documents = {child.name: entity for entity in entities.values() for child in entity.children}
        self._feed = Feed(self._client)
        self._writer = Writer(client=self._client, documents=self._documents, reread=self._read_ids)
        self._identity: Identity | None = None

    def ready(self) -> None:
        """Make sure that Customerp may be called now.

        Raises:
            PeerUnavailableError: it fails, or asked for patience.
        """
        self._client.ready()

    def identify(self) -> Identity:
        """Ask for the tenant."""
        if self._identity is None:
            found = self._get(f"{BASE}/", {}, kind="info").json()
            tenant = found.get("tenant") if isinstance(found, dict) else None
            if not isinstance(tenant, str) or not tenant or quoted(tenant) != tenant:
                raise _unexpected("its description")
            currency = found.get("currency")
            self._identity = Identity(
                tenant=tenant,
                name=quoted(found.get("name") or tenant),
                currency=currency if isinstance(currency, str) else None,
            )
        return self._identity

    def described(self) -> Mapping[str, object]:
        """Return what Customerp says of itself."""
        found = self._get(f"{BASE}/", {}, kind="info").json()
        if not isinstance(found, dict):
            raise _unexpected("its description")
        return found

    def listed(self, resource: str) -> int:
        """Ask for one record of *resource*; the answer's HTTP status."""
        return self._client.read(
            Call(method="GET", path=f"{BASE}/{resource}", kind="list", query={"limit": "1"})
        ).status

    def shown(self, entity: Entity) -> None:  # noqa: ARG002 - the protocol's shape
        """Only the records tell what they show."""
        return

    def fetch(self, entity: Entity, cursor: str | None) -> Iterator[Page]:
        """Yield the whole list, or what the change feed names since *cursor*.

        The cursor is the feed's number before the first page, so that a change made while pages are
        read is seen again by the next fetch rather than missed.
        """
        if cursor is not None:
            since = int(json.loads(cursor)["seq"])
            moves = self._feed.since(since, entity.resource)
            if not moves.rewound:
                ids = moves.ids.get(entity.resource, [])
                pages = self._read_named(entity, ids)
                yield from _ending(entity, pages, _cursor(moves.last), old=cursor)
                return
        yield from _ending(entity, self._list(entity), _cursor(self._feed.newest()), old=cursor)

    def read(self, entity: Entity, *, ids: Sequence[str] = (), keys: Sequence[str] = ()) -> Page:
        """Return the named records; lines are read with their document.

        Raises:
            ValueError: *entity* is a line, which has no address of its own, or an id is none.
        """
        self._refuse_lines(entity)
        checked(*ids)
        pages = list(self._read_chunks(entity, list(ids)))
        pages += [self._by_key(entity, key) for key in dict.fromkeys(keys)]
        page = merged(entity, pages)
        frames = {name: frame.unique("_id", keep="first", maintain_order=True) for name, frame in page.frames.items()}
        return replace(page, frames=frames)

    def batches(self, entity: Entity, writes: Sequence[Write]) -> list[list[Write]]:
        """Split into batches of 500 operations; what concerns one document stays in one batch."""
        return split(writes, most=MOST_OPERATIONS, together=entity.name in self._documents)

    def write(self, entity: Entity, batch: Sequence[Write]) -> Written:
        """Apply one batch; each operation is judged by its own result.

        Raises:
            ConfigurationError: Customerp refuses the API key.
        """
        return self._writer.write(entity, batch)

    def head(self, entities: Sequence[Entity], since: Mapping[str, str], *, wait: float = 0.0) -> dict[str, str]:
        """Return the feed's number per entity, moved on where its resource has changed."""
        known = [int(since[e.name]) for e in entities if e.name in since]
        if not known:
            newest = str(self._feed.newest())
            return {e.name: newest for e in entities}
        moves = self._feed.read(min(known), wait=wait)
        resources = {e.name: self._documents.get(e.name, e).resource for e in entities}
        return {
            name: str(moves.last) if moves.rewound or resource in moves.ids or name not in since else since[name]
            for name, resource in resources.items()
        }

    def close(self) -> None:
        """Give up connections."""
        self._client.close()

    def _list(self, entity: Entity, **chosen: str) -> Iterator[Page]:
        place: str | None = None
        limit = _PAGE
        ends: set[object] = set()
        while True:
            query = chosen | {"limit": str(limit), "deleted": "include"} | ({"cursor": place} if place else {})
            try:
                page, place, end = self._page(entity, query)
            except AnswerTooLargeError:
                # Documents of many lines; a page of fewer may do.
                if limit == 1:
                    raise
                limit = max(1, limit // _SMALLER)
                continue
            yield page
            if place is None:
                return
            # Records come in order, so a page told again is known by its end, whatever its cursor is called.
            if ends & {place, end}:
                raise _unexpected(f"a page of {entity.resource} that leads back to an earlier one")
            ends |= {place, end}

    def _read_chunks(self, entity: Entity, ids: Sequence[str]) -> Iterator[Page]:
        for chunk in _chunks(ids):
            yield self._read_ids(entity, chunk)

    def _read_named(self, entity: Entity, ids: Sequence[str]) -> Iterator[Page]:
        """Yield the records that the feed named; one that is not given is kept as unread, not taken for unchanged."""
        for chunk in _chunks(ids):
            page = self._read_ids(entity, [i for i in chunk if id_of(i)])
            told = {*page.frames[entity.name]["_id"], *(reject.id for reject in page.rejects)}
            yield replace(page, rejects=(*page.rejects, *(_untold(entity, i) for i in chunk if i not in told)))

    def _read_ids(self, entity: Entity, ids: Sequence[str]) -> Page:
        return merged(entity, [page for chunk in _chunks(ids) for page in self._list(entity, ids=",".join(chunk))])

    def _by_key(self, entity: Entity, key: str) -> Page:
        return merged(entity, list(self._list(entity, externalKey=key)))

    def _page(self, entity: Entity, query: Mapping[str, str]) -> tuple[Page, str | None, object]:
        """Return one page, the cursor to the next, and the last record's id and version: where the page ends."""
        found = self._get(f"{BASE}/{entity.resource}", query, kind="list").json()
        items = found.get("items") if isinstance(found, dict) else None
        place = found.get("next") if isinstance(found, dict) else None
        if not isinstance(items, list) or not isinstance(place, (str, type(None))):
            raise _unexpected(f"the list of {entity.resource}")
        last = items[-1] if items and isinstance(items[-1], dict) else {}
        return page_of(entity, items), place, (str(last.get(LAYOUT.id)), str(last.get(LAYOUT.version)))

    def _get(self, path: str, query: Mapping[str, str], *, kind: str) -> Answer:
        answer = self._client.read(Call(method="GET", path=path, kind=kind, query=query))
        if answer.status in {_UNAUTHORIZED, _FORBIDDEN}:
            raise ConfigurationError(
                f"Customerp refuses the API key for GET {path} (HTTP {answer.status}). "
                "Nothing was read. Check the key and its rights."
            )
        if answer.status != _OK:
            raise PeerAnswerError(
                f"Customerp answered GET {path} with HTTP {answer.status}. "
                "Nothing of it was used. Check that the URL leads to a Customerp API, version 1."
            )
        return answer

    def _refuse_lines(self, entity: Entity) -> None:
        if entity.name in self._documents:
            raise ValueError(f"{entity.name} is read with its {self._documents[entity.name].name}")


def _cursor(seq: int) -> str:
    return json.dumps({"seq": seq})


def _ending(entity: Entity, pages: Iterator[Page], cursor: str, *, old: str | None) -> Iterator[Page]:
    """Yield *pages* with *cursor* on the last one; an empty page carries it where there is none.

    A record that came without an id can only be asked for again by fetching from *old* again.
    """
    held: Page | None = None
    nameless = False
    for page in pages:
        if held is not None:
            yield held
        held = page
        nameless = nameless or any(not reject.id for reject in page.rejects)
    last = held or empty_page(entity)
    yield Page(frames=last.frames, rejects=last.rejects, cursor=old if nameless else cursor)


def _chunks(ids: Sequence[str]) -> Iterator[list[str]]:
    chunk: list[str] = []
    length = 0
    for record_id in ids:
        if chunk and (len(chunk) == _MOST_IDS or length + len(record_id) > _LONGEST_IDS):
            yield chunk
            chunk, length = [], 0
        chunk.append(record_id)
        length += len(record_id) + 1
    if chunk:
        yield chunk


def _untold(entity: Entity, record_id: str) -> Reject:
    if id_of(record_id) is None:
        shown, reason = quoted(record_id, longest=LONGEST_ID), "id is not an id that can be asked for"
        return Reject(entity=entity.name, id=shown, property=LAYOUT.id, reason=reason, raw="")
    reason = "the change feed names the record, but the end does not give it"
    return Reject(entity=entity.name, id=record_id, property=LAYOUT.stamp, reason=reason, raw="")


def _unexpected(what: str) -> PeerAnswerError:
    return PeerAnswerError(
        f"Customerp answered with {what} in another shape than its API describes. "
        "Nothing of it was used. Check the Customerp URL."
    )
