"""What a person decides of a record that one end deleted: keep it and have the other made anew, or delete it too."""

import pytest

from talk_assets.changesets.by_hand import delete_by_hand, keep_by_hand
from talk_assets.model.errors import ConfigurationError, GuardError
from talk_assets.model.pair import DeletePolicy
from talk_assets.model.system import System
from talk_assets.store import decisions
from talk_assets.store.selfcheck import problems
from talk_assets_tests.changesets.states import policy_pairs
from talk_assets_tests.shop import Shop
from talk_assets_tests.twins import Twins

SALESFORCE, CUSTOMERP = System
ONLY = {"pairs": ["contact"]}


@pytest.fixture(params=[DeletePolicy.KEEP])
def twins(request):
    both = Twins(pairs=policy_pairs(request.param))
    yield both
    both.db.close()


both_policies = pytest.mark.parametrize("twins", list(DeletePolicy), indirect=True)


def person(twins, origin, **more):
    """A contact made on *origin* and in step: its ids by end."""
    made = twins.add("contact", origin, last_name="Berg", email="berg@x.no", **more)
    twins.cycle(**ONLY)
    return {origin: made, origin.other: twins.other("contact", origin, made)}


def said(twins, decide, record, pair="contact"):
    return decide(twins.db, twins.pairs[pair], twins.pairs, record, by="kari", now=twins.clock())


def undecided(twins, pair="contact"):
    return decisions.undecided(twins.db, twins.pairs[pair])


def edited_and_deleted(twins, ids, deletes):
    """One end edits the record, the other deletes it: a person must decide."""
    twins.edit("contact", deletes.other, ids[deletes.other], job_title="Boss")
    twins.remove("contact", deletes, ids[deletes])
    twins.cycle(**ONLY)
    assert undecided(twins).height == 1


def at_rest(twins):
    """Nothing is left to do, to decide or out of place."""
    before = (twins.dump(), twins.writes)
    twins.cycle(full=True)
    assert (twins.dump(), twins.writes) == before
    assert problems(twins.db, twins.pairs.values(), finished=True).is_empty()


@pytest.mark.parametrize("origin", System)
@pytest.mark.parametrize("deletes", System)
def test_a_kept_record_gets_a_new_counterpart(twins, origin, deletes):
    """Whichever end it was made on, and again if the new one is deleted as well; the deleted ones stay deleted."""
    ids = person(twins, origin)
    gone = set()
    for title in ("Boss", "Chief"):
        twins.edit("contact", deletes.other, ids[deletes.other], job_title=title)
        twins.remove("contact", deletes, ids[deletes])
        gone.add(ids[deletes])
        twins.cycle(**ONLY)
        assert said(twins, keep_by_hand, ids[deletes]) == (deletes.other, ids[deletes.other])
        twins.cycle(**ONLY)
        found = twins.only("contact", deletes)

        assert found["id"] not in gone
        assert (found["last_name"], found["job_title"]) == ("Berg", title)
        assert twins.other("contact", deletes.other, ids[deletes.other]) == found["id"]
        assert undecided(twins).is_empty()
        at_rest(twins)
        ids[deletes] = found["id"]
    assert len(twins.live("contact", deletes.other)) == 1


@both_policies
@pytest.mark.parametrize("deletes", System)
def test_a_record_is_deleted_once_a_person_says_so(twins, deletes):
    """Though its pair keeps records, and though it was edited."""
    ids = person(twins, SALESFORCE)
    edited_and_deleted(twins, ids, deletes)
    assert said(twins, delete_by_hand, ids[deletes.other]) == (deletes.other, ids[deletes.other])
    twins.cycle(**ONLY)

    assert [twins.live("contact", system) for system in System] == [{}, {}]
    (row,) = decisions.deletions(twins.db, twins.pairs["contact"]).iter_rows(named=True)
    assert (row["decision"], row["state"], row["decided_by"]) == ("delete", "applied", "kari")
    assert undecided(twins).is_empty()
    at_rest(twins)


@pytest.mark.parametrize("deletes", System)
def test_an_edit_after_the_decision_to_delete_is_asked_about(twins, deletes):
    """What the person did not see is not deleted with it."""
    ids = person(twins, SALESFORCE)
    edited_and_deleted(twins, ids, deletes)
    said(twins, delete_by_hand, ids[deletes])
    twins.edit("contact", deletes.other, ids[deletes.other], department="South")
    twins.cycle(**ONLY)

    assert twins.only("contact", deletes.other)["department"] == "South"
    assert undecided(twins)["asked_again"].to_list() == [True]
    said(twins, delete_by_hand, ids[deletes])
    twins.cycle(**ONLY)
    assert twins.live("contact", deletes.other) == {}


