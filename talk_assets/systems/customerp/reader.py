"""Lists of Customerp, page by page, in either way of paging; the profile says which."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from talk_assets.model.errors import ConfigurationError, PeerAnswerError
from talk_assets.model.wire import Entity
from talk_assets.systems.answers import Answer, AnswerTooLargeError
from talk_assets.systems.customerp.documents import LAYOUT, merged, page_of
from talk_assets.systems.customerp.profile import Profile
from talk_assets.systems.http import Call, HttpClient
from talk_assets.systems.port import Page

BASE = "/api/v1"
_PAGE = 1000
_SMALLER = 10
"""How many times smaller the pages become that were too large an answer."""
_MOST_IDS = 500
_LONGEST_IDS = 6000
"""Characters of ids in one URL; servers commonly refuse URLs beyond 8 kB."""
_OVERLAP = 20
"""Records of a counted page that are read again with the next one, to see that none moved up past it."""
_LONGEST_OFFSET = 18
_OK, _UNAUTHORIZED, _FORBIDDEN = 200, 401, 403


@dataclass(frozen=True, kw_only=True)
class Part:
    """One page of a list: the records, their ids, where the next page is and when the query began."""

    page: Page
    items: Sequence[Any]
    next: str | None
    as_of: str

    @property
    def ids(self) -> list[str]:
        """The ids of the records, in order."""
        return [str(item.get(LAYOUT.id)) for item in self.items if isinstance(item, dict)]

    @property
    def end(self) -> object:
        """The last record's id and when it changed: where the page ends, whatever its cursor is called."""
        last = self.items[-1] if self.items and isinstance(self.items[-1], dict) else {}
        return str(last.get(LAYOUT.id)), str(last.get(LAYOUT.version)), str(last.get(LAYOUT.stamp))


class Reader:
    """Reads through one client from an end of the *profile* that is told when it is first needed."""

    def __init__(self, client: HttpClient, profile: Callable[[], Profile]) -> None:
        self._client = client
        self._profile = profile

    def parts(self, entity: Entity, **chosen: str) -> Iterator[Part]:
        """Yield a list's pages, tombstones included.

        Raises:
            PeerUnavailableError, PeerAnswerError, ConfigurationError.
        """
        chosen = {"deleted": "include"} | chosen
        return self._by_key_order(entity, chosen) if self._profile().keyset else self._counted(entity, chosen)

    def by_ids(self, entity: Entity, ids: Sequence[str]) -> Page:
        """Return the records *ids* that there are."""
        found = [part.page for chunk in chunks(ids) for part in self.parts(entity, ids=",".join(chunk))]
        return merged(entity, found)

    def by_key(self, entity: Entity, key: str) -> Page:
        """Return the record that carries our key; none from an end that keeps no keys."""
        found = self.parts(entity, externalKey=key) if self._profile().external_key else ()
        return merged(entity, [part.page for part in found])

    def page_of(self, entity: Entity, items: Sequence[Any]) -> Page:
        """Return records of *entity* as this end shows them: perhaps without our keys, or without versions."""
        profile = self._profile()
        layout = LAYOUT if profile.etag else replace(LAYOUT, version=LAYOUT.stamp)
        return page_of(entity if profile.external_key else keyless(entity), items, layout=layout)

    def get(self, path: str, query: Mapping[str, str], *, kind: str) -> Answer:
        """Return the answer to a read.

        Raises:
            ConfigurationError: Customerp refuses the API key.
            PeerAnswerError: it answers with an error.
            PeerUnavailableError.
        """
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

    def _by_key_order(self, entity: Entity, chosen: Mapping[str, str]) -> Iterator[Part]:
        place: str | None = None
        limit = _PAGE
        ends: set[object] = set()
        while True:
            try:
                part = self._part(entity, chosen, limit=limit, place=place)
            except AnswerTooLargeError:
                # Documents of many lines; a page of fewer may do.
                if limit == 1:
                    raise
                limit = max(1, limit // _SMALLER)
                continue
            yield part
            place = part.next
            if place is None:
                return
            # Records come in order, so a page told again is known by its end, whatever its cursor is called.
            if ends & {place, part.end}:
                raise unexpected(f"a page of {entity.resource} that leads back to an earlier one")
            ends |= {place, part.end}

    def _counted(self, entity: Entity, chosen: Mapping[str, str]) -> Iterator[Part]:
        """Yield pages by their offsets, each with some records of the one before.

        Where a record leaves the part that was read already, all after it move up, and some would be passed
        over. Then none of the last records is seen again, and the list is read again from further back.
        """
        offset, limit, back = 0, _PAGE, _OVERLAP
        tail: set[str] = set()
        ends: set[object] = set()
        while True:
            try:
                part = self._part(entity, chosen, limit=limit, place=str(offset) if offset else None)
            except AnswerTooLargeError:
                if limit == 1:
                    raise
                limit = max(1, limit // _SMALLER)
                continue
            if tail and offset and tail.isdisjoint(part.ids):
                offset, back = max(0, offset - back), back * 2
                ends.clear()
                continue
            yield part
            if part.next is None:
                return
            if not part.next.isdecimal() or len(part.next) > _LONGEST_OFFSET or int(part.next) <= offset:
                raise unexpected(f"a `next` of {entity.resource} that is no number of records to leave out,")
            if part.end in ends:
                raise unexpected(f"a page of {entity.resource} that leads back to an earlier one")
            ends.add(part.end)
            overlap = min(_OVERLAP, limit // 2, len(part.items) - 1)
            tail = set(part.ids[-overlap:]) if overlap > 0 else set()
            offset, back = int(part.next) - max(0, overlap), _OVERLAP

    def _part(self, entity: Entity, chosen: Mapping[str, str], *, limit: int, place: str | None) -> Part:
        query = dict(chosen) | {"limit": str(limit)} | ({"cursor": place} if place else {})
        found = self.get(f"{BASE}/{entity.resource}", query, kind="list").json()
        told = found if isinstance(found, dict) else {}
        items, after = told.get("items"), told.get("next")
        if not isinstance(items, list) or not isinstance(after, (str, type(None))):
            raise unexpected(f"the list of {entity.resource}")
        return Part(page=self.page_of(entity, items), items=items, next=after, as_of=str(told.get("asOf")))


def keyless(entity: Entity) -> Entity:
    """Return *entity* without our key, as an end has it that keeps none."""
    return replace(entity, key_path=None, children=tuple(map(keyless, entity.children)))


def chunks(ids: Sequence[str]) -> Iterator[list[str]]:
    """Split *ids* into as many as one request may name."""
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


def moment(text: str, *, what: str) -> datetime:
    """Return the time that *text* is.

    Raises:
        PeerAnswerError: it is none, or without its offset.
    """
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        raise unexpected(what) from None
    if found.tzinfo is None:
        raise unexpected(what)
    return found


def unexpected(what: str) -> PeerAnswerError:
    """Return the error of an answer that the API does not describe."""
    return PeerAnswerError(
        f"Customerp answered with {what} in another shape than its API describes. "
        "Nothing of it was used. Check the Customerp URL."
    )
