"""What a deletion on one end asks of the other: mostly nothing, and never what would undo somebody's work."""

import polars as pl

from talk_assets.changesets.reconcile import base, unshown, value
from talk_assets.changesets.rules import frozen_lines
from talk_assets.changesets.updates import change_columns
from talk_assets.model.changes import Op
from talk_assets.model.pair import DeletePolicy, EntityPair
from talk_assets.model.system import System
from talk_assets.store.changes import NO_CHANGES
from talk_assets.store.tables import is_unshown

SF, CU = System.SALESFORCE, System.CUSTOMERP
LINES_EDITED = "lines_edited"
"""Column that is true where lines of a document whose counterpart is deleted were edited or added since."""
AGREED_TO = "agreed_to"
"""Column that is true where a person decided that the record left is to be deleted, too."""
MERGED = "merged"
"""Column that says why the link of a merged Salesforce record could not go to the one that stayed."""


def deletions(pair: EntityPair, gone: pl.DataFrame, *, parent: EntityPair | None) -> tuple[pl.DataFrame, pl.DataFrame]:
    """What becomes of compared rows with a deleted end: changes (change schema) and link states that moved.

    *gone* is a compared view with the columns `LINES_EDITED`, `MERGED` and `AGREED_TO`. A kept pair only flags the
    link. A propagating one asks the other end to delete, unless its whole document is gone. A person decides where
    the record left was edited since both last agreed, or restored, or has taken in another by merging; and may
    have any record left deleted.
    """
    parts = [NO_CHANGES]
    for system in System:
        one_sided = gone.filter(pl.col(f"{system.other}_deleted") & ~pl.col(f"{system}_deleted"))
        if one_sided.height:
            parts.append(_asked(pair, system, one_sided, parent=parent))
    states = (
        gone.select("link_id", was="state", state=_state(parent)).filter(pl.col("state") != pl.col("was")).drop("was")
    )
    return pl.concat(parts), states


def edited(pair: EntityPair, system: System) -> pl.Expr:
    """Over a view: whether *system*'s record differs from what it last agreed to, as far as it is shown."""
    return pl.any_horizontal(
        *(
            p.fold(pl.col(value(system, p.name))).ne_missing(p.fold(pl.col(base(system, p.name))))
            & ~is_unshown(unshown(system), p.name)
            for p in pair.properties
            if not p.derived
        )
    )


def _state(parent: EntityPair | None) -> pl.Expr:
    """The link state that follows from who is deleted, and from the state before.

    A line that only went with its document comes back with it, to be removed if it was on the other end.
    """
    along = {
        s: pl.lit(value=False) if parent is None else pl.col(f"{s}_parent_deleted").fill_null(value=False)
        for s in System
    }
    before = pl.col("state")
    twice = {system: before.is_in(["both_deleted", f"{system}_restored"]) for system in System}
    return (
        pl.when(pl.col("salesforce_deleted") & pl.col("customerp_deleted"))
        .then(
            pl.when(along[SF] & ~along[CU])
            .then(pl.lit("customerp_deleted"))
            .when(along[CU] & ~along[SF])
            .then(pl.lit("salesforce_deleted"))
            .otherwise(pl.lit("both_deleted"))
        )
        .when(pl.col("salesforce_deleted"))
        .then(
            pl.when(before == "salesforce_merged")
            .then(before)
            .when(twice[CU])
            .then(pl.lit("customerp_restored"))
            .otherwise(pl.lit("salesforce_deleted"))
        )
        .when(twice[SF])
        .then(pl.lit("salesforce_restored"))
        .otherwise(pl.lit("customerp_deleted"))
    )


def _asked(pair: EntityPair, system: System, rows: pl.DataFrame, *, parent: EntityPair | None) -> pl.DataFrame:
    state, reason = pl.lit("pending"), pl.lit(None, dtype=pl.String)
    for condition, name, text in reversed(_choices(pair, system, parent=parent)):
        state = pl.when(condition).then(pl.lit(name)).otherwise(state)
        reason = pl.when(condition).then(text).otherwise(reason)
    return rows.select(
        change_columns(
            pair=pl.lit(pair.name),
            system=pl.lit(system.value),
            op=pl.lit(Op.DELETE.value),
            link_id=pl.col("link_id"),
            origin_id=pl.col(f"{system.other}_id"),
            record_id=pl.col(f"{system}_id"),
            state=state,
            phase=pl.lit(0),
            reason=reason,
        )
    ).filter(pl.col("state") != "")


def _choices(pair: EntityPair, system: System, *, parent: EntityPair | None) -> list[tuple[pl.Expr, str, pl.Expr]]:
    """Condition, state (none: nothing is asked) and reason, the first that holds decides."""
    there, here = system.other.title, system.title
    never, kept = pl.lit(value=False), pl.lit(pair.deletes is DeletePolicy.KEEP)
    locked = whole = never
    if parent is not None:
        locked = frozen_lines(parent, system, pl.col(f"{system}_parent_status"))
        whole = pl.col(f"{system.other}_parent_deleted").fill_null(value=True)
    merged = pl.col("state") == "salesforce_merged" if system is CU else never
    took_in = pl.col("rule") == "merged" if system is SF else never
    restored = pl.col("state").is_in(["both_deleted", f"{system}_restored"])
    never = pl.all_horizontal(*(pl.col(base(system, p.name)).is_null() for p in pair.properties if not p.derived))
    unknown = never | pl.col("doubtful").fill_null(value=False)

    def said(text: str) -> pl.Expr:
        return pl.lit(text)

    lines = said(f"The document's status locks its lines in {here}; removed when the status allows.")
    return [
        (pl.col(AGREED_TO) & locked, "held", lines),
        (pl.col(AGREED_TO), "pending", pl.lit(None, dtype=pl.String)),
        (merged, "conflict", pl.col(MERGED)),
        (
            took_in,
            "conflict",
            said(f"Deleted in {there}, but its record in {here} has taken in another by merging: a person decides."),
        ),
        (unknown & (kept | whole), "", said("")),
        (
            unknown,
            "conflict",
            said(
                f"Deleted in {there}; whether it was edited in {here} since is not known, as nothing tells what both "
                "agreed on: a person decides."
            ),
        ),
        (
            edited(pair, system),
            "conflict",
            said(f"Deleted in {there} but edited in {here} since both agreed: a person decides."),
        ),
        (kept | whole, "", said("")),
        (
            pl.col(LINES_EDITED),
            "conflict",
            said(f"Deleted in {there}, but its lines were edited in {here} since both agreed: a person decides."),
        ),
        (
            restored,
            "conflict",
            said(
                f"Deleted on both ends and then restored in {here} only: restore it in {there}, too, or delete it here."
            ),
        ),
        (locked, "held", lines),
    ]
