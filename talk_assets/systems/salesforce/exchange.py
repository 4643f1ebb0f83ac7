"""Send a write and say what is certain when no usable answer comes back."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from talk_assets.model.changes import CODE_OF_STATUS, NOT_SENT, Op, Outcome, Problem, Receipt, Write
from talk_assets.model.errors import PeerAnswerError
from talk_assets.systems.answers import Answer
from talk_assets.systems.http import NoAnswerError, NotSentError
from talk_assets.systems.salesforce.outcomes import errors_in, problem_of, raise_for_run, whole_outcome

_LONGEST = 200


@dataclass(frozen=True, kw_only=True)
class Failure:
    """What holds for every record of a request that has no results."""

    outcome: Outcome
    problem: Problem


@dataclass(frozen=True, kw_only=True)
class Reply:
    """A status and a body with results for each record."""

    status: int
    body: Any


def exchange(send: Callable[[], Answer], *, op: Op, success: Sequence[int] = (200,)) -> Reply | Failure:
    """Return the reply to *send*, or what its failure proves.

    Raises:
        PeerUnavailableError: the org's request limit is used up.
        ConfigurationError: Salesforce refuses API access.
    """
    try:
        answer = send()
        body = answer.json()
    except NotSentError as error:
        return Failure(outcome=Outcome.NOT_APPLIED, problem=Problem(code=NOT_SENT, message=str(error)))
    except (NoAnswerError, PeerAnswerError) as error:
        return Failure(outcome=Outcome.AMBIGUOUS, problem=Problem(code="NO_ANSWER", message=str(error)))
    if answer.status in success:
        return Reply(status=answer.status, body=body)
    return failure_of(answer.status, body, op, wait=answer.retry_after)


def failure_of(status: int, body: Any, op: Op, *, wait: float | None = None) -> Failure:  # noqa: ANN401 - JSON
    """Return what an error answer proves about every record of its request.

    Raises:
        PeerUnavailableError, ConfigurationError: as `exchange`.
    """
    errors = errors_in(body)
    raise_for_run(status, errors)
    problem = problem_of(errors) if errors else Problem(code=f"HTTP {status}", message=_unexplained(body))
    problem = replace(problem, code=CODE_OF_STATUS.get(status, problem.code), wait=wait)
    return Failure(outcome=whole_outcome(status, errors, op), problem=problem)


def _unexplained(body: Any) -> str:  # noqa: ANN401 - JSON
    """A reason where there is no error object: of several matches (300) the records, by their addresses."""
    if isinstance(body, list) and body and all(isinstance(address, str) for address in body):
        return f"Several records match: {', '.join(address.rpartition('/')[2] for address in body)[:_LONGEST]}."
    return "No reason was given."


def uncertain(reason: str) -> Failure:
    """Return the failure for results that do not belong to what was sent."""
    return Failure(outcome=Outcome.AMBIGUOUS, problem=Problem(code="RESULT_SHAPE", message=reason))


def receipt(write: Write, failure: Failure) -> Receipt:
    """Return the receipt of *write* and of each of its lines."""
    return Receipt(
        intent_id=write.intent_id,
        outcome=failure.outcome,
        id=write.id,
        problem=failure.problem,
        lines=tuple(receipt(line, failure) for line in write.lines),
    )
