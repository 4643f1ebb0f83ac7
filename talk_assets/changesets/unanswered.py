"""Creations that may have been made already, unseen, and records that may be what they made: both wait."""

import polars as pl

from talk_assets.mapped.unanswered import HALF, alike, standing
from talk_assets.model.pair import EntityPair
from talk_assets.model.system import System
from talk_assets.raw.fetch import unanswered_text
from talk_assets.session import Session

_SCHEMA = dict.fromkeys(("_id", "unsure"), pl.String())


def unsure(session: Session, pair: EntityPair, origin: System, rows: pl.DataFrame) -> pl.DataFrame:
    """Why no counterpart is made of some *rows* of *origin* (columns `_id, unsure`), where an end keeps no keys."""
    found: dict[str, str] = {}
    for one in standing(session, pair, origin.other)["origin_id"].to_list():
        found[one] = unanswered_text(pair, origin.other, one)
    sent = standing(session, pair, origin)
    if sent.height:
        shares = alike(session, pair, origin, sent, rows["_id"].to_list())
        for intent, made_from in sent.select("intent_id", "origin_id").iter_rows():
            for record, share in shares.get(intent, {}).items():
                if share >= HALF:
                    found[record] = _copy_text(pair, origin, record, made_from)
    return pl.DataFrame(list(found.items()), schema=_SCHEMA, orient="row")


def _copy_text(pair: EntityPair, origin: System, record: str, made_from: str) -> str:
    return (
        f"{origin.title} {record} may be what was made from {origin.other.title} {made_from}, whose creation was not "
        f"answered, so no {pair.name} is made from it. Link the two with talk link, or release the other: "
        f"talk retry {pair.name} {made_from}."
    )
