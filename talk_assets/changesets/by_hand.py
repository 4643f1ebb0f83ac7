"""A person's word on a record whose counterpart was deleted: have that made anew, or delete this one, too."""

from collections.abc import Mapping
from datetime import datetime

from talk_assets.changesets.gone import seen
from talk_assets.links.apart import KEPT, part
from talk_assets.links.by_hand import find_link
from talk_assets.model.errors import ConfigurationError
from talk_assets.model.pair import EntityPair
from talk_assets.model.system import System
from talk_assets.store import decisions, links, mapped
from talk_assets.store.database import Database


def keep_by_hand(
    db: Database, pair: EntityPair, pairs: Mapping[str, EntityPair], record: str, *, by: str, now: datetime
) -> tuple[System, str]:
    """Keep the record left of a link: with its lines it gets a new counterpart by the next cycle.

    Returns the end it is on, and its id.

    Raises:
        ConfigurationError: there is no such link, or not just one of its records is deleted.
    """
    link, system = _one_sided(db, pair, record)
    kept = str(link[f"{system}_id"])
    with db.transaction():
        for child in (p for p in pairs.values() if p.parent == pair.name):
            for line in links.of_document(db, child, system, kept).iter_rows(named=True):
                _part(db, child, line, by=by, now=now)
        _part(db, pair, link, by=by, now=now)
    return system, kept


def delete_by_hand(
    db: Database, pair: EntityPair, pairs: Mapping[str, EntityPair], record: str, *, by: str, now: datetime
) -> tuple[System, str]:
    """Have the record left of a link deleted by the next cycle, unless it, or a line of it, moves before.

    Returns the end it is on, and its id.

    Raises:
        ConfigurationError: there is no such link, or not just one of its records is deleted.
    """
    link, system = _one_sided(db, pair, record)
    left = str(link[f"{system}_id"])
    lines = [p for p in pairs.values() if p.parent == pair.name]
    with db.transaction():
        mapped.touch(db, pair, system, [left])
        values = dict.fromkeys((f"{s}_value" for s in System), "") | {
            f"{system}_value": seen(db, pair, lines, system, left)
        }
        about = {"pair": pair.name, "link_id": str(link["link_id"]), "property": decisions.RECORD} | values
        decisions.decide(db, about, winner=system.other, by=by, now=now)
    return system, left


def _one_sided(db: Database, pair: EntityPair, record: str) -> tuple[dict[str, object], System]:
    """The link of *record*, and the end whose record is left.

    Raises:
        ConfigurationError: there is no such link, or not just one of its records is deleted.
    """
    link = find_link(db, pair, record)
    rows = {system: mapped.by_id(db, pair, system, [str(link[f"{system}_id"])]) for system in System}
    left = [system for system, row in rows.items() if row.height and not row["_deleted"].item()]
    if len(left) != 1:
        state = "is deleted on neither end" if left else "is deleted on both ends"
        raise ConfigurationError(
            f"{pair.name} {record} {state}, so there is nothing to keep or delete. Nothing was decided. "
            "See what waits for you: talk conflicts"
        )
    return link, left[0]


def _part(db: Database, pair: EntityPair, link: Mapping[str, object], *, by: str, now: datetime) -> None:
    links.drop(db, pair, str(link["link_id"]))
    part(db, pair, {system: str(link[f"{system}_id"]) for system in System}, KEPT, by=by, now=now)
