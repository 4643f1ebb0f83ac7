"""What a person reads of a run that failed."""

from datetime import UTC, datetime, timedelta

import pytest

from talk_assets.alerts.failures import Failure, sign_of, solved_by

AT = datetime(2026, 3, 14, 9, tzinfo=UTC)
PATIENCE = timedelta(minutes=15)


def sign(kind, message="Something happened."):
    return sign_of(Failure(job="sync_contact", at=AT, kind=kind, message=message), patience=PATIENCE)


@pytest.mark.parametrize(
    ("kind", "message", "cause", "patience"),
    [
        ("PeerUnavailableError", "Customerp cannot be reached.", "end customerp", PATIENCE),
        ("BudgetUsedError", "Salesforce takes no more calls today.", "end salesforce", PATIENCE),
        ("PeerAnswerError", "The answer is no JSON.", "end unknown", PATIENCE),
        ("StoreBusyError", "Another process holds it.", "store", PATIENCE),
        ("StoreWriteError", "The disk is full.", "store", timedelta(0)),
        ("GuardError", "Too many would change.", "run sync_contact", timedelta(0)),
        ("ConfigurationError", "The key is refused.", "run sync_contact", timedelta(0)),
        ("UnexpectedError", "A bug.", "run sync_contact", timedelta(0)),
        ("", "The process was killed.", "run sync_contact", PATIENCE),
    ],
)
def test_failures_of_one_cause_are_one_alert(kind, message, cause, patience):
    """An end that is down fails every job, and is told once; what needs a person is told at once."""
    found = sign(kind, message)

    assert (found.cause, found.patience, found.at) == (cause, patience, AT)
    assert message in found.trouble.what
    assert found.trouble.do
    assert "edit is lost" in found.trouble.follows


def test_no_value_and_no_address_gets_into_an_alert():
    """What an end said may quote the record."""
    found = sign("PeerAnswerError", "Customerp refused 'Kari Nordmann' of kari@example.no.")

    assert "Kari" not in found.trouble.text()
    assert "kari@" not in found.trouble.text()


def test_success_solves_what_it_shows_to_work():
    """Its own job, both ends and the store; everything, if it synced everything."""
    standing = ["run sync_contact", "run sync_order", "end customerp", "store", "check a:b"]

    def solved(job, *, everything=False):
        return [one.cause for one in solved_by(job, AT, standing, everything=everything)]

    assert solved("sync_contact") == ["run sync_contact", "end customerp", "store"]
    assert solved("sync_all", everything=True) == ["run sync_contact", "run sync_order", "end customerp", "store"]
