"""What Salesforce error codes prove."""

import pytest

from talk_assets.model.changes import Op, Outcome
from talk_assets.model.errors import ConfigurationError, PeerUnavailableError
from talk_assets.systems.salesforce.outcomes import outcome_of, problem_of, raise_for_run, whole_outcome


def error(code, message="m", **facts):
    return {"statusCode": code, "message": message} | facts


@pytest.mark.parametrize(
    ("code", "create", "update"),
    [
        ("ENTITY_IS_DELETED", Outcome.REFUSED, Outcome.GONE),
        ("NOT_FOUND", Outcome.REFUSED, Outcome.GONE),
        ("INVALID_CROSS_REFERENCE_KEY", Outcome.REFUSED, Outcome.GONE),
        ("UNABLE_TO_LOCK_ROW", Outcome.NOT_APPLIED, Outcome.NOT_APPLIED),
        ("SERVER_UNAVAILABLE", Outcome.NOT_APPLIED, Outcome.NOT_APPLIED),
        ("PROCESSING_HALTED", Outcome.NOT_APPLIED, Outcome.NOT_APPLIED),
        ("UNKNOWN_EXCEPTION", Outcome.AMBIGUOUS, Outcome.AMBIGUOUS),
        ("FIELD_CUSTOM_VALIDATION_EXCEPTION", Outcome.REFUSED, Outcome.REFUSED),
        ("DUPLICATES_DETECTED", Outcome.REFUSED, Outcome.REFUSED),
        ("DUPLICATE_VALUE", Outcome.REFUSED, Outcome.REFUSED),
        ("CODE_OF_TOMORROW", Outcome.REFUSED, Outcome.REFUSED),
    ],
)
def test_code_decides(code, create, update):
    """The same code can mean another thing for a create than for an update."""
    assert (outcome_of([error(code)], Op.CREATE), outcome_of([error(code)], Op.UPDATE)) == (create, update)


def test_bad_reference_in_a_field_is_a_refusal():
    """A lookup to a missing record names its field; only the record itself missing is gone."""
    lookup = error("INVALID_CROSS_REFERENCE_KEY", fields=["AccountId"])

    assert outcome_of([lookup], Op.UPDATE) is Outcome.REFUSED


@pytest.mark.parametrize(
    ("message", "said"),
    [
        (
            "Last Name: data value too large: SECRET: x (max length=80)",
            "Last Name: data value too large (max length=80)",
        ),
        ("Email: invalid email address: SECRET@x", "Email: invalid email address"),
        (
            "Status: bad value for restricted picklist field: SECRET\nx",
            "Status: bad value for restricted picklist field",
        ),
        ("Required fields are missing: [LastName]", "Required fields are missing: [LastName]"),
    ],
)
def test_values_are_cut_from_messages(message, said):
    """Receipts end up in logs, so they keep the reason and drop the value."""
    problem = problem_of([error("X", message, fields=["F"])])

    assert (problem.message, problem.property) == (said, "F")


@pytest.mark.parametrize(
    ("status", "expected"),
    [(500, Outcome.AMBIGUOUS), (503, Outcome.AMBIGUOUS), (413, Outcome.NOT_APPLIED), (400, Outcome.REFUSED)],
)
def test_status_of_a_whole_request_decides_without_codes(status, expected):
    """A failed request without error codes is judged by its status."""
    assert whole_outcome(status, [], Op.CREATE) is expected


@pytest.mark.parametrize(
    ("status", "code", "raised"),
    [
        (403, "REQUEST_LIMIT_EXCEEDED", PeerUnavailableError),
        (401, "INVALID_SESSION_ID", ConfigurationError),
        (403, "API_DISABLED_FOR_ORG", ConfigurationError),
        (401, "", ConfigurationError),
    ],
)
def test_what_concerns_the_run_is_raised(status, code, raised):
    """Budget and access are no record's fault."""
    with pytest.raises(raised):
        raise_for_run(status, [error(code)])


def test_what_concerns_a_record_is_not_raised():
    """A record's refusal stays its own."""
    raise_for_run(403, [error("INSUFFICIENT_ACCESS_OR_READONLY")])
