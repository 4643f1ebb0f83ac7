"""Records that are gone: nothing is made in their place, and nothing is asked of them twice."""

import pytest

from talk_assets.model.changes import ChangeState
from talk_assets.model.system import System
from talk_assets.raw.fetch import fetch
from talk_assets.store import changes, links, quarantine, raw
from talk_assets_tests.shop import Shop
from talk_assets_tests.twins import Twins

SALESFORCE, CUSTOMERP = System
ONLY = {"pairs": ["contact"]}


@pytest.fixture
def person(twins):
    """A contact in step on both ends: (Salesforce id, Customerp id)."""
    there = twins.add("contact", CUSTOMERP, last_name="Berg", email="berg@x.no")
    twins.cycle(**ONLY)
    return twins.other("contact", CUSTOMERP, there), there


@pytest.mark.parametrize("system", System)
def test_a_purged_record_is_asked_for_once(twins, person, system):
    """A change of a record that vanished is set aside with the reason, and not tried again unchanged."""
    ids = dict(zip(System, person, strict=True))
    twins.ends[system].purge("contact", ids[system])
    twins.edit("contact", system.other, ids[system.other], job_title="Boss")
    report = twins.cycle(**ONLY)
    asked = {end.system: dict(end.calls.by_kind) for end in twins.ends.values()}
    twins.cycle(**ONLY)

    (entry,) = quarantine.entries(twins.db, "contact").iter_rows(named=True)
    assert report.tallies["contact"].quarantined == 1
    assert (entry["record_id"], entry["check"]) == (ids[system.other], "not there")
    for end in twins.ends.values():
        assert [end.calls.by_kind.get(k, 0) - asked[end.system].get(k, 0) for k in ("read", "write")] == [0, 0]


@pytest.mark.parametrize("system", System)
def test_a_new_record_does_not_take_the_place_of_a_deleted_one(twins, person, system):
    """The same e-mail as a record whose counterpart was deleted is no reason to link: a person is asked."""
    ids = dict(zip(System, person, strict=True))
    twins.remove("contact", system, ids[system])
    twins.cycle(**ONLY)
    new = twins.add("contact", system, last_name="Berg", email="berg@x.no")
    report = twins.cycle(**ONLY)

    assert links.by_record(twins.db, twins.pairs["contact"], system, [new]).is_empty()
    assert report.tallies["contact"].review == 1
    assert list(twins.live("contact", system.other)) == [ids[system.other]]


@pytest.mark.parametrize("origin", System)
def test_a_lost_store_brings_no_deleted_counterpart_back(twins, origin):
    """What was made for a record, and deleted since, is known by its key; it is neither made again nor asked for."""
    record = twins.add("contact", origin, last_name="Berg", email="berg@x.no")
    twins.cycle(**ONLY)
    twins.remove("contact", origin.other, twins.other("contact", origin, record))
    lost = Twins()
    lost.ends, lost.clock = twins.ends, twins.clock
    lost.cycle(**ONLY)
    written = lost.writes
    lost.cycle(**ONLY)

    assert (lost.live("contact", origin.other), lost.writes) == ({}, written)
    assert lost.db.value('SELECT state FROM links."contact"') == f"{origin.other}_deleted"
    lost.db.close()


def test_a_record_taken_out_of_a_merge_meets_its_old_counterpart(twins):
    """Its key is on the counterpart of the one that stayed: that is told, not tried again and again."""
    lost = twins.add("contact", SALESFORCE, last_name="Berk", email="berk@x.no")
    twins.cycle(**ONLY)
    kept = twins.add("contact", SALESFORCE, last_name="Berg")
    twins.ends[SALESFORCE].merge("contact", lost, kept)
    twins.cycle(**ONLY)
    twins.clock.tick()
    twins.ends[SALESFORCE].restore("contact", lost)
    twins.cycle(**ONLY)
    written = twins.writes
    report = twins.cycle(**ONLY)

    (entry,) = quarantine.entries(twins.db, "contact").iter_rows(named=True)
    assert (twins.writes, report.tallies["contact"].quarantined) == (written, 1)
    assert (entry["record_id"], entry["check"]) == (lost, "KEY_TAKEN")


def test_the_other_double_takes_the_place_of_one_deleted_in_customerp(twins):
    """Two Customerp records of one Salesforce contact: a person deletes one, and the other is its counterpart."""
    there = [twins.add("contact", CUSTOMERP, last_name=name) for name in ("Berk", "Berg")]
    twins.cycle(**ONLY)
    lost, kept = (twins.other("contact", CUSTOMERP, record) for record in there)
    twins.ends[SALESFORCE].merge("contact", lost, kept)
    twins.cycle(**ONLY)
    twins.remove("contact", CUSTOMERP, there[1])
    twins.cycle(**ONLY)
    twins.cycle(**ONLY)

    assert twins.other("contact", CUSTOMERP, there[0]) == kept
    assert twins.get("contact", CUSTOMERP, there[0])["last_name"] == "Berg"
    assert list(twins.live("contact", SALESFORCE)) == [kept]


def test_lines_of_a_vanished_document_vanish_with_it(twins):
    """Two whole reads without an order take its lines as deleted, too, though no listing ever names them."""
    orders = [twins.add("order", CUSTOMERP, order_date="2026-03-01", lines=[{"quantity": "1"}]) for _ in range(6)]
    session = twins.session()
    entity = session.entity(session.pairs["order"], CUSTOMERP)
    fetch(session, entity)
    twins.ends[CUSTOMERP].purge("order", orders[0])
    fetch(session, entity, full=True)
    twins.clock.tick(3700)
    fetch(session, entity, full=True)

    assert (raw.live_count(twins.db, entity), raw.live_count(twins.db, entity.children[0])) == (5, 5)


def test_an_order_waits_for_its_contact_to_be_restored(twins):
    """A record that refers to one deleted on the other end is parked with the reason, and let go by itself."""
    shop = Shop(twins)
    twins.remove("contact", SALESFORCE, shop.people[SALESFORCE])
    shop.cycle()
    shop.order(company="Fjord AS")
    shop.cycle()
    waiting = changes.of(twins.db, twins.pairs["order"], state=ChangeState.PARKED.value)["reason"].to_list()
    twins.clock.tick()
    twins.ends[SALESFORCE].restore("contact", shop.people[SALESFORCE])
    shop.cycle()

    assert len(waiting) == 1
    assert "deleted in Salesforce" in waiting[0]
    assert len(twins.live("order", SALESFORCE)) == 1


def test_a_company_goes_to_the_account_that_its_own_was_merged_into(twins):
    """The key of a merged Account leads to the one that stayed, so none is made anew."""
    twins.add("contact", CUSTOMERP, last_name="Berg", company="Fjord AS")
    twins.cycle(**ONLY)
    (own,) = twins.ends[SALESFORCE].live("account")
    kept = twins.ends[SALESFORCE].add("account", {"Name": "Fjord Group"})
    twins.clock.tick()
    twins.ends[SALESFORCE].merge("account", own, kept)
    twins.cycle(**ONLY)
    twins.add("contact", CUSTOMERP, last_name="Dahl", company="Fjord AS")
    twins.cycle(**ONLY)

    assert list(twins.ends[SALESFORCE].live("account")) == [kept]