@pytest.mark.parametrize("decide", [keep_by_hand, delete_by_hand])
@pytest.mark.parametrize("deletes", System)
def test_what_was_restored_before_the_next_sync_is_in_step_again(twins, deletes, decide):
    """Neither a second record is made nor the one that is left deleted."""
    ids = person(twins, SALESFORCE)
    edited_and_deleted(twins, ids, deletes)
    said(twins, decide, ids[deletes])
    twins.clock.tick()
    twins.ends[deletes].restore("contact", ids[deletes])
    twins.cycle(**ONLY)

    assert [set(twins.live("contact", system)) for system in System] == [{ids[system]} for system in System]
    assert twins.only("contact", deletes)["job_title"] == "Boss"
    at_rest(twins)


@pytest.mark.parametrize("deletes", System)
def test_a_kept_order_comes_back_whole(twins, deletes):
    """With all its lines, though these carried keys; the reference to a kept contact still holds."""
    shop = Shop(twins)
    there = shop.order(CUSTOMERP, shop.line(), shop.line(quantity="3"), name="Boat")
    twins.settle()
    ids = {CUSTOMERP: there, SALESFORCE: twins.other("order", CUSTOMERP, there)}
    twins.edit("order", deletes.other, ids[deletes.other], notes="Call before")
    twins.remove("order", deletes, ids[deletes])
    twins.settle()
    said(twins, keep_by_hand, ids[deletes], "order")
    twins.settle()
    found = twins.only("order", deletes)

    assert (found["notes"], found["id"] == ids[deletes]) == ("Call before", False)
    assert sorted(float(line["quantity"]) for line in shop.lines(deletes).values()) == [2.0, 3.0]
    assert len(shop.lines(deletes.other)) == 2
    at_rest(twins)


def test_documents_of_a_contact_that_was_made_anew_stay_in_step(twins):
    """Theirs still names the deleted one; both mean the same person, and the next order names the new one."""
    shop = Shop(twins)
    order = shop.order(CUSTOMERP, name="Boat")
    twins.settle()
    twins.edit("contact", SALESFORCE, shop.people[SALESFORCE], job_title="Boss")
    twins.remove("contact", CUSTOMERP, shop.people[CUSTOMERP])
    twins.settle()
    said(twins, keep_by_hand, shop.people[CUSTOMERP])
    twins.settle()
    twins.edit("order", CUSTOMERP, order, notes="Call before")
    report = twins.settle()
    new = twins.other("contact", SALESFORCE, shop.people[SALESFORCE])
    shop.order(SALESFORCE, name="Second")
    twins.settle()

    assert report.plan.is_empty()
    assert twins.get("order", SALESFORCE, twins.other("order", CUSTOMERP, order))["notes"] == "Call before"
    assert {row["name"]: row["contact"] for row in twins.live("order", CUSTOMERP).values()}["Second"] == new
    at_rest(twins)


def test_many_decisions_to_delete_stop_at_the_guard(twins):
    """A person's word on each does not make the plan any smaller."""
    ids = [twins.add("contact", CUSTOMERP, last_name=f"N{n}", email=f"n{n}@x.no") for n in range(26)]
    twins.cycle(**ONLY)
    for record in ids:
        twins.edit("contact", SALESFORCE, twins.other("contact", CUSTOMERP, record), job_title="Boss")
        twins.remove("contact", CUSTOMERP, record)
    twins.cycle(**ONLY)
    for record in ids:
        said(twins, delete_by_hand, record)
    with pytest.raises(GuardError, match="26 records would be deleted"):
        twins.cycle(**ONLY)


def test_what_is_not_deleted_on_just_one_end_is_refused(twins):
    """The message says why, and nothing is decided."""
    ids = person(twins, SALESFORCE)
    for decide in (keep_by_hand, delete_by_hand):
        with pytest.raises(ConfigurationError, match="is deleted on neither end"):
            said(twins, decide, ids[SALESFORCE])
        with pytest.raises(ConfigurationError, match="has no link"):
            said(twins, decide, "C999")
    for system in System:
        twins.remove("contact", system, ids[system])
    twins.cycle(**ONLY)
    with pytest.raises(ConfigurationError, match="is deleted on both ends"):
        said(twins, keep_by_hand, ids[CUSTOMERP])
