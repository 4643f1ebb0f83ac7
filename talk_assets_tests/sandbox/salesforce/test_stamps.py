from datetime import UTC, datetime

import pytest

from talk_assets.sandbox.salesforce.stamps import read_date, read_datetime, stamp


@pytest.mark.parametrize(
    "text",
    [
        "2024-01-01T12:00:00Z",
        "2024-01-01T12:00:00.000Z",
        "2024-01-01T12:00:00.000000Z",
        "2024-01-01T12:00:00+00:00",
        "2024-01-01T13:00:00.000+0100",
        "2024-01-01T12:00Z",
    ],
)
def test_every_spelling_of_a_moment_is_read(text):
    """Clients write zones and fractions differently."""
    assert read_datetime(text) == datetime(2024, 1, 1, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    "text", ["", "2024-01-01", "2024-01-01T12:00:00", "2024-13-01T12:00:00Z", "9999-12-31T23:59:59-01:00"]
)
def test_what_is_no_moment_is_recognised(text):
    """No zone, no such month, beyond the calendar."""
    assert read_datetime(text) is None


@pytest.mark.parametrize("text", ["", "2026-02-30", "0000-00-00", "2026-2-3", "2026-02-03T00:00:00Z"])
def test_what_is_no_date_is_recognised(text):
    """A date is a day and nothing else."""
    assert read_date(text) is None


def test_stamps_have_one_form_that_sorts_by_time():
    """Milliseconds, and a zone without a colon."""
    moments = [datetime(1, 1, 1, tzinfo=UTC), datetime(2024, 9, 10, 14, 20, 17, tzinfo=UTC)]

    assert [stamp(moment) for moment in moments] == ["0001-01-01T00:00:00.000+0000", "2024-09-10T14:20:17.000+0000"]
