"""Dagster's own SQLite storages, which keep their connections instead of making one for every statement.

A new engine and connection for every event of a run and every question of the daemon, and a wait for the disk at every
commit, are most of what a short run takes. Commits here wait for the disk when SQLite moves its log into the database
only (`synchronous = NORMAL`): whatever process is killed, nothing is lost; a power cut may take the last moments of
Dagster's records, never their integrity, and what was synced is in the store. The files are Dagster's, unchanged, so
that either can go on where the other one stopped.
"""

import sqlite3
import threading
from collections import OrderedDict
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, closing, contextmanager
from pathlib import Path
from typing import Any, Self

from dagster._core.storage.event_log import SqliteEventLogStorage
from dagster._core.storage.runs import SqliteRunStorage
from dagster._core.storage.schedules import SqliteScheduleStorage
from dagster._core.storage.sqlite import create_db_conn_string
from dagster._serdes import ConfigurableClassData
from sqlalchemy import Connection, Engine, create_engine, event

_BUSY_SECONDS = 60
_MOST_ENGINES = 32
_current: set[Path] = set()
"""Databases that this process has seen whole and up to date; looking takes longer than most that is asked of them."""


class Engines:
    """Engines by what they lead to; those that were not used for long are given up. Used by several threads."""

    def __init__(self) -> None:
        self._kept: OrderedDict[str, Engine] = OrderedDict()
        self._gate = threading.Lock()

    def close(self) -> None:
        """Give up all connections."""
        with self._gate:
            while self._kept:
                self._kept.popitem()[1].dispose()

    def knows(self, address: str) -> bool:
        """Whether there is one for *address*."""
        with self._gate:
            return address in self._kept

    @contextmanager
    def connected(self, address: str) -> Iterator[Connection]:
        """A connection to *address* in a transaction."""
        with self._gate:
            engine = self._kept.pop(address, None) or _engine(address)
            self._kept[address] = engine
            while len(self._kept) > _MOST_ENGINES:
                self._kept.popitem(last=False)[1].dispose()
        with engine.connect() as connection, connection.begin():
            yield connection


def _engine(address: str) -> Engine:
    engine = create_engine(address, connect_args={"timeout": _BUSY_SECONDS, "check_same_thread": False})

    @event.listens_for(engine, "connect")
    def _connected(connection: sqlite3.Connection, _record: object) -> None:
        connection.execute("PRAGMA synchronous = NORMAL")

    return engine


def _is_made(file: Path) -> bool:
    """Whether *file* is a database that Dagster has made whole: its version is written last, in one transaction."""
    if not file.exists():
        return False
    with closing(sqlite3.connect(file, timeout=_BUSY_SECONDS)) as connection:
        try:
            return connection.execute("SELECT version_num FROM alembic_version").fetchone() is not None
        except sqlite3.OperationalError:
            return False


def _brought_up_to_date(file: Path, make: Callable[[str], object]) -> None:
    """Let Dagster *make* the database *file* of a folder, or bring an older one up to date, once a process."""
    if file not in _current or not file.exists():
        make(str(file.parent))
        _current.add(file)


class EventLogStorage(SqliteEventLogStorage):
    """The events of runs, a file a run, and what is known of assets."""

    def __init__(self, base_dir: str, inst_data: ConfigurableClassData | None = None) -> None:
        self._engines = Engines()
        self._turn = threading.RLock()
        super().__init__(base_dir, inst_data)

    @classmethod
    def from_config_value(cls, inst_data: ConfigurableClassData | None, config_value: Mapping[str, Any]) -> Self:
        """Dagster's way to make it."""
        return cls(inst_data=inst_data, **config_value)

    def dispose(self) -> None:
        """Give up connections; called when the instance is closed."""
        super().dispose()
        self._engines.close()

    def run_connection(self, run_id: str | None = None) -> AbstractContextManager[Connection]:
        """A connection to the events of a run."""
        return self._connected(str(run_id))

    def index_connection(self) -> AbstractContextManager[Connection]:
        """A connection to what is known of all runs."""
        return self._connected("index")

    @contextmanager
    def _connected(self, shard: str) -> Iterator[Connection]:
        address = self.conn_string_for_shard(shard)
        if not self._engines.knows(address) and not _is_made(Path(self.path_for_shard(shard))):
            # Dagster makes the file, which takes it longer than all else that it asks of a run's events.
            with super().run_connection(shard):
                pass
        with self._turn, self._engines.connected(address) as connection:
            yield connection


class _OneDatabase:
    """A storage of Dagster's in one file, mixed in before Dagster's own class for it."""

    def __init__(self, conn_string: str, inst_data: ConfigurableClassData | None = None) -> None:
        self._engines = Engines()
        self._address = conn_string
        super().__init__(conn_string, inst_data)  # type: ignore[call-arg]

    def dispose(self) -> None:
        """Give up connections; called when the instance is closed."""
        super().dispose()  # type: ignore[misc]
        self._engines.close()

    @contextmanager
    def connect(self) -> Iterator[Connection]:
        """A connection to the database."""
        with self._engines.connected(self._address) as connection:
            yield connection


class RunStorage(_OneDatabase, SqliteRunStorage):
    """The runs and their tags."""

    @classmethod
    def from_config_value(cls, inst_data: ConfigurableClassData | None, config_value: Mapping[str, Any]) -> Self:
        """Dagster's way to make it."""
        folder = Path(config_value["base_dir"])
        _brought_up_to_date(folder / "runs.db", SqliteRunStorage.from_local)
        return cls(create_db_conn_string(str(folder), "runs"), inst_data)


class ScheduleStorage(_OneDatabase, SqliteScheduleStorage):
    """The state and the ticks of sensors and schedules."""

    @classmethod
    def from_config_value(cls, inst_data: ConfigurableClassData | None, config_value: Mapping[str, Any]) -> Self:
        """Dagster's way to make it."""
        folder = Path(config_value["base_dir"])
        _brought_up_to_date(folder / "schedules.db", SqliteScheduleStorage.from_local)
        return cls(create_db_conn_string(str(folder), "schedules"), inst_data)
