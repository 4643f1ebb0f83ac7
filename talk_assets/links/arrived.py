"""Find what was made by a creation that no answer came to, where no key tells: by all of the values sent."""

import polars as pl

from talk_assets.mapped.unanswered import alike, standing
from talk_assets.model.pair import EntityPair
from talk_assets.model.system import System
from talk_assets.session import Session

ARRIVED_SCHEMA = dict.fromkeys(("salesforce_id", "customerp_id", "intent_id", "body"), pl.String())


def arrived(session: Session, pair: EntityPair, system: System, waiting: pl.DataFrame) -> pl.DataFrame:
    """Return which of the records *waiting* on *system* were made by which creation (`ARRIVED_SCHEMA`).

    A record is taken for ours if it holds every value that was sent, and no more records do than creations
    are open that sent just these: then it does not matter which of them is whose.
    """
    sent = standing(session, pair, system)
    if sent.is_empty() or waiting.is_empty():
        return pl.DataFrame(schema=ARRIVED_SCHEMA)
    shares = alike(session, pair, system, sent, waiting["_id"].to_list())
    open_ones: dict[frozenset[str], list[str]] = {}
    for intent in sent["intent_id"].to_list():
        whole = frozenset(record for record, share in shares.get(intent, {}).items() if share == 1.0)
        if whole:
            open_ones.setdefault(whole, []).append(intent)
    made = {
        intent: record
        for records, intents in open_ones.items()
        if len(records) <= len(intents) and not any(records & other for other in open_ones if other != records)
        for intent, record in zip(intents, sorted(records), strict=False)
    }
    rows = [
        (*((record, origin) if system is System.SALESFORCE else (origin, record)), intent, body)
        for intent, origin, body in sent.select("intent_id", "origin_id", "body").iter_rows()
        if (record := made.get(intent)) is not None
    ]
    return pl.DataFrame(rows, schema=ARRIVED_SCHEMA, orient="row")
