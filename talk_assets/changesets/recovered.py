"""Updates whose answer never came and that were read back: what arrived is agreed, as if the answer had come.

Without this our own value, come back unannounced, would look like an edit on the end that took it, and
could win over an edit that was made on the other end meanwhile.
"""

import msgspec
import polars as pl

from talk_assets.mapped.stage import translated
from talk_assets.model.pair import EntityPair
from talk_assets.model.system import System
from talk_assets.model.wire import raw_schema
from talk_assets.session import Session
from talk_assets.store import intents, links, mapped, raw
from talk_assets.store.references import to_links


def agree_on_arrived(session: Session, pair: EntityPair) -> int:
    """Take each sent value that its end holds now for agreed on both ends; how many.

    Each update is looked at once: a value that turns up later is somebody's edit.
    """
    found = intents.recovered_updates(session.db, pair.name)
    if found.is_empty():
        return 0
    agreed = 0
    for system in System:
        own = found.filter(pl.col("system") == system.value)
        if own.height:
            # Of several updates of one record the last one counts.
            agreed += _agree(session, pair, system, own.unique("link_id", keep="last", maintain_order=True))
    intents.close(session.db, found["intent_id"].to_list(), state="planned")
    return agreed


def _agree(session: Session, pair: EntityPair, system: System, own: pl.DataFrame) -> int:
    db, entity = session.db, session.entity(pair, system)
    known = links.by_link(db, pair, own["link_id"].to_list()).select("link_id", pl.col(f"{system}_id").alias("_id"))
    own = own.join(known, on="link_id")
    bodies = [msgspec.json.decode(body, type=dict[str, str | None]) for body in own["body"].to_list()]
    sent_to = dict(zip(own["_id"].to_list(), bodies, strict=True))
    # An update holds a few properties; those of the stored record stand beside them.
    stored = raw.by_id(db, entity, own["_id"].to_list()).select(raw_schema(entity).keys())
    rows = pl.DataFrame(
        [
            row | {path: text for path, text in sent_to[row["_id"]].items() if path in entity.paths}
            for row in stored.iter_rows(named=True)
        ],
        schema=raw_schema(entity),
    )
    sent = to_links(db, pair, session.pairs, system, translated(session, pair, system, rows).rows)
    now = to_links(db, pair, session.pairs, system, mapped.by_id(db, pair, system, own["_id"].to_list()))
    both = own.select("link_id", "_id").join(sent, on="_id").join(now, on="_id", suffix="_now")
    written = dict(zip(own["link_id"].to_list(), bodies, strict=True))
    baselines = links.baselines(db, pair, own["link_id"].to_list())
    agreed = 0
    for p in pair.properties:
        path = p.side(system).write_path or p.side(system).path
        about = [link for link, body in written.items() if path in body]
        if p.derived or not about or path not in entity.paths:
            continue
        arrived = both.filter(
            pl.col("link_id").is_in(about) & p.fold(pl.col(p.name)).eq_missing(p.fold(pl.col(f"{p.name}_now")))
        ).select("link_id", here=pl.col(p.name), there=pl.col(f"{p.name}_now"), arrived=pl.lit(value=True))
        agreed += arrived.height
        value = pl.when(pl.col("system") == system.value).then("there").otherwise("here")
        baselines = (
            baselines.join(arrived, on="link_id", how="left")
            .with_columns(pl.when("arrived").then(value).otherwise(pl.col(p.name)).alias(p.name))
            .drop("here", "there", "arrived")
        )
    links.set_baselines(db, pair, baselines)
    return agreed
