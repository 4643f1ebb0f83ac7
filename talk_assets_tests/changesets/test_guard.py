"""Guards: which plans stop before the first write, and what lets one through."""

import random

import polars as pl
import pytest

from talk_assets.changesets.guard import plan_hash, trips
from talk_assets.model.errors import GuardError
from talk_assets.model.pair import Guards
from talk_assets.model.system import System
from talk_assets.store.tables import CHANGE_SCHEMA

SALESFORCE, CUSTOMERP = System
ONLY = {"pairs": ["contact"]}


def plan(op, count, **columns):
    """*count* changes of as many links."""
    given = {"system": "salesforce", "op": op, "property": "email", "old": "a", "new": "b"} | columns
    rows = [given | {"link_id": f"L{i}", "record_id": f"R{i}"} for i in range(count)]
    return pl.DataFrame(rows, schema=dict(CHANGE_SCHEMA))


@pytest.mark.parametrize(
    ("changes", "links", "stops"),
    [
        (plan("update", 25), 0, []),
        (plan("update", 26), 0, ["records would be changed"]),
        (plan("update", 100), 1000, []),
        (plan("update", 101), 1000, ["records would be changed"]),
        (plan("delete", 25, property=None), 1000, []),
        (plan("delete", 26, property=None), 1000, ["records would be deleted"]),
        (plan("delete", 40, property=None), 2000, []),
        (plan("update", 26, new=None), 1000, ["values of email would be emptied"]),
        (plan("update", 26, new=None, old=None), 1000, []),
        (plan("create", 5000, property=None), 0, []),
    ],
)
def test_limits_are_ratios_above_a_floor(changes, links, stops):
    """Small plans and creations never stop; others by how much of the pair they touch."""
    assert [trip.what for trip in trips(Guards(), changes, links)] == stops


def test_properties_of_one_record_count_once():
    """Ten properties of twenty records are twenty records."""
    wide = pl.concat([plan("update", 20, property=f"p{i}") for i in range(10)])

    assert trips(Guards(), wide, 0) == []


def test_a_hash_stands_for_one_plan_in_any_order():
    """An approval covers exactly the changes a person read."""
    changes = plan("update", 30)
    order = list(range(30))
    random.Random(7).shuffle(order)  # noqa: S311 - any order will do

    assert plan_hash(changes[order]) == plan_hash(changes)
    assert plan_hash(changes.head(29)) != plan_hash(changes)
    assert plan_hash(changes.with_columns(new=pl.lit("c"))) != plan_hash(changes)


def many(twins, count):
    ids = [twins.add("contact", CUSTOMERP, last_name=f"N{i:02d}", email=f"n{i}@x.no") for i in range(count)]
    twins.cycle(**ONLY)
    return ids


def test_guard_stops_before_the_first_write_and_one_approval_covers_both_ends(twins):
    """A large plan is stopped whole; its hash lets exactly this plan through, to both ends."""
    ids = many(twins, 64)
    for record in ids[:32]:
        twins.edit("contact", CUSTOMERP, record, job_title="New")
    for record in ids[32:]:
        twins.edit("contact", SALESFORCE, twins.other("contact", CUSTOMERP, record), job_title="New")
    written = twins.writes
    with pytest.raises(GuardError) as stopped:
        twins.cycle(**ONLY)
    plan = twins.cycle(dry_run=True, **ONLY).plan
    assert (twins.writes, plan.height) == (written, 64)
    with pytest.raises(GuardError):
        twins.cycle(accept="0" * 12, **ONLY)
    assert twins.writes == written

    approval = str(stopped.value).rsplit("--accept ", 1)[1].rstrip(".")
    twins.cycle(accept=approval, **ONLY)
    assert {row["job_title"] for system in System for row in twins.live("contact", system).values()} == {"New"}
