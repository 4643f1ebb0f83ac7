"""Look-ups in the raw rows of records that only Salesforce has."""

from collections.abc import Sequence

import polars as pl

from talk_assets.model.wire import NOT_SHOWN, Entity
from talk_assets.store import raw
from talk_assets.store.database import Database
from talk_assets.store.sql import among, quoted
from talk_assets.store.tables import raw_table


def by_key(db: Database, entity: Entity, keys: Sequence[str]) -> dict[str, str]:
    """Ids of live records by our key; a record that was merged away stands for the one that stayed."""
    chosen, parameters, frames = among("_key", keys)
    keyed = f"SELECT _key, _id FROM {raw_table(entity)} WHERE {chosen}"
    found = db.frame(f"{keyed} AND NOT _deleted", parameters, **frames)
    known: dict[str, str] = dict(found.iter_rows())
    merged = raw.merged_into(db, entity) if len(known) < len(set(keys)) else {}
    if merged:
        lost = db.frame(f"{keyed} AND _deleted", parameters, **frames)
        live = set(raw.by_id(db, entity, sorted(set(merged.values()))).filter(~pl.col("_deleted"))["_id"])
        known |= {k: merged[i] for k, i in lost.iter_rows() if k not in known and merged.get(i) in live}
    return known


def by_name(db: Database, entity: Entity, column: str, names: Sequence[str]) -> dict[str, list[str]]:
    """Ids of live records by their name without case and repeated spaces; an Account that is a person is no company."""
    folded = sorted({" ".join(name.lower().split()) for name in names})
    name = f"lower(regexp_replace(trim({quoted(column)}), '\\s+', ' ', 'g'))"
    chosen, parameters, frames = among(name, folded)
    business = "AND coalesce(\"IsPersonAccount\", '') <> 'true'" if "IsPersonAccount" in entity.paths else ""
    found = db.frame(
        f"SELECT {name} AS name, _id FROM {raw_table(entity)} WHERE NOT _deleted AND {chosen} {business} ORDER BY _id",
        parameters,
        **frames,
    )
    ids: dict[str, list[str]] = {}
    for name_found, record in found.iter_rows():
        ids.setdefault(name_found, []).append(record)
    return ids


def account_of(db: Database, entity: Entity, column: str, ids: Sequence[str]) -> dict[str, str]:
    """The Account that each of the records *ids* refers to, where it does."""
    chosen, parameters, frames = among("_id", ids)
    found = db.frame(
        f"""SELECT _id, {quoted(column)} AS account FROM {raw_table(entity)}
            WHERE {quoted(column)} <> ? AND {chosen}""",
        [NOT_SHOWN, *parameters],
        **frames,
    )
    return dict(found.iter_rows())


def entries(
    db: Database, entity: Entity, book: str, products: Sequence[str], *, currency: str | None = None
) -> pl.DataFrame:
    """Live price book entries of *products* in *book* (columns `product, entry, price, active`), one a product.

    Those in *currency* only; None in an org where all are in one.
    """
    chosen, parameters, frames = among('"Product2Id"', products)
    same = "" if currency is None else 'AND upper("CurrencyIsoCode") = upper(?)'
    return db.frame(
        f"""SELECT "Product2Id" AS product, _id AS entry, "UnitPrice" AS price, "IsActive" = 'true' AS active
            FROM {raw_table(entity)} WHERE NOT _deleted AND "Pricebook2Id" = ? {same} AND {chosen}
            QUALIFY row_number() OVER (PARTITION BY "Product2Id" ORDER BY active DESC, _id) = 1""",
        [book, *([] if currency is None else [currency]), *parameters],
        **frames,
    )
