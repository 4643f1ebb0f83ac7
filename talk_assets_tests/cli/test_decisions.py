"""The commands by which a person decides: what they show, what they change, what they refuse."""

import pytest
from typer.testing import CliRunner

from talk_assets.cli.app import app
from talk_assets.model.changes import Problem
from talk_assets.model.errors import ConfigurationError
from talk_assets.model.system import System

SALESFORCE, CUSTOMERP = System
ONLY = {"pairs": ["contact"]}
SEPARATE = ["separate", "contact", "x", "y"]


def test_conflicts_are_shown_decided_and_logged(desk):
    """Both values with their times lead to one command, whose word the next sync writes."""
    twins = desk.twins
    there = twins.add("contact", CUSTOMERP, last_name="Berg", job_title="Buyer")
    twins.cycle(**ONLY)
    here = twins.other("contact", CUSTOMERP, there)
    twins.edit("contact", SALESFORCE, here, job_title="Head")
    twins.edit("contact", CUSTOMERP, there, job_title=None, department="South")
    twins.edit("contact", CUSTOMERP, there, job_title="Boss\x1b[2J")
    twins.cycle(**ONLY)

    shown = desk.talk("conflicts")
    assert all(
        word in shown for word in ("To decide", here, there, "job_title", "Head since 2026-03-14", "talk resolve")
    )
    assert "\x1b" not in shown
    assert "1 to decide: talk conflicts" in desk.talk("status")
    (row,) = desk.json("conflicts")["undecided"]
    assert (row["salesforce_value"], row["customerp_value"]) == ("Head", "Boss\x1b[2J")

    said = desk.talk("resolve", "contact", here[:15], "job_title", "--take", "salesforce", "--by", "kari")
    assert "Salesforce wins job_title" in said
    twins.cycle(**ONLY)
    assert twins.get("contact", CUSTOMERP, there)["job_title"] == "Head"
    log = desk.json("conflicts")
    assert (log["undecided"], log["settled"][0]["winner"], log["settled"][0]["decided_by"]) == (
        [],
        "salesforce",
        "kari",
    )
    assert "No conflict waits" in desk.talk("conflicts")
    with pytest.raises(ConfigurationError, match="no conflict about job_title"):
        desk.talk("resolve", "contact", here, "job_title", "--take", "customerp")
    with pytest.raises(ConfigurationError, match="There is no pair named people"):
        desk.talk("resolve", "people", here, "job_title", "--take", "customerp")


def test_records_in_review_are_shown_linked_and_unlinked(desk):
    """Review names the candidates; link and unlink say what happens next."""
    twins = desk.twins
    here = [twins.add("contact", SALESFORCE, last_name=name, email="post@x.no") for name in ("Berg", "Dahl")]
    there = twins.add("contact", CUSTOMERP, last_name="Berg", email="post@x.no")
    twins.cycle(**ONLY)

    shown = desk.talk("review")
    assert all(text in shown for text in (*here, there, "post@x.no", "talk link"))
    assert {row["record_id"] for row in desk.json("review")} == {*here, there}
    assert "talk plan --pair contact" in desk.talk("link", "contact", here[0], there)
    twins.cycle(**ONLY)
    assert twins.other("contact", CUSTOMERP, there) == here[0]
    assert "no longer linked" in desk.talk("unlink", "contact", there)
    assert {row["record_id"] for row in desk.json("review")} >= {here[1]}


