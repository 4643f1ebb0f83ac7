"""Backup and restore of a store, while nothing runs: whole copies that take their name only when finished."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb

from talk_assets.entities import PAIRS
from talk_assets.model.errors import ConfigurationError, StoreMismatchError
from talk_assets.model.failpoints import failpoint
from talk_assets.store.database import Database
from talk_assets.store.lock import StoreLock
from talk_assets.store.opening import CATALOG, attach, copied, open_file, settle_in
from talk_assets.store.place import check_place, make_private, wal_of
from talk_assets.store.selfcheck import problems
from talk_assets.store.status import create_declared
from talk_assets.store.witness import testimony

_NAMED = 5
"""How many of a backup's problems its refusal names."""


def back_up(store: Path, target: Path) -> None:
    """Copy *store* into the new file *target*, readable by its owner alone.

    Raises:
        ConfigurationError: there is no store, or *target* is there already.
        StoreBusyError: a run holds the store.
        StoreMismatchError: the store is damaged.
    """
    if not store.exists():
        raise ConfigurationError(f"There is no store at {store}. Nothing was written. Point TALK_STORE at the store.")
    if target.exists():
        raise ConfigurationError(f"{target} is there already. Nothing was written. Name another file, or remove it.")
    make_private()
    with _locked(store):
        check_place(store)
        # As a run would open it: a log that does not belong to it must not get into the copy.
        open_file(store, testimony(store)).connection.close()
        draft = target.with_name(target.name + ".unfinished")
        _copy(store, draft)
        settle_in(draft, target)


def restore(store: Path, source: Path) -> Path | None:
    """Put a checked copy of the backup *source* in the place of *store*; where what was there is kept now.

    The restored store knows that it went back in time, so the next run reads both ends whole.

    Raises:
        ConfigurationError: there is no *source*.
        StoreBusyError: a run holds the store.
        StoreMismatchError: *source* is damaged, or belongs to another org or tenant than *store*; nothing was changed.
    """
    if not source.exists():
        raise ConfigurationError(f"There is no backup at {source}. Nothing was changed.")
    make_private()
    store.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    with _locked(store):
        draft = store.with_name(store.name + ".restoring")
        _remove(draft)
        try:
            _copy(source, draft)
            _check(draft, source, store)
            kept = _keep(store) if store.exists() else None
            failpoint("store kept")
            settle_in(draft, store)
        finally:
            _remove(draft)
    return kept


@contextmanager
def _locked(store: Path) -> Iterator[None]:
    lock = StoreLock(store)
    lock.take()
    try:
        yield
    finally:
        lock.release()


def _copy(source: Path, draft: Path) -> None:
    draft.unlink(missing_ok=True)
    try:
        connection = copied(source, draft)
        connection.execute(f"CHECKPOINT {CATALOG}")
        connection.close()
    except duckdb.Error as error:
        _remove(draft)
        raise StoreMismatchError(
            f"{source} cannot be copied: {error}. Nothing was changed. See what `talk doctor --store` says of it."
        ) from error


def _check(draft: Path, source: Path, store: Path) -> None:
    """Refuse a backup that does not fit together or belongs elsewhere; mark a good one as gone back in time."""
    with Database(draft) as db:
        create_declared(db)
        found = problems(db, PAIRS.values())
        if found.height:
            named = "; ".join(f"{row['pair']} {row['id']}: {row['problem']}" for row in found.head(_NAMED).to_dicts())
            raise StoreMismatchError(
                f"The backup {source} does not fit together ({found.height} problems: {named}). Nothing was changed. "
                "Use another backup."
            )
        theirs = db.belongs_to()
        db.set_meta("rewound", f"it was restored from {source.name}")
        db.checkpoint()
    ours = _owners(store)
    for system in theirs.keys() & ours.keys():
        if theirs[system] != ours[system]:
            raise StoreMismatchError(
                f"The backup {source} belongs to {system} {theirs[system]}, but the store to {ours[system]}. Nothing "
                "was changed. Use a backup of this store, or move the store away first."
            )


def _owners(store: Path) -> dict[str, str]:
    """Which org and tenant the present store belongs to; nothing where it cannot be read, as it is to be replaced."""
    if not store.exists():
        return {}
    try:
        connection = attach(store)
    except duckdb.Error:
        return {}
    try:
        found = connection.execute("SELECT key, value FROM store.meta WHERE key LIKE 'tenant%'").fetchall()
    except duckdb.Error:
        return {}
    finally:
        connection.close()
    return {str(key).removeprefix("tenant_"): str(value) for key, value in found}


def _keep(store: Path) -> Path:
    """Give the present store a second name, so that it outlives being replaced."""
    number = 1
    while (kept := store.with_name(f"{store.name}.replaced-{number}")).exists():
        number += 1
    if wal_of(store).exists():
        os.replace(wal_of(store), wal_of(kept))
    os.link(store, kept)
    return kept


def _remove(draft: Path) -> None:
    for suffix in ("", ".wal", ".lock", ".witness"):
        draft.with_name(draft.name + suffix).unlink(missing_ok=True)
