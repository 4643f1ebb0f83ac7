"""Edits that our write overwrote because the end cannot compare: found, and kept with both values.

They landed between our last look at the record and our write. The end's client read the records once
more in the same call as the write, directly before it.
"""

from collections.abc import Sequence

import polars as pl

from talk_assets.changesets.reconcile import policy_of
from talk_assets.mapped.stage import translated
from talk_assets.model.changes import Op, Outcome, Receipt
from talk_assets.model.pair import Property
from talk_assets.session import Session
from talk_assets.store import conflict_log, links, mapped
from talk_assets.store.references import to_links
from talk_assets.store.tables import AT, CONFLICT_SCHEMA
from talk_assets.systems.port import Page
from talk_assets.writeback.prepared import Prepare, Prepared


def log_overwrites(
    session: Session, prepare: Prepare, batch: Sequence[Prepared], receipts: Sequence[Receipt], before: Page
) -> int:
    """Log each property written, or deleted, that *before* shows with another value than was compared; how many.

    Call it before the stored records are kept: what is known of them must still be what was compared.
    """
    pair, system = prepare.pair, prepare.system
    applied = [p for p, r in zip(batch, receipts, strict=True) if r.outcome is Outcome.APPLIED]
    rows = before.frames.get(pair.name)
    if rows is None or not applied or prepare.op is Op.CREATE:
        return 0
    result = translated(session, pair, system, rows.filter(pl.col("_id").is_in([str(p.write.id) for p in applied])))
    found = to_links(session.db, pair, session.pairs, system, result.rows)
    known = mapped.by_id(session.db, pair, system, found["_id"].to_list())
    known = to_links(session.db, pair, session.pairs, system, known)
    about = pl.DataFrame(
        {"_id": [str(p.write.id) for p in applied], "link_id": [p.link_id for p in applied]}
    ).with_columns(origin_id=pl.Series([p.origin_id for p in applied], dtype=pl.String))
    overwritten = 0
    for p in pair.properties:
        written = [str(one.write.id) for one in applied if prepare.op is Op.DELETE or p.name in one.properties]
        if not written or p.derived:
            continue
        now = found.filter(pl.col("_id").is_in(written)).select("_id", "_stamp", now=pl.col(p.name))
        was = known.select("_id", was=pl.col(p.name))
        lost = now.join(was, on="_id").filter(p.fold(pl.col("now")).ne_missing(p.fold(pl.col("was"))))
        overwritten += log_lost(session, prepare, p, lost.join(about, on="_id"))
    return overwritten


def log_lost(session: Session, prepare: Prepare, p: Property, lost: pl.DataFrame) -> int:
    """Log the values of *p* that a write of *prepare* took away unseen; how many.

    *lost* has the columns `_id, _stamp, link_id, origin_id` and `now`, the value that was there.
    """
    if lost.is_empty():
        return 0
    pair, system = prepare.pair, prepare.system
    agreed = links.baselines(session.db, pair, lost["link_id"].to_list())
    sent = prepare.origins.select(
        pl.col("_id").alias("origin_id"), pl.col(p.name).alias("sent"), pl.col(f"{p.name}{AT}").alias("sent_at")
    )
    # A deletion sends nothing: its origin is gone.
    lost = lost.join(sent, on="origin_id", how="left")
    for end in (system, system.other):
        base = agreed.filter(pl.col("system") == end.value).select("link_id", pl.col(p.name).alias(f"base_{end}"))
        lost = lost.join(base, on="link_id", how="left")
    columns = {
        "pair": pl.lit(pair.name),
        "link_id": pl.col("link_id"),
        "property": pl.lit(p.name),
        f"{system}_id": pl.col("_id"),
        f"{system.other}_id": pl.col("origin_id"),
        f"{system}_base": pl.col(f"base_{system}"),
        f"{system.other}_base": pl.col(f"base_{system.other}"),
        f"{system}_value": pl.col("now"),
        f"{system.other}_value": pl.col("sent"),
        f"{system}_at": pl.col("_stamp"),
        f"{system.other}_at": pl.col("sent_at"),
        "policy": pl.lit(policy_of(pair, p, fresh=False).value),
        "winner": pl.lit(system.other.value),
        "first_link": pl.lit(value=False),
        "found_at": pl.lit(session.clock()),
    }
    found = lost.select([columns[name].cast(dtype).alias(name) for name, dtype in CONFLICT_SCHEMA.items()])
    overwritten = conflict_log.add(session.db, found)
    session.tally(pair).conflicts += overwritten
    return overwritten
