"""Updates whose answer never came and that were read back: what arrived is agreed, as if the answer had come.

Without this our own value, come back unannounced, would look like an edit on the end that took it, and
could win over an edit that was made on the other end meanwhile.

What arrived may have been edited there before it was read back. Where the origin has meanwhile gone back to what
was agreed before, it would look as if it had never moved, and the edit over our value would undo that unlogged. So
the sent value counts as agreed then, too, and the two are a conflict.
"""

from collections.abc import Mapping, Sequence

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
    """Take each sent value that its end holds now, or held, for agreed on both ends; how many.

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
    known = links.by_link(db, pair, own["link_id"].to_list())
    own = own.join(known.select("link_id", *(f"{s}_id" for s in System)), on="link_id")
    bodies = [msgspec.json.decode(body, type=dict[str, str | None]) for body in own["body"].to_list()]
    values = _values(session, pair, system, own, bodies)
    written = dict(zip(own["link_id"].to_list(), bodies, strict=True))
    baselines = links.baselines(db, pair, own["link_id"].to_list())
    agreed = 0
    for p in pair.properties:
        path = p.side(system).write_path or p.side(system).path
        about = [link for link, body in written.items() if path in body]
        if p.derived or not about or path not in entity.paths:
            continue
        sent, target, origin, held, given = (
            p.fold(pl.col(f"{which}:{p.name}")) for which in ("sent", "target", "origin", "held", "given")
        )
        edited = origin.eq_missing(given) & target.ne_missing(held)
        there = pl.when(sent.eq_missing(target)).then(f"target:{p.name}").otherwise(f"sent:{p.name}")
        found = values.filter(pl.col("link_id").is_in(about) & (sent.eq_missing(target) | edited)).select(
            "link_id", here=pl.col(f"sent:{p.name}"), there=there, found=pl.lit(value=True)
        )
        agreed += found.height
        value = pl.when(pl.col("system") == system.value).then("there").otherwise("here")
        baselines = (
            baselines.join(found, on="link_id", how="left")
            .with_columns(pl.when("found").then(value).otherwise(pl.col(p.name)).alias(p.name))
            .drop("here", "there", "found")
        )
    links.set_baselines(db, pair, baselines)
    return agreed


def _values(
    session: Session, pair: EntityPair, system: System, own: pl.DataFrame, bodies: Sequence[Mapping[str, str | None]]
) -> pl.DataFrame:
    """One row a link: what was *sent*, what *target* and *origin* hold, and what both *held* and had *given* before.

    Columns `link_id` and each of these words with each property, as `sent:name`.
    """
    db, entity = session.db, session.entity(pair, system)
    sent_to = dict(zip(own[f"{system}_id"].to_list(), bodies, strict=True))
    # An update holds a few properties; those of the stored record stand beside them.
    stored = raw.by_id(db, entity, list(sent_to)).select(raw_schema(entity).keys())
    rows = pl.DataFrame(
        [
            row | {path: text for path, text in sent_to[row["_id"]].items() if path in entity.paths}
            for row in stored.iter_rows(named=True)
        ],
        schema=raw_schema(entity),
    )
    sent = to_links(db, pair, session.pairs, system, translated(session, pair, system, rows).rows)
    result = own.select("link_id", *(f"{s}_id" for s in System))
    for word, end, frame in (
        ("sent", system, sent),
        ("target", system, _now(session, pair, system, own)),
        ("origin", system.other, _now(session, pair, system.other, own)),
    ):
        result = result.join(_named(pair, frame, word, "_id"), left_on=f"{end}_id", right_on="_id")
    agreed = links.baselines(db, pair, own["link_id"].to_list())
    for word, end in (("held", system), ("given", system.other)):
        frame = agreed.filter(pl.col("system") == end.value)
        result = result.join(_named(pair, frame, word, "link_id"), on="link_id")
    return result


def _now(session: Session, pair: EntityPair, system: System, own: pl.DataFrame) -> pl.DataFrame:
    rows = mapped.by_id(session.db, pair, system, own[f"{system}_id"].to_list())
    return to_links(session.db, pair, session.pairs, system, rows)


def _named(pair: EntityPair, frame: pl.DataFrame, word: str, by: str) -> pl.DataFrame:
    return frame.select(by, *(pl.col(p.name).alias(f"{word}:{p.name}") for p in pair.properties if not p.derived))
