"""What faults need of the Customerp's database to show records as they were."""

import sqlite3

from talk_assets.sandbox.customerp.database import Database, connect
from talk_assets.sandbox.faults.past import Shelf


def shelf_of(database: Database) -> Shelf:
    """Return *database* as faults see it."""

    def swap(connection: sqlite3.Connection) -> None:
        database.connection = connection

    return Shelf(
        current=lambda: database.connection,
        swap=swap,
        blank=lambda: connect(None),
        tables={"record": "id", "change": "seq"},
        names=("id", "external_key"),
        feed="change",
    )
