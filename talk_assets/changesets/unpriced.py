"""Price book entries that were made for lines alone: nobody set their price, so it does not travel.

Where the answer to the creation of such an entry was lost, its price would come back as an edit of the product.
"""

from collections.abc import Sequence

import msgspec
import polars as pl

from talk_assets.entities import parents as names
from talk_assets.model.pair import EntityPair, Through
from talk_assets.model.system import System
from talk_assets.session import Session
from talk_assets.store import intents, links, mapped

SF = System.SALESFORCE
ENTRY = "pricebook_entry"


def price_property(pair: EntityPair) -> str | None:
    """The property that is written as a price book entry, if the pair has one."""
    return next((p.name for p in pair.properties if p.salesforce.through is Through.PRICEBOOK_ENTRY_PRICE), None)


def agree_on_unpriced(session: Session, pair: EntityPair) -> None:
    """Take the price of entries that were made for lines, and whose answer was lost, for agreed; once."""
    name = price_property(pair)
    if name is None:
        return
    found = intents.recovered_creates(session.db, ENTRY)
    if found.is_empty():
        return
    bodies = [msgspec.json.decode(body, type=dict[str, str | None]) for body in found["body"].to_list()]
    products = [str(body[names.PRODUCT]) for body in bodies if body.get(names.PRICE) == names.NO_PRICE]
    rows = mapped.by_id(session.db, pair, SF, products)
    # Any other price was set by somebody meanwhile.
    agree_on_price(session, pair, name, rows.filter(pl.col(name) == 0)["_id"].to_list())
    intents.close(session.db, found["intent_id"].to_list(), state="planned")


def agree_on_price(session: Session, pair: EntityPair, name: str, products: Sequence[str]) -> None:
    """Take the Salesforce price of *products* as agreed there, whatever Customerp says."""
    found = links.by_record(session.db, pair, SF, products).select("link_id", "salesforce_id")
    now = mapped.by_id(session.db, pair, SF, products).select("_id", pl.col(name).alias("now"))
    agreed = (
        links.baselines(session.db, pair, found["link_id"].to_list())
        .filter(pl.col("system") == SF.value)
        .join(found, on="link_id")
        .join(now, left_on="salesforce_id", right_on="_id")
    )
    links.set_baselines(session.db, pair, agreed.with_columns(pl.col("now").alias(name)))
