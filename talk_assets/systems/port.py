"""What the graph needs of an end, and the shape records travel in.

A port reads pages of raw records as polars frames and takes writes in batches. Frames have the six
columns of `RAW_SCHEMA` and one text column for each asked-for property path, holding wire text (see
`talk_assets.model.wire`). `talk_assets.testing` tests what is promised here on any port;
`talk_assets.systems.plugged` finds those of other packages.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol, runtime_checkable

import polars as pl

from talk_assets.model.changes import Receipt, Write
from talk_assets.model.shape import ObjectShape
from talk_assets.model.system import System
from talk_assets.model.wire import RAW_SCHEMA, Entity, raw_schema

__all__ = [
    "RAW_SCHEMA",
    "Ask",
    "CallCount",
    "Capabilities",
    "Describes",
    "Identity",
    "Page",
    "ReadsAhead",
    "Reject",
    "SystemPort",
    "Written",
    "raw_schema",
]


@dataclass(frozen=True, kw_only=True)
class Capabilities:
    """What an end can do; what it cannot changes what can be promised.

    *compare_and_set*: writes carry the version they expect. *change_feed*: one cheap call tells what
    changed. *long_poll*: that call can wait for a change. *needs_reread*: targets must be read again
    before a write because the end cannot compare by itself. *keeps_keys*: a record carries the key it was
    made with, so that it can be found by it. *visibility_lag*: the seconds that a record may have been
    written and still not be found.
    """

    compare_and_set: bool
    change_feed: bool
    long_poll: bool
    needs_reread: bool
    keeps_keys: bool = True
    visibility_lag: float = 0.0


@dataclass(frozen=True, kw_only=True)
class Identity:
    """Who an end is: *tenant* (Salesforce organization id, Customerp tenant) and what is fixed there.

    *currency* is the only one it holds, None where it holds any. *pricebook* is the Salesforce org's
    standard price book.
    """

    tenant: str
    name: str
    currency: str | None
    pricebook: str | None = None


@dataclass(frozen=True, kw_only=True)
class Reject:
    """A record that could not be read as its declaration says; it is kept, not lost."""

    entity: str
    id: str
    property: str
    reason: str
    raw: str


@dataclass(frozen=True, kw_only=True)
class Page:
    """Some records, by entity name; a document's page holds all lines of its documents too.

    *cursor* is set on the last page of a fetch only: store it in the same transaction as the rows.
    *gone* are ids that the end says are deleted without showing the records any more.
    """

    frames: dict[str, pl.DataFrame]
    rejects: tuple[Reject, ...] = ()
    cursor: str | None = None
    gone: tuple[str, ...] = ()

    @classmethod
    def joined(cls, pages: Sequence["Page"]) -> "Page":
        """Return the records of several pages in one, without a cursor."""
        frames: dict[str, list[pl.DataFrame]] = {}
        for page in pages:
            for name, frame in page.frames.items():
                frames.setdefault(name, []).append(frame)
        return cls(
            frames={name: pl.concat(parts) for name, parts in frames.items()},
            rejects=tuple(reject for page in pages for reject in page.rejects),
        )


@dataclass(frozen=True, kw_only=True)
class Written:
    """What a batch did: one receipt a write, in order, and the records as the end now stores them.

    *before* has the records as they were directly before the write, from an end that cannot compare
    by itself: it shows what was overwritten.
    """

    receipts: tuple[Receipt, ...]
    stored: Page
    before: Page | None = None

    @classmethod
    def joined(cls, answers: Sequence["Written"]) -> "Written":
        """Return what several calls did, as if it had been one."""
        befores = [answer.before for answer in answers if answer.before is not None]
        return cls(
            receipts=tuple(receipt for answer in answers for receipt in answer.receipts),
            stored=Page.joined([answer.stored for answer in answers]),
            before=Page.joined(befores) if befores else None,
        )


@dataclass
class CallCount:
    """API calls made through a port since it was opened, as the end itself counts them.

    *remaining* of its daily *allowance* are left, counting everyone's calls.
    """

    total: int = 0
    writes: int = 0
    bytes_up: int = 0
    bytes_down: int = 0
    remaining: int | None = None
    allowance: int | None = None
    by_kind: dict[str, int] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Ask:
    """What will be fetched: *entity*, from *cursor* on (None: everything)."""

    entity: Entity
    cursor: str | None


class SystemPort(Protocol):
    """One end. Not thread-safe except `read` and `write`, which several threads may call side by side."""

    @property
    def system(self) -> System:
        """Which end."""
        ...

    @property
    def capabilities(self) -> Capabilities:
        """What it can do."""
        ...

    @property
    def calls(self) -> CallCount:
        """API calls made so far."""
        ...

    def ready(self) -> None:
        """Make sure that the end may be called now; costs no call.

        Raises:
            PeerUnavailableError: it failed several times in a row, asked to be left alone, or has no more
                calls left for us today.
        """
        ...

    def identify(self) -> Identity:
        """Ask the end who it is; one call, kept for the port's lifetime."""
        ...

    def shown(self, entity: Entity) -> frozenset[str] | None:
        """Return the paths of *entity*'s properties that the end shows us now; None where only its records tell.

        None of them where the end has nothing of this kind, as an org whose feature is switched off.

        Raises:
            PeerUnavailableError, PeerAnswerError, ConfigurationError.
        """
        ...

    def fetch(self, entity: Entity, cursor: str | None) -> Iterator[Page]:
        """Yield what changed since *cursor* (None: everything), tombstones included.

        The last page carries the new cursor, any text, which holds on other connections too and covers nothing that
        changed after the reading began. Pages may repeat records already seen. A fetch that
        ends early yields no cursor.

        Raises:
            PeerUnavailableError, PeerAnswerError, ConfigurationError.
        """
        ...

    def read(self, entity: Entity, *, ids: Sequence[str] = (), keys: Sequence[str] = ()) -> Page:
        """Return the named records as they are now, by id or by our key; missing ones are left out.

        Deleted ones come as tombstones where the end still knows them.
        """
        ...

    def batches(self, entity: Entity, writes: Sequence[Write]) -> list[list[Write]]:
        """Split *writes* of one operation into batches this end takes in one go, order kept."""
        ...

    def write(self, entity: Entity, batch: Sequence[Write]) -> Written:
        """Apply one batch and read back what the end stored.

        Each record is judged by its own result. Never raises for a record's refusal; raises only
        when nothing certain can be said of the whole run (credentials, budget).
        """
        ...

    def head(self, entities: Sequence[Entity], since: Mapping[str, str], *, wait: float = 0.0) -> dict[str, str]:
        """Return a token per entity that differs from *since* whenever it may have changed.

        *wait* seconds may be spent waiting for a change where the end supports it.
        """
        ...

    def close(self) -> None:
        """Give up connections."""
        ...


@runtime_checkable
class Describes(Protocol):
    """An end that describes its objects, so that what it would refuse is known before anything is written."""

    def shape(self, entity: Entity) -> ObjectShape:
        """Return the object behind *entity*; asked once in the port's lifetime.

        Raises:
            PeerUnavailableError, PeerAnswerError, ConfigurationError.
        """
        ...


@runtime_checkable
class ReadsAhead(Protocol):
    """An end of which several entities can be asked for at once."""

    def expect(self, asks: Sequence[Ask]) -> None:
        """Tell what is about to be fetched, in order; each is fetched as ever, with fewer calls."""
        ...
