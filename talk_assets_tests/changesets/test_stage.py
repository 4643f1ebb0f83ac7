"""Reconciling over the store: what waits, what is let go, and what never comes back."""

import polars as pl
import pytest

from talk_assets.model.changes import ChangeState, Problem
from talk_assets.model.system import System
from talk_assets.store import changes, conflict_log, quarantine

SALESFORCE, CUSTOMERP = System
ONLY = {"pairs": ["contact"]}


@pytest.fixture
def person(twins):
    """A contact in step on both ends: (Salesforce id, Customerp id)."""
    there = twins.add("contact", CUSTOMERP, last_name="Berg", email="berg@x.no", job_title="Buyer", department="North")
    twins.cycle(**ONLY)
    return twins.other("contact", CUSTOMERP, there), there


def standing(twins, state, pair="contact"):
    return changes.of(twins.db, twins.pairs[pair], state=state.value)


def test_edits_of_one_record_on_both_ends_merge_by_property(twins, person):
    """Each end's edit of its own property arrives on the other; neither is lost."""
    here, there = person
    twins.edit("contact", SALESFORCE, here, job_title="Head of buying")
    twins.edit("contact", CUSTOMERP, there, department="South")
    report = twins.cycle(**ONLY)

    for system, record in ((SALESFORCE, here), (CUSTOMERP, there)):
        values = twins.get("contact", system, record)
        assert (values["job_title"], values["department"]) == ("Head of buying", "South")
    assert report.tallies["contact"].conflicts == 0
    assert twins.sent()[-2:] == [
        ("salesforce", "contact", "update", {"Department": "South"}),
        ("customerp", "contact", "update", {"jobTitle": "Head of buying"}),
    ]


@pytest.mark.parametrize(("first", "last"), [(SALESFORCE, CUSTOMERP), (CUSTOMERP, SALESFORCE)])
def test_the_latest_of_two_edits_wins_and_both_are_kept(twins, person, first, last):
    """A true conflict is settled by time and logged with both values."""
    ids = dict(zip(System, person, strict=True))
    twins.edit("contact", first, ids[first], job_title="Earlier")
    twins.edit("contact", last, ids[last], job_title="Later")
    report = twins.cycle(**ONLY)
    logged = conflict_log.entries(twins.db, "contact").row(0, named=True)

    assert [twins.get("contact", s, ids[s])["job_title"] for s in System] == ["Later", "Later"]
    assert (logged["winner"], logged[f"{first}_value"], logged[f"{last}_value"]) == (last.value, "Earlier", "Later")
    assert (report.tallies["contact"].conflicts, report.exit_code) == (1, 0)


@pytest.mark.parametrize(("clears", "edits"), [(SALESFORCE, CUSTOMERP), (CUSTOMERP, SALESFORCE)])
def test_a_cleared_value_never_beats_a_changed_one(twins, person, clears, edits):
    """Emptying a property later than the other end's edit does not undo that edit."""
    ids = dict(zip(System, person, strict=True))
    twins.edit("contact", edits, ids[edits], job_title="Head of buying")
    twins.edit("contact", clears, ids[clears], job_title=None)
    twins.cycle(**ONLY)

    assert [twins.get("contact", s, ids[s])["job_title"] for s in System] == ["Head of buying", "Head of buying"]


@pytest.mark.parametrize("system", System)
def test_a_cleared_value_is_cleared_on_the_other_end(twins, person, system):
    """Emptying travels like any edit."""
    ids = dict(zip(System, person, strict=True))
    twins.edit("contact", system, ids[system], job_title=None)
    twins.cycle(**ONLY)

    assert twins.get("contact", system.other, ids[system.other])["job_title"] is None


def test_an_older_edit_of_another_property_does_not_take_part(twins, person):
    """A record's newer stamp does not make its older properties newer."""
    here, there = person
    twins.edit("contact", SALESFORCE, here, job_title="Earlier")
    twins.cycle(dry_run=True, **ONLY)
    twins.edit("contact", CUSTOMERP, there, job_title="Later")
    twins.edit("contact", SALESFORCE, here, department="South")
    twins.cycle(**ONLY)

    assert [twins.get("contact", s, i)["job_title"] for s, i in zip(System, person, strict=True)] == ["Later", "Later"]


def test_planned_creation_of_a_record_deleted_since_is_dropped(twins):
    """A plan made in a dry run does not create a counterpart for what was deleted before the real run."""
    there = twins.add("contact", CUSTOMERP, last_name="Berg")
    twins.cycle(dry_run=True, **ONLY)
    twins.remove("contact", CUSTOMERP, there)
    twins.cycle(**ONLY)

    assert twins.live("contact", SALESFORCE) == {}
    assert standing(twins, ChangeState.PENDING).is_empty()


