"""What Customerp's answers prove about a write."""

import pytest

from talk_assets.model.changes import Outcome
from talk_assets.systems.customerp.outcomes import outcome_of, problem_of


@pytest.mark.parametrize(
    ("status", "problem", "create", "update"),
    [
        (201, {}, Outcome.APPLIED, Outcome.APPLIED),
        (204, {}, Outcome.APPLIED, Outcome.APPLIED),
        (400, {}, Outcome.REFUSED, Outcome.REFUSED),
        (403, {}, Outcome.REFUSED, Outcome.REFUSED),
        (404, {}, Outcome.REFUSED, Outcome.GONE),
        (410, {}, Outcome.REFUSED, Outcome.GONE),
        (409, {"existingId": "C1"}, Outcome.EXISTS, Outcome.REFUSED),
        (409, {"type": "urn:customerp:problem:running"}, Outcome.AMBIGUOUS, Outcome.AMBIGUOUS),
        (409, {"type": "https://erp.example/problems/running"}, Outcome.AMBIGUOUS, Outcome.AMBIGUOUS),
        (409, {"type": "urn:customerp:problem:referenced"}, Outcome.REFUSED, Outcome.REFUSED),
        (412, {}, Outcome.STALE, Outcome.STALE),
        (413, {}, Outcome.NOT_APPLIED, Outcome.NOT_APPLIED),
        (422, {"type": "urn:customerp:problem:invalid"}, Outcome.REFUSED, Outcome.REFUSED),
        (422, {"type": "urn:customerp:problem:idempotency"}, Outcome.AMBIGUOUS, Outcome.AMBIGUOUS),
        (428, {}, Outcome.REFUSED, Outcome.REFUSED),
        (429, {}, Outcome.NOT_APPLIED, Outcome.NOT_APPLIED),
        (500, {}, Outcome.AMBIGUOUS, Outcome.AMBIGUOUS),
        (503, {}, Outcome.AMBIGUOUS, Outcome.AMBIGUOUS),
    ],
)
def test_status_decides(status, problem, create, update):
    """Each status, and where it says more its problem, means one thing for a create and one for an update."""
    assert (outcome_of(status, problem, create=True), outcome_of(status, problem, create=False)) == (create, update)


def test_first_refused_property_is_told():
    """Of several refusals the first is passed on, with its path."""
    errors = [
        {"pointer": "/billingAddress/city~1town", "code": "length", "detail": "Too long."},
        {"pointer": "/x", "code": "type", "detail": "No."},
    ]
    problem = problem_of(422, {"type": "urn:x:invalid", "errors": errors})

    assert (problem.code, problem.property, problem.message) == ("length", "billingAddress.city/town", "Too long.")


def test_bare_status_is_a_problem_too():
    """An answer without a problem document still says what it was."""
    problem = problem_of(403, {})

    assert (problem.code, problem.property) == ("HTTP 403", None)
