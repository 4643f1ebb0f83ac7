"""What an end does not show, as when a permission is taken away: nothing is taken from it and nothing written to it."""

import polars as pl

from talk_assets.changesets.reconcile import base, having, unshown, value, verdict
from talk_assets.changesets.rules import HELD
from talk_assets.changesets.updates import change_columns
from talk_assets.model.changes import Op, Verdict
from talk_assets.model.pair import EntityPair
from talk_assets.model.system import System
from talk_assets.session import Session
from talk_assets.store import mapped
from talk_assets.store.changes import NO_CHANGES
from talk_assets.store.tables import UNSHOWN, is_unshown


def not_shown(pair: EntityPair, compared: pl.DataFrame) -> pl.DataFrame:
    """What would travel if both ends showed it (change schema), held back."""
    parts = [NO_CHANGES]
    for p in having(pair, compared, Verdict.UNSHOWN):
        waiting = compared.filter(pl.col(verdict(p.name)) == Verdict.UNSHOWN.value)
        for system in System:
            moved = p.fold(pl.col(value(system.other, p.name))).ne_missing(p.fold(pl.col(base(system.other, p.name))))
            asked = waiting.filter(moved)
            if asked.is_empty():
                continue
            hides = pl.when(is_unshown(unshown(system), p.name)).then(pl.lit(system.title))
            parts.append(
                asked.select(
                    change_columns(
                        pair=pl.lit(pair.name),
                        system=pl.lit(system.value),
                        op=pl.lit(Op.UPDATE.value),
                        link_id=pl.col("link_id"),
                        origin_id=pl.col(f"{system.other}_id"),
                        record_id=pl.col(f"{system}_id"),
                        property=pl.lit(p.name),
                        old=pl.col(value(system, p.name)),
                        new=pl.col(value(system.other, p.name)),
                        state=pl.lit(HELD),
                        phase=pl.lit(0),
                        reason=pl.format(
                            f"{{}} does not show {p.name}, so what it holds is not known and nothing is written. "
                            "Allow the integration user to read it; then it is read again by itself.",
                            hides.otherwise(pl.lit(system.other.title)),
                        ),
                    )
                )
            )
    return pl.concat(parts)


def blind_creations(session: Session, pair: EntityPair, origin: System) -> pl.Expr:
    """Why a record of *origin* may have a counterpart that nobody sees (text, null: it has none), over mapped rows.

    Where a property that records are matched by is not shown, on the record or on any of the other end, making a
    counterpart could make a double.
    """
    matched_by = list(dict.fromkeys(name for key in pair.match for name in key.properties))
    text = (
        "{} does not show {}, by which records are matched, so this one may be there already. It is made when "
        "the integration user may read that, and then by itself."
    )
    hidden = mapped.unshown(session.db, pair, origin.other)
    for name in (name for name in matched_by if name in hidden):
        return pl.lit(text.format(origin.other.title, name))
    why = pl.lit(None, dtype=pl.String)
    for name in reversed(matched_by):
        why = pl.when(is_unshown(UNSHOWN, name)).then(pl.lit(text.format(origin.title, name))).otherwise(why)
    return why
