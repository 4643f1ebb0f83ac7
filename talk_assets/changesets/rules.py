"""What keeps a change back: each rule says why, what it waits for and what a person can do.

Rules only look; the first that applies to a change decides its state.
"""

import polars as pl

from talk_assets.changesets.reconcile import UNLINKED, value
from talk_assets.model.changes import ChangeState
from talk_assets.model.pair import EntityPair, Property, Through
from talk_assets.model.system import System

HELD, PARKED, PENDING = ChangeState.HELD.value, ChangeState.PARKED.value, ChangeState.PENDING.value


def frozen_record(pair: EntityPair, system: System, status: pl.Expr) -> pl.Expr:
    """True where only the status of the record may be written on *system*."""
    rule = pair.status
    statuses = rule.freezes_record.get(system, frozenset()) if rule else frozenset()
    return status.is_in(sorted(statuses)).fill_null(value=False) if statuses else pl.lit(value=False)


def frozen_lines(parent: EntityPair, system: System, status: pl.Expr) -> pl.Expr:
    """True where the document's lines are locked on *system*."""
    rule = parent.status
    if rule is None:
        return pl.lit(value=False)
    statuses = rule.freezes_lines.get(system, frozenset()) | rule.freezes_record.get(system, frozenset())
    return status.is_in(sorted(statuses)).fill_null(value=False)


def update_state(pair: EntityPair, p: Property, system: System) -> tuple[pl.Expr, pl.Expr]:
    """State and reason of changing *p* on *system*; a pending change has no reason.

    The columns are those of a compared view, with `status_after` the status on *system* once the
    status change of this very run, if any, is written too.
    """
    side = p.side(system)
    new = pl.col(value(system.other, p.name))
    rules: list[tuple[pl.Expr, str, pl.Expr]] = []
    if not p.writable(system, create=False):
        text = (
            f"{system.title} takes {p.name} only when the record is made, so the change stays on {system.other.title}."
        )
        rules.append((pl.lit(value=True), HELD, pl.lit(text)))
    if p.reference is not None:
        unresolved = new.str.starts_with(UNLINKED)
        waits = pl.format(
            f"Waits for {p.reference} {{}} of {system.other.title} to be linked.",
            pl.col(f"{system.other}_ref:{p.name}").fill_null(""),
        )
        rules.append((unresolved, PARKED, waits))
        rules.append((pl.col(f"{system.other}_gone:{p.name}").fill_null(value=False), PARKED, gone_text(p, system)))
    else:
        unheld = new.is_not_null() & ~side.codec.holds(new).fill_null(value=False)
        text = f"{system.title} has no {p.name} for this value; it is kept on {system.other.title} and not written."
        rules.append((unheld, HELD, pl.lit(text)))
    if side.through is Through.PRICEBOOK_ENTRY_PRICE:
        text = f"{system.title} keeps a price once it has one; set another instead."
        rules.append((new.is_null(), HELD, pl.lit(text)))
    if side.required:
        text = f"{p.name} may not be empty in {system.title}, so clearing it stays on {system.other.title}."
        rules.append((new.is_null(), HELD, pl.lit(text)))
    if pair.status is not None and p.name != pair.status.property:
        now, after = pl.col(value(system, pair.status.property)), pl.col("status_after")
        locked = frozen_record(pair, system, now) & frozen_record(pair, system, after)
        if p.name in pair.status.freezes_properties.get(system, ()):
            locked = locked | frozen_lines(pair, system, now)
        text = f"The record's status locks {p.name} in {system.title}; it is written when the status allows."
        rules.append((locked, HELD, pl.lit(text)))
    return first_of(rules)


def gone_text(p: Property, system: System) -> pl.Expr:
    """Why a reference to a record that *system* has deleted waits."""
    return pl.lit(f"Waits for its {p.reference}, which is deleted in {system.title}, to be restored there or changed.")


def first_of(rules: list[tuple[pl.Expr, str, pl.Expr]]) -> tuple[pl.Expr, pl.Expr]:
    """State and reason of the first rule whose condition holds; pending without a reason if none does."""
    state, reason = pl.lit(PENDING), pl.lit(None, dtype=pl.String)
    for condition, name, text in reversed(rules):
        state = pl.when(condition).then(pl.lit(name)).otherwise(state)
        reason = pl.when(condition).then(text).otherwise(reason)
    return state, reason
