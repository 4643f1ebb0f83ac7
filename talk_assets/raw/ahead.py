"""Tell the ends what a run is about to read, so that those that can are asked for all of it at once."""

from collections.abc import Sequence

from talk_assets.entities import lookups_written_with
from talk_assets.model.pair import EntityPair
from talk_assets.model.system import System
from talk_assets.model.wire import Entity
from talk_assets.session import Session
from talk_assets.store import raw
from talk_assets.systems.port import Ask, ReadsAhead


def to_read(session: Session, pairs: Sequence[EntityPair]) -> list[Entity]:
    """What reading *pairs* asks both ends for, in order.

    Customerp's lines come with their documents. Look-ups come after the records that refer to them: whatever those
    name was there when they were read.
    """
    records = [
        session.entity(pair, system)
        for pair in pairs
        for system in System
        if pair.parent is None or system is System.SALESFORCE
    ]
    return [*records, *(session.lookups[name] for name in lookups_written_with(pairs))]


def announce(session: Session, pairs: Sequence[EntityPair], *, full: bool) -> None:
    """Tell both ends that *pairs* are about to be read, whole or what changed."""
    told = {system: port for system, port in session.ends.items() if isinstance(port, ReadsAhead)}
    cursors = {} if full or not told else raw.cursors(session.db)
    entities = to_read(session, pairs)
    for system, port in told.items():
        own = (entity for entity in entities if entity.system is system)
        port.expect([Ask(entity=entity, cursor=cursors.get((system, entity.name))) for entity in own])
