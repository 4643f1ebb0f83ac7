"""The view a reconciliation looks at: a link, both ends' values, what each last agreed to, and when it moved."""

import polars as pl

from talk_assets.changesets.reconcile import UNLINKED, base, moved_at, unshown, value
from talk_assets.model.pair import EntityPair
from talk_assets.model.system import System
from talk_assets.session import Session
from talk_assets.store import links, mapped, quarantine
from talk_assets.store.references import to_links, with_gone
from talk_assets.store.tables import AT, UNSHOWN


def view(session: Session, pair: EntityPair, link_ids: list[str]) -> pl.DataFrame:
    """One row for each of *link_ids*; references as link ids, and as the end's own ids in `<end>_ref:<name>`.

    A reference to a record without a link is its own id after `UNLINKED`: it is not empty, and equals nothing
    the other end can hold. `<end>_gone:<name>` tells that the record referred to is deleted on the other end.

    Further columns: the link's, `<end>_deleted`, `<end>_quarantined`, `<end>_unshown`, and for lines `<end>_parent`.
    """
    db = session.db
    rows = links.by_link(db, pair, link_ids).sort("link_id")
    agreed = links.baselines(db, pair, link_ids)
    for system in System:
        ids = rows[f"{system}_id"].to_list()
        now = mapped.by_id(db, pair, system, ids)
        rows = rows.join(_now(session, pair, system, now), left_on=f"{system}_id", right_on="_id", how="left")
        was = agreed.filter(pl.col("system") == system.value).drop("system")
        was = was.rename({name: base(system, name) for name in was.columns if name != "link_id"})
        rows = rows.join(was, on="link_id", how="left")
        stopped = quarantine.stopped(db, pair.name, system, ids)
        rows = rows.with_columns(pl.col(f"{system}_id").is_in(stopped).alias(f"{system}_quarantined"))
    return rows


def _now(session: Session, pair: EntityPair, system: System, rows: pl.DataFrame) -> pl.DataFrame:
    own_ids = {p.name: f"{system}_ref:{p.name}" for p in pair.references}
    kept = rows.with_columns(pl.col(name).alias(alias) for name, alias in own_ids.items())
    linked = to_links(session.db, pair, session.pairs, system, kept).with_columns(
        pl.coalesce(name, pl.lit(UNLINKED) + pl.col(alias)).alias(name) for name, alias in own_ids.items()
    )
    linked = with_gone(session.db, pair, session.pairs, system.other, linked)
    timed = {f"{p.name}{AT}": moved_at(system, p.name) for p in pair.properties if not p.derived}
    names = {name: value(system, name) for name in pair.names}
    return linked.select(
        "_id",
        pl.col("_deleted").alias(f"{system}_deleted"),
        pl.col("_parent").alias(f"{system}_parent"),
        pl.col(UNSHOWN).alias(unshown(system)),
        *own_ids.values(),
        *(pl.col(f"gone:{name}").alias(f"{system}_gone:{name}") for name in own_ids),
        *(pl.col(name).alias(alias) for name, alias in (names | timed).items()),
    )
