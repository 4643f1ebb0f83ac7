"""What each answer of the Customerp API proves about a write."""

from collections.abc import Mapping
from typing import Any

from talk_assets.model.changes import Outcome, Problem
from talk_assets.model.peer_text import LONGEST_NAME, quoted
from talk_assets.systems.customerp.ids import id_of

_BY_STATUS: Mapping[int, Outcome] = {
    404: Outcome.GONE,
    408: Outcome.AMBIGUOUS,
    410: Outcome.GONE,
    412: Outcome.STALE,
    413: Outcome.NOT_APPLIED,
    429: Outcome.NOT_APPLIED,
}
_ACCEPTED = 202
_SUCCESS = range(200, 300)
_FIRST_ERROR, _SERVER_ERROR = 400, 500
_CONFLICT = 409


def outcome_of(status: int, problem: Mapping[str, Any], *, create: bool) -> Outcome:
    """Return what a result of *status* proves. What was only accepted (202) may be done later, or never.

    A 409 that names an existing record means that our key is taken; one about a request that is
    still running leaves everything open; any other is a rule the record breaks.
    """
    if status in _SUCCESS:
        return Outcome.AMBIGUOUS if status == _ACCEPTED else Outcome.APPLIED
    if status >= _SERVER_ERROR or status < _FIRST_ERROR:
        return Outcome.AMBIGUOUS
    if status == _CONFLICT:
        if existing_id(problem) is not None:
            return Outcome.EXISTS if create else Outcome.REFUSED
        return Outcome.AMBIGUOUS if _code(problem) == "running" else Outcome.REFUSED
    if _code(problem) == "idempotency":
        # Our intent's key was used before with other content, so that write may have been applied.
        return Outcome.AMBIGUOUS
    outcome = _BY_STATUS.get(status, Outcome.REFUSED)
    return Outcome.REFUSED if create and outcome is Outcome.GONE else outcome


def existing_id(problem: Mapping[str, Any]) -> str | None:
    """Return the id of the record that already has our key, where the problem names it."""
    found = problem.get("existingId")
    return id_of(found) if isinstance(found, str) else None


def problem_of(status: int, problem: Mapping[str, Any]) -> Problem:
    """Return an RFC 9457 problem in short; refused properties are named by their paths."""
    given = problem.get("errors")
    errors = [error if isinstance(error, dict) else {} for error in given] if isinstance(given, list) else []
    first = errors[0] if errors else {}
    named = [_named(error.get("pointer")) for error in errors]
    detail = first.get("detail") or problem.get("detail") or problem.get("title")
    return Problem(
        code=quoted(first.get("code") or _code(problem) or f"HTTP {status}", longest=LONGEST_NAME),
        message=quoted(detail or f"Customerp answered HTTP {status}."),
        property=named[0] if named else None,
        properties=tuple(dict.fromkeys(name for name in named if name)) if all(named) else (),
    )


def _code(problem: Mapping[str, Any]) -> str:
    kind = problem.get("type")
    return kind.rpartition(":")[2].rpartition("/")[2] if isinstance(kind, str) else ""


def _named(pointer: object) -> str | None:
    """Return the path of the property that a JSON pointer leads to; None for the whole record."""
    if not isinstance(pointer, str) or not pointer:
        return None
    steps = [step.replace("~1", "/").replace("~0", "~") for step in pointer.lstrip("/").split("/")]
    return quoted(".".join(steps), longest=LONGEST_NAME)
