"""`talk history`, `talk explain`, `talk quarantine` and `talk release`, as a person uses them."""

import pytest

from talk_assets.model.changes import Problem
from talk_assets.model.errors import ConfigurationError
from talk_assets.model.system import System
from talk_assets_tests.cli.desk import Desk

SALESFORCE, CUSTOMERP = System
ONLY = {"pairs": ["contact"]}


@pytest.fixture(scope="module")
def told(tmp_path_factory):
    """A desk with a contact in step whose job title a person decided on, twice; its two ids. Only to be looked at."""
    desk = Desk(tmp_path_factory.mktemp("told") / "talk.duckdb")
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
    yield desk, here, there
    twins.db.close()


def test_history_is_one_line_of_time_over_both_records(told):
    """Edits, the conflict, who decided what, and the write that came of it; no control character gets through."""
    shown = told[0].talk("history", "berg@x.no")

    assert "\x1b" not in shown
    words = [
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
    assert [one for one in words if one not in shown] == []
    assert shown.index("Customerp won") < shown.index("by kari") < shown.index("by ola")


def test_history_as_json_holds_whole_values_and_may_be_of_one_property(told):
    """What a program reads is not cut, and is the same whichever id it asks by."""
    desk, here, there = told
    found = desk.json("history", here[:15], "--property", "job_title")

    assert found["records"] == {"salesforce": here, "customerp": there}
    assert {one["property"] for one in found["events"]} == {None, "job_title"}
    values = [(one["system"], one["new"]) for one in found["events"] if one["kind"] == "value"]
    assert values[-1] == ("salesforce", "Boss\x1b[2J")
    assert desk.json("history", there, "--property", "job_title") == found


def test_explain_fits_eighty_columns(told):
    """Both ends, the rule, how things stand and what is next, folded at words."""
    desk, _, there = told
    shown = desk.talk("explain", there, "job_title")

    assert max(map(len, shown.splitlines()[1:])) <= 80
    assert "\x1b" not in shown
    for words in ("Salesforce Title: 'Boss\\x1b[2J'", "Rule: Kept in step both ways", "Next: ", "a person decided"):
        assert words in " ".join(shown.split())
    assert desk.json("explain", there, "job_title")["state"] == "in_step"


def test_a_record_that_cannot_be_meant_is_said_in_words(told):
    """Nothing found, several found, no such pair, no such property."""
    desk, here, _ = told

    with pytest.raises(ConfigurationError, match="No record is known by 'C999'"):
        desk.talk("history", "C999")
    with pytest.raises(ConfigurationError, match="no pair named people"):
        desk.talk("history", here, "--pair", "people")
    with pytest.raises(ConfigurationError, match="no property named shoe_size"):
        desk.talk("explain", here, "shoe_size")


def test_quarantine_is_shown_released_and_told(desk):
    """Any id of either end names the record, and who let it go is remembered."""
    twins = desk.twins
    here = twins.add("contact", SALESFORCE, last_name="Berg")
    twins.cycle(**ONLY)
    there = twins.other("contact", SALESFORCE, here)
    twins.refusals.append(lambda *_: Problem(code="RULE", message="Not on a Sunday.", property=None))
    twins.edit("contact", CUSTOMERP, there, first_name="Kari")
    twins.cycle(**ONLY)
    twins.refusals.pop()

    assert all(words in desk.talk("quarantine") for words in (there, "Not on a Sunday.", "talk release"))
    assert "1 of contact" in desk.talk("release", here, "--by", "kari")
    (row,) = desk.json("quarantine")
    assert (row["record_id"], row["released_by"]) == (there, "kari")
    assert "by kari" in desk.talk("quarantine")
    twins.cycle(**ONLY)
    assert twins.get("contact", SALESFORCE, here)["first_name"] == "Kari"
    assert desk.talk("quarantine") == "Nothing is in quarantine.\n"
    shown = desk.talk("history", there)
    assert shown.index("Went into quarantine") < shown.index("Left quarantine")
    assert "Let go to be tried again" in shown
    with pytest.raises(ConfigurationError, match="not in quarantine"):
        desk.talk("release", there)


def test_two_records_are_kept_apart_by_a_persons_word(desk):
    """It is remembered with who said so."""
    twins = desk.twins
    here = twins.add("contact", SALESFORCE, last_name="Berg", email="post@x.no")
    there = [twins.add("contact", CUSTOMERP, last_name=name, email="post@x.no") for name in ("Berg", "Dahl")]
    twins.cycle(**ONLY)
    assert f"contact {here} of" in desk.talk("keep-apart", "contact", here[:15], there[0], "--by", "kari")

    assert "by kari" in desk.talk("history", here)
    with pytest.raises(ConfigurationError, match="means 3 records") as several:
        desk.talk("history", "post@x.no")
    assert all(record in str(several.value) for record in (here, *there))
