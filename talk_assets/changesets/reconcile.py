"""The three-way comparison, per property, of linked records.

An end has moved when its value no longer folds onto the value it last agreed to (its own baseline, so
that an end's normalising is no move). If one end moved, its value travels; if both moved to the same,
that is agreed; if both moved apart it is a conflict, which the property's policy settles. A cleared
value never beats a changed one, unless a person is to decide. Where an end does not show a property
nothing is decided: what it holds is not known.
"""

from collections.abc import Sequence
from datetime import UTC, datetime
from functools import lru_cache

import polars as pl

from talk_assets.model.changes import Verdict
from talk_assets.model.pair import EntityPair, Policy, Property
from talk_assets.model.system import System
from talk_assets.store.tables import is_unshown

SF, CU = System.SALESFORCE, System.CUSTOMERP
UNLINKED = "unlinked:"
"""What a reference to a record without a link begins with: not empty, and equal to nothing the other end holds."""

_LONG_AGO = datetime(1970, 1, 1, tzinfo=UTC)


def value(system: System, name: str) -> str:
    """Column of *system*'s current value in a view."""
    return f"{system}:{name}"


def base(system: System, name: str) -> str:
    """Column of the value *system* last agreed to in a view."""
    return f"{system}_base:{name}"


def moved_at(system: System, name: str) -> str:
    """Column of the time *system*'s value last moved in a view."""
    return f"{system}_at:{name}"


def unshown(system: System) -> str:
    """Column that names the properties *system* does not show in a view, of the kind of `store.tables.UNSHOWN`."""
    return f"{system}_unshown"


def verdict(name: str) -> str:
    """Column of a property's verdict in a compared view."""
    return f"verdict:{name}"


def clash(name: str) -> str:
    """Column that is true where both ends moved a property apart, whoever wins."""
    return f"clash:{name}"


def compare(pair: EntityPair, view: pl.DataFrame) -> pl.DataFrame:
    """Add a verdict and a clash column to *view* for each property that is not derived.

    *view* has one row a link with `fresh` and the columns named by `value`, `base`, `moved_at` and `unshown`;
    references are link ids. Where `doubtful` is true the baseline may be older than what both ends last
    agreed on: what moves to an end may then replace an edit there, and counts as a clash.
    """
    rows = view if "doubtful" in view.columns else view.with_columns(doubtful=pl.lit(value=False))
    differing = rows.select(_differing(pair)).row(0)
    found = [one[differs] for one, differs in zip(_comparisons(pair), differing, strict=True)]
    return rows.with_columns(*(verdicts for verdicts, _ in found), *(clashes for _, clashes in found))


@lru_cache(maxsize=64)
def _differing(pair: EntityPair) -> Sequence[pl.Expr]:
    """Whether some row holds another value than was agreed, of each property; mostly very few do.

    A value that is the same also folds onto the same, which takes much longer to find.
    """
    return [
        pl.any_horizontal(pl.col(value(system, p.name)).ne_missing(pl.col(base(system, p.name))) for system in System)
        .any()
        .alias(p.name)
        for p in _compared(pair)
    ]


@lru_cache(maxsize=64)
def _comparisons(pair: EntityPair) -> Sequence[tuple[tuple[pl.Expr, pl.Expr], tuple[pl.Expr, pl.Expr]]]:
    """Verdict and clash of each property: where no row differs from what was agreed, and where some does.

    Building them costs more than working them out for a few rows.
    """
    return [
        (
            (pl.lit(Verdict.IN_SYNC.value).alias(verdict(p.name)), pl.lit(value=False).alias(clash(p.name))),
            (_verdict(pair, p).alias(verdict(p.name)), _clash(p).alias(clash(p.name))),
        )
        for p in _compared(pair)
    ]


def having(pair: EntityPair, compared: pl.DataFrame, *found: Verdict) -> list[Property]:
    """The properties of which some row of *compared* has one of the verdicts *found*; mostly very few."""
    some = compared.select(_having(pair, found)).row(0)
    return [p for p, there in zip(_compared(pair), some, strict=True) if there]


def clashing(pair: EntityPair, compared: pl.DataFrame) -> list[Property]:
    """The properties that both ends moved apart in some row of *compared*."""
    some = compared.select(_clashing(pair)).row(0)
    return [p for p, there in zip(_compared(pair), some, strict=True) if there]


def _compared(pair: EntityPair) -> list[Property]:
    return [p for p in pair.properties if not p.derived]


