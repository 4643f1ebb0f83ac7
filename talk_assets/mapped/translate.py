"""Both ends in one shape: wire text to canonical columns, and what cannot be used set aside."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache

import polars as pl

from talk_assets.entities.parents import CURRENCY, PERSON, PRODUCT
from talk_assets.mapped.contract import breaches, needed_by
from talk_assets.model.pair import EntityPair, Property, Through
from talk_assets.model.system import System
from talk_assets.model.wire import NOT_SHOWN, RAW_SCHEMA
from talk_assets.store.tables import TOLD, UNSHOWN, is_unshown

VIOLATIONS: Mapping[str, pl.DataType] = {
    "_id": pl.String(),
    "property": pl.String(),
    "check": pl.String(),
    "value": pl.String(),
    "reason": pl.String(),
}
"""A rejected value: whose, which, by what check, the value (at most `LONGEST_VALUE` characters) and
what a person can do about it."""

LONGEST_VALUE = 200
_TIMED = frozenset({Through.ACCOUNT, Through.OPPORTUNITY_ACCOUNT, Through.PRICEBOOK_ENTRY_PRICE})
"""What is looked up in records that have times of their own."""


@dataclass(frozen=True, kw_only=True)
class Translation:
    """What *raw* says in canonical terms.

    *rows* has the columns of `RAW_SCHEMA`, `UNSHOWN` and one typed column a property; references still hold
    the end's own record ids. A property that is looked up in another record has one more column, `TOLD`: when it
    may have moved. *violations* has the columns of `VIOLATIONS`; a row with one is not in *rows*.
    """

    rows: pl.DataFrame
    violations: pl.DataFrame


def mapped_schema(pair: EntityPair, system: System) -> dict[str, pl.DataType]:
    """The columns of *pair*'s mapped rows, as translated from *system*."""
    looked_up = [p.name for p in pair.properties if p.side(system).through in _TIMED]
    return (
        dict(RAW_SCHEMA)
        | {UNSHOWN: pl.String()}
        | {p.name: p.dtype for p in pair.properties}
        | {f"{name}{TOLD}": RAW_SCHEMA["_stamp"] for name in looked_up}
    )


def translate(
    pair: EntityPair, system: System, raw: pl.DataFrame, *, lookups: Mapping[str, pl.DataFrame]
) -> Translation:
    """Translate raw rows of *pair* read from *system* and check them against their contract.

    *raw* has the columns of `raw_schema`. *lookups* holds raw frames by entity name, as far as
    `lookups_of(pair)` asks for them; price book entries are those of the standard book only. A
    property the end did not show is null and named in `UNSHOWN`. Tombstones are translated but not judged.
    """
    said = raw.select(RAW_SCHEMA.keys()).with_columns(_wire(pair, system, raw, lookups))
    unshown = _unshown(pair, said)
    wire = said.with_columns(
        _named(unshown), *(pl.when(~hidden).then(pl.col(name)).alias(name) for name, hidden in unshown.items())
    )
    unusable = pl.concat(
        [_unreadable(pair, system, wire), _unresolved(pair, system, raw, wire), _needed(pair, system, wire, unshown)]
    )
    # A codec may read null as a value (a flag as false).
    rows = _canonical(pair, system, wire)
    if unshown:
        rows = rows.with_columns(pl.when(~is_unshown(UNSHOWN, name)).then(pl.col(name)).alias(name) for name in unshown)
    judged = _without(rows.filter(~_tombstone()), unusable)
    violations = pl.concat([unusable, breaches(pair, system, judged)])
    if violations.height:
        rows = _without(rows, violations)
        violations = violations.with_columns(pl.col("value").str.slice(0, LONGEST_VALUE))
    return Translation(rows=_with_times(pair, system, raw, rows, lookups), violations=violations)


def _without(rows: pl.DataFrame, unusable: pl.DataFrame) -> pl.DataFrame:
    return rows.join(unusable, on="_id", how="anti", maintain_order="left") if unusable.height else rows


def _wire(pair: EntityPair, system: System, raw: pl.DataFrame, lookups: Mapping[str, pl.DataFrame]) -> list[pl.Series]:
    """One wire column a property, under its canonical name."""
    return [_wire_of(p, system, raw, lookups).alias(p.name) for p in pair.properties]


