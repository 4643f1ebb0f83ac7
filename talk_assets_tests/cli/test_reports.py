"""What a cycle did, as a person reads it."""

import io

import pytest
from rich.console import Console

from talk_assets.cli.reports import plan_tables, report_table, summary
from talk_assets.cli.status import status_table

NOTHING = {"created": 0, "updated": 0, "deleted": 0}
COUNTS = {
    "pairs": {
        "contact": {
            "salesforce": {"created": 12, "updated": 3, "deleted": 0},
            "customerp": {"created": 1234, "updated": 0, "deleted": 1},
            "linked": 20,
            "conflicts": 1,
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
    """The rendered lines, as words."""
    stream = io.StringIO()
    Console(file=stream, width=200).print(renderable)
    return [line.split() for line in stream.getvalue().splitlines()]


def test_report_has_a_row_a_pair_with_both_directions():
    """Writes are told by the end that took them; what was held is told by its reason."""
    rows = shown(report_table(COUNTS))

    assert rows[1] == ["contact", "12/3/0", "1,234/0/1", "20", "1", "2", "4", "6", "5"]
    assert rows[2] == ["product", "0/0/0", "0/0/0", "0", "0", "0", "0", "0", "0"]
    assert " ".join(rows[0]).endswith("linked conflicts quarantined parked held review")


def test_summary_tells_calls_and_time():
    """API calls are what an org pays with."""
    assert summary(COUNTS) == "API calls: 1,501 to Salesforce, 9 to Customerp. 2.3 s."


def change(pair: str, record: str, old: str | None, new: str | None) -> dict[str, object]:
    return {
        "pair": pair,
        "system": "customerp",
        "op": "update",
        "id": record,
        "property": "phone",
        "old": old,
        "new": new,
        "state": "planned",
        "reason": None,
    }


def test_plan_has_a_table_a_pair_and_says_what_it_leaves_out():
    """A large plan stays readable, and its size is never hidden."""
    changes = [change("contact", f"C{number}", None, "+1") for number in range(3)]
    changes.append(change("order", "O1", "[b]", ""))

    contacts, orders = plan_tables(changes, limit=2)

    rows = shown(contacts)
    assert " ".join(rows[0]) == "contact: 3 changes, the first 2 shown"
    assert [row[2] for row in rows[2:]] == ["C0", "C1"]
    assert rows[2] == ["customerp", "update", "C0", "phone", "—", "+1", "planned", "—"]
    assert " ".join(shown(orders)[0]) == "order: 1 change"
    assert "[b]" in shown(orders)[2]


@pytest.mark.parametrize("cursors", [{}, {"salesforce": None, "customerp": None}])
def test_status_of_an_end_never_read_is_a_dash(cursors):
    """A pair that no cycle has reached yet has no cursor."""
    counts = dict.fromkeys(("links", "conflicts", "quarantined", "parked", "held", "review"), 0)
    pair = counts | {"cursors": cursors}

    assert shown(status_table({"pairs": {"quote": pair}}))[1] == ["quote", *"000000", "—", "—"]
