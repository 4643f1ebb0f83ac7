import pytest

START, END = "2026-03-14T09:30:00Z", "2026-03-14T09:32:00Z"


def ask(org, name, what, start=START, end=END):
    return org.call("GET", f"sobjects/{name}/{what}/", params={"start": start, "end": end})


def test_updated_lists_ids_changed_in_the_window(org, clock):
    """Seconds are cut to the minute; what comes later is covered later."""
    inside = org.create("Contact", LastName="A")
    clock.move(minutes=2)
    outside = org.create("Contact", LastName="B")
    answer = ask(org, "Contact", "updated", end="2026-03-14T09:32:59+00:00").json()

    assert answer == {"ids": [inside], "latestDateCovered": "2026-03-14T09:32:00.000+0000"}
    assert ask(org, "Contact", "updated", start=END, end="2026-03-14T09:40:00Z").json()["ids"] == [outside]


def test_covered_time_is_never_ahead_of_the_clock(org):
    """A window into the future is covered up to now only."""
    answer = ask(org, "Contact", "updated", end="2026-03-14T23:00:00Z").json()

    assert answer["latestDateCovered"] == "2026-03-14T09:30:00.000+0000"


def test_deleted_lists_ids_with_the_time_they_went(org, clock):
    """And says how far back it remembers."""
    contact = org.create("Contact", LastName="A")
    clock.move(minutes=1)
    org.call("DELETE", f"sobjects/Contact/{contact}")
    clock.move(minutes=5)
    answer = ask(org, "Contact", "deleted").json()

    assert answer["deletedRecords"] == [{"id": contact, "deletedDate": "2026-03-14T09:31:15.000+0000"}]
    assert answer["earliestDateAvailable"] == "2026-02-27T09:36:00.000+0000"
    assert answer["latestDateCovered"] == "2026-03-14T09:32:00.000+0000"
    assert ask(org, "Contact", "updated").json()["ids"] == []


@pytest.mark.parametrize(
    ("what", "start", "end"),
    [
        ("updated", END, START),
        ("updated", START, "2026-03-14T09:30:59Z"),
        ("updated", "2026-02-01T00:00:00Z", END),
        ("deleted", "2026-02-25T00:00:00Z", END),
        ("updated", "yesterday", END),
    ],
)
def test_bad_windows_are_refused(org, what, start, end):
    """Backwards, under a minute, too far back, unreadable."""
    answer = ask(org, "Contact", what, start, end)

    assert (answer.status_code, answer.json()[0]["errorCode"]) == (400, "INVALID_REPLICATION_DATE")
