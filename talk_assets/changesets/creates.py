"""Records that need a counterpart: may it be made now, and if not, what does it wait for."""

import polars as pl

from talk_assets.changesets.rules import HELD, PARKED, PENDING, first_of, frozen_lines, gone_text
from talk_assets.changesets.updates import change_columns
from talk_assets.model.changes import Op
from talk_assets.model.pair import EntityPair, Property, Through
from talk_assets.model.system import System
from talk_assets.store.changes import NO_CHANGES

_OUR_KEY = "^[0-9a-f]{12}5[0-9a-f]{3}[89ab][0-9a-f]{15}$"
"""A version 5 UUID without dashes, as `mapped.stage.create_key` gives them."""


def creates(
    pair: EntityPair,
    system: System,
    rows: pl.DataFrame,
    *,
    currency: str | None,
    own_currency: str | None,
    parent: EntityPair | None,
    shown: frozenset[str] | None = None,
) -> pl.DataFrame:
    """The creation, on *system*, of a counterpart for each of *rows*; and what of it cannot be written.

    *rows* are mapped rows of the other end with, for each reference, `link:<name>` (null: not linked) and
    `gone:<name>` (the record referred to is deleted on *system*),
    `parted` (a person said that what it was made from is no counterpart of it any more),
    `refusal` (why the end refused it before, null: never), `blind` (why nobody can tell whether it has a
    counterpart already, null: it has none), `lines_stop` and `lines_wait` (why a
    line of it holds or parks the whole document), and for lines `parent_status` and `parent_live`.
    *currency* is the only one that *system* holds, *own_currency* that the other end does; None: any.
    *shown* are the paths of the properties that *system* has; None where it does not tell.
    One row a record; a row with a property reports a value that the end cannot hold.
    """
    state, reason = first_of(
        _rules(pair, system, currency=currency, own_currency=own_currency, parent=parent, shown=shown)
    )
    waits_pair, waits_id = pl.lit(None, dtype=pl.String), pl.lit(None, dtype=pl.String)
    for p in reversed(_references_there(pair, system, shown)):
        unresolved = pl.col(p.name).is_not_null() & pl.col(f"link:{p.name}").is_null()
        waits_pair = pl.when(unresolved).then(pl.lit(p.reference)).otherwise(waits_pair)
        waits_id = pl.when(unresolved).then(pl.col(p.name)).otherwise(waits_id)
    title = next((n for n in ("name", "title", "last_name", "product") if n in pair.by_name), pair.names[0])
    whole = rows.select(
        change_columns(
            pair=pl.lit(pair.name),
            system=pl.lit(system.value),
            op=pl.lit(Op.CREATE.value),
            origin_id=pl.col("_id"),
            new=pl.col(title),
            state=state,
            phase=pl.lit(0),
            reason=reason,
            waits_pair=waits_pair,
            waits_id=waits_id,
        )
    ).with_columns(pl.when(pl.col("state") == PARKED).then(pl.col(n)).alias(n) for n in ("waits_pair", "waits_id"))
    pending = rows.join(
        whole.filter(pl.col("state") == PENDING).select(pl.col("origin_id").alias("_id")), on="_id", how="semi"
    )
    return pl.concat([whole, *_unwritable(pair, system, pending), *_without_field(pair, system, pending, shown)])


def _references_there(pair: EntityPair, system: System, shown: frozenset[str] | None) -> list[Property]:
    """The references that *system* has a property for; nothing waits for the others."""
    return [p for p in pair.references if shown is None or p.side(system).path in shown]


