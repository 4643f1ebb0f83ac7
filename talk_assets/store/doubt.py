"""Doubt: after a way back in time, what both ends last agreed on may be newer than the baselines say.

An old baseline cannot tell an edit that was taken back from no edit at all. So until both ends were read
whole and compared again, every difference between them is logged as a conflict with both values, whoever
wins; what is equal on both ends is agreed.
"""

from collections.abc import Iterable, Sequence

import polars as pl

from talk_assets.model.pair import EntityPair
from talk_assets.model.system import System
from talk_assets.store.database import Database
from talk_assets.store.tables import links_table


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
        # Without cursors everything is read, and what is not listed any more is noticed.
        db.execute("DELETE FROM store.cursor")
        db.execute("DELETE FROM store.meta WHERE key = 'rewound'")
    return why


def cast(db: Database, pair: EntityPair, link_ids: Sequence[str]) -> None:
    """Doubt the links *link_ids*."""
    _set(db, pair, link_ids, doubtful=True)


def settle(db: Database, pair: EntityPair, link_ids: Sequence[str]) -> None:
    """End the doubt about links just compared, unless an end is yet to be read whole."""
    if link_ids and _read_whole(db, pair):
        _set(db, pair, link_ids, doubtful=False)


def _set(db: Database, pair: EntityPair, link_ids: Sequence[str], *, doubtful: bool) -> None:
    if link_ids:
        db.run(
            f"UPDATE {links_table(pair)} SET doubtful = ? WHERE link_id IN (SELECT link_id FROM wanted)",
            [doubtful],
            wanted=pl.DataFrame({"link_id": list(link_ids)}, schema={"link_id": pl.String()}),
        )


def _read_whole(db: Database, pair: EntityPair) -> bool:
    """Whether both ends have a cursor: it is stored with the rows of a read that went through."""
    for system in System:
        names = [pair.name, pair.parent or pair.name]
        if not db.count("SELECT count(*) FROM store.cursor WHERE system = ? AND entity IN (?, ?)", [system, *names]):
            return False
    return True
