"""What the store knows, for a person: counts and cursors."""

from typing import Any

from talk_assets.entities import LOOKUPS, PAIRS
from talk_assets.model.changes import ChangeState
from talk_assets.model.system import System
from talk_assets.store import changes, conflict_log, links, quarantine, reviews
from talk_assets.store.database import Database
from talk_assets.store.tables import create_tables


def create_declared(db: Database) -> None:
    """Create the tables that the declarations ask for and the store does not have yet."""
    entities = [pair.entity(system) for pair in PAIRS.values() for system in System]
    create_tables(db, PAIRS.values(), [*entities, *LOOKUPS.values()])


def status(db: Database) -> dict[str, Any]:
    """Return, for each pair, links, conflicts ever found, what waits, and how far each end was read (null: never)."""
    create_declared(db)
    cursors = {(str(s), str(e)): str(c) for s, e, c in db.rows("SELECT system, entity, cursor FROM store.cursor")}
    return {
        "pairs": {
            pair.name: {
                "links": links.count(db, pair),
                "conflicts": len(conflict_log.entries(db, pair.name)),
                "undecided": changes.count(db, pair, ChangeState.CONFLICT.value),
                "quarantined": quarantine.count(db, pair.name),
                "parked": changes.count(db, pair, ChangeState.PARKED.value),
                "held": changes.count(db, pair, ChangeState.HELD.value),
                "review": reviews.count(db, pair),
                "cursors": {
                    system.value: cursors.get((system.value, pair.name))
                    or cursors.get((system.value, str(pair.parent)))
                    for system in System
                },
            }
            for pair in PAIRS.values()
        }
    }
