"""What an end refuses of an update holds the properties it names, and nothing else."""

import pytest

from talk_assets.model.changes import Problem
from talk_assets.model.system import System
from talk_assets.store import quarantine
from talk_assets.store.waiting import waiting

SALESFORCE, CUSTOMERP = System
ONLY = {"pairs": ["contact"]}
PATHS = {SALESFORCE: ("Title", "Department"), CUSTOMERP: ("jobTitle", "department")}


def refuse_bad(twins, system, *, also_whole=False):
    """Let *system* refuse values that begin with Bad, naming every property that has one."""

    def rule(_, __, values):
        named = tuple(path for path, text in values.items() if str(text).startswith("Bad"))
        problem = Problem(code="RULE", message="No such value.", property=named[0] if named else None)
        if not named:
            return None
        return problem if also_whole else Problem(**{**_facts(problem), "properties": named})

    rules = {SALESFORCE: twins.refusals, CUSTOMERP: twins.customerp_refusals}
    rules[system].append(rule)
    return rules[system]


def _facts(problem):
    return {"code": problem.code, "message": problem.message, "property": problem.property}


def settle(twins):
    """Run cycles until one writes nothing."""
    written = None
    while written != twins.writes:
        written = twins.writes
        twins.cycle(**ONLY)


@pytest.fixture(params=System, ids=lambda system: system.value)
def edited(request, twins):
    """The end that refuses, the record edited on the other end, and its counterpart."""
    system = request.param
    record = twins.add("contact", system.other, last_name="Berg", job_title="Buyer", department="North")
    settle(twins)
    return system, record, twins.other("contact", system.other, record)


def test_a_refused_property_is_held_alone_and_the_others_go_on(twins, edited):
    """In the same run; nothing is asked again until the record changes."""
    system, record, there = edited
    refuse_bad(twins, system)
    twins.edit("contact", system.other, record, job_title="Bad", department="South", first_name="Ada")
    report = twins.cycle(**ONLY)
    written = twins.writes

    held = twins.get("contact", system, there)
    assert (held["job_title"], held["department"], held["first_name"]) == ("Buyer", "South", "Ada")
    (entry,) = quarantine.entries(twins.db, "contact").iter_rows(named=True)
    assert (entry["record_id"], entry["property"], report.exit_code) == (record, "job_title", 1)
    assert "No such value." in entry["reason"]
    assert waiting(twins.db, [twins.pairs["contact"]]).select("id", "property", "state").rows() == [
        (record, "job_title", "quarantined")
    ]
    twins.cycle(**ONLY)
    assert twins.writes == written

    twins.edit("contact", system.other, record, job_title="Boss")
    assert twins.cycle(**ONLY).exit_code == 0
    assert twins.get("contact", system, there)["job_title"] == "Boss"
    assert quarantine.entries(twins.db, "contact").is_empty()


def test_a_held_property_does_not_stop_the_next_edit_of_another(twins, edited):
    """The record is tried whole, and then again without what is refused still."""
    system, record, there = edited
    refuse_bad(twins, system)
    twins.edit("contact", system.other, record, job_title="Bad")
    settle(twins)
    twins.edit("contact", system.other, record, department="South")
    settle(twins)

    held = twins.get("contact", system, there)
    assert (held["job_title"], held["department"]) == ("Buyer", "South")
    assert quarantine.entries(twins.db, "contact")["property"].to_list() == ["job_title"]


def test_several_refused_properties_are_held_each_by_itself(twins, edited):
    """Taking one of them back releases that one; the other stays held."""
    system, record, there = edited
    rules = refuse_bad(twins, system)
    twins.edit("contact", system.other, record, job_title="Bad", department="Bad", first_name="Ada")
    settle(twins)
    assert quarantine.entries(twins.db, "contact")["property"].to_list() == ["department", "job_title"]
    assert twins.get("contact", system, there)["first_name"] == "Ada"

    twins.edit("contact", system.other, record, department="North")
    settle(twins)
    assert quarantine.entries(twins.db, "contact")["property"].to_list() == ["job_title"]

    rules.pop()
    twins.edit("contact", system.other, record, department="West")
    settle(twins)
    held = twins.get("contact", system, there)
    assert (held["job_title"], held["department"]) == ("Bad", "West")
    assert quarantine.entries(twins.db, "contact").is_empty()


def test_properties_refused_one_after_the_other_stay_held(twins, edited):
    """An end that names one bad property at a time is asked once for each, and not for ever."""
    system, record, there = edited

    def first_only(_, __, values):
        bad = [path for path in PATHS[system] if str(values.get(path)).startswith("Bad")]
        return Problem(code="RULE", message="No.", property=bad[0], properties=(bad[0],)) if bad else None

    {SALESFORCE: twins.refusals, CUSTOMERP: twins.customerp_refusals}[system].append(first_only)
    twins.edit("contact", system.other, record, job_title="Bad", department="Bad", first_name="Ada")
    settle(twins)

    assert quarantine.entries(twins.db, "contact")["property"].to_list() == ["department", "job_title"]
    assert twins.get("contact", system, there)["first_name"] == "Ada"
    written = twins.writes
    twins.cycle(**ONLY)
    assert twins.writes == written


def test_a_refusal_of_the_whole_record_holds_all_of_it(twins, edited):
    """Where the end does not say which property it means, nothing is sent without its answer."""
    system, record, there = edited
    refuse_bad(twins, system, also_whole=True)
    twins.edit("contact", system.other, record, job_title="Bad", department="South")
    settle(twins)

    assert twins.get("contact", system, there)["department"] == "North"
    assert quarantine.entries(twins.db, "contact")["property"].to_list() == [None]
