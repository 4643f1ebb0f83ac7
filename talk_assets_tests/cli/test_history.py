"""`talk history`, `talk explain`, `talk quarantine` and `talk release`, as a person uses them."""

import pytest

from talk_assets.model.changes import Problem
from talk_assets.model.errors import ConfigurationError
from talk_assets.model.system import System

SALESFORCE, CUSTOMERP = System
ONLY = {"pairs": ["contact"]}


@pytest.fixture
def linked(desk):
    """A contact in step whose job title a person decided on; its two ids."""
    twins = desk.twins
    here = twins.add("contact", SALESFORCE, last_name="Berg", email="berg@x.no")
    twins.cycle(**ONLY)
    there = twins.other("contact", SALESFORCE, here)
    twins.edit("contact", CUSTOMERP, there, job_title="Boss\x1b[2J")
    twins.edit("contact", SALESFORCE, here, job_title="Head")
    twins.cycle(**ONLY)
    desk.talk("resolve", "contact", here, "job_title", "--take", "salesforce", "--by", "kari")
    desk.talk("resolve", "contact", here, "job_title", "--take", "customerp", "--by", "ola")
    twins.cycle(**ONLY)
    return here, there


@pytest.mark.usefixtures("linked")
def test_history_is_one_line_of_time_over_both_records(desk):
    """Edits, the conflict, who decided what, and the write that came of it; no control character gets through."""
    shown = desk.talk("history", "berg@x.no")

    assert "\x1b" not in shown
    told = [
        "First seen in Salesforce",
        "made by the sync from Salesforce",
        "job_title: nothing → 'Head'",
        "Both ends had changed it: Customerp won",
        "Decided: Salesforce wins",
        "by kari",
        "replaced by a later word",
        "Decided: Customerp wins",
        "by ola",
        "job_title: 'Head' → 'Boss\\x1b[2J'",
        "a person decided",
    ]
    places = [shown.find(words) for words in told]
    assert -1 not in places
    assert shown.index("Customerp won") < shown.index("by kari") < shown.index("by ola")


def test_history_as_json_holds_whole_values_and_may_be_of_one_property(desk, linked):
    """What a program reads is not cut, and is the same whichever id it asks by."""
    told = desk.json("history", linked[0][:15], "--property", "job_title")

    assert told["records"] == {"salesforce": linked[0], "customerp": linked[1]}
    assert {one["property"] for one in told["events"]} == {None, "job_title"}
    values = [(one["system"], one["new"]) for one in told["events"] if one["kind"] == "value"]
    assert values[-1] == ("salesforce", "Boss\x1b[2J")
    assert desk.json("history", linked[1], "--property", "job_title") == told


def test_explain_fits_eighty_columns(desk, linked):
    """Both ends, the rule, how things stand and what is next, folded at words."""
    shown = desk.talk("explain", linked[1], "job_title")

    assert max(map(len, shown.splitlines()[1:])) <= 80
    assert "\x1b" not in shown
    for words in ("Salesforce Title: 'Boss\\x1b[2J'", "Rule: Kept in step both ways", "Next: ", "a person decided"):
        assert words in " ".join(shown.split())
    assert desk.json("explain", linked[1], "job_title")["state"] == "in_step"


def test_quarantine_is_shown_released_and_told(desk, linked):
    """Any id of either end names the record, and who let it go is remembered."""
    twins = desk.twins
    twins.refusals.append(lambda *_: Problem(code="RULE", message="Not on a Sunday.", property=None))
    twins.edit("contact", CUSTOMERP, linked[1], first_name="Kari")
    twins.cycle(**ONLY)
    twins.refusals.pop()

    assert all(words in desk.talk("quarantine") for words in (linked[1], "Not on a Sunday.", "talk release"))
    assert "1 of contact" in desk.talk("release", linked[0], "--by", "kari")
    (row,) = desk.json("quarantine")
    assert (row["record_id"], row["released_by"]) == (linked[1], "kari")
    assert "by kari" in desk.talk("quarantine")
    twins.cycle(**ONLY)
    assert twins.get("contact", SALESFORCE, linked[0])["first_name"] == "Kari"
    assert desk.talk("quarantine") == "Nothing is in quarantine.\n"
    shown = desk.talk("history", linked[1])
    assert shown.index("Went into quarantine") < shown.index("Left quarantine")
    assert "Let go to be tried again" in shown
    with pytest.raises(ConfigurationError, match="not in quarantine"):
        desk.talk("release", linked[1])


def test_two_records_are_kept_apart_by_a_persons_word(desk):
    """It is remembered with who said so."""
    twins = desk.twins
    here = twins.add("contact", SALESFORCE, last_name="Berg", email="post@x.no")
    there = [twins.add("contact", CUSTOMERP, last_name=name, email="post@x.no") for name in ("Berg", "Dahl")]
    twins.cycle(**ONLY)
    assert f"contact {here} of" in desk.talk("keep-apart", "contact", here[:15], there[0], "--by", "kari")

    assert "by kari" in desk.talk("history", here)


def test_a_record_that_cannot_be_meant_is_said_in_words(desk):
    """Nothing found, several found, no such pair, no such property."""
    twins = desk.twins
    here = [twins.add("contact", SALESFORCE, last_name="Berg", email=f"{i}@x.no") for i in range(2)]
    twins.cycle(**ONLY)

    with pytest.raises(ConfigurationError, match="No record is known by 'C999'"):
        desk.talk("history", "C999")
    with pytest.raises(ConfigurationError, match="means 2 records") as several:
        desk.talk("history", "Berg")
    assert all(record in str(several.value) for record in here)
    with pytest.raises(ConfigurationError, match="no pair named people"):
        desk.talk("history", here[0], "--pair", "people")
    with pytest.raises(ConfigurationError, match="no property named shoe_size"):
        desk.talk("explain", here[0], "shoe_size")
