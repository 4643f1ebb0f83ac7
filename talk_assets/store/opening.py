"""Opening a store's file: its log must fit it, its layout must be ours, and no other program may have it open."""

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import duckdb

from talk_assets.model.errors import StoreBusyError, StoreMismatchError
from talk_assets.model.failpoints import failpoint
from talk_assets.store.disk import takes_no_more
from talk_assets.store.place import wal_of
from talk_assets.store.witness import Standing, checkpoint_of

CATALOG = "talk"
"""The store's name inside DuckDB, whatever its file is called."""
THREADS_FROM = 512 * 1024 * 1024
"""File size in bytes from which DuckDB may use all cores; below, handing work to threads costs a third more."""
SCHEMA_VERSION = 2
MIGRATIONS: Mapping[int, Sequence[str]] = {
    # Epoch and commits are numbered by `Database` where they are missing; links get their new column from their
    # declaration, like any other.
    1: ("INSERT INTO store.meta VALUES ('migrated_from', '1')",),
}
"""By the layout they start from: statements that lead to the next one. They run on a copy of the store."""


@dataclass(frozen=True, kw_only=True)
class Opened:
    """A connection to the store, attached as `CATALOG`; and where a log that did not fit was set aside."""

    connection: duckdb.DuckDBPyConnection
    aside: Path | None


def open_file(path: Path | None, said: Standing | None) -> Opened:
    """Attach the store at *path* (None: in memory), whose witness says *said*; migrate it where it is older.

    Raises:
        duckdb.IOException: the disk takes no more.
        StoreBusyError: another program has the file open.
        StoreMismatchError: it cannot be opened, or a newer version of Talk Assets made it.
    """
    if path is None:
        return Opened(connection=attach(None), aside=None)
    aside = None
    if said is not None and wal_of(path).exists() and said.checkpoint != checkpoint_of(path):
        aside = set_log_aside(path)
    try:
        if not wal_of(path).exists() and not (path.exists() and path.stat().st_size):
            _create(path)
        connection = attach(path)
    except duckdb.Error as error:
        if takes_no_more(error):
            # The store and its log are as good as before: nothing is set aside.
            raise
        connection, aside = _attach_without_log(path, error, aside)
    found = _layout(connection)
    if found is None or found == SCHEMA_VERSION:
        return Opened(connection=connection, aside=aside)
    connection.close()
    if found > SCHEMA_VERSION:
        raise StoreMismatchError(
            f"The store {path} has layout {found}, this version of Talk Assets reads layout {SCHEMA_VERSION}. "
            "Nothing was changed. Use the version that wrote it, or start from an empty store."
        )
    _migrate(path, found)
    return Opened(connection=attach(path), aside=aside)


def _create(path: Path) -> None:
    """Make an empty store at *path*: under another name first, as half a file could never be opened again."""
    draft = path.with_name(path.name + ".new")
    draft.unlink(missing_ok=True)
    attach(draft).close()
    _sync(draft, os.O_RDWR)
    os.replace(draft, path)


def attach(path: Path | None) -> duckdb.DuckDBPyConnection:
    """Connect to the store at *path* (None: in memory) as `CATALOG`, without a look at what it is."""
    connection = quiet_connection()
    try:
        # Attached under a name of our own: a file called store.duckdb would otherwise make
        # `store.meta` ambiguous between the database and the schema.
        connection.execute(f"ATTACH {literal(path)} AS {CATALOG}")
        connection.execute(f"USE {CATALOG}")
    except duckdb.Error:
        connection.close()
        raise
    return connection


def quiet_connection() -> duckdb.DuckDBPyConnection:
    """A connection that draws no progress: it would be on stdout, in the middle of a command's JSON.

    From the start, as a long log is played back while the store is attached.
    """
    connection = duckdb.connect(":memory:")
    connection.execute("SET enable_progress_bar=false")
    return connection


def configure(connection: duckdb.DuckDBPyConnection, path: Path | None) -> None:
    """Set what holds for every statement on the store at *path*, and let nothing change it."""
    # Time stamps with a zone are handed over in the session's zone; the contracts say UTC.
    connection.execute("SET TimeZone='UTC'")
    connection.execute("SET preserve_insertion_order=false")
    if path is None or path.stat().st_size < THREADS_FROM:
        connection.execute("SET threads=1")
    connection.execute("SET enable_external_access=false")
    connection.execute("SET lock_configuration=true")


