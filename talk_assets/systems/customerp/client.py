"""Customerp as a `SystemPort`."""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from itertools import chain
from typing import Any

from talk_assets.model.changes import Write
from talk_assets.model.errors import ConfigurationError
from talk_assets.model.peer_text import quoted
from talk_assets.model.system import System
from talk_assets.model.wire import Entity
from talk_assets.systems.answers import AnswerLimits
from talk_assets.systems.batching import split
from talk_assets.systems.customerp.documents import empty_page, merged
from talk_assets.systems.customerp.feed import OURSELVES, Feed
from talk_assets.systems.customerp.ids import checked
from talk_assets.systems.customerp.login import ApiKey, CustomerpLogin
from talk_assets.systems.customerp.named import read_named
from talk_assets.systems.customerp.polling import Polling
from talk_assets.systems.customerp.profile import Profile
from talk_assets.systems.customerp.reader import BASE, Reader, moment, unexpected
from talk_assets.systems.customerp.remembered import Description, Remembered
from talk_assets.systems.customerp.write import Writer
from talk_assets.systems.http import Call, HttpClient, Patience
from talk_assets.systems.origin import origin_of
from talk_assets.systems.port import CallCount, Capabilities, Identity, Page, Written
from talk_assets.systems.stamps import stamp_text