def _wire_of(p: Property, system: System, raw: pl.DataFrame, lookups: Mapping[str, pl.DataFrame]) -> pl.Series:
    side = p.side(system)
    match side.through:
        case Through.ACCOUNT | Through.OPPORTUNITY_ACCOUNT:
            names = _looked_up(raw[side.path], _companies(lookups), on="_id", value="Name")
            return names.set(raw[side.path].eq_missing(NOT_SHOWN), NOT_SHOWN)
        case Through.PRICEBOOK_ENTRY_PRICE:
            return _looked_up(raw["_id"], _entries(raw, lookups), on="Product2Id", value="UnitPrice")
        case _:
            if side.path in raw.columns:
                return raw[side.path]
            return pl.Series(side.path, [NOT_SHOWN], dtype=pl.String).new_from_index(0, raw.height)


def _with_times(
    pair: EntityPair, system: System, raw: pl.DataFrame, rows: pl.DataFrame, lookups: Mapping[str, pl.DataFrame]
) -> pl.DataFrame:
    """Add when each property that is looked up in another record may have moved.

    A price moves with its entry alone, a company with the record that names the Account or with the Account.
    """
    times = {}
    for p in pair.properties:
        side = p.side(system)
        if side.through is Through.PRICEBOOK_ENTRY_PRICE:
            entry = _looked_up(raw["_id"], _entries(raw, lookups), on="Product2Id", value="_stamp")
            times[p.name] = pl.coalesce(entry, raw["_stamp"])
        elif side.through in {Through.ACCOUNT, Through.OPPORTUNITY_ACCOUNT}:
            account = _looked_up(raw[side.path], lookups["account"], on="_id", value="_stamp")
            times[p.name] = pl.max_horizontal(account, raw["_stamp"])
    if not times:
        return rows
    told = raw.select("_id", *(time.alias(f"{name}{TOLD}") for name, time in times.items()))
    return rows.join(told, on="_id", how="left", maintain_order="left")


def _companies(lookups: Mapping[str, pl.DataFrame]) -> pl.DataFrame:
    """The Accounts; one that is a person is no company, so it has no name as such."""
    accounts = lookups["account"]
    if PERSON not in accounts.columns:
        return accounts
    return accounts.with_columns(Name=pl.when(pl.col(PERSON).eq_missing("true")).then(pl.lit("")).otherwise("Name"))


def _entries(raw: pl.DataFrame, lookups: Mapping[str, pl.DataFrame]) -> pl.DataFrame:
    """Live entries in their product's currency, active ones first: an org may have one for each currency."""
    entries = lookups["pricebook_entry"].filter(~_tombstone())
    if {CURRENCY} <= {*raw.columns} & {*entries.columns}:
        own = raw.select(pl.col("_id").alias(PRODUCT), pl.col(CURRENCY).str.to_uppercase().alias("_own"))
        entries = entries.join(own, on=PRODUCT, how="left")
        told = (pl.col(name).is_not_null() & (pl.col(name) != NOT_SHOWN) for name in (CURRENCY, "_own"))
        other = pl.all_horizontal(*told) & (pl.col(CURRENCY).str.to_uppercase() != pl.col("_own"))
        entries = entries.filter(~other.fill_null(value=False))
    return entries.sort(pl.col("IsActive") == "true", pl.col("_id"), descending=[True, False], nulls_last=True)


def _unshown(pair: EntityPair, said: pl.DataFrame) -> dict[str, pl.Series]:
    """The properties that some row does not show, and which; what is read beside one is not known without it."""
    hidden = said.select(_hidden(pair))
    return {name: hidden[name] for name in pair.names if hidden[name].any()}


@lru_cache(maxsize=64)
def _hidden(pair: EntityPair) -> list[pl.Expr]:
    needs = {p.name: [p.name, *([p.beside] if p.beside else [])] for p in pair.properties}
    return [
        pl.any_horizontal(pl.col(one).eq_missing(NOT_SHOWN) for one in names).alias(name)
        for name, names in needs.items()
    ]


def _named(unshown: Mapping[str, pl.Series]) -> pl.Expr:
    if not unshown:
        return pl.lit(None, dtype=pl.String).alias(UNSHOWN)
    names = pl.concat_str(
        (pl.when(hidden).then(pl.lit(f"{name},")) for name, hidden in unshown.items()), ignore_nulls=True
    )
    return pl.when(names != "").then("," + names).alias(UNSHOWN)


