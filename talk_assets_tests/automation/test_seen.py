"""What runs leave for the doorbells, so that our own writes ring once and not at once."""

import json

import pytest

from talk_assets.automation.seen import leave, with_seen
from talk_assets.model.system import System

EARLY = "2026-11-23T10:00:00.000000Z 003A"
LATE = "2026-11-23T10:00:05.000000Z 003B"
AT = " at 2026-11-23T10:00:05.400000Z"


@pytest.mark.parametrize(
    ("token", "left", "expected"),
    [
        (EARLY, LATE + AT, LATE + AT),
        (EARLY + AT, LATE + AT, LATE + AT),
        ("empty", LATE + AT, LATE + AT),
        (LATE, LATE + AT, LATE),
        (LATE, EARLY + AT, LATE),
    ],
)
def test_later_records_count_and_settled_ones_stay_settled(tmp_path, token, left, expected):
    """A token that a run left long ago must not ring again and again."""
    (tmp_path / "salesforce.seen").write_text(json.dumps({"contact": left}))

    assert with_seen({"contact": token, "product": EARLY}, tmp_path, System.SALESFORCE) == {
        "contact": expected,
        "product": EARLY,
    }


def test_nothing_left_or_something_damaged_changes_nothing(tmp_path):
    """Then our own write rings like anybody's."""
    known = {"contact": EARLY}

    assert with_seen(known, tmp_path, System.SALESFORCE) == known
    (tmp_path / "salesforce.seen").write_text('{"contact": ')
    assert with_seen(known, tmp_path, System.SALESFORCE) == known
    (tmp_path / "salesforce.seen").write_text("[]")
    assert with_seen(known, tmp_path, System.SALESFORCE) == known
    (tmp_path / "salesforce.seen").write_text(json.dumps({"contact": LATE + AT}))
    assert with_seen(known, tmp_path, System.CUSTOMERP) == known


def test_run_leaves_the_newest_records_of_the_last_seconds(twins, tmp_path):
    """What it wrote a moment ago is there, and gone from it when a later run wrote nothing."""
    twins.add("contact", System.CUSTOMERP, last_name="Berg")
    twins.cycle()
    leave(twins.session(), tmp_path)
    left = json.loads((tmp_path / "salesforce.seen").read_text())
    record = next(iter(twins.live("contact", System.SALESFORCE)))

    assert left["contact"].split(" ")[1:3] == [record, "at"]
    twins.clock.tick(60)
    leave(twins.session(), tmp_path)
    assert json.loads((tmp_path / "salesforce.seen").read_text()) == {}
