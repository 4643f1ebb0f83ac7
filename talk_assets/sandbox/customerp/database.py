"""The embedded Customerp's SQLite database; what it says in SQL stands here, its tables in `schema`.

Every record is one row: its exact JSON text, next to the few values it is searched by.
"""

import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from talk_assets.sandbox.customerp.schema import SCHEMA

_ROW = "resource, id, external_key, updated_at, version, deleted, match_one, match_two, body"
_PUT = f"""
INSERT INTO record ({_ROW}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
ON CONFLICT (id) DO UPDATE SET
    external_key = excluded.external_key, updated_at = excluded.updated_at, version = excluded.version,
    deleted = excluded.deleted, match_one = excluded.match_one, match_two = excluded.match_two,
    body = excluded.body
"""  # noqa: S608 - constants
_CHANGES_AFTER = """
SELECT seq, resource, id, updated_at, deleted, origin FROM change
WHERE seq > ? AND (? IS NULL OR updated_at <= ?) ORDER BY seq LIMIT ?
"""


@dataclass(frozen=True, kw_only=True)
class Row:
    """One stored record."""

    resource: str
    id: str
    external_key: str | None
    updated_at: str
    version: int
    deleted: bool
    match_one: str | None
    match_two: str | None
    body: str


@dataclass(frozen=True, kw_only=True)
class Change:
    """One entry of the change feed."""

    seq: int
    resource: str
    id: str
    updated_at: str
    deleted: bool
    origin: str | None


@dataclass(frozen=True, kw_only=True)
class Answer:
    """What a write answered, as it is kept for its idempotency key."""

    status: int
    etag: str | None = None
    location: str | None = None
    body: str | None = None
    replayed: bool = False


@dataclass(frozen=True, kw_only=True)
class Search:
    """Which records of a resource a list holds, in (updated_at, id) order."""

    resource: str
    after: tuple[str, str] = ("", "")
    """(updated_at, id) that the list starts behind."""
    with_deleted: bool = False
    external_key: str | None = None
    ids: tuple[str, ...] | None = None
    match_one: str | None = None
    match_two: str | None = None
    limit: int = 100
    skip: int = 0
    """Records to leave out first, in a list whose pages are counted."""
    since: bool = False
    """Whether only what changed lately is asked for."""
    shown_by: str | None = None
    """The newest stamp that is shown yet; None shows everything. Named by id, a record is always shown."""


def connect(path: Path | None) -> sqlite3.Connection:
    """Open *path*, or an empty database in memory when it is None; any thread may use it."""
    return sqlite3.connect(":memory:" if path is None else path, isolation_level=None, check_same_thread=False)


