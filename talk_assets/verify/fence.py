"""An end of which only the probes are seen and touched."""

from collections.abc import Collection, Iterator, Mapping, Sequence

import polars as pl

from talk_assets.entities.lookups import PRICEBOOK_ENTRY
from talk_assets.entities.parents import PRODUCT
from talk_assets.model.changes import Op, Outcome, Receipt, Write
from talk_assets.model.errors import TalkError
from talk_assets.model.shape import ObjectShape
from talk_assets.model.system import System
from talk_assets.model.wire import Entity
from talk_assets.systems.port import CallCount, Capabilities, Describes, Identity, Page, SystemPort, Written


class FenceError(TalkError):
    """A write to a record that is no probe was asked for; it was not sent."""


class Fence:
    """A port to *end* that hides every record but the probes, and refuses to change any other.

    Probes are what was created through it, their lines and their price book entries. *since* holds cursors that the
    reading may begin at, by entity name; without one everything is read, and the probes are picked out.
    """

    def __init__(self, end: SystemPort, *, since: Mapping[str, str]) -> None:
        self._end = end
        self._since = dict(since)
        self.probes: dict[str, dict[str, str | None]] = {}
        """The ids of the probes by entity name, in the order they were made, each with its document's id."""

    @property
    def system(self) -> System:
        """Which end."""
        return self._end.system

    @property
    def capabilities(self) -> Capabilities:
        """What it can do."""
        return self._end.capabilities

    @property
    def calls(self) -> CallCount:
        """API calls made so far, by others through the same port too."""
        return self._end.calls

    def ready(self) -> None:
        """Make sure that the end may be called now."""
        self._end.ready()

    def identify(self) -> Identity:
        """Ask the end who it is."""
        return self._end.identify()

    def shown(self, entity: Entity) -> frozenset[str] | None:
        """Return the paths of *entity*'s properties that the end shows us now."""
        return self._end.shown(entity)

    def fetch(self, entity: Entity, cursor: str | None) -> Iterator[Page]:
        """Yield what changed of the probes."""
        for page in self._end.fetch(entity, cursor or self._since.get(entity.name)):
            yield self._within(page)

    def read(self, entity: Entity, *, ids: Sequence[str] = (), keys: Sequence[str] = ()) -> Page:
        """Return the named records; what carries a key that was made for a probe is one."""
        page = self._end.read(entity, ids=ids, keys=keys)
        keyed = page.frames[entity.name].filter(pl.col("_key").is_in(list(keys)))
        self._note(entity.name, keyed["_id"].to_list())
        return self._within(page) if keys else page

    def batches(self, entity: Entity, writes: Sequence[Write]) -> list[list[Write]]:
        """Split *writes* into batches the end takes in one go."""
        return self._end.batches(entity, writes)

    def write(self, entity: Entity, batch: Sequence[Write]) -> Written:
        """Apply one batch.

        Raises:
            FenceError: it would change a record that is no probe.
        """
        for write in batch:
            known = self.probes.get(entity.name, {})
            if write.op is not Op.CREATE and write.id not in known:
                raise FenceError(
                    f"A {write.op.value} of {entity.system.title} {entity.resource} {write.id} was planned, which is "
                    "no probe of this verification. It was not sent. Please report this."
                )
        written = self._end.write(entity, batch)
        for write, receipt in zip(batch, written.receipts, strict=True):
            if write.op is Op.CREATE:
                self._made(write, receipt)
        return written

    def head(self, entities: Sequence[Entity], since: Mapping[str, str], *, wait: float = 0.0) -> dict[str, str]:
        """Return a token per entity that differs from *since* whenever it may have changed."""
        return self._end.head(entities, since, wait=wait)

    def close(self) -> None:
        """Leave the end open: it is its owner's."""

    def forget(self, name: str, ids: Collection[str]) -> None:
        """Take probes for deleted."""
        for one in ids:
            self.probes.get(name, {}).pop(one, None)

    def _made(self, write: Write, receipt: Receipt) -> None:
        if receipt.outcome in {Outcome.APPLIED, Outcome.EXISTS} and receipt.id is not None:
            self._note(write.entity, [receipt.id], document=write.parent_id)
            for line, told in zip(write.lines, receipt.lines, strict=False):
                if told.id is not None:
                    self._note(line.entity, [told.id], document=receipt.id)

    def _note(self, name: str, ids: Sequence[str], *, document: str | None = None) -> None:
        for one in ids:
            self.probes.setdefault(name, {}).setdefault(one, document)

    def _within(self, page: Page) -> Page:
        frames = {name: self._of_probes(name, frame) for name, frame in page.frames.items()}
        known = {one for ids in self.probes.values() for one in ids}
        return Page(
            frames=frames,
            rejects=tuple(reject for reject in page.rejects if reject.id in known),
            cursor=page.cursor,
            gone=tuple(one for one in page.gone if one in known),
        )

    def _of_probes(self, name: str, frame: pl.DataFrame) -> pl.DataFrame:
        documents = [one for ids in self.probes.values() for one in ids]
        mine = pl.col("_id").is_in(list(self.probes.get(name, ()))) | pl.col("_parent").is_in(documents)
        if name == PRICEBOOK_ENTRY.name:
            mine |= pl.col(PRODUCT).is_in(list(self.probes.get("product", ())))
        kept = frame.filter(mine.fill_null(value=False))
        for record, document in kept.select("_id", "_parent").iter_rows():
            self._note(name, [record], document=document)
        return kept


class DescribedFence(Fence):
    """The same before an end that describes its objects."""

    def __init__(self, end: SystemPort, *, since: Mapping[str, str], described: Describes) -> None:
        super().__init__(end, since=since)
        self._described = described

    def shape(self, entity: Entity) -> ObjectShape:
        """Return the object behind *entity*."""
        return self._described.shape(entity)


def fenced(end: SystemPort, *, since: Mapping[str, str]) -> Fence:
    """Return a fence before *end* that describes what the end does."""
    return DescribedFence(end, since=since, described=end) if isinstance(end, Describes) else Fence(end, since=since)