def test_a_deleted_record_is_kept_or_deleted_by_a_persons_word(desk):
    """The conflict names both commands; what was decided is told, and what cannot be is said in words."""
    twins = desk.twins
    people = [twins.add("contact", CUSTOMERP, last_name=name, email=f"{name}@x.no") for name in ("Berg", "Dahl")]
    twins.cycle(**ONLY)
    here = [twins.other("contact", CUSTOMERP, record) for record in people]
    for one, record in zip(here, people, strict=True):
        twins.edit("contact", SALESFORCE, one, department="South")
        twins.remove("contact", CUSTOMERP, record)
    twins.cycle(**ONLY)

    shown = desk.talk("conflicts")
    assert all(word in shown for word in (*here, "Deleted in Customerp but edited", "--keep", "--delete"))
    assert [row["property"] for row in desk.json("conflicts")["undecided"]] == [None, None]
    for arguments, said in (
        ([], "Say one of --take, --keep and --delete"),
        (["--keep", "--delete"], "Say one of"),
        (["--take", "salesforce"], "--take wants the property"),
        (["department", "--keep"], "are about whole records"),
    ):
        with pytest.raises(ConfigurationError, match=said):
            desk.talk("resolve", "contact", here[0], *arguments)
    assert "makes it anew in Customerp" in desk.talk("resolve", "contact", people[0], "--keep", "--by", "kari")
    assert "is deleted by the next sync" in desk.talk("resolve", "contact", here[1], "--delete", "--by", "kari")
    assert "not carried out yet" in desk.talk("conflicts")
    twins.cycle(**ONLY)

    assert [len(twins.live("contact", system)) for system in System] == [1, 1]
    assert twins.only("contact", CUSTOMERP)["last_name"] == "Berg"
    told = desk.json("conflicts")
    assert told["undecided"] == []
    assert [(row["decision"], row["state"], row["decided_by"]) for row in told["deletions"]] == [
        ("delete", "applied", "kari"),
        ("keep", "applied", "kari"),
    ]
    with pytest.raises(ConfigurationError, match="is deleted on both ends"):
        desk.talk("resolve", "contact", here[1], "--delete")
    with pytest.raises(ConfigurationError, match="is deleted on neither end"):
        desk.talk("resolve", "contact", here[0], "--keep")
    with pytest.raises(ConfigurationError, match="has no link"):
        desk.talk("resolve", "contact", "C999", "--keep")


def test_records_said_to_be_separate_are_not_shown_again(desk):
    """Review leads to the command, and the next sync makes each on the other end."""
    twins = desk.twins
    here = twins.add("contact", SALESFORCE, last_name="Berg", email="post@x.no")
    there = [twins.add("contact", CUSTOMERP, last_name=name, email="post@x.no") for name in ("Berg", "Dahl")]
    twins.cycle(**ONLY)
    assert "talk keep-apart PAIR" in desk.talk("review")
    for record in there:
        assert "are separate" in desk.talk("separate", "contact", here, record)
    twins.cycle(**ONLY)

    assert [len(twins.live("contact", system)) for system in System] == [3, 3]
    assert desk.json("review") == []
    with pytest.raises(ConfigurationError, match="are separate already"):
        desk.talk("separate", "contact", here, there[0])


def test_what_is_held_is_told_and_tried_again(desk):
    """A refusal stays until the record changes, or a person who put the cause right says so."""
    twins = desk.twins
    twins.refusals.append(lambda *_: Problem(code="RULE", message="Not on a Sunday.", property=None))
    there = twins.add("contact", CUSTOMERP, last_name="Berg")
    twins.cycle(**ONLY)
    twins.refusals.pop()
    written = twins.writes
    twins.cycle(**ONLY)
    assert twins.writes == written

    shown = desk.talk("held")
    assert there in shown
    assert "Not on a Sunday." in shown
    assert [row["state"] for row in desk.json("held")] == ["quarantined"]
    assert "talk held tells why" in desk.talk("status")
    assert "1 of contact" in desk.talk("retry", "contact", there)
    twins.cycle(**ONLY)
    assert twins.only("contact", SALESFORCE)["last_name"] == "Berg"
    assert desk.talk("held") == "Nothing is held back.\n"
    with pytest.raises(ConfigurationError, match="not in quarantine"):
        desk.talk("retry", "contact", there)


def test_commands_that_need_a_store_say_so(tmp_path, monkeypatch):
    """Nothing is made where no sync ever ran."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("TALK_STORE", str(tmp_path / "none.duckdb"))
    for command in (["conflicts"], ["review"], ["held"], ["retry", "contact"], ["unlink", "contact", "x"], SEPARATE):
        with pytest.raises(ConfigurationError, match="There is no store"):
            CliRunner().invoke(app, command, catch_exceptions=False)

    assert list(tmp_path.iterdir()) == []