def _needed(pair: EntityPair, system: System, wire: pl.DataFrame, unshown: Iterable[str]) -> pl.DataFrame:
    """Rows without something an end requires, which is not the same as empty there."""
    found = [_none()]
    for name in unshown:
        p = pair.by_name[name]
        if needed_by(p):
            path = p.side(system).path
            missing = wire.filter(~_tombstone() & is_unshown(UNSHOWN, name))
            found.append(
                _violations(
                    missing,
                    name,
                    check="shown",
                    reason=f"{system.title} leaves {path} out of its answers. Allow the integration user to read it; "
                    "what is known of the record is kept.",
                )
            )
    return pl.concat(found)


def _looked_up(ids: pl.Series, among: pl.DataFrame, *, on: str, value: str) -> pl.Series:
    first = among.select(pl.col(on).alias("_on"), pl.col(value).alias("_value")).unique(
        "_on", keep="first", maintain_order=True
    )
    return ids.to_frame("_on").join(first, on="_on", how="left", maintain_order="left")["_value"]


def _canonical(pair: EntityPair, system: System, wire: pl.DataFrame) -> pl.DataFrame:
    """Decode every property; those read beside another one after it."""
    alone, beside = _decoded(pair, system)
    rows = wire.with_columns(alone)
    return rows.with_columns(beside) if beside else rows


@lru_cache(maxsize=64)
def _decoded(pair: EntityPair, system: System) -> tuple[list[pl.Expr], list[pl.Expr]]:
    codecs = {p.name: p.side(system).codec for p in pair.properties}
    alone = [codecs[p.name].decode(pl.col(p.name)).alias(p.name) for p in pair.properties if not p.beside]
    beside = [
        codecs[p.name].decode(pl.col(p.name), pl.col(p.beside)).alias(p.name) for p in pair.properties if p.beside
    ]
    return alone, beside


@lru_cache(maxsize=64)
def _legal(pair: EntityPair, system: System) -> list[pl.Expr]:
    return [
        (pl.col(p.name).is_null() | p.side(system).codec.readable(pl.col(p.name))).alias(p.name)
        for p in pair.properties
    ]


def _unreadable(pair: EntityPair, system: System, wire: pl.DataFrame) -> pl.DataFrame:
    """Wire values that are not what their declaration says."""
    live = wire.filter(~_tombstone())
    legal = live.select(_legal(pair, system))
    found = list(_found_unreadable(pair, system, live, legal))
    return pl.concat(found) if found else _none()


def _found_unreadable(
    pair: EntityPair, system: System, live: pl.DataFrame, legal: pl.DataFrame
) -> Iterator[pl.DataFrame]:
    for p in pair.properties:
        if legal[p.name].all():
            continue
        side = p.side(system)
        yield _violations(
            live.filter(~legal[p.name]),
            p.name,
            check="readable",
            reason=f"Not a value of {side.path} as it is declared ({side.type}). "
            f"Correct it in {system.title}, or the declaration of '{p.name}'.",
        )


def _unresolved(pair: EntityPair, system: System, raw: pl.DataFrame, wire: pl.DataFrame) -> pl.DataFrame:
    """Rows whose Account is not among the look-ups: taking its name as empty would clear it elsewhere."""
    found = [_none()]
    for p in pair.properties:
        side = p.side(system)
        if side.through in {Through.ACCOUNT, Through.OPPORTUNITY_ACCOUNT}:
            asked = wire.with_columns(raw[side.path].alias("_asked"))
            missing = asked.filter(~_tombstone() & (pl.col("_asked") != NOT_SHOWN) & pl.col(p.name).is_null())
            if missing.is_empty():
                continue
            found.append(
                _violations(
                    missing.with_columns(pl.col("_asked").alias(p.name)),
                    p.name,
                    check="account read",
                    reason=f"The Account that {side.path} refers to has not been read. "
                    "Sync again; if it stays, allow the integration user to see that Account.",
                )
            )
    return pl.concat(found)


def _violations(rows: pl.DataFrame, name: str, *, check: str, reason: str) -> pl.DataFrame:
    return rows.select(
        "_id",
        pl.lit(name).alias("property"),
        pl.lit(check).alias("check"),
        pl.col(name).alias("value"),
        pl.lit(reason).alias("reason"),
    )


def _none() -> pl.DataFrame:
    return pl.DataFrame(schema=dict(VIOLATIONS))


def _tombstone() -> pl.Expr:
    return pl.col("_deleted").fill_null(value=False)