class Database:
    """One open database, used by one thread at a time."""

    def __init__(self, path: Path | None) -> None:
        """Open *path*, made with its tables when it is not there; None is a database in memory."""
        self.connection = connect(path)
        self.connection.execute("PRAGMA journal_mode = WAL")
        self.connection.execute("PRAGMA synchronous = NORMAL")
        self.connection.executescript(SCHEMA)

    def close(self) -> None:
        """Close it; what was committed is on disk."""
        self.connection.close()

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """Commit what the block writes, or nothing of it when the block raises."""
        self.connection.execute("BEGIN IMMEDIATE")
        try:
            yield
        except BaseException:
            self.connection.execute("ROLLBACK")
            raise
        self.connection.execute("COMMIT")

    def get(self, record_id: str) -> Row | None:
        """Return the record with this id, deleted or not."""
        found = self.connection.execute(f"SELECT {_ROW} FROM record WHERE id = ?", (record_id,)).fetchone()  # noqa: S608 - a constant
        return None if found is None else _row(found)

    def state_of(self, record_id: str) -> tuple[str, bool] | None:
        """Return (resource, deleted) of the record with this id."""
        found = self.connection.execute("SELECT resource, deleted FROM record WHERE id = ?", (record_id,)).fetchone()
        return None if found is None else (found[0], bool(found[1]))

    def by_key(self, resource: str, external_key: str) -> Row | None:
        """Return the record of *resource* with this external key, deleted or not."""
        found = self.connection.execute(
            f"SELECT {_ROW} FROM record WHERE resource = ? AND external_key = ?",  # noqa: S608 - a constant
            (resource, external_key),
        ).fetchone()
        return None if found is None else _row(found)

    def put(self, row: Row, *, references: Iterable[str] | None, origin: str | None) -> int:
        """Store *row*, its references when they may have changed, and a change entry; return its seq."""
        self.connection.execute(
            _PUT,
            (
                row.resource,
                row.id,
                row.external_key,
                row.updated_at,
                row.version,
                row.deleted,
                row.match_one,
                row.match_two,
                row.body,
            ),
        )
        if references is not None:
            if row.version > 1:
                self.connection.execute("DELETE FROM reference WHERE from_id = ?", (row.id,))
            self.connection.executemany(
                "INSERT INTO reference (to_id, from_id) VALUES (?, ?)",
                [(to, row.id) for to in set(references)],
            )
        cursor = self.connection.execute(
            "INSERT INTO change (resource, id, updated_at, deleted, origin) VALUES (?, ?, ?, ?, ?)",
            (row.resource, row.id, row.updated_at, row.deleted, origin),
        )
        return int(cursor.lastrowid or 0)

    def referring(self, record_id: str) -> str | None:
        """Return the id of some record that refers to this one."""
        found = self.connection.execute(
            "SELECT from_id FROM reference WHERE to_id = ? LIMIT 1", (record_id,)
        ).fetchone()
        return None if found is None else str(found[0])

    def search(self, search: Search) -> list[tuple[str, str, str]]:
        """Return (updated_at, id, body) of the records that *search* describes."""
        # The plus signs keep SQLite off an index where another one leaves far fewer records.
        clauses = ["resource = ?" if search.ids is None else "+resource = ?"]
        values: list[object] = [search.resource]
        for column in ("external_key", "match_one", "match_two"):
            value = getattr(search, column)
            if value is not None:
                clauses.append(f"{column} = ?")
                values.append(value)
        if search.ids is not None:
            clauses.append(f"id IN ({', '.join('?' * len(search.ids))})")
            values.extend(search.ids)
        stamp, key = ("updated_at", "id") if len(clauses) == 1 else ("+updated_at", "+id")
        clauses.append(f"({stamp}, {key}) > (?, ?)")
        values.extend(search.after)
        if search.shown_by is not None and search.ids is None:
            column = "updated_at" if search.since else "json_extract(body, '$.createdAt')"
            clauses.append(f"{column} <= ?")
            values.append(search.shown_by)
        if not search.with_deleted:
            clauses.append("deleted = 0")
        statement = (
            f"SELECT updated_at, id, body FROM record WHERE {' AND '.join(clauses)}"  # noqa: S608 - constants and marks
            f" ORDER BY {stamp}, {key} LIMIT ? OFFSET ?"
        )
        return self.connection.execute(statement, (*values, search.limit, search.skip)).fetchall()

    def changes(self, *, since: int, limit: int, shown_by: str | None = None) -> list[Change]:
        """Return the change entries after *since*, oldest first; none later than *shown_by*."""
        rows = self.connection.execute(_CHANGES_AFTER, (since, shown_by, shown_by, limit))
        return [
            Change(seq=seq, resource=resource, id=id_, updated_at=stamp, deleted=bool(deleted), origin=origin)
            for seq, resource, id_, stamp, deleted, origin in rows
        ]

    def last_seq(self, *, shown_by: str | None = None) -> int:
        """Return the newest seq of the change feed, 0 when nothing ever changed; of those up to *shown_by*."""
        statement = "SELECT coalesce(max(seq), 0) FROM change"
        found = (
            self.connection.execute(statement)
            if shown_by is None
            else self.connection.execute(f"{statement} WHERE updated_at <= ?", (shown_by,))
        )
        return int(found.fetchone()[0])

    def last_stamp(self) -> str:
        """Return the newest updated_at of all records, '' when there is none."""
        found = self.connection.execute("SELECT updated_at FROM change ORDER BY seq DESC LIMIT 1").fetchone()
        return "" if found is None else str(found[0])

    def counters(self) -> dict[str, int]:
        """Return the last value of every counter."""
        return dict(self.connection.execute("SELECT name, value FROM counter"))

    def keep_counters(self, counters: Iterable[tuple[str, int]]) -> None:
        """Store the last value of these counters."""
        self.connection.executemany("INSERT OR REPLACE INTO counter (name, value) VALUES (?, ?)", list(counters))

    def answer_to(self, key: str, *, not_before: str) -> tuple[str, Answer] | None:
        """Return (fingerprint, answer) kept for an idempotency key since *not_before*."""
        found = self.connection.execute(
            "SELECT fingerprint, status, etag, location, body FROM idempotency WHERE key = ? AND created_at >= ?",
            (key, not_before),
        ).fetchone()
        if found is None:
            return None
        return found[0], Answer(status=found[1], etag=found[2], location=found[3], body=found[4])

    def keep_answer(self, key: str, *, fingerprint: str, at: str, answer: Answer) -> None:
        """Keep what the request with this idempotency key answered."""
        self.connection.execute(
            "INSERT OR REPLACE INTO idempotency (key, created_at, fingerprint, status, etag, location, body)"
            " VALUES (?, ?, ?, ?, ?, ?, ?)",
            (key, at, fingerprint, answer.status, answer.etag, answer.location, answer.body),
        )

    def forget_answers(self, *, before: str) -> None:
        """Drop what was kept for idempotency keys before that time."""
        self.connection.execute("DELETE FROM idempotency WHERE created_at < ?", (before,))


def _row(found: Sequence[object]) -> Row:
    resource, id_, key, stamp, version, deleted, one, two, body = found
    return Row(
        resource=str(resource),
        id=str(id_),
        external_key=None if key is None else str(key),
        updated_at=str(stamp),
        version=int(str(version)),
        deleted=bool(deleted),
        match_one=None if one is None else str(one),
        match_two=None if two is None else str(two),
        body=str(body),
    )
