"""What each Salesforce error code proves about a write."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from talk_assets.model.changes import Op, Outcome, Problem
from talk_assets.model.errors import BudgetUsedError, ConfigurationError
from talk_assets.model.peer_text import LONGEST_NAME, quoted
from talk_assets.systems.salesforce.ids import id_of

_CODES: Mapping[str, Outcome] = {
    "ENTITY_IS_DELETED": Outcome.GONE,
    "NOT_FOUND": Outcome.GONE,
    "UNABLE_TO_LOCK_ROW": Outcome.NOT_APPLIED,
    "QUERY_TIMEOUT": Outcome.NOT_APPLIED,
    "SERVER_UNAVAILABLE": Outcome.NOT_APPLIED,
    "REQUEST_RUNNING_TOO_LONG": Outcome.NOT_APPLIED,
    "ALL_OR_NONE_OPERATION_ROLLED_BACK": Outcome.NOT_APPLIED,
    "PROCESSING_HALTED": Outcome.NOT_APPLIED,
    "BATCH_PROCESSING_HALTED": Outcome.NOT_APPLIED,
    "EXCEEDED_ID_LIMIT": Outcome.NOT_APPLIED,
    "PRECONDITION_FAILED": Outcome.STALE,
    "UNKNOWN_EXCEPTION": Outcome.AMBIGUOUS,
}
DUPLICATE = "DUPLICATE_VALUE"
_MISSING_ROW = "INVALID_CROSS_REFERENCE_KEY"
_BUDGET = "REQUEST_LIMIT_EXCEEDED"
_ACCESS = frozenset({"INVALID_SESSION_ID", "INVALID_AUTH_HEADER", "API_DISABLED_FOR_ORG", "API_CURRENTLY_DISABLED"})
_FIRST_ERROR = 400
_UNAUTHORIZED, _TOO_LARGE, _TOO_MANY, _SERVER_ERROR = 401, 413, 429, 500
# These messages end with the value that was sent; logs and receipts hold none.
_VALUE = re.compile(
    r"(?P<what>data value too large|invalid email address|bad value for restricted picklist field|"
    r"value not of required type|invalid value): .*?(?P<end> \(max length=\d+\))?\Z",
    re.DOTALL,
)


def outcome_of(errors: Sequence[Mapping[str, Any]], op: Op) -> Outcome:
    """Return what the errors of one record prove; a code we do not know is a refusal.

    DUPLICATE_VALUE on a create is only a candidate for EXISTS; whether it is our own key that is
    taken shows when the record is read back by it.
    """
    for error in errors:
        code = code_of(error)
        if code in _CODES:
            outcome = _CODES[code]
            return Outcome.REFUSED if outcome is Outcome.GONE and op is Op.CREATE else outcome
        if code == _MISSING_ROW and op is not Op.CREATE and not error.get("fields"):
            return Outcome.GONE
    return Outcome.REFUSED


def problem_of(errors: Sequence[Mapping[str, Any]]) -> Problem:
    """Return the first error without the values it may quote."""
    error = errors[0] if errors else {}
    fields = [_fields(one) for one in errors]
    message = str(error.get("message") or "Salesforce gave no reason.")
    alike = _alike(error)
    message += f" Records alike: {', '.join(alike)}." if alike else ""
    return Problem(
        code=quoted(code_of(error) or "UNKNOWN", longest=LONGEST_NAME),
        message=quoted(_VALUE.sub(r"\g<what>\g<end>", message)),
        property=fields[0][0] if fields and fields[0] else None,
        properties=tuple(dict.fromkeys(name for names in fields for name in names)) if all(fields) else (),
    )


def _alike(error: Mapping[str, Any]) -> list[str]:
    """Return the ids of the records that a duplicate rule found; Salesforce spells their key in two ways."""
    result = error.get("duplicateResut") or error.get("duplicateResult")
    matches = result.get("matchResults") if isinstance(result, dict) else None
    found = [
        match.get("record", {}).get("Id")
        for one in (matches if isinstance(matches, list) else [])
        if isinstance(one, dict) and isinstance(one.get("matchRecords"), list)
        for match in one["matchRecords"]
        if isinstance(match, dict) and isinstance(match.get("record"), dict)
    ]
    return [record for record in dict.fromkeys(found) if isinstance(record, str) and id_of(record) is not None]


def _fields(error: Mapping[str, Any]) -> list[str]:
    """Return the fields that an error names; none where it is about the whole record."""
    found = error.get("fields")
    return [quoted(name, longest=LONGEST_NAME) for name in found] if isinstance(found, list) else []


def code_of(error: Mapping[str, Any]) -> str:
    """Return the code; it is `statusCode` inside collections and trees and `errorCode` elsewhere."""
    return str(error.get("statusCode") or error.get("errorCode") or "")


def errors_in(body: Any) -> list[Mapping[str, Any]]:  # noqa: ANN401 - JSON
    """Return the error objects of an error answer."""
    return [error for error in body if isinstance(error, dict)] if isinstance(body, list) else []


def raise_for_run(status: int, errors: Sequence[Mapping[str, Any]]) -> None:
    """Raise where an answer concerns the whole run and not its records.

    Raises:
        BudgetUsedError: the org's request allocation is used up.
        ConfigurationError: the session is refused for good.
    """
    codes = {code_of(error) for error in errors}
    if _BUDGET in codes:
        raise BudgetUsedError(
            "The Salesforce org's API request limit is used up (REQUEST_LIMIT_EXCEEDED). "
            "Nothing more was written. Run again when the 24-hour window has moved on; that is safe."
        )
    if status == _UNAUTHORIZED or codes & _ACCESS:
        raise ConfigurationError(
            f"Salesforce refuses API access ({quoted(', '.join(sorted(codes))) or f'HTTP {status}'}). "
            "Nothing more was read or written. Check the connected app and the integration user's rights."
        )


def whole_outcome(status: int, errors: Sequence[Mapping[str, Any]], op: Op) -> Outcome:
    """Return what an answer without results proves about every record of its request.

    A success without results (accepted, no content) proves nothing: it may have been carried out.
    """
    if status >= _SERVER_ERROR or status < _FIRST_ERROR:
        return Outcome.AMBIGUOUS
    if status in {_TOO_LARGE, _TOO_MANY}:
        return Outcome.NOT_APPLIED
    return outcome_of(errors, op)