@lru_cache(maxsize=256)
def _having(pair: EntityPair, found: tuple[Verdict, ...]) -> Sequence[pl.Expr]:
    wanted = [one.value for one in found]
    return [pl.col(verdict(p.name)).is_in(wanted).any() for p in _compared(pair)]


@lru_cache(maxsize=64)
def _clashing(pair: EntityPair) -> Sequence[pl.Expr]:
    return [pl.col(clash(p.name)).any() for p in _compared(pair)]


def _hidden(p: Property) -> pl.Expr:
    return is_unshown(unshown(SF), p.name) | is_unshown(unshown(CU), p.name)


def _moved(p: Property, system: System) -> pl.Expr:
    return p.fold(pl.col(value(system, p.name))).ne_missing(p.fold(pl.col(base(system, p.name))))


def _equal(p: Property) -> pl.Expr:
    return p.fold(pl.col(value(SF, p.name))).eq_missing(p.fold(pl.col(value(CU, p.name))))


def _clash(p: Property) -> pl.Expr:
    here, there = _moved(p, SF), _moved(p, CU)
    doubtful = pl.col("doubtful").fill_null(value=False)
    return ((here & there) | (doubtful & (here | there))) & ~_equal(p) & ~_hidden(p)


def _verdict(pair: EntityPair, p: Property) -> pl.Expr:
    # A person may well mean the clearing; on a first link an empty value means nothing yet.
    yields = pl.col("fresh") if p.policy is Policy.MANUAL else pl.lit(value=True)
    return (
        pl.when(~_moved(p, SF) & ~_moved(p, CU))
        .then(pl.lit(Verdict.IN_SYNC.value))
        .when(_hidden(p))
        .then(pl.lit(Verdict.UNSHOWN.value))
        .when(_equal(p))
        .then(pl.lit(Verdict.AGREED.value))
        .when(~_moved(p, CU))
        .then(pl.lit(Verdict.TO_CUSTOMERP.value))
        .when(~_moved(p, SF))
        .then(pl.lit(Verdict.TO_SALESFORCE.value))
        .when(yields & pl.col(value(SF, p.name)).is_null())
        .then(pl.lit(Verdict.TO_SALESFORCE.value))
        .when(yields & pl.col(value(CU, p.name)).is_null())
        .then(pl.lit(Verdict.TO_CUSTOMERP.value))
        .otherwise(_winner(pair, p))
    )


def policy_of(pair: EntityPair, p: Property, *, fresh: bool) -> Policy:
    """Which policy settles a conflict: the property's, or on a first link the pair's unless a person must."""
    return pair.first_link if fresh and p.policy is not Policy.MANUAL else p.policy


def _winner(pair: EntityPair, p: Property) -> pl.Expr:
    return (
        pl.when("fresh")
        .then(_by_policy(policy_of(pair, p, fresh=True), p))
        .otherwise(_by_policy(policy_of(pair, p, fresh=False), p))
    )


def _by_policy(policy: Policy, p: Property) -> pl.Expr:
    if policy is Policy.MANUAL:
        return pl.lit(Verdict.CONFLICT.value)
    if policy is Policy.SALESFORCE_WINS:
        return pl.lit(Verdict.TO_CUSTOMERP.value)
    if policy is Policy.CUSTOMERP_WINS:
        return pl.lit(Verdict.TO_SALESFORCE.value)
    # Salesforce stamps whole seconds, so both are compared in seconds; a tie goes to Salesforce.
    salesforce, customerp = (pl.col(moved_at(s, p.name)).fill_null(_LONG_AGO).dt.truncate("1s") for s in (SF, CU))
    return (
        pl.when(salesforce >= customerp)
        .then(pl.lit(Verdict.TO_CUSTOMERP.value))
        .otherwise(pl.lit(Verdict.TO_SALESFORCE.value))
    )


def agreed_baselines(pair: EntityPair, compared: pl.DataFrame) -> pl.DataFrame:
    """Baseline rows, both ends, of the links on which something is newly agreed."""
    properties = [p for p in pair.properties if not p.derived]
    any_agreed = pl.any_horizontal(*(pl.col(verdict(p.name)) == Verdict.AGREED.value for p in properties))
    touched = compared.filter(any_agreed)
    if touched.is_empty():
        return touched.clear()
    return pl.concat(
        [
            touched.select(
                "link_id",
                pl.lit(system.value).alias("system"),
                *(
                    pl.when(pl.col(verdict(p.name)) == Verdict.AGREED.value)
                    .then(pl.col(value(system, p.name)))
                    .otherwise(pl.col(base(system, p.name)))
                    .alias(p.name)
                    for p in properties
                ),
            )
            for system in System
        ]
    )