def literal(path: Path | None) -> str:
    """*path* as an SQL string."""
    return "'" + (":memory:" if path is None else str(path).replace("'", "''")) + "'"


def _attach_without_log(
    path: Path, error: duckdb.Error, aside: Path | None
) -> tuple[duckdb.DuckDBPyConnection, Path | None]:
    if "Conflicting lock" in str(error):
        raise StoreBusyError(
            f"Another program has the store {path} open: {error}. Nothing was read or written. Close it there, "
            "and start again."
        ) from error
    if aside is None and wal_of(path).exists():
        aside = set_log_aside(path)
        try:
            return attach(path), aside
        except duckdb.Error as again:
            os.replace(aside, wal_of(path))
            error = again
    raise StoreMismatchError(
        f"The store {path} cannot be opened: {error}. Nothing was read or written. Put a backup in its place "
        f"(talk restore FILE), or move it away to start from an empty store: records are then linked anew, by the keys "
        "they carry and by their match keys, and ends that differ are logged as conflicts."
    ) from error


def set_log_aside(path: Path) -> Path:
    """Move the write-ahead log of *path* out of the way, where nothing overwrites it; where it is now."""
    log = wal_of(path)
    number = 1
    while (aside := log.with_name(f"{log.name}.aside-{number}")).exists():
        number += 1
    os.replace(log, aside)
    return aside


def _layout(connection: duckdb.DuckDBPyConnection) -> int | None:
    try:
        found = connection.execute("SELECT value FROM store.meta WHERE key = 'schema_version'").fetchone()
    except duckdb.CatalogException:
        return None
    return None if found is None else int(found[0])


def _migrate(path: Path, layout: int) -> None:
    """Bring the store at *path* to our layout: on a copy, which then takes its place. The old one is kept beside."""
    draft = path.with_name(path.name + ".migrating")
    draft.unlink(missing_ok=True)
    connection = copied(path, draft)
    for step in range(layout, SCHEMA_VERSION):
        for statement in MIGRATIONS[step]:
            connection.execute(statement)
    connection.execute("UPDATE store.meta SET value = ? WHERE key = 'schema_version'", [str(SCHEMA_VERSION)])
    connection.execute(f"CHECKPOINT {CATALOG}")
    connection.close()
    kept = path.with_name(f"{path.name}.layout-{layout}")
    kept.unlink(missing_ok=True)
    # A second name, not a rename: at no instant may there be no store under its own name.
    os.link(path, kept)
    failpoint("store kept")
    settle_in(draft, path)


def copied(source: Path, target: Path) -> duckdb.DuckDBPyConnection:
    """Copy the whole store at *source* into the new file *target*, and return a connection to that one.

    Hold the lock of *source*. Its log, where it has one, is folded into it first; otherwise it is only read.
    """
    connection = quiet_connection()
    if wal_of(source).exists():
        connection.execute(f"ATTACH {literal(source)} AS source")
        connection.execute("CHECKPOINT source")
    else:
        connection.execute(f"ATTACH {literal(source)} AS source (READ_ONLY)")
    connection.execute(f"ATTACH {literal(target)} AS {CATALOG}")
    connection.execute(f"COPY FROM DATABASE source TO {CATALOG}")
    connection.execute("DETACH source")
    connection.execute(f"USE {CATALOG}")
    return connection


def settle_in(draft: Path, path: Path) -> None:
    """Give the finished file *draft* the name *path*, so that a power failure leaves either the old or the new one."""
    for place, flags in ((draft, os.O_RDWR), (draft.parent, os.O_RDONLY)):
        _sync(place, flags)
    failpoint("copy settling")
    os.replace(draft, path)
    failpoint("copy settled")
    _sync(path.parent, os.O_RDONLY)


def _sync(path: Path, flags: int) -> None:
    fd = os.open(path, flags | os.O_CLOEXEC)
    try:
        os.fsync(fd)
    finally:
        os.close(fd)