def test_planned_creation_of_a_record_in_review_since_is_dropped(twins):
    """A plan made before a double appeared does not create a counterpart for either."""
    twins.add("contact", CUSTOMERP, last_name="Berg", email="post@x.no")
    twins.cycle(dry_run=True, **ONLY)
    twins.add("contact", CUSTOMERP, last_name="Dahl", email="post@x.no")
    twins.cycle(**ONLY)

    assert twins.live("contact", SALESFORCE) == {}


TOO_LONG = "x" * 129


def test_an_edit_made_while_the_other_record_was_in_quarantine_arrives_after(twins, person):
    """What waited for an unreadable record is looked at again when that is put back as it was."""
    here, there = person
    twins.edit("contact", CUSTOMERP, there, job_title=TOO_LONG)
    twins.edit("contact", SALESFORCE, here, department="West")
    during = twins.cycle(**ONLY)
    twins.edit("contact", CUSTOMERP, there, job_title="Buyer")
    twins.cycle(**ONLY)

    assert during.tallies["contact"].quarantined == 1
    assert twins.get("contact", CUSTOMERP, there)["department"] == "West"
    assert quarantine.entries(twins.db, "contact").is_empty()


def test_a_new_record_put_back_after_quarantine_gets_its_counterpart(twins):
    """A planned record that became invalid and valid again as it was is created then."""
    there = twins.add("contact", CUSTOMERP, last_name="Berg", job_title="Buyer")
    twins.cycle(dry_run=True, **ONLY)
    twins.edit("contact", CUSTOMERP, there, job_title=TOO_LONG)
    twins.cycle(**ONLY)
    assert twins.live("contact", SALESFORCE) == {}

    twins.edit("contact", CUSTOMERP, there, job_title="Buyer")
    twins.cycle(**ONLY)
    assert twins.only("contact", SALESFORCE)["job_title"] == "Buyer"


def refuse(twins, *texts):
    def rule(_, __, values):
        bad = values.get("Title") in texts or values.get("LastName") in texts
        return Problem(code="RULE", message="No such title.", property="Title") if bad else None

    twins.refusals.append(rule)


def test_a_refusal_is_not_repeated_until_the_record_changes(twins, person):
    """What an end refused is held with its words, tried again on the next edit and then forgotten."""
    here, there = person
    refuse(twins, "Bad", "Worse")
    twins.edit("contact", CUSTOMERP, there, job_title="Bad")
    report = twins.cycle(**ONLY)
    written = twins.writes
    twins.cycle(**ONLY)
    assert (twins.writes, report.tallies["contact"].quarantined, report.exit_code) == (written, 1, 1)
    assert "No such title." in quarantine.entries(twins.db, "contact")["reason"].item()

    twins.edit("contact", CUSTOMERP, there, job_title="Worse")
    twins.cycle(**ONLY)
    assert (twins.writes, quarantine.entries(twins.db, "contact")["attempts"].item()) == (written + 1, 2)

    twins.edit("contact", CUSTOMERP, there, job_title="Good")
    report = twins.cycle(**ONLY)
    assert twins.get("contact", SALESFORCE, here)["job_title"] == "Good"
    assert (report.tallies["contact"].quarantined, report.exit_code) == (0, 0)


def test_a_refused_edit_that_is_taken_back_leaves_quarantine(twins, person):
    """Once nothing is asked of the other end, there is nothing to refuse."""
    _, there = person
    refuse(twins, "Bad")
    twins.edit("contact", CUSTOMERP, there, job_title="Bad")
    twins.cycle(**ONLY)
    twins.edit("contact", CUSTOMERP, there, job_title="Buyer")
    report = twins.cycle(**ONLY)

    assert (report.tallies["contact"].quarantined, report.exit_code) == (0, 0)


def test_a_refused_record_that_is_deleted_leaves_quarantine(twins):
    """A creation that was refused is forgotten with its record."""
    refuse(twins, "Berg")
    there = twins.add("contact", CUSTOMERP, last_name="Berg")
    before = twins.cycle(**ONLY)
    twins.remove("contact", CUSTOMERP, there)
    after = twins.cycle(**ONLY)

    assert (before.tallies["contact"].quarantined, after.tallies["contact"].quarantined) == (1, 0)


def test_attempts_are_counted_while_the_record_stays_bad(twins):
    """Quarantine keeps the first time and counts how often the record was tried since."""
    there = twins.add("contact", CUSTOMERP, last_name="Berg", job_title=TOO_LONG)
    twins.cycle(**ONLY)
    first = quarantine.entries(twins.db, "contact").row(0, named=True)
    twins.edit("contact", CUSTOMERP, there, job_title=TOO_LONG + "y")
    twins.cycle(**ONLY)
    second = quarantine.entries(twins.db, "contact").row(0, named=True)

    assert (first["attempts"], second["attempts"]) == (1, 2)
    assert second["first_seen"] == first["first_seen"] < second["last_seen"]


