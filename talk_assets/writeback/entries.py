"""Price book entries: a product's standard price, and what a Salesforce line refers to."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

import polars as pl

from talk_assets.changesets.unpriced import agree_on_price, price_property
from talk_assets.entities import parents as names
from talk_assets.mapped.stage import translate_rows
from talk_assets.model.changes import Op, Outcome, Receipt, Write
from talk_assets.model.pair import EntityPair
from talk_assets.model.system import System
from talk_assets.model.wire import Entity
from talk_assets.raw.fetch import fetch
from talk_assets.session import Session
from talk_assets.store import lookups, raw
from talk_assets.store.past import How
from talk_assets.systems.port import Page
from talk_assets.writeback.overwrites import log_lost
from talk_assets.writeback.prepare import Values, intent_id, origins_of
from talk_assets.writeback.prepared import Prepare, Prepared
from talk_assets.writeback.receipts import Results, believe
from talk_assets.writeback.transmit import Sent, transmit

SF = System.SALESFORCE
_LOOKS = 2
"""How often entries are asked for: what somebody made in the same moment may need to be made active."""


def write_prices(session: Session, pair: EntityPair, asked: pl.DataFrame, results: Results) -> None:
    """Carry out pending price changes on Salesforce (change schema), judged like writes of the products."""
    name = price_property(pair)
    if name is None or asked.is_empty():
        return
    if has_currencies(session):
        for (currency,), group in _by_currency(session, pair, asked).group_by("currency", maintain_order=True):
            _write_prices(session, pair, name, group.drop("currency"), results, currency=str(currency))
    else:
        _write_prices(session, pair, name, asked, results, currency=None)


def has_currencies(session: Session) -> bool:
    """Whether the org holds several currencies, and so an entry for each."""
    return names.CURRENCY in (session.ends[SF].shown(session.lookups["pricebook_entry"]) or ())


def _by_currency(session: Session, pair: EntityPair, asked: pl.DataFrame) -> pl.DataFrame:
    """Add the currency of each product on Salesforce, in which its price is."""
    home = session.identities[SF].currency
    own = raw.by_id(session.db, session.entity(pair, SF), asked["record_id"].to_list())
    known = own.select(pl.col("_id").alias("record_id"), pl.col(names.CURRENCY).fill_null(home).alias("currency"))
    return asked.join(known, on="record_id", how="left", maintain_order="left").with_columns(
        pl.col("currency").fill_null(home)
    )


def _write_prices(
    session: Session, pair: EntityPair, name: str, asked: pl.DataFrame, results: Results, *, currency: str | None
) -> None:
    origins = origins_of(session, pair, SF, asked["origin_id"].to_list())
    codec = pair.by_name[name].salesforce.codec
    texts = dict(origins.select("_id", codec.encode(pl.col(name))).iter_rows())
    asked = asked.sort("record_id").select("record_id", "origin_id", "link_id")
    about = asked.rows()
    ready = Prepare(pair=pair, system=SF, op=Op.UPDATE, writes=(), origins=origins, line_origins={})

    def overwritten(prices: pl.DataFrame) -> None:
        lost = prices.join(asked, left_on="product", right_on="record_id").select(
            pl.col("product").alias("_id"), "_stamp", "link_id", "origin_id", now=codec.decode(pl.col("price"))
        )
        log_lost(session, ready, pair.by_name[name], lost)

    said = _put(session, {record: texts[origin] for record, origin, _ in about}, overwritten, currency=currency)
    batch = [
        Prepared(write=_of_product(pair, said[record], record), origin_id=origin, link_id=link, properties=(name,))
        for record, origin, link in about
    ]
    with session.db.transaction():
        _translate(session, pair, [record for record, _, _ in about])
        believe(session, ready, batch, [said[record] for record, _, _ in about], results)


def _of_product(pair: EntityPair, receipt: Receipt, record: str) -> Write:
    """The write of an entry as one of its product, which is what refusals and counts are about."""
    return Write(intent_id=receipt.intent_id, entity=pair.name, op=Op.UPDATE, values={}, id=record)


def _translate(session: Session, pair: EntityPair, products: Sequence[str]) -> None:
    rows = raw.by_id(session.db, session.entity(pair, SF), products).drop("_seq")
    translate_rows(session, pair, SF, rows, How.PRICE)


def ensure_entries(
    session: Session, products: Sequence[str], *, currency: str | None = None
) -> tuple[dict[str, str], dict[str, str]]:
    """Active entries of the standard book by Salesforce product id, made or reactivated where missing.

    And by product, why it has none yet. In an org with several currencies they are in *currency*.
    """
    entity = session.lookups["pricebook_entry"]
    book = str(session.identities[SF].pricebook)
    wanted = sorted(set(products))
    said: dict[str, Receipt] = {}
    for _ in range(_LOOKS):
        found = lookups.entries(session.db, entity, book, wanted, currency=currency)
        lacking = set(wanted) - set(found.filter("active")["product"].to_list())
        if not lacking:
            break
        known = {r["product"]: r["price"] for r in found.iter_rows(named=True)}
        prices = {product: known.get(product) or names.NO_PRICE for product in sorted(lacking)}
        said = _put(session, prices, currency=currency)
        met = {product for product, receipt in said.items() if receipt.outcome is Outcome.STALE}
        _agree_on_no_price(session, sorted(lacking - set(known) - met))
        if not met:
            break
    active = lookups.entries(session.db, entity, book, wanted, currency=currency).filter("active")
    entries = dict(zip(active["product"].to_list(), active["entry"].to_list(), strict=True))
    return entries, {product: _missing(product, said.get(product)) for product in wanted if product not in entries}


def _missing(product: str, receipt: Receipt | None) -> str:
    problem = None if receipt is None else receipt.problem
    said = f' Salesforce said "{problem.message}" ({problem.code}).' if problem is not None else ""
    return f"A line waits for a price book entry of Salesforce product {product}.{said} Each run tries again."


def _agree_on_no_price(session: Session, products: Sequence[str]) -> None:
    """Take the price of entries that only lines need as agreed: nobody set it, so it does not travel."""
    pair = session.pairs["product"]
    name = price_property(pair)
    if name is None or not products:
        return
    with session.db.transaction():
        _translate(session, pair, products)
        agree_on_price(session, pair, name, products)


def _put(
    session: Session,
    prices: Mapping[str, str],
    overwritten: Callable[[pl.DataFrame], None] = lambda _: None,
    *,
    currency: str | None,
) -> dict[str, Receipt]:
    """Create, change or reactivate entries so that each product has an active one at its price.

    What met an entry that somebody made in the same moment comes back as stale, with that entry known.
    *overwritten* is told of prices (columns `product, price, _stamp`) that were set since our last look.
    """
    entity = session.lookups["pricebook_entry"]
    book = session.identities[SF].pricebook
    known = lookups.entries(session.db, entity, str(book), list(prices), currency=currency)
    entries = {r["product"]: r["entry"] for r in known.iter_rows(named=True)}
    writes = []
    for product, price in sorted(prices.items()):
        values: Values = {names.PRICE: price, names.ACTIVE: "true"}
        entry = entries.get(product)
        if entry is None:
            values |= {names.PRICEBOOK: book, names.PRODUCT: product}
            values |= {} if currency is None else {names.CURRENCY: currency}
        op = Op.CREATE if entry is None else Op.UPDATE
        made = intent_id(session, SF, op, f"pricebook_entry/{product}{'/' + currency if currency else ''}", values)
        writes.append(Write(intent_id=made, entity=entity.name, op=op, values=values, id=entry))
    about = {w.intent_id: product for w, product in zip(writes, sorted(prices), strict=True)}

    def watch(sent: Sent) -> None:
        if sent.before is not None:
            overwritten(_unseen(session, entity, sent, sent.before))

    said = {about[w.intent_id]: r for w, r in transmit(session, entity, writes, watch=watch)}
    refused = [p for p, receipt in said.items() if p not in entries and receipt.outcome is Outcome.REFUSED]
    if refused:
        fetch(session, entity)
        met = lookups.entries(session.db, entity, str(book), refused, currency=currency)["product"].to_list()
        said |= {p: replace(said[p], outcome=Outcome.STALE) for p in met}
    return said


def _unseen(session: Session, entity: Entity, sent: Sent, before: Page) -> pl.DataFrame:
    """Prices that stood in *before* and that we did not know of when we wrote others over them."""
    written = [w.id for w, r in zip(sent.writes, sent.receipts, strict=True) if r.outcome is Outcome.APPLIED]
    known = raw.by_id(session.db, entity, [i for i in written if i is not None]).select("_id", was=names.PRICE)
    return (
        before.frames[entity.name]
        .join(known, on="_id")
        .filter(pl.col(names.PRICE).ne_missing(pl.col("was")))
        .select(pl.col(names.PRODUCT).alias("product"), pl.col(names.PRICE).alias("price"), "_stamp")
    )
