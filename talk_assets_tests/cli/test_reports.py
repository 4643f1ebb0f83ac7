"""What a cycle did, as a person reads it."""

import io
import re

from rich.console import Console

from talk_assets.cli.reports import plan_tables, planned, report_table, summary
from talk_assets.cli.status import status_table

NOTHING = {"created": 0, "updated": 0, "deleted": 0}
COUNTS = {
    "pairs": {
        "contact": {
            "salesforce": {"created": 12, "updated": 3, "deleted": 0},
            "customerp": {"created": 1234, "updated": 0, "deleted": 1},
            "linked": 20,
            "conflicts": 1,
            "undecided": 1,
            "quarantined": 2,
            "parked": 4,
            "held": 6,
            "review": 5,
        },
        "product": {
            "salesforce": NOTHING,
            "customerp": NOTHING,
            "linked": 0,
            "conflicts": 0,
            "undecided": 0,
            "quarantined": 0,
            "parked": 0,
            "held": 0,
            "review": 0,
        },
    },
    "api_calls": {"salesforce": 1501, "customerp": 9},
    "seconds": 2.345,
}


def shown(renderable) -> list[list[str]]:
    """The rendered lines, each as its cells."""
    stream = io.StringIO()
    Console(file=stream, width=200).print(renderable)
    return [re.split(r"\s{2,}", line.strip()) for line in stream.getvalue().splitlines()]


def test_report_has_a_row_a_pair_with_both_directions():
    """Writes are told by the end that took them; what waits is told by its reason; zeros are not told."""
    headings, contact, product = shown(report_table(COUNTS["pairs"]))

    assert headings == ["pair", "to Salesforce", "to Customerp", "linked", "conflicts", "waiting"]
    assert contact[:4] == ["contact", "+12 ~3", "+1,234 -1", "20"]
    assert contact[4:] == ["1", "1 to decide, 2 quarantined, 4 parked, 6 held, 5 for review"]
    assert product == ["product", "—", "—", "—", "—", "—"]


def test_summary_tells_calls_and_time():
    """API calls are what an org pays with."""
    assert summary(COUNTS).endswith("API calls: 1,501 to Salesforce, 9 to Customerp. 2.3 s.")


def test_plan_counts_the_records_that_would_be_written():
    """A record with two changed properties is one write; what is held back is none."""
    update = change("contact", "C1", "1", "2")
    changes = [
        update,
        update | {"property": "city"},
        update | {"id": "C2", "state": "held"},
        update | {"id": None, "op": "create", "system": "salesforce"},
    ]

    counted = planned(COUNTS["pairs"], changes)

    assert counted["contact"]["customerp"] == {"created": 0, "updated": 1, "deleted": 0}
    assert counted["contact"]["salesforce"] == {"created": 1, "updated": 0, "deleted": 0}
    assert counted["contact"]["review"] == 5
    assert counted["product"]["customerp"] == NOTHING


def change(pair: str, record: str, old: str | None, new: str | None) -> dict[str, object]:
    return {
        "pair": pair,
        "system": "customerp",
        "op": "update",
        "id": record,
        "property": "phone",
        "old": old,
        "new": new,
        "state": "pending",
        "reason": None,
    }


def test_plan_has_a_table_a_pair_and_says_what_it_leaves_out():
    """A large plan stays readable, and its size is never hidden."""
    changes = [change("contact", f"C{number}", None, "+1") for number in range(3)]
    changes.append(change("order", "O1", "[b]", ""))

    contacts, orders = plan_tables(changes, limit=2, show=True)

    rows = shown(contacts)
    assert rows[0] == ["contact: 3 changes, the first 2 shown"]
    assert [row[2] for row in rows[2:]] == ["C0", "C1"]
    assert rows[2] == ["customerp", "update", "C0", "phone", "—", "+1", "pending"]
    assert shown(orders)[0] == ["order: 1 change"]
    assert "[b]" in shown(orders)[2]


def test_plan_says_why_a_change_waits():
    """The reason stands beside the state."""
    waiting = change("contact", "C1", None, "Sir") | {"state": "held", "reason": "No such salutation."}

    (rows,) = plan_tables([waiting], limit=1, show=True)

    assert shown(rows)[2][-1] == "held: No such salutation."


def test_plan_hides_values_where_they_could_be_kept():
    """In a file or pipe, record and property are named, and of values only their length is told."""
    held = change("contact", "C1", "Lady", "Sir Berg") | {"state": "held", "reason": "'Knight' is no Sir Berg."}

    (rows,) = plan_tables([held], limit=1, show=False)

    assert shown(rows)[2][2:6] == ["C1", "phone", "(4 characters)", "(8 characters)"]
    assert shown(rows)[2][-1] == "held: '…' is no …."


def test_status_shows_how_far_each_end_was_read():
    """A cursor is told by its values; an end never read by a dash."""
    counts = dict.fromkeys(("conflicts", "undecided", "quarantined", "parked", "held", "review"), 0)
    pair = counts | {"links": 30, "review": 2, "cursors": {"salesforce": '{"stamp": "2026-01-02T03:04:05Z"}'}}

    rows = shown(status_table({"pairs": {"quote": pair}}))

    assert rows[0] == ["pair", "links", "waiting", "Salesforce read to", "Customerp read to"]
    assert rows[1] == ["quote", "30", "2 for review", "2026-01-02T03:04:05Z", "—"]