def test_a_bad_record_stops_no_other(twins):
    """The rest of a pair goes on without what is in quarantine."""
    twins.add("contact", CUSTOMERP, last_name="Berg", job_title=TOO_LONG)
    twins.add("contact", CUSTOMERP, last_name="Dahl")
    report = twins.cycle(**ONLY)

    assert twins.only("contact", SALESFORCE)["last_name"] == "Dahl"
    assert (report.tallies["contact"].quarantined, report.exit_code) == (1, 1)


def test_a_kept_deletion_flags_the_link_and_restoring_revives_it(twins, person):
    """Nobody's contact is deleted because the other end's was; edits go on once it is back."""
    here, there = person
    twins.remove("contact", CUSTOMERP, there)
    report = twins.cycle(**ONLY)
    state = twins.db.value('SELECT state FROM links."contact"')
    twins.ends[CUSTOMERP].restore("contact", there)
    twins.edit("contact", CUSTOMERP, there, job_title="Back")
    twins.cycle(**ONLY)

    assert (state, twins.db.value('SELECT state FROM links."contact"')) == ("customerp_deleted", "live")
    assert report.exit_code == 0
    assert twins.get("contact", SALESFORCE, here)["job_title"] == "Back"


def test_an_edit_of_a_record_deleted_on_the_other_end_is_for_a_person(twins, person):
    """Deleted here and edited there is a conflict, told and never settled by itself."""
    here, there = person
    twins.remove("contact", CUSTOMERP, there)
    twins.edit("contact", SALESFORCE, here, job_title="Edited")
    written = twins.writes
    report = twins.cycle(**ONLY)

    assert standing(twins, ChangeState.CONFLICT)["op"].to_list() == ["delete"]
    assert (twins.writes, report.exit_code) == (written, 1)


def test_an_unknown_picklist_value_stays_where_it_is(twins, person):
    """A value the other end does not list is held with its reason, and the rest of the record goes on."""
    here, there = person
    twins.edit("contact", SALESFORCE, here, salutation="Herr", job_title="Boss")
    report = twins.cycle(**ONLY)

    assert twins.get("contact", SALESFORCE, here)["salutation"] == "Herr"
    assert twins.get("contact", CUSTOMERP, there)["salutation"] is None
    assert twins.get("contact", CUSTOMERP, there)["job_title"] == "Boss"
    assert (standing(twins, ChangeState.HELD)["property"].to_list(), report.tallies["contact"].held) == (
        ["salutation"],
        1,
    )


def test_a_required_value_cannot_be_cleared_away(twins, person):
    """Last names are kept by both ends; an end that allows it anyway is quarantined with the reason."""
    _, there = person
    twins.edit("contact", CUSTOMERP, there, last_name=None)
    report = twins.cycle(**ONLY)

    assert report.tallies["contact"].quarantined == 1
    assert twins.only("contact", SALESFORCE)["last_name"] == "Berg"


def test_dry_run_writes_nothing_and_the_run_after_writes_its_plan(twins, person):
    """The plan shown is the writes that follow when nothing else changes."""
    here, there = person
    twins.edit("contact", SALESFORCE, here, job_title="Boss")
    twins.edit("contact", CUSTOMERP, there, department=None)
    twins.add("contact", SALESFORCE, last_name="Dahl")
    written = twins.writes
    report = twins.cycle(dry_run=True, **ONLY)
    plan = report.plan.filter(pl.col("state") == "pending")
    assert twins.writes == written
    twins.cycle(**ONLY)

    assert sorted((row["system"], row["op"], row["property"]) for row in plan.iter_rows(named=True)) == [
        ("customerp", "create", None),
        ("customerp", "update", "job_title"),
        ("salesforce", "update", "department"),
    ]
    assert [values for _, _, op, values in twins.sent(SALESFORCE) if op == "update"] == [{"Department": None}]
    assert [values for _, _, op, values in twins.sent(CUSTOMERP) if op == "update"] == [{"jobTitle": "Boss"}]
    assert [op for _, _, op, _ in twins.sent(CUSTOMERP)] == ["create", "update"]


def test_nothing_to_do_moves_nothing(twins, person):
    """A cycle without news leaves links and baselines as they are, three times over."""
    twins.settle()
    before, written = twins.dump(), twins.writes
    for _ in range(3):
        twins.cycle()

    assert (twins.dump(), twins.writes) == (before, written)
    assert person