class CustomerpPort:
    """The Customerp end.

    *entities* are all Customerp entities by name, documents carrying their lines as children. *profile* is what
    the end can do, where that is known; it is asked otherwise. The head of one that is *only_listening* tells only
    of moves by others. *remembered* is what an earlier port of the same settings learned.
    """

    system = System.CUSTOMERP

    def __init__(
        self,
        *,
        login: CustomerpLogin,
        entities: Mapping[str, Entity],
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
        patience: Patience | None = None,
        limits: AnswerLimits | None = None,
        profile: Profile | None = None,
        only_listening: bool = False,
        remembered: Remembered | None = None,
    ) -> None:
        self.calls = CallCount()
        self._clock = clock
        self._client = HttpClient(
            end=System.CUSTOMERP,
            origin=origin_of(login.url, end=System.CUSTOMERP),
            credentials=ApiKey(login.api_key),
            calls=self.calls,
            headers={"X-Change-Origin": OURSELVES},
            patience=patience,
            limits=limits,
            ca_file=login.ca_file,
        )
        self._documents = {child.name: entity for entity in entities.values() for child in entity.children}
        self._feed = Feed(self._client, told=self._hear)
        self._reader = Reader(self._client, lambda: self.profile)
        self._polling = Polling(self._reader, lambda: self.profile)
        self._writer = Writer(
            client=self._client, documents=self._documents, reader=self._reader, profile=lambda: self.profile
        )
        self._remembered = remembered or Remembered()
        self._remembered.expire()
        known = self._remembered.description
        self._identity = None if known is None else known.identity
        self._profile = profile or (None if known is None else known.profile)
        self._asked: float | None = None
        self._is_sure = known is None
        self._only_listening = only_listening

    @property
    def profile(self) -> Profile:
        """What this Customerp says it can do; asked once."""
        if self._profile is None:
            self.identify()
        return self._profile or Profile()

    @property
    def capabilities(self) -> Capabilities:
        """What that means for the engine."""
        return self.profile.capabilities()

    def ready(self) -> None:
        """Make sure that Customerp may be called now.

        Raises:
            PeerUnavailableError: it fails, or asked for patience.
        """
        self._client.ready()

    def identify(self) -> Identity:
        """Ask for the tenant, and for what this Customerp can do."""
        if self._identity is None:
            self._asked = self._remembered.timer()
            found = self._reader.get(f"{BASE}/", {}, kind="info").json()
            tenant = found.get("tenant") if isinstance(found, dict) else None
            if not isinstance(tenant, str) or not tenant or quoted(tenant) != tenant:
                raise unexpected("its description")
            try:
                self._profile = self._profile or Profile.of(found.get("capabilities"))
            except ValueError as error:
                raise unexpected(f"capabilities ({error})") from None
            currency = found.get("currency")
            self._identity = Identity(
                tenant=tenant,
                name=quoted(found.get("name") or tenant),
                currency=currency if isinstance(currency, str) else None,
            )
        return self._identity

    def described(self) -> Mapping[str, object]:
        """Return what Customerp says of itself."""
        found = self._reader.get(f"{BASE}/", {}, kind="info").json()
        if not isinstance(found, dict):
            raise unexpected("its description")
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
        """Yield the whole list, or what the change feed names since *cursor*; without a feed, what is stamped since.

        The cursor is the feed's number, or the end's time, before the first page, so that a change made while
        pages are read is seen again by the next fetch rather than missed. A cursor of the other kind, as from
        before the end had a feed, is none.
        """
        told = {} if cursor is None else json.loads(cursor)
        if not self.profile.changes:
            yield from self._polled(entity, told, old=cursor)
            return
        if "seq" in told:
            moves = self._feed.since(int(told["seq"]), entity.resource)
            if not moves.rewound:
                yield from _ending(
                    entity, read_named(self._reader, self.profile, entity, moves), _cursor(moves.last), old=cursor
                )
                return
        newest = _cursor(self._feed.newest())
        yield from _ending(entity, (part.page for part in self._reader.parts(entity)), newest, old=cursor)

    def read(self, entity: Entity, *, ids: Sequence[str] = (), keys: Sequence[str] = ()) -> Page:
        """Return the named records; lines are read with their document.

        Raises:
            ValueError: *entity* is a line, which has no address of its own, or an id is none.
        """
        self._refuse_lines(entity)
        checked(*ids)
        pages = [self._reader.by_ids(entity, ids)]
        pages += [self._reader.by_key(entity, key) for key in dict.fromkeys(keys)]
        page = merged(entity, pages)
        frames = {name: frame.unique("_id", keep="first", maintain_order=True) for name, frame in page.frames.items()}
        return replace(page, frames=frames)

    def batches(self, entity: Entity, writes: Sequence[Write]) -> list[list[Write]]:
        """Split into batches of at most 500 operations; what concerns one document stays in one batch."""
        return split(writes, most=self._writer.most, together=entity.name in self._documents)

    def write(self, entity: Entity, batch: Sequence[Write]) -> Written:
        """Apply one batch; each operation is judged by its own result.

        Raises:
            ConfigurationError: Customerp refuses the API key, or is another one than was remembered.
        """
        if not self._is_sure:
            self._feed.newest()
        return self._writer.write(entity, batch)

    def head(self, entities: Sequence[Entity], since: Mapping[str, str], *, wait: float = 0.0) -> dict[str, str]:
        """Return the feed's number per entity, moved on where its resource has changed; or what is listed."""
        if not self.profile.changes:
            owners = {e.name: self._documents.get(e.name, e) for e in entities}
            return {name: self._polling.head(owner, since.get(name)) for name, owner in owners.items()}
        known = [int(since[e.name]) for e in entities if since.get(e.name, "").isdecimal()]
        if not known:
            newest = str(self._feed.newest())
            return {e.name: newest for e in entities}
        ask = self._feed.by_others if self._only_listening else self._feed.read
        moves = ask(min(known), wait=wait)
        moved = moves.others if self._only_listening else moves.ids
        resources = {e.name: self._documents.get(e.name, e).resource for e in entities}
        return {
            name: str(moves.last)
            if moves.rewound or resource in moved or not since.get(name, "").isdecimal()
            else since[name]
            for name, resource in resources.items()
        }

    def close(self) -> None:
        """Give up connections."""
        self._client.close()

    def _hear(self, tenant: object) -> None:
        """Take note that the change feed answers for *tenant*, if it says for which.

        Raises:
            ConfigurationError: it is not the one that was remembered.
        """
        if self._identity is None or (self._is_sure and not isinstance(tenant, str)):
            return
        if tenant != self._identity.tenant:
            self._remembered.forget()
            raise ConfigurationError(
                "Customerp answers for another tenant than a while ago. Nothing of it was used or written. Check the "
                "Customerp URL and key; the next run looks anew which tenant is there."
            )
        self._is_sure = True
        if self._asked is not None and isinstance(tenant, str):
            self._remembered.description = Description(identity=self._identity, profile=self.profile, asked=self._asked)

    def _polled(self, entity: Entity, told: Mapping[str, Any], *, old: str | None) -> Iterator[Page]:
        """Yield what changed since the last look by its stamp, or everything; the cursor is the end's time then."""
        known = told.get("since")
        parts = (
            self._reader.parts(entity) if known is None else self._polling.since(entity, moment(known, what="a time"))
        )
        first = next(parts)
        cursor = json.dumps({"since": stamp_text(moment(first.as_of, what=f"`asOf` of {entity.resource}"))})
        yield from _ending(entity, (part.page for part in chain([first], parts)), cursor, old=old)

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
    yield replace(last, cursor=old if nameless else cursor)
