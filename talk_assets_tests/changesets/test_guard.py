"""Guards: which plans stop before the first write, and what lets one through."""

import random
from dataclasses import replace

import polars as pl
import pytest

from talk_assets.changesets.checks import guard_result
from talk_assets.changesets.guard import plan_hash, trips
from talk_assets.entities import PAIRS
from talk_assets.model.errors import GuardError
from talk_assets.model.pair import DeletePolicy, Guards
from talk_assets.model.system import System
from talk_assets.store.tables import CHANGE_SCHEMA
from talk_assets_tests.twins import Twins

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


TIGHT = Guards(floor=1, update_ratio=0.5, delete_ratio=0.5, clear_floor=1, clear_ratio=0.25)


def tight(**changes):
    contact = PAIRS["contact"]
    return dict(PAIRS) | {"contact": replace(contact, guards=TIGHT, **changes)}


def retitle(twins, record, number):
    twins.edit("contact", CUSTOMERP, record, job_title=f"New {number}")


def clear(twins, record, _):
    twins.edit("contact", CUSTOMERP, record, department=None)


def remove(twins, record, _):
    twins.remove("contact", CUSTOMERP, record)


@pytest.mark.parametrize(
    ("act", "limit", "said"),
    [
        (retitle, 4, "of 8 linked records 5 records would be changed, the limit is 4"),
        (clear, 2, "3 values of department would be emptied, the limit is 2"),
        (remove, 4, "of 8 linked records 5 records would be deleted, the limit is 4"),
    ],
)
def test_each_limit_is_exact_and_stops_whole_plans(act, limit, said):
    """At its limit a plan is written; one more and nothing is, until exactly that plan is approved, once."""
    twins = Twins(pairs=tight(deletes=DeletePolicy.PROPAGATE))
    ids = [twins.add("contact", CUSTOMERP, last_name=f"N{i}", job_title="Old", department="North") for i in range(8)]
    twins.cycle(**ONLY)
    written = twins.writes
    for number, record in enumerate(ids[:limit]):
        act(twins, record, number)
    twins.cycle(dry_run=True, **ONLY)
    assert twins.writes == written
    act(twins, ids[limit], limit)
    with pytest.raises(GuardError, match=said) as stopped:
        twins.cycle(**ONLY)
    assert twins.writes == written

    approval = str(stopped.value).rsplit("--accept ", 1)[1].rstrip(".")
    twins.edit("contact", CUSTOMERP, ids[-1], first_name="Changed")
    with pytest.raises(GuardError, match=said.rsplit(" ", 1)[0] if act is not retitle else "6 records"):
        twins.cycle(accept=approval, **ONLY)
    assert twins.writes == written
    twins.edit("contact", CUSTOMERP, ids[-1], first_name=None)
    with pytest.raises(GuardError) as again:
        twins.cycle(**ONLY)
    approval = str(again.value).rsplit("--accept ", 1)[1].rstrip(".")
    twins.cycle(accept=approval, **ONLY)
    assert twins.writes > written
    twins.db.close()


def test_a_first_link_that_would_replace_much_stops():
    """Two of four found records may have values replaced; a third stops all. What is empty is filled without limit."""
    pairs = tight()
    pairs["contact"] = replace(pairs["contact"], guards=replace(TIGHT, floor=2, first_link_ratio=0.5))
    twins = Twins(pairs=pairs)
    titles = {SALESFORCE: "Owner", CUSTOMERP: "Buyer"}
    for number in range(4):
        for system in System:
            differs = {"job_title": titles[system]} if number < 3 else {}
            fills = {"department": "North"} if system is SALESFORCE else {}
            twins.add("contact", system, last_name=f"N{number}", email=f"n{number}@x.no", **differs, **fills)
    with pytest.raises(GuardError, match="3 records linked for the first time would have values replaced") as stopped:
        twins.cycle(**ONLY)
    assert twins.writes == 0
    approval = str(stopped.value).rsplit("--accept ", 1)[1].rstrip(".")
    twins.cycle(accept=approval, **ONLY)
    assert {row["department"] for row in twins.live("contact", CUSTOMERP).values()} == {"North"}
    for number in (4, 5):
        for system in System:
            twins.add("contact", system, last_name=f"N{number}", email=f"n{number}@x.no", job_title=titles[system])
    twins.cycle(**ONLY)

    assert [{row["job_title"] for row in twins.live("contact", system).values()} for system in System] == [
        {"Buyer", None},
        {"Buyer", None},
    ]
    twins.db.close()


def test_a_plan_at_its_limit_is_written():
    """The limit itself does not stop."""
    twins = Twins(pairs=tight())
    ids = [twins.add("contact", CUSTOMERP, last_name=f"N{i}", job_title="Old") for i in range(8)]
    twins.cycle(**ONLY)
    for number, record in enumerate(ids[:4]):
        retitle(twins, record, number)
    twins.cycle(**ONLY)

    assert sorted(row["job_title"] for row in twins.live("contact", SALESFORCE).values())[0] == "New 0"
    twins.db.close()


def test_an_approval_is_not_good_for_the_same_edits_made_again():
    """Who accepted a change once has not accepted it for good."""
    twins = Twins(pairs=tight())
    ids = [twins.add("contact", CUSTOMERP, last_name=f"N{i}", job_title="Old") for i in range(3)]
    twins.cycle(**ONLY)
    approvals = []
    for title in ("New", "Old", "New"):
        for record in ids:
            twins.edit("contact", CUSTOMERP, record, job_title=title)
        with pytest.raises(GuardError) as stopped:
            twins.cycle(accept=",".join(approvals) or None, **ONLY)
        approvals.append(str(stopped.value).rsplit("--accept ", 1)[1].rstrip("."))
        twins.cycle(accept=approvals[-1], **ONLY)

    assert len(set(approvals)) == 3
    twins.db.close()


def test_the_check_names_the_hash_that_the_run_takes():
    """Dagster's check and the command line mean the same plan, records matched just now among its links."""
    twins = Twins(pairs=tight())
    ids = [twins.add("contact", CUSTOMERP, last_name=f"N{i}", job_title="Old") for i in range(3)]
    twins.cycle(**ONLY)
    for record in ids:
        twins.edit("contact", CUSTOMERP, record, job_title="New")
    for system in System:
        twins.add("contact", system, last_name="Dahl", email="d@x.no", job_title=system.title)
    twins.cycle(dry_run=True, **ONLY)
    session = twins.session()
    found = guard_result(session, twins.pairs["contact"])
    session.accept = str(found.metadata["accept"].value)

    assert not found.passed
    assert guard_result(session, twins.pairs["contact"]).passed
    twins.db.close()


def test_a_listing_that_shrinks_stops_and_stores_nothing(twins):
    """One record fewer than allowed, of ten, and the whole read is not believed."""
    ids = [twins.add("contact", CUSTOMERP, last_name=f"N{i}") for i in range(10)]
    twins.cycle(**ONLY)
    rows = twins.ends[CUSTOMERP]._rows._rows["contact"]
    hidden = [rows.pop(record) for record in ids[:2]]
    twins.cycle(full=True, **ONLY)
    hidden.append(rows.pop(ids[2]))
    written, known = twins.writes, twins.dump()
    with pytest.raises(GuardError, match="lists 7 records where 10 were known, more than 20% fewer"):
        twins.cycle(full=True, **ONLY)

    assert (twins.writes, twins.dump()) == (written, known)
    assert len(hidden) == 3
