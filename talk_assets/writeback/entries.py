"""Price book entries: a product's standard price, and what a Salesforce line refers to."""

from collections.abc import Mapping, Sequence
from decimal import Decimal

import polars as pl

from talk_assets.entities import parents as names
from talk_assets.mapped.stage import translate_rows
from talk_assets.model.changes import Op, Outcome, Receipt, Write
from talk_assets.model.pair import EntityPair, Through
from talk_assets.model.system import System
from talk_assets.session import Session
from talk_assets.store import changes, lookups, mapped, raw
from talk_assets.writeback.prepare import Values, intent_id, origins_of
from talk_assets.writeback.receipts import settle_properties
from talk_assets.writeback.transmit import transmit

SF = System.SALESFORCE


def price_property(pair: EntityPair) -> str | None:
    """The property that is written as a price book entry, if the pair has one."""
    return next((p.name for p in pair.properties if p.salesforce.through is Through.PRICEBOOK_ENTRY_PRICE), None)


def write_prices(session: Session, pair: EntityPair, asked: pl.DataFrame) -> int:
    """Carry out pending price changes on Salesforce (change schema); how many were written."""
    name = price_property(pair)
    if name is None or asked.is_empty():
        return 0
    origins = origins_of(session, pair, SF, asked["origin_id"].to_list())
    encoded = pl.col(name), pair.by_name[name].salesforce.codec.encode(pl.col(name)).alias("text")
    texts = {r["_id"]: r["text"] for r in origins.select("_id", encoded[1]).iter_rows(named=True)}
    wanted = {record: texts[origin] for record, origin in asked.select("record_id", "origin_id").iter_rows()}
    done = _put(session, {k: v for k, v in wanted.items() if v is not None})
    applied = [
        r for r in asked.iter_rows(named=True) if done.get(r["record_id"], (Outcome.REFUSED, ""))[0] is Outcome.APPLIED
    ]
    with session.db.transaction():
        products = raw.by_id(session.db, session.entity(pair, SF), [r["record_id"] for r in applied]).drop("_seq")
        translate_rows(session, pair, SF, products)
        settle_properties(session, pair, SF, [(r["link_id"], name) for r in applied], origins)
        _hold(session, pair, asked, done, texts)
    session.tally(pair).updated[SF] += len(applied)
    return len(applied)


def _hold(
    session: Session,
    pair: EntityPair,
    asked: pl.DataFrame,
    done: Mapping[str, tuple[Outcome, str]],
    texts: Mapping[str, str | None],
) -> None:
    rows = []
    for row in asked.iter_rows(named=True):
        outcome, said = done.get(row["record_id"], (None, ""))
        if texts.get(row["origin_id"]) is None:
            rows.append(
                (row["link_id"], row["origin_id"], "Salesforce keeps a price once it has one; set another instead.")
            )
        elif outcome is Outcome.REFUSED:
            rows.append((row["link_id"], row["origin_id"], f"Salesforce refused the price: {said}"))
    schema = dict.fromkeys(("link_id", "origin_id", "reason"), pl.String())
    changes.hold(session.db, pair, SF, pl.DataFrame(rows, schema=schema, orient="row"))


def ensure_entries(session: Session, products: Sequence[str]) -> dict[str, str]:
    """Active entries of the standard book by Salesforce product id, made or reactivated where missing."""
    entity = session.lookups["pricebook_entry"]
    book = str(session.identities[SF].pricebook)
    wanted = sorted(set(products))
    found = lookups.entries(session.db, entity, book, wanted)
    lacking = set(wanted) - set(found.filter("active")["product"].to_list())
    if lacking:
        known = {r["product"]: r["price"] for r in found.iter_rows(named=True)}
        _put(session, {product: known.get(product) or _list_price(session, product) for product in sorted(lacking)})
        found = lookups.entries(session.db, entity, book, wanted)
    active = found.filter("active")
    return dict(zip(active["product"].to_list(), active["entry"].to_list(), strict=True))


def _list_price(session: Session, product: str) -> str:
    pair = session.pairs["product"]
    name = price_property(pair)
    row = mapped.by_id(session.db, pair, SF, [product])
    price = row[name].to_list()[0] if name and row.height else None
    return format(price if price is not None else Decimal(0), "f")


def _put(session: Session, prices: Mapping[str, str]) -> dict[str, tuple[Outcome, str]]:
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
    return {about[w.intent_id]: _said(r) for w, r in transmit(session, entity, writes)}


def _said(receipt: Receipt) -> tuple[Outcome, str]:
    return receipt.outcome, f"{receipt.problem.message} ({receipt.problem.code})" if receipt.problem else ""
