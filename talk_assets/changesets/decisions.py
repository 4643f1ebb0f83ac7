"""What a person decided of a conflict, applied only while both ends still hold what that person saw."""

import polars as pl

from talk_assets.changesets.reconcile import value, verdict
from talk_assets.changesets.updates import TOWARDS
from talk_assets.model.changes import Verdict
from talk_assets.model.pair import EntityPair
from talk_assets.model.system import System

SETTLED = {"link_id": pl.String(), "property": pl.String(), "state": pl.String()}


def decided(pair: EntityPair, compared: pl.DataFrame, standing: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Let *standing* decisions (decision schema) settle open conflicts among *compared*; and which decisions are done.

    A decision stands until its value arrived, so that a run that ends early loses nothing. It is `applied` when
    nothing is in conflict any more and the winner still holds what it won with, else `overtaken`: then an open
    conflict is asked about again.
    """
    settled = [pl.DataFrame(schema=SETTLED)]
    if standing.is_empty():
        return compared, settled[0]
    for (name,), decisions in standing.group_by("property", maintain_order=True):
        if name not in pair.by_name:
            continue
        rows = compared.join(_seen(decisions), on="link_id", how="left")
        now = {system: pl.col(value(system, str(name))).cast(pl.String) for system in System}
        unchanged = pl.all_horizontal(*(now[system].eq_missing(pl.col(f"_seen_{system}")) for system in System))
        winner, is_open = pl.col("_winner"), pl.col(verdict(str(name))) == Verdict.CONFLICT.value
        towards = pl.when(winner == System.SALESFORCE.value).then(pl.lit(TOWARDS[System.CUSTOMERP].value))
        kept = pl.any_horizontal(
            *((winner == system.value) & now[system].eq_missing(pl.col(f"_seen_{system}")) for system in System)
        )
        settled.append(
            rows.filter(
                winner.is_not_null() & ~(is_open & unchanged) & (pl.col(verdict(str(name))) != Verdict.UNSHOWN.value)
            ).select(
                "link_id",
                property=pl.lit(name),
                state=pl.when(kept & ~is_open).then(pl.lit("applied")).otherwise(pl.lit("overtaken")),
            )
        )
        compared = rows.with_columns(
            pl.when(is_open & unchanged & winner.is_not_null())
            .then(towards.otherwise(pl.lit(TOWARDS[System.SALESFORCE].value)))
            .otherwise(pl.col(verdict(str(name))))
            .alias(verdict(str(name)))
        ).select(compared.columns)
    return compared, pl.concat(settled)


def _seen(decisions: pl.DataFrame) -> pl.DataFrame:
    return decisions.select(
        "link_id",
        pl.col("winner").alias("_winner"),
        *(pl.col(f"{system}_value").alias(f"_seen_{system}") for system in System),
    )
