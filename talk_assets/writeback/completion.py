"""What a plan's creations bring with them: lines, a status, a price, and what Salesforce needs beside a record.

None of it is in the plan as a change, as it follows from the creation; a person who reads the plan wants to see it.
"""

from collections.abc import Mapping

import polars as pl

from talk_assets.changesets.unpriced import price_property
from talk_assets.changesets.updates import change_columns
from talk_assets.entities.parents import NO_PRICE
from talk_assets.model.changes import FOLLOWS, ChangeState, Op
from talk_assets.model.pair import EntityPair, Through
from talk_assets.model.system import System
from talk_assets.session import Session
from talk_assets.store import changes, lookups, mapped
from talk_assets.store.changes import NO_CHANGES
from talk_assets.store.references import to_links, to_records
from talk_assets.writeback.parents import lacking
from talk_assets.writeback.prepare import origins_of

SF = System.SALESFORCE
Row = Mapping[str, str | None]


def completions(session: Session, pair: EntityPair) -> pl.DataFrame:
    """What the pending creations of *pair* bring with them, or of its documents if it is lines (change schema).

    Each is about the record it comes from, with the state `FOLLOWS`.
    """
    parts = [NO_CHANGES]
    parent = session.parent(pair)
    for system in System:
        rows: list[Row] = []
        if parent is not None:
            documents = _made(session, parent, system)
            lines = mapped.lines_of(session.db, pair, system.other, documents["_id"].to_list())
            rows += [_row(Op.CREATE, line, reason=f"Made with its {parent.name}.") for line in lines["_id"].to_list()]
            rows += _entries(session, pair, lines) if system is SF else []
        else:
            origins = _made(session, pair, system)
            rows += _statuses(pair, system, origins)
            if system is SF:
                rows += _prices(pair, origins)
                rows += [
                    _row(Op.CREATE, origin, property=what, new=name, reason=f"Salesforce needs this {what}.")
                    for origin, what, name in lacking(session, pair, origins)
                ]
        if rows:
            frame = pl.DataFrame(rows, schema=dict.fromkeys(rows[0], pl.String()))
            known = {name: pl.col(name) for name in rows[0]}
            fixed = {"pair": pl.lit(pair.name), "system": pl.lit(system.value), "state": pl.lit(FOLLOWS)}
            parts.append(frame.select(change_columns(**known, **fixed)))
    return pl.concat(parts)


def _row(
    op: Op, origin: str, *, reason: str, property: str | None = None, old: str | None = None, new: str | None = None
) -> Row:
    return {"op": op.value, "origin_id": origin, "property": property, "old": old, "new": new, "reason": reason}


def _made(session: Session, pair: EntityPair, system: System) -> pl.DataFrame:
    """The records whose counterparts on *system* are about to be made, references as link ids."""
    pending = changes.of(session.db, pair, state=ChangeState.PENDING.value, system=system)
    made = pending.filter((pl.col("op") == Op.CREATE.value) & pl.col("property").is_null())
    return origins_of(session, pair, system, made["origin_id"].to_list())


def _statuses(pair: EntityPair, system: System, origins: pl.DataFrame) -> list[Row]:
    """The statuses that records made in another one get afterwards."""
    rule = pair.status
    if rule is None or system not in rule.born or origins.is_empty():
        return []
    status, born = pl.col(rule.property), rule.born[system]
    holds = pair.by_name[rule.property].side(system).codec.holds(status).fill_null(value=False)
    moved = origins.filter(status.is_not_null() & (status != born) & holds)
    text = f"{system.title} takes it only after the {pair.name} was made."
    return [
        _row(Op.UPDATE, origin, property=rule.property, old=born, new=value, reason=text)
        for origin, value in moved.select("_id", rule.property).iter_rows()
    ]


def _prices(pair: EntityPair, origins: pl.DataFrame) -> list[Row]:
    name = price_property(pair)
    if name is None:
        return []
    priced = origins.filter(pl.col(name).is_not_null()).select("_id", pl.col(name).cast(pl.String))
    text = "Made as the product's entry in the standard price book."
    return [_row(Op.UPDATE, origin, property=name, new=price, reason=text) for origin, price in priced.iter_rows()]


def _entries(session: Session, pair: EntityPair, lines: pl.DataFrame) -> list[Row]:
    """The price book entries that lines to be made on Salesforce still lack, one a product."""
    product = next((p for p in pair.properties if p.salesforce.through is Through.PRICEBOOK_ENTRY), None)
    if product is None or lines.is_empty():
        return []
    linked = to_links(session.db, pair, session.pairs, SF.other, lines)
    local = to_records(session.db, pair, session.pairs, SF, linked)
    wanted = dict(zip(local[product.name].to_list(), local["_id"].to_list(), strict=True))
    wanted.pop(None, None)
    book, entity = str(session.identities[SF].pricebook), session.lookups["pricebook_entry"]
    found = lookups.entries(session.db, entity, book, sorted(wanted))
    active = set(found.filter("active")["product"].to_list())
    known = dict(found.select("product", "price").iter_rows())
    return [
        _row(
            Op.UPDATE if one in known else Op.CREATE,
            line,
            property="PricebookEntry",
            new=known.get(one) or NO_PRICE,
            reason=f"Its product {one} {'has no active entry' if one in known else 'has no entry'} in the standard "
            "price book, which a Salesforce line needs.",
        )
        for one, line in sorted(wanted.items())
        if one not in active
    ]