def _rules(
    pair: EntityPair,
    system: System,
    *,
    currency: str | None,
    own_currency: str | None,
    parent: EntityPair | None,
    shown: frozenset[str] | None,
) -> list[tuple[pl.Expr, str, pl.Expr]]:
    there = system.other.title
    rules: list[tuple[pl.Expr, str, pl.Expr]] = []
    if shown is not None and not shown:
        rules.append((pl.lit(value=True), HELD, pl.lit(_switched_off(pair, system))))
    rules += [(pl.col(why).is_not_null(), HELD, pl.col(why)) for why in ("refusal", "blind")]
    rules.append((_made_by_us() & ~pl.col("parted"), HELD, pl.lit(_origin_gone(pair, system))))
    for p in pair.properties:
        side = p.side(system)
        if p.reference is not None and p in _references_there(pair, system, shown):
            unresolved = pl.col(p.name).is_not_null() & pl.col(f"link:{p.name}").is_null()
            text = pl.format(f"Waits for {p.reference} {{}} of {there} to be linked.", pl.col(p.name).fill_null(""))
            rules.append((unresolved, PARKED, text))
            rules.append((pl.col(f"gone:{p.name}"), PARKED, gone_text(p, system)))
        if side.required and side.default is None and not side.fallback_id and side.through is None and not p.derived:
            text = pl.lit(f"{system.title} needs {p.name}, which is empty in {there}; fill it in there.")
            rules.append((pl.col(p.name).is_null(), HELD, text))
        if p.must_agree and currency is not None:
            text = pl.format(
                f"{p.name} is {{}}, but {system.title} holds only {currency}.", pl.col(p.name).fill_null("")
            )
            rules.append((pl.col(p.name).is_not_null() & (pl.col(p.name) != currency), HELD, text))
            if own_currency != currency:
                text = pl.lit(f"{there} does not tell its {p.name}, and {system.title} holds only {currency}.")
                rules.append((pl.col(p.name).is_null(), HELD, text))
    if pair.status is not None:
        status = pair.by_name[pair.status.property]
        unknown = pl.col(status.name).is_not_null() & ~status.side(system).codec.holds(pl.col(status.name))
        text = pl.format(f"{system.title} has no status for '{{}}'; it is made when the status has one.", status.name)
        rules.append((unknown, PARKED, text))
    rules.append((pl.col("lines_stop").is_not_null(), HELD, pl.col("lines_stop")))
    rules.append((pl.col("lines_wait").is_not_null(), PARKED, pl.col("lines_wait")))
    if parent is not None:
        text = pl.lit(f"The {parent.name}'s status locks its lines in {system.title}; written when the status allows.")
        rules.append((frozen_lines(parent, system, pl.col("parent_status")), HELD, text))
    return rules


def _switched_off(pair: EntityPair, system: System) -> str:
    return (
        f"{system.title} has no {pair.resource(system)}: the feature is switched off there, or the integration user "
        "may not see it. Nothing is made; once it is there, it is made by itself."
    )


def _made_by_us() -> pl.Expr:
    """True where the record carries a key of the kind we give: it is itself a counterpart that we made."""
    return pl.col("_key").str.contains(_OUR_KEY).fill_null(value=False)


def _origin_gone(pair: EntityPair, system: System) -> str:
    # A record that was deleted must not come back by way of its own counterpart.
    field = pair.entity(system.other).key_path
    return (
        f"It was made from a {system.title} record that is gone, so none is made there again. Delete it, or clear its "
        f"{field} to have it made anew."
    )


def _unwritable(pair: EntityPair, system: System, rows: pl.DataFrame) -> list[pl.DataFrame]:
    """Values of *rows* that *system* cannot hold: kept where they are, reported, left out of the creation."""
    parts = [NO_CHANGES]
    written = [
        p
        for p in pair.properties
        if not p.derived and p.reference is None and p.side(system).through is not Through.PRICEBOOK_ENTRY_PRICE
    ]
    fits = rows.select(
        (pl.col(p.name).is_null() | p.side(system).codec.holds(pl.col(p.name)).fill_null(value=False)).alias(p.name)
        for p in written
    )
    for p in written:
        if not fits[p.name].all():
            lost = rows.filter(~fits[p.name])
            text = f"{system.title} has no {p.name} for this value; it is kept on {system.other.title} and not written."
            parts.append(
                lost.select(
                    change_columns(
                        pair=pl.lit(pair.name),
                        system=pl.lit(system.value),
                        op=pl.lit(Op.CREATE.value),
                        origin_id=pl.col("_id"),
                        property=pl.lit(p.name),
                        new=pl.col(p.name),
                        state=pl.lit(HELD),
                        phase=pl.lit(0),
                        reason=pl.lit(text),
                    )
                )
            )
    return parts


def _without_field(
    pair: EntityPair, system: System, rows: pl.DataFrame, shown: frozenset[str] | None
) -> list[pl.DataFrame]:
    """References of *rows* that *system* has no property for: left out of the creation, and told."""
    there = _references_there(pair, system, shown)
    return [
        rows.filter(pl.col(p.name).is_not_null()).select(
            change_columns(
                pair=pl.lit(pair.name),
                system=pl.lit(system.value),
                op=pl.lit(Op.CREATE.value),
                origin_id=pl.col("_id"),
                property=pl.lit(p.name),
                new=pl.col(p.name),
                state=pl.lit(HELD),
                phase=pl.lit(0),
                reason=pl.lit(
                    f"{system.title} has no property {p.side(system).path}, or does not show it; {p.name} is kept on "
                    f"{system.other.title} and not written."
                ),
            )
        )
        for p in pair.references
        if p not in there
    ]
