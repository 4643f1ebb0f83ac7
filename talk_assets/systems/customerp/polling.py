"""What changed at an end without a change feed: asked for by the time of the last look, and some time before it."""

import hashlib
import json
from collections.abc import Callable, Iterator
from datetime import datetime

from talk_assets.model.wire import Entity
from talk_assets.systems.customerp.documents import LAYOUT
from talk_assets.systems.customerp.profile import Profile
from talk_assets.systems.customerp.reader import Part, Reader, moment
from talk_assets.systems.records import raw_json
from talk_assets.systems.stamps import stamp_text


class Polling:
    """Lists what changed since a time. Whatever changed within the profile's lookback is told again."""

    def __init__(self, reader: Reader, profile: Callable[[], Profile]) -> None:
        self._reader = reader
        self._profile = profile

    def since(self, entity: Entity, stamp: datetime) -> Iterator[Part]:
        """Yield what changed since *stamp*, or shortly before."""
        return self._reader.parts(entity, updatedSince=stamp_text(stamp - self._profile().lookback))

    def head(self, entity: Entity, token: str | None) -> str:
        """Return *token*, or another one where something changed since it was given."""
        if token is None or not token.startswith("{"):
            newest = self._now(entity)
        else:
            newest = moment(str(json.loads(token).get("newest")), what="a stamp")
        items = [item for part in self.since(entity, newest) for item in part.items if isinstance(item, dict)]
        stamped = [(moment(str(item.get(LAYOUT.stamp)), what="a stamp"), item) for item in items]
        newest = max([newest, *(stamp for stamp, _ in stamped)])
        kept = (raw_json(item) for stamp, item in stamped if stamp >= newest - self._profile().lookback)
        seen = hashlib.sha256("\n".join(sorted(kept)).encode()).hexdigest()
        return json.dumps({"newest": stamp_text(newest), "seen": seen})

    def _now(self, entity: Entity) -> datetime:
        return moment(next(self._reader.parts(entity, ids="none")).as_of, what=f"`asOf` of {entity.resource}")
