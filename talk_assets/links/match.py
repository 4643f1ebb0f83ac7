"""Match unlinked records: exactly one candidate on each side links, several go to review, none is new.

Nothing is guessed: two records of one system are never merged into one, and a record whose key
several others share is neither linked nor created on the other end until a person has looked.
"""

from dataclasses import dataclass

import polars as pl

from talk_assets.model.system import System

MEMBER_SCHEMA = {"system": pl.String(), "_id": pl.String(), "value": pl.String(), "link_id": pl.String()}
"""A record that has a match value, with its link if it already has one."""


@dataclass(frozen=True, kw_only=True)
class Matched:
    """What one key said.

    *links* has columns `salesforce_id, customerp_id`; *review* has `value, salesforce_ids,
    customerp_ids` (lists); *settled* are the records (`system, _id`) later keys need not look at.
    """

    links: pl.DataFrame
    review: pl.DataFrame
    settled: pl.DataFrame


NOTHING = Matched(
    links=pl.DataFrame(schema={"salesforce_id": pl.String(), "customerp_id": pl.String()}),
    review=pl.DataFrame(
        schema={
            "value": pl.String(),
            "salesforce_ids": pl.List(pl.String()),
            "customerp_ids": pl.List(pl.String()),
        }
    ),
    settled=pl.DataFrame(schema={"system": pl.String(), "_id": pl.String()}),
)
"""What a key says that no record has."""


def match_by_value(members: pl.DataFrame, *, ambiguous_is_review: bool) -> Matched:
    """Pair up *members* (`MEMBER_SCHEMA`) that share a value.

    Linked members count as candidates: a second record with the e-mail of a linked one is ambiguous,
    not new. Values that only linked records have are left alone.
    """
    if members.is_empty():
        return NOTHING
    grouped = (
        members.group_by("value")
        .agg(
            *(
                pl.col("_id").filter(pl.col("system") == system.value).sort().alias(f"{system}_ids")
                for system in System
            ),
            pl.col("link_id").is_null().sum().alias("unlinked"),
            pl.col("link_id").is_not_null().any().alias("any_linked"),
        )
        .filter(pl.col("unlinked") > 0)
        .sort("value")
    )
    counts = [pl.col(f"{system}_ids").list.len() for system in System]
    one_each = pl.all_horizontal(*(n == 1 for n in counts)) & ~pl.col("any_linked")
    links = grouped.filter(one_each).select(
        *(pl.col(f"{system}_ids").list.first().alias(f"{system}_id") for system in System)
    )
    alone = pl.sum_horizontal(*counts) == 1
    review = grouped.filter(~one_each & ~alone) if ambiguous_is_review else grouped.clear()
    return Matched(links=links, review=review.drop("unlinked", "any_linked"), settled=_settled(links, review))


def without_parted(members: pl.DataFrame, parted: pl.DataFrame) -> pl.DataFrame:
    """Leave out of *members* each unlinked record that a person said is separate from all that share its value.

    *parted* names such records two by two (columns `salesforce_id, customerp_id`).
    """
    if parted.is_empty():
        return members
    free = []
    for system in System:
        own = members.filter((pl.col("system") == system.value) & pl.col("link_id").is_null())
        others = members.filter(pl.col("system") == system.other.value)
        met = own.join(others.select("value", other="_id"), on="value")
        open_ones = met.join(
            parted, left_on=["_id", "other"], right_on=[f"{system}_id", f"{system.other}_id"], how="anti"
        )
        free.append(met.join(open_ones, on=["value", "_id"], how="anti").select("system", "_id", "value").unique())
    return members.join(pl.concat(free), on=["system", "_id", "value"], how="anti")


def match_by_key(ties: pl.DataFrame) -> Matched:
    """Pair up records tied by a stored key (columns `salesforce_id, customerp_id`); a tie to several is reviewed."""
    if ties.is_empty():
        return NOTHING
    distinct = ties.unique().sort("salesforce_id", "customerp_id")
    clear = distinct.filter(pl.col("salesforce_id").is_unique() & pl.col("customerp_id").is_unique())
    tangled = distinct.join(clear, on=["salesforce_id", "customerp_id"], how="anti")
    review = (
        tangled.group_by("salesforce_id")
        .agg(pl.col("customerp_id").sort().alias("customerp_ids"))
        .select(
            pl.col("salesforce_id").alias("value"),
            pl.concat_list("salesforce_id").alias("salesforce_ids"),
            "customerp_ids",
        )
    )
    return Matched(links=clear, review=review, settled=_settled(clear, review))


def _settled(links: pl.DataFrame, review: pl.DataFrame) -> pl.DataFrame:
    parts = []
    for system in System:
        linked = links.select(pl.col(f"{system}_id").alias("_id"))
        reviewed = review.select(pl.col(f"{system}_ids").alias("_id")).explode("_id", empty_as_null=False)
        parts.append(pl.concat([linked, reviewed]).select(pl.lit(system.value).alias("system"), "_id"))
    return pl.concat(parts).unique()
