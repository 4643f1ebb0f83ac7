"""The org: its rows, clock, running user, sessions, limits and cursors."""

from __future__ import annotations

import itertools
import sqlite3
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

from ..faults.past import Shelf
from .bulk.first_jobs import FirstJob
from .bulk.jobs import Jobs
from .catalogue import catalogue_of
from .cursors import Cursors
from .ids import number_of, numbered, to_18
from .limits import Budget, no_calls_left, no_jobs_left
from .rules.totals import total_document
from .sessions import Sessions
from .settings import SalesforceSettings
from .shapes.policies import check_policies
from .shapes.shape import Policies
from .stamps import stamp, whole_second
from .tables import Table, connect, create_tables, tables_of
from .tally import Tally
from .transaction import Transaction

#: Order numbers of a new org start at 00000100, all other auto numbers at 1.
_FIRST_NUMBER = {"Order": 100}
_BULK_QUERIES = 10_000


class Org:
    """One sandbox org over one SQLite connection, entered by one call at a time."""

    def __init__(self, *, database: Path | None, settings: SalesforceSettings, clock: Callable[[], datetime]) -> None:
        self.settings = settings
        self.clock = clock
        self.catalogue = catalogue_of(settings)
        self.tables = tables_of(self.catalogue)
        self.rule(settings.shape.policies)
        self.id = to_18(settings.organization_id)
        self.user_id = numbered("005", 1)
        self.sessions = Sessions(settings=settings, organization_id=self.id)
        self.budget = Budget(daily=settings.daily_api_requests, refusal=no_calls_left)
        self.bulk_batches = Budget(daily=settings.daily_bulk_batches, refusal=no_jobs_left)
        self.bulk_queries = Budget(daily=_BULK_QUERIES, refusal=no_jobs_left)
        self.jobs = Jobs()
        self.first_jobs: dict[str, FirstJob] = {}
        self.cursors = Cursors()
        self.tally = Tally()
        self._lock = threading.Lock()
        self._connection = connect(database)
        create_tables(self._connection, self.tables)
        self._ids = {table.sobject.prefix: _following_ids(self._connection, table) for table in self.tables.values()}
        self._numbers = {name: self._following_numbers(table) for name, table in self.tables.items()}

    def rule(self, policies: Policies) -> None:
        """Let *policies* be the rules from now on.

        Raises:
            ShapeError: one is about what the org does not have.
        """
        check_policies(self.catalogue, policies)
        self.policies = policies

    @contextmanager
    def transaction(self, now: datetime | None = None) -> Iterator[Transaction]:
        """Open a transaction stamped *now*; it is committed at the end, or rolled back if anything raises."""
        with self._lock:
            tx = Transaction(
                connection=self._connection,
                catalogue=self.catalogue,
                settings=self.settings,
                tables=self.tables,
                now=stamp(whole_second(now or self.clock())),
                user_id=self.user_id,
                next_id=self.next_id,
                next_number=lambda name: next(self._numbers[name]),
                total=total_document,
                policies=self.policies,
            )
            self._connection.execute("BEGIN IMMEDIATE")
            try:
                yield tx
                tx.settle()
            except BaseException:
                self._connection.execute("ROLLBACK")
                raise
            self._connection.execute("COMMIT")
            self.tally.kept(tx.written)

    def next_id(self, prefix: str) -> str:
        """Return a new id; ids of an object grow, and none is given twice."""
        return numbered(prefix, next(self._ids[prefix]))

    def shelf(self) -> Shelf:
        """Return what faults need to show rows as they were."""

        def swap(connection: sqlite3.Connection) -> None:
            self._connection = connection

        return Shelf(
            current=lambda: self._connection,
            swap=swap,
            blank=lambda: connect(None),
            tables={table.name: "Id" for table in self.tables.values()},
            names=("Id", self.settings.external_id_field),
        )

    def close(self) -> None:
        """Close the database."""
        self._connection.close()

    def _following_numbers(self, table: Table) -> Iterator[int]:
        first = _FIRST_NUMBER.get(table.sobject.name, 1)
        auto = next((field.name for field in table.sobject.stored if field.auto_number), None)
        if auto is None:
            return itertools.count(first)
        found = self._connection.execute(f"SELECT MAX({auto}) FROM {table.name}").fetchone()  # noqa: S608 - our names
        return itertools.count(int(found[0]) + 1 if found[0] else first)


def _following_ids(connection: sqlite3.Connection, table: Table) -> Iterator[int]:
    found = connection.execute(f"SELECT MAX(Id) FROM {table.name} WHERE Id LIKE '___Hp0%'").fetchone()  # noqa: S608
    return itertools.count(number_of(found[0]) + 1 if found[0] else 1)
