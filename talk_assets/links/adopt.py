"""Adopt our own creations: a record that carries our key is linked, never created back.

After a crash between a create and its receipt the intent still tells what was sent. Those values
become the baseline, so that an edit made since, on either end, is seen as an edit.
"""

import msgspec
import polars as pl

from talk_assets.entities.parents import NEEDS_ACCOUNT
from talk_assets.mapped.stage import translated
from talk_assets.model.pair import EntityPair, Through
from talk_assets.model.system import System
from talk_assets.model.wire import raw_schema
from talk_assets.session import Session
from talk_assets.store import doubt, intents, links, mapped
from talk_assets.store.references import to_links
from talk_assets.store.tables import baseline_schema


def adopt(session: Session, pair: EntityPair, found: pl.DataFrame) -> None:
    """Give the links *found* by stored key the baseline of the create that made them, where one is known.

    Without an intent (a store that was lost) nothing tells what both ends last agreed on, so what differs is
    logged as a conflict. The record's birth status still counts as agreed: the end took no other at creation,
    so it is not a choice someone made there.
    """
    for system in System:
        keys = mapped.by_id(session.db, pair, system, found[f"{system}_id"].to_list()).select(
            pl.col("_id").alias(f"{system}_id"), "_key"
        )
        sent = found.join(keys, on=f"{system}_id").join(
            intents.creates(session.db, pair.name, system), left_on="_key", right_on="key", how="left"
        )
        known = sent.filter(pl.col("body").is_not_null())
        if known.height:
            agree_on_bodies(session, pair, system, known)
        lost = sent.filter(pl.col("body").is_null() & pl.col("_key").is_not_null())
        _birth_status(session, pair, system, lost)
        made = mapped.by_id(session.db, pair, system.other, lost[f"{system.other}_id"].to_list())
        ours = lost.join(made.select("_derived"), left_on="_key", right_on="_derived", how="semi")
        doubt.cast(session.db, pair, ours["link_id"].to_list())


def agree_on_bodies(session: Session, pair: EntityPair, system: System, known: pl.DataFrame) -> None:
    """Take what creations on *system* were sent with as agreed (columns `link_id`, both ids, `body`: JSON)."""
    entity = session.entity(pair, system)
    bodies = [msgspec.json.decode(body, type=dict[str, str | None]) for body in known["body"].to_list()]
    rows = pl.DataFrame(
        [
            {"_id": record_id, "_deleted": False} | {path: body.get(path) for path in entity.paths}
            for record_id, body in zip(known[f"{system}_id"].to_list(), bodies, strict=True)
        ],
        schema=raw_schema(entity),
    )
    values = to_links(session.db, pair, session.pairs, system, translated(session, pair, system, rows).rows)
    sent = known.select("link_id", "salesforce_id", "customerp_id").join(values, left_on=f"{system}_id", right_on="_id")
    now = mapped.by_id(session.db, pair, system.other, known[f"{system.other}_id"].to_list())
    columns = [name for name in baseline_schema(pair) if name not in {"link_id", "system"}]
    links.set_baselines(session.db, pair, sent.select("link_id", *columns, system=pl.lit(system.value)))
    # Where the origin holds nothing now, the value was ours to supply (a required company name), or was emptied since.
    beside = sent.join(now.select("_id", *columns), left_on=f"{system.other}_id", right_on="_id", suffix="_now")
    origin = beside.select(
        "link_id",
        *(
            pl.when(pl.col(f"{n}_now").is_not_null()).then(pl.col(n)).alias(n)
            if _supplied(pair, n, system)
            else pl.col(n)
            for n in columns
        ),
        system=pl.lit(system.other.value),
    )
    links.set_baselines(session.db, pair, origin)


def _supplied(pair: EntityPair, name: str, system: System) -> bool:
    """Whether a creation on *system* may hold a value of its own where the origin's is empty."""
    side = pair.by_name[name].side(system)
    made_up = side.through in {Through.ACCOUNT, Through.OPPORTUNITY_ACCOUNT} and pair.name in NEEDS_ACCOUNT
    return made_up or side.fallback_id or side.default is not None


def _birth_status(session: Session, pair: EntityPair, system: System, lost: pl.DataFrame) -> None:
    rule = pair.status
    if rule is None or system not in rule.born or lost.is_empty():
        return
    both = links.baselines(session.db, pair, lost["link_id"].to_list())
    links.set_baselines(session.db, pair, both.with_columns(pl.lit(rule.born[system]).alias(rule.property)))
