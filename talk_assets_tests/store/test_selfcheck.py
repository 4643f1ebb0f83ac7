"""The store's check of itself: silent on what a sync leaves, and each kind of damage found and named."""

import pytest

from talk_assets.entities import PAIRS
from talk_assets.model.system import System
from talk_assets.store.selfcheck import problems
from talk_assets_tests.twins import Twins

SALESFORCE, CUSTOMERP = System


@pytest.fixture(scope="module")
def synced():
    """Records of several kinds, in step."""
    twins = Twins()
    lamp = twins.add("product", CUSTOMERP, name="Lamp", product_code="L-1", list_price="19.90")
    person = twins.add("contact", CUSTOMERP, last_name="Berg", company="Fjord AS")
    line = {"product": lamp, "quantity": "2", "unit_price": "19.90"}
    twins.add("order", CUSTOMERP, contact=person, order_date="2026-03-01", lines=[line, line])
    twins.add("contact", SALESFORCE, last_name="Dahl", email="dahl@example.com")
    twins.settle()
    yield twins
    twins.db.close()


@pytest.fixture
def damaged(synced):
    """What is found after a statement, which is then undone."""
    db = synced.db

    def found(sql, *, finished=False):
        db.execute("BEGIN")
        try:
            db.execute(sql)
            return problems(db, PAIRS.values(), finished=finished)["check"].unique().sort().to_list()
        finally:
            db.execute("ROLLBACK")

    return found


def test_nothing_is_found_in_what_a_sync_leaves(synced):
    """Neither before the first run nor after it is anything out of place."""
    empty = Twins()
    empty.session()

    assert problems(empty.db, PAIRS.values(), finished=True).is_empty()
    assert problems(synced.db, PAIRS.values(), finished=True).rows() == []
    empty.db.close()


DAMAGE = {
    "link_without_baseline": "DELETE FROM store.baseline_contact WHERE system = 'customerp'",
    "baseline_without_link": "INSERT INTO store.baseline_contact (link_id, system) VALUES ('x', 'salesforce')",
    "baseline_twice": "INSERT INTO store.baseline_order SELECT * FROM store.baseline_order",
    "record_linked_twice": "INSERT INTO links.contact BY NAME SELECT * REPLACE (link_id || 'x' AS link_id) "
    "FROM links.contact",
    "link_twice": "INSERT INTO links.contact BY NAME SELECT * FROM links.contact",
    "link_incomplete": "UPDATE links.contact SET state = 'lost'",
    "link_unread": "UPDATE links.contact SET customerp_id = customerp_id || 'x'",
    "applied_without_link": "DELETE FROM links.contact",
    "counter_ahead": "UPDATE store.mark SET seq = 1000000 WHERE stage = 'links' AND name = 'contact'",
    "mapped_without_raw": "DELETE FROM raw.customerp_order_line",
    "kept_once": "INSERT INTO mapped.salesforce_contact BY NAME SELECT * FROM mapped.salesforce_contact",
    "change_without_link": "INSERT INTO changesets.contact (system, op, link_id, origin_id) "
    "VALUES ('salesforce', 'update', 'x', 'y')",
    "change_without_origin": "INSERT INTO changesets.contact (system, op, origin_id) "
    "VALUES ('salesforce', 'create', 'y')",
    "quarantine_without_record": "INSERT INTO store.quarantine (stage, pair, system, record_id) "
    "VALUES ('mapped', 'contact', 'salesforce', 'x')",
    "review_without_record": "INSERT INTO links.review (pair, system, record_id) VALUES ('contact', 'salesforce', 'x')",
}


@pytest.mark.parametrize("check", DAMAGE)
def test_damage_is_found(damaged, check):
    """Each kind of damage is found by the question that is about it."""
    assert check in damaged(DAMAGE[check])


LEFT = {
    "intent_left": "UPDATE writeback.intent SET state = 'sent'",
    "raw_without_mapped": "DELETE FROM mapped.salesforce_contact",
}


@pytest.mark.parametrize("check", LEFT)
def test_what_a_run_may_leave_when_it_ends_early(damaged, check):
    """Half-finished work is what the next run begins with; only after a finished run is it damage."""
    assert check not in damaged(LEFT[check])
    assert check in damaged(LEFT[check], finished=True)


def test_an_offender_is_named(synced):
    """Pair, end and id say where to look."""
    db = synced.db
    (link,) = db.rows("SELECT link_id FROM links.order")
    db.execute("BEGIN")
    db.execute("DELETE FROM store.baseline_order WHERE system = 'customerp'")
    found = problems(db, PAIRS.values())
    db.execute("ROLLBACK")

    assert found.rows() == [
        ("link_without_baseline", "order", "customerp", *link, "The link has no baseline for this end.")
    ]


@pytest.mark.parametrize("system", System)
def test_a_record_restored_alone_is_no_damage(system):
    """Deleted on both ends and restored on one, a link is in order, if for a person to decide."""
    twins = Twins()
    first = {system: twins.add("contact", system, last_name="Berg")}
    twins.cycle(pairs=["contact"])
    first[system.other] = twins.other("contact", system, first[system])
    for end, record in first.items():
        twins.remove("contact", end, record)
    twins.cycle(pairs=["contact"])
    twins.ends[system].restore("contact", first[system])
    twins.cycle(pairs=["contact"])

    assert twins.db.rows("SELECT state FROM links.contact") == [(f"{system}_restored",)]
    assert problems(twins.db, twins.pairs.values()).is_empty()
