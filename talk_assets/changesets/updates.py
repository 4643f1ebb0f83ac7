"""Changes of linked records: one row a property and end."""

from datetime import datetime

import polars as pl

from talk_assets.changesets.reconcile import SF, base, clash, clashing, having, moved_at, policy_of, value, verdict
from talk_assets.changesets.rules import frozen_lines, update_state
from talk_assets.model.changes import ChangeState, Op, Verdict
from talk_assets.model.pair import EntityPair, Property
from talk_assets.model.system import System
from talk_assets.store.changes import NO_CHANGES
from talk_assets.store.tables import CHANGE_SCHEMA, CONFLICT_SCHEMA

TOWARDS = {System.SALESFORCE: Verdict.TO_SALESFORCE, System.CUSTOMERP: Verdict.TO_CUSTOMERP}


def change_columns(**columns: pl.Expr) -> list[pl.Expr]:
    """All columns of a change, null where not given."""
    return [columns.get(name, pl.lit(None)).cast(dtype).alias(name) for name, dtype in CHANGE_SCHEMA.items()]


def updates(pair: EntityPair, live: pl.DataFrame, *, has_lines: bool, parent: EntityPair | None) -> pl.DataFrame:
    """The changes that the compared rows *live* ask of each end (change schema).

    For lines, *live* also has `<end>_parent_status`, the status of their document there.
    """
    parts = [NO_CHANGES]
    for system in System:
        moving = having(pair, live, TOWARDS[system])
        rows = live.with_columns(status_after=_status_after(pair, system)) if moving else live
        for p in moving:
            asked = rows.filter(pl.col(verdict(p.name)) == TOWARDS[system].value)
            parts.append(_changes(pair, p, system, asked, has_lines=has_lines, parent=parent))
    return pl.concat(parts)


def _status_after(pair: EntityPair, system: System) -> pl.Expr:
    if pair.status is None:
        return pl.lit(None, dtype=pl.String)
    name = pair.status.property
    codec = pair.by_name[name].side(system).codec
    new = pl.col(value(system.other, name))
    moves = (pl.col(verdict(name)) == TOWARDS[system].value) & codec.holds(new).fill_null(value=False)
    return pl.when(moves).then(new).otherwise(pl.col(value(system, name)))


def _changes(
    pair: EntityPair, p: Property, system: System, asked: pl.DataFrame, *, has_lines: bool, parent: EntityPair | None
) -> pl.DataFrame:
    state, reason = update_state(pair, p, system)
    if parent is not None:
        locked = frozen_lines(parent, system, pl.col(f"{system}_parent_status"))
        text = f"The {parent.name}'s status locks its lines in {system.title}; written when the status allows."
        reason = pl.when(locked).then(pl.lit(text)).otherwise(reason)
        state = pl.when(locked).then(pl.lit(ChangeState.HELD.value)).otherwise(state)
    new, old = pl.col(value(system.other, p.name)), pl.col(value(system, p.name))
    # A status that locks the lines is written after them.
    closes = has_lines and pair.status is not None and p.name == pair.status.property
    phase = frozen_lines(pair, system, new).cast(pl.Int64) if closes else pl.lit(0)
    waits = pl.col(f"{system.other}_ref:{p.name}") if p.reference else pl.lit(None)
    parked = state == ChangeState.PARKED.value
    return asked.select(
        change_columns(
            pair=pl.lit(pair.name),
            system=pl.lit(system.value),
            op=pl.lit(Op.UPDATE.value),
            link_id=pl.col("link_id"),
            origin_id=pl.col(f"{system.other}_id"),
            record_id=pl.col(f"{system}_id"),
            property=pl.lit(p.name),
            old=old,
            new=new,
            state=state,
            phase=phase,
            reason=reason,
            waits_pair=pl.when(parked).then(pl.lit(p.reference)),
            waits_id=pl.when(parked).then(waits),
        )
    )


def conflicts(pair: EntityPair, compared: pl.DataFrame, *, now: datetime) -> pl.DataFrame:
    """Both values of each property both ends moved apart (conflict schema), whoever wins."""
    parts = [pl.DataFrame(schema=dict(CONFLICT_SCHEMA))]
    for p in clashing(pair, compared):
        clashed = compared.filter(pl.col(clash(p.name)))
        policies = [policy_of(pair, p, fresh=f).value for f in (True, False)]
        winner = (
            pl.when(pl.col(verdict(p.name)) == Verdict.TO_CUSTOMERP.value)
            .then(pl.lit(System.SALESFORCE.value))
            .when(pl.col(verdict(p.name)) == Verdict.TO_SALESFORCE.value)
            .then(pl.lit(System.CUSTOMERP.value))
        )
        columns: dict[str, pl.Expr] = {
            "pair": pl.lit(pair.name),
            "link_id": pl.col("link_id"),
            "property": pl.lit(p.name),
            "policy": pl.when("fresh").then(pl.lit(policies[0])).otherwise(pl.lit(policies[1])),
            "winner": winner,
            "first_link": pl.col("fresh"),
            "found_at": pl.lit(now),
        }
        for system in System:
            columns |= {
                f"{system}_id": pl.col(f"{system}_id"),
                f"{system}_base": pl.col(base(system, p.name)),
                f"{system}_value": pl.col(value(system, p.name)),
                f"{system}_at": pl.col(moved_at(system, p.name)),
            }
        parts.append(clashed.select([columns[n].cast(t).alias(n) for n, t in CONFLICT_SCHEMA.items()]))
    return pl.concat(parts)


def manual_conflicts(pair: EntityPair, compared: pl.DataFrame) -> pl.DataFrame:
    """Changes a person must decide (change schema); they block only their own property."""
    parts = [NO_CHANGES]
    for p in having(pair, compared, Verdict.CONFLICT):
        columns = change_columns(
            pair=pl.lit(pair.name),
            system=pl.lit(System.CUSTOMERP.value),
            op=pl.lit(Op.UPDATE.value),
            link_id=pl.col("link_id"),
            origin_id=pl.col("salesforce_id"),
            record_id=pl.col("customerp_id"),
            property=pl.lit(p.name),
            old=pl.col(value(System.CUSTOMERP, p.name)),
            new=pl.col(value(SF, p.name)),
            state=pl.lit(ChangeState.CONFLICT.value),
            phase=pl.lit(0),
            reason=pl.lit("Both ends changed it and its policy is manual: a person decides."),
        )
        parts.append(compared.filter(pl.col(verdict(p.name)) == Verdict.CONFLICT.value).select(columns))
    return pl.concat(parts)
