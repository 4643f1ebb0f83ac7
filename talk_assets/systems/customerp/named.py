"""Read the records that the change feed names: by their ids, and of many first what is listed as changed since."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

from talk_assets.model.peer_text import quoted
from talk_assets.model.wire import Entity
from talk_assets.systems.customerp.documents import LAYOUT
from talk_assets.systems.customerp.feed import Moves
from talk_assets.systems.customerp.ids import id_of
from talk_assets.systems.customerp.profile import Profile
from talk_assets.systems.customerp.reader import Reader, chunks
from talk_assets.systems.port import Page, Reject
from talk_assets.systems.records import LONGEST_ID
from talk_assets.systems.stamps import stamp_text


def read_named(reader: Reader, profile: Profile, entity: Entity, moves: Moves) -> Iterator[Page]:
    """Yield the records that the feed named; one that is not given is kept as unread, not taken for unchanged.

    From an end that shows no deleted records, what the feed says is deleted is believed. Ids make long addresses, so
    where they would take several calls, records are listed first from the time of the first move on.
    """
    left = moves.ids.get(entity.resource, [])
    if profile.keyset and (calls := len(list(chunks(left)))) > 1:
        for page in _listed(reader, profile, entity, moves, most=calls - 1):
            yield page
            told = {*page.frames[entity.name]["_id"], *(reject.id for reject in page.rejects)}
            left = [one for one in left if one not in told]
    for chunk in chunks(left):
        page = reader.by_ids(entity, [i for i in chunk if id_of(i)])
        told = {*page.frames[entity.name]["_id"], *(reject.id for reject in page.rejects)}
        untold = [i for i in chunk if i not in told]
        gone = () if profile.tombstones else tuple(i for i in untold if (entity.resource, i) in moves.deleted)
        unread = (_untold(entity, i) for i in untold if i not in gone)
        yield replace(page, rejects=(*page.rejects, *unread), gone=gone)


def _listed(reader: Reader, profile: Profile, entity: Entity, moves: Moves, *, most: int) -> Iterator[Page]:
    """What changed since the first move, in at most so many calls as asking by ids would take."""
    began = moves.began.get(entity.resource)
    if began is None:
        return
    wanted = set(moves.ids[entity.resource])
    since = stamp_text(began - timedelta(seconds=profile.grain))
    for count, part in enumerate(reader.parts(entity, updatedSince=since), start=1):
        yield part.page
        wanted.difference_update(part.ids)
        if not wanted or count == most:
            return


def _untold(entity: Entity, record_id: str) -> Reject:
    if id_of(record_id) is None:
        shown, reason = quoted(record_id, longest=LONGEST_ID), "id is not an id that can be asked for"
        return Reject(entity=entity.name, id=shown, property=LAYOUT.id, reason=reason, raw="")
    reason = "the change feed names the record, but the end does not give it"
    return Reject(entity=entity.name, id=record_id, property=LAYOUT.stamp, reason=reason, raw="")
