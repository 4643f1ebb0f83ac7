"""Doubt: after a way back in time, what both ends last agreed on may be newer than the baselines say.

An old baseline cannot tell an edit that was taken back from no edit at all. So until both ends were read
whole and compared again, every difference between them is logged as a conflict with both values, whoever
wins; what is equal on both ends is agreed.
"""

from collections.abc import Iterable, Sequence

from talk_assets.model.pair import EntityPair
from talk_assets.model.system import System
from talk_assets.store.database import Database
from talk_assets.store.sql import among
from talk_assets.store.tables import links_table

_NONE = "no doubt"
"""The mark of a pair without a link in doubt."""


def begin(db: Database, pairs: Iterable[EntityPair]) -> str | None:
    """Doubt every link and have both ends read whole, if the store went back in time; why, or None.

    Call it when a run begins, once the tables exist.
    """
    why = db.meta("rewound")
    if why is None:
        return None
    with db.transaction():
        for pair in pairs:
            db.execute(f"UPDATE {links_table(pair)} SET doubtful = TRUE")
            db.set_mark(_NONE, pair.name, 0)
        # Without cursors everything is read, and what is not listed any more is noticed.
        db.execute("DELETE FROM store.cursor")
        db.drop_meta("rewound")
    return why


def stands(db: Database, pair: EntityPair) -> bool:
    """Whether some link is in doubt; asked once, then known until one is doubted."""
    if db.mark(_NONE, pair.name):
        return False
    if db.count(f"SELECT count(*) FROM {links_table(pair)} WHERE doubtful"):
        return True
    db.set_mark(_NONE, pair.name, db.latest_seq())
    return False


def cast(db: Database, pair: EntityPair, link_ids: Sequence[str]) -> None:
    """Doubt the links *link_ids*."""
    _set(db, pair, link_ids, doubtful=True)


def settle(db: Database, pair: EntityPair, link_ids: Sequence[str]) -> None:
    """End the doubt about links just compared, unless an end is yet to be read whole."""
    if link_ids and _read_whole(db, pair):
        _set(db, pair, link_ids, doubtful=False)


def _set(db: Database, pair: EntityPair, link_ids: Sequence[str], *, doubtful: bool) -> None:
    if link_ids:
        db.set_mark(_NONE, pair.name, 0)
        chosen, parameters, frames = among("link_id", link_ids)
        db.run(f"UPDATE {links_table(pair)} SET doubtful = ? WHERE {chosen}", [doubtful, *parameters], **frames)


def _read_whole(db: Database, pair: EntityPair) -> bool:
    """Whether both ends have a cursor: it is stored with the rows of a read that went through."""
    for system in System:
        names = [pair.name, pair.parent or pair.name]
        if not db.count("SELECT count(*) FROM store.cursor WHERE system = ? AND entity IN (?, ?)", [system, *names]):
            return False
    return True
