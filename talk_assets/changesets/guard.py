"""Guards: a changeset too large, too empty or too destructive stops before its first write."""

import hashlib
from dataclasses import dataclass

import polars as pl

from talk_assets.model.changes import ChangeState, Op
from talk_assets.model.errors import GuardError
from talk_assets.model.pair import EntityPair, Guards
from talk_assets.model.system import System
from talk_assets.session import Session
from talk_assets.store import changes, links, mapped
from talk_assets.store.tables import changes_table

_HASHED = ("system", "op", "link_id", "origin_id", "record_id", "property", "old", "new", "_seq")


@dataclass(frozen=True, kw_only=True)
class Trip:
    """One limit passed: what, how many, of how many links, and the limit."""

    what: str
    count: int
    limit: int


def plan_hash(pending: pl.DataFrame) -> str:
    """A plan's hash: the same changes give the same hash, whatever their order. 12 hexadecimal digits.

    `_seq` is the number of the edit that asks for a change, so that the same edit made again is another plan.
    """
    text = pending.select(_HASHED).sort(_HASHED).write_csv()
    return hashlib.sha256(text.encode()).hexdigest()[:12]


def trips(guards: Guards, pending: pl.DataFrame, total: int) -> list[Trip]:
    """The limits that *pending* changes pass, of *total* links.

    Creations, and what completes them, never trip: they overwrite nothing.
    """
    found = []
    updated = pending.filter(pl.col("op") == Op.UPDATE.value)["link_id"].n_unique()
    limit = max(guards.floor, int(total * guards.update_ratio))
    if updated > limit:
        found.append(Trip(what="records would be changed", count=updated, limit=limit))
    deleted = pending.filter(pl.col("op") == Op.DELETE.value).height
    limit = max(guards.floor, int(total * guards.delete_ratio))
    if deleted > limit:
        found.append(Trip(what="records would be deleted", count=deleted, limit=limit))
    cleared = pending.filter((pl.col("op") == Op.UPDATE.value) & pl.col("new").is_null() & pl.col("old").is_not_null())
    limit = max(guards.clear_floor, int(total * guards.clear_ratio))
    for name, count in sorted(cleared.group_by("property").len().iter_rows()):
        if count > limit:
            found.append(Trip(what=f"values of {name} would be emptied", count=count, limit=limit))
    return found


def first_link_trips(guards: Guards, replaced: pl.DataFrame, total: int) -> list[Trip]:
    """The limit that *replaced*, changes of values of *total* links made just now, pass if they do."""
    count = replaced["link_id"].n_unique()
    limit = max(guards.floor, int(total * guards.first_link_ratio))
    if count <= limit:
        return []
    return [Trip(what="records linked for the first time would have values replaced", count=count, limit=limit)]


def stopped(session: Session, pair: EntityPair) -> tuple[list[Trip], str]:
    """The limits that the pair's pending changes pass, and the hash that approves exactly these changes."""
    db = session.db
    pending = changes.of(db, pair, state=ChangeState.PENDING.value)
    fresh, found = links.fresh(db, pair)
    # At first both ends fill what the other lacks; what is there already is replaced as in any other change.
    replaced = pending.filter(
        pl.col("link_id").is_in(found) & (pl.col("op") == Op.UPDATE.value) & pl.col("old").is_not_null()
    )
    pending = pending.filter(~pl.col("link_id").is_in(fresh) | pl.col("link_id").is_null())
    tripped = trips(session.guards(pair), pending, links.count(db, pair))
    tripped += first_link_trips(session.guards(pair), replaced, len(found))
    pending = pl.concat([pending, replaced])
    if not tripped:
        return [], ""
    parts = []
    for system in System:
        asked = pending.filter(pl.col("system") == system.value).drop("_seq")
        edits = mapped.by_id(db, pair, system.other, asked["origin_id"].unique().to_list())
        parts.append(asked.join(edits.select(pl.col("_id").alias("origin_id"), "_seq"), on="origin_id", how="left"))
    return tripped, plan_hash(pl.concat(parts))


def check(session: Session, pair: EntityPair) -> None:
    """Stop if the pair's pending changes pass a limit and nobody approved exactly this plan.

    Once a run: what is left after a part of the plan was written is no new plan.

    Raises:
        GuardError: with the numbers and the hash that approves this plan once.
    """
    if pair.name in session.cleared:
        return
    if session.db.is_empty(changes_table(pair)):
        session.cleared.add(pair.name)
        return
    tripped, approval = stopped(session, pair)
    approved = session.accept.split(",") if session.accept is not None else []
    if tripped and approval not in approved:
        numbers = "; ".join(f"{t.count:,} {t.what}, the limit is {t.limit:,}" for t in tripped)
        raise GuardError(
            f"{pair.name}: of {links.count(session.db, pair):,} linked records {numbers}. Nothing was written for "
            f"{pair.name}. Read the plan (`talk plan --pair {pair.name}`); to go ahead with exactly this plan, run "
            f"again with --accept {approval}."
        )
    session.cleared.add(pair.name)
