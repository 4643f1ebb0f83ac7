"""A creation refused for a value that is not on the end's list goes on without that value."""

import pytest

from talk_assets.model.changes import Problem
from talk_assets.model.system import System
from talk_assets.store import quarantine

SALESFORCE, CUSTOMERP = System
ONLY = {"pairs": ["contact"]}
UNLISTED = "FIELD_INTEGRITY_EXCEPTION"


def refuse(twins, *paths, code=UNLISTED, value="Nowhere"):
    """Let Salesforce refuse *value* in the properties *paths*, naming those that have it."""

    def rule(_, __, values):
        named = tuple(path for path in paths if values.get(path) == value)
        return Problem(code=code, message="Not on the list.", property=named[0], properties=named) if named else None

    twins.refusals.append(rule)


def held(twins):
    return quarantine.entries(twins.db, "contact").select("record_id", "property").rows()


def test_a_record_is_made_without_the_value_that_waits(twins):
    """Salesforce gets the contact, the region waits alone, nothing more is asked, and an edit of it arrives."""
    there = twins.add("contact", CUSTOMERP, last_name="Kim", region="Nowhere", city="Busan")
    refuse(twins, "MailingState")
    report = twins.cycle(**ONLY)

    here = twins.other("contact", CUSTOMERP, there)
    made = twins.get("contact", SALESFORCE, here)
    assert (made["last_name"], made["city"], made["region"]) == ("Kim", "Busan", None)
    assert (held(twins), report.exit_code) == ([(there, "region")], 1)
    twins.cycle(**ONLY)
    written = twins.writes
    twins.cycle(**ONLY)
    assert (twins.writes, held(twins)) == (written, [(there, "region")])
    assert twins.get("contact", CUSTOMERP, there)["region"] == "Nowhere"

    twins.edit("contact", CUSTOMERP, there, region="Gyeonggi")
    twins.cycle(**ONLY)
    assert (twins.get("contact", SALESFORCE, here)["region"], held(twins)) == ("Gyeonggi", [])


def test_several_values_are_left_out_at_once_or_one_after_the_other(twins):
    """What the end names first goes first; the record is made with the rest in the same run."""
    there = twins.add("contact", CUSTOMERP, last_name="Kim", region="Nowhere", department="Nowhere")
    refuse(twins, "MailingState")
    refuse(twins, "Department")
    twins.cycle(**ONLY)

    made = twins.get("contact", SALESFORCE, twins.other("contact", CUSTOMERP, there))
    assert (made["last_name"], made["region"], made["department"]) == ("Kim", None, None)
    twins.cycle(**ONLY)
    assert sorted(held(twins)) == [(there, "department"), (there, "region")]


def test_a_refusal_that_is_taken_back_is_no_reason_any_more(twins):
    """Once Salesforce lists the value, the next edit of the record brings it along."""
    there = twins.add("contact", CUSTOMERP, last_name="Kim", region="Nowhere")
    refuse(twins, "MailingState")
    twins.cycle(**ONLY)
    twins.refusals.pop()
    twins.edit("contact", CUSTOMERP, there, department="South")
    twins.cycle(**ONLY)

    made = twins.get("contact", SALESFORCE, twins.other("contact", CUSTOMERP, there))
    assert (made["region"], made["department"], held(twins)) == ("Nowhere", "South", [])


@pytest.mark.parametrize(
    ("path", "code"),
    [("Email", UNLISTED), ("LastName", UNLISTED), ("MailingState", "FIELD_CUSTOM_VALIDATION_EXCEPTION")],
    ids=["what it is found by", "required", "a rule of the org"],
)
def test_a_record_is_not_made_without_what_it_needs(twins, path, code):
    """Neither without its match key nor against an administrator's rule; it waits as a whole."""
    there = twins.add("contact", CUSTOMERP, last_name="Kim", email="kim@x.kr", region="Nowhere")
    refuse(twins, path, code=code, value={"Email": "kim@x.kr", "LastName": "Kim"}.get(path, "Nowhere"))
    twins.cycle(**ONLY)

    assert twins.live("contact", SALESFORCE) == {}
    assert held(twins) == [(there, None)]
