"""Price book entries: a product's standard price, and what a Salesforce line refers to."""

from collections.abc import Mapping, Sequence

import polars as pl

from talk_assets.entities import parents as names
from talk_assets.mapped.stage import translate_rows
from talk_assets.model.changes import Op, Receipt, Write
from talk_assets.model.pair import EntityPair, Through
from talk_assets.model.system import System
from talk_assets.session import Session
from talk_assets.store import links, lookups, mapped, raw
from talk_assets.writeback.prepare import Values, intent_id, origins_of
from talk_assets.writeback.prepared import Prepare, Prepared
from talk_assets.writeback.receipts import Results, believe
from talk_assets.writeback.transmit import transmit

SF = System.SALESFORCE
NO_PRICE = "0"
"""What an entry is made with that only lines need; they carry prices of their own."""


def price_property(pair: EntityPair) -> str | None:
    """The property that is written as a price book entry, if the pair has one."""
    return next((p.name for p in pair.properties if p.salesforce.through is Through.PRICEBOOK_ENTRY_PRICE), None)


def write_prices(session: Session, pair: EntityPair, asked: pl.DataFrame, results: Results) -> None:
    """Carry out pending price changes on Salesforce (change schema), judged like writes of the products."""
    name = price_property(pair)
    if name is None or asked.is_empty():
        return
    origins = origins_of(session, pair, SF, asked["origin_id"].to_list())
    encoded = origins.select("_id", pair.by_name[name].salesforce.codec.encode(pl.col(name)))
    texts = dict(encoded.iter_rows())
    about = asked.sort("record_id").select("record_id", "origin_id", "link_id").rows()
    said = _put(session, {record: texts[origin] for record, origin, _ in about})
    batch = [
        Prepared(write=_of_product(pair, said[record], record), origin_id=origin, link_id=link, properties=(name,))
        for record, origin, link in about
    ]
    ready = Prepare(pair=pair, system=SF, op=Op.UPDATE, writes=tuple(batch), origins=origins, line_origins={})
    with session.db.transaction():
        _translate(session, pair, [record for record, _, _ in about])
        believe(session, ready, batch, [said[record] for record, _, _ in about], results)


def _of_product(pair: EntityPair, receipt: Receipt, record: str) -> Write:
    """The write of an entry as one of its product, which is what refusals and counts are about."""
    return Write(intent_id=receipt.intent_id, entity=pair.name, op=Op.UPDATE, values={}, id=record)


def _translate(session: Session, pair: EntityPair, products: Sequence[str]) -> None:
    translate_rows(session, pair, SF, raw.by_id(session.db, session.entity(pair, SF), products).drop("_seq"))


def ensure_entries(session: Session, products: Sequence[str]) -> dict[str, str]:
    """Active entries of the standard book by Salesforce product id, made or reactivated where missing."""
    entity = session.lookups["pricebook_entry"]
    book = str(session.identities[SF].pricebook)
    wanted = sorted(set(products))
    found = lookups.entries(session.db, entity, book, wanted)
    lacking = set(wanted) - set(found.filter("active")["product"].to_list())
    if lacking:
        known = {r["product"]: r["price"] for r in found.iter_rows(named=True)}
        _put(session, {product: known.get(product) or NO_PRICE for product in sorted(lacking)})
        _agree_on_no_price(session, sorted(lacking - set(known)))
        found = lookups.entries(session.db, entity, book, wanted)
    active = found.filter("active")
    return dict(zip(active["product"].to_list(), active["entry"].to_list(), strict=True))


def _agree_on_no_price(session: Session, products: Sequence[str]) -> None:
    """Take the price of entries that only lines need as agreed: nobody set it, so it does not travel."""
    pair = session.pairs["product"]
    name = price_property(pair)
    if name is None or not products:
        return
    with session.db.transaction():
        _translate(session, pair, products)
        found = links.by_record(session.db, pair, SF, products).select("link_id", "salesforce_id")
        now = mapped.by_id(session.db, pair, SF, products).select("_id", pl.col(name).alias("now"))
        agreed = (
            links.baselines(session.db, pair, found["link_id"].to_list())
            .filter(pl.col("system") == SF.value)
            .join(found, on="link_id")
            .join(now, left_on="salesforce_id", right_on="_id")
        )
        links.set_baselines(session.db, pair, agreed.with_columns(pl.col("now").alias(name)))


def _put(session: Session, prices: Mapping[str, str]) -> dict[str, Receipt]:
    """Create, change or reactivate entries so that each product has an active one at its price."""
    entity = session.lookups["pricebook_entry"]
    book = session.identities[SF].pricebook
    known = lookups.entries(session.db, entity, str(book), list(prices))
    entries = {r["product"]: r["entry"] for r in known.iter_rows(named=True)}
    writes = []
    for product, price in sorted(prices.items()):
        values: Values = {names.PRICE: price, names.ACTIVE: "true"}
        entry = entries.get(product)
        if entry is None:
            values |= {names.PRICEBOOK: book, names.PRODUCT: product}
        op = Op.CREATE if entry is None else Op.UPDATE
        made = intent_id(session, SF, op, f"pricebook_entry/{product}", values)
        writes.append(Write(intent_id=made, entity=entity.name, op=op, values=values, id=entry))
    about = {w.intent_id: product for w, product in zip(writes, sorted(prices), strict=True)}
    return {about[w.intent_id]: r for w, r in transmit(session, entity, writes)}
