"""Carry operations to Customerp: in one request, or each by its own where the end takes no batches."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from talk_assets.model.changes import CODE_OF_STATUS, NOT_SENT, Outcome, Problem
from talk_assets.model.errors import ConfigurationError, PeerAnswerError, PeerUnavailableError
from talk_assets.systems import strict_json
from talk_assets.systems.answers import Answer
from talk_assets.systems.customerp.outcomes import outcome_of, problem_of
from talk_assets.systems.customerp.profile import Profile
from talk_assets.systems.http import Call, HttpClient, NotSentError

_BASE = "/api/v1"
_MERGE_PATCH = "application/merge-patch+json"
_MOST_ASKED = 3
"""How often the same request is sent where the end answers it once and for all."""
_OK, _FIRST_ERROR, _UNAUTHORIZED, _FORBIDDEN = 200, 400, 401, 403


@dataclass(frozen=True, kw_only=True)
class Told:
    """What became of one operation: the end's own *item* for it, or what is known without one."""

    item: Any = None
    outcome: Outcome | None = None
    problem: Problem | None = None


class Sender:
    """Sends operations through one client to an end of *profile*."""

    def __init__(self, client: HttpClient, profile: Profile) -> None:
        self._client = client
        self._profile = profile

    def send(self, operations: Sequence[Mapping[str, Any]], *, creates: bool) -> list[Told]:
        """Return what became of each operation, in order.

        A creation whose answer is lost is sent again, word for word, where the end keeps its answers and could not
        be asked by our key; everything else is sent once.

        Raises:
            ConfigurationError: Customerp refuses the API key, and nothing was written.
        """
        told = self._once(operations)
        if not creates or self._profile.external_key or not self._profile.idempotency:
            return told
        for _ in range(_MOST_ASKED - 1):
            open_ones = [place for place, one in enumerate(told) if one.outcome is Outcome.AMBIGUOUS]
            if not open_ones:
                break
            again = self._once([operations[place] for place in open_ones])
            for place, one in zip(open_ones, again, strict=True):
                # What was not sent this time may still have been done the last time.
                told[place] = told[place] if one.outcome is Outcome.NOT_APPLIED else one
        return told

    def _once(self, operations: Sequence[Mapping[str, Any]]) -> list[Told]:
        return self._together(operations) if self._profile.batch else self._singly(operations)

    def _together(self, operations: Sequence[Mapping[str, Any]]) -> list[Told]:
        call = Call(
            method="POST",
            path=f"{_BASE}/batch",
            kind="batch",
            body=strict_json.write({"operations": list(operations)}),
            writes=True,
        )
        try:
            answer = self._client.send(call)
            body = answer.json()
        except NotSentError as error:
            return _all(operations, Outcome.NOT_APPLIED, NOT_SENT, str(error))
        except (PeerUnavailableError, PeerAnswerError) as error:
            return _all(operations, Outcome.AMBIGUOUS, "NO_ANSWER", str(error))
        if answer.status != _OK:
            if answer.status in {_UNAUTHORIZED, _FORBIDDEN}:
                raise _key_refused(answer)
            outcome, problem = _of_whole(answer, body)
            return [Told(outcome=outcome, problem=problem) for _ in operations]
        found = body.get("results") if isinstance(body, dict) else None
        if not isinstance(found, list) or len(found) != len(operations):
            return _all(operations, Outcome.AMBIGUOUS, "RESULT_COUNT", "The results do not match the operations.")
        return [Told(item=item) for item in found]

    def _singly(self, operations: Sequence[Mapping[str, Any]]) -> list[Told]:
        told: list[Told] = []
        for operation in operations:
            one = self._alone(operation, first=not told)
            told.append(one)
            if one.outcome is Outcome.NOT_APPLIED:
                # It cannot be reached, wants to be left alone or refuses us: so it would the others.
                rest = operations[len(told) :]
                return told + _all(rest, Outcome.NOT_APPLIED, NOT_SENT, "One before it was not taken.")
        return told

    def _alone(self, operation: Mapping[str, Any], *, first: bool) -> Told:
        try:
            answer = self._client.send(_call(operation))
            body = answer.json()
        except NotSentError as error:
            return _one(Outcome.NOT_APPLIED, NOT_SENT, str(error))
        except (PeerUnavailableError, PeerAnswerError) as error:
            return _one(Outcome.AMBIGUOUS, "NO_ANSWER", str(error))
        if answer.status == _UNAUTHORIZED:
            if first:
                raise _key_refused(answer)
            return _one(Outcome.NOT_APPLIED, NOT_SENT, "Customerp refuses the API key for writing.")
        if answer.status in CODE_OF_STATUS:
            outcome, problem = _of_whole(answer, body)
            return Told(outcome=outcome, problem=problem)
        about = "problem" if answer.status >= _FIRST_ERROR else "record"
        item = {"status": answer.status} | ({about: body} if isinstance(body, dict) else {})
        return Told(item=item | ({"etag": answer.etag} if answer.etag else {}))


def _call(operation: Mapping[str, Any]) -> Call:
    path = f"{_BASE}/{operation['resource']}"
    headers = {}
    if "ifMatch" in operation:
        headers["If-Match"] = f'"{operation["ifMatch"]}"'
    if operation["op"] == "create":
        if "idempotencyKey" in operation:
            headers["Idempotency-Key"] = str(operation["idempotencyKey"])
        body = strict_json.write(operation["body"])
        return Call(method="POST", path=path, kind="create", body=body, headers=headers, writes=True)
    path = f"{path}/{operation['id']}"
    if operation["op"] == "delete":
        return Call(method="DELETE", path=path, kind="delete", headers=headers, writes=True)
    body = strict_json.write(operation["body"])
    return Call(
        method="PATCH", path=path, kind="update", body=body, media_type=_MERGE_PATCH, headers=headers, writes=True
    )


def _of_whole(answer: Answer, body: Any) -> tuple[Outcome, Problem]:  # noqa: ANN401 - JSON
    problem = body if isinstance(body, dict) else {}
    outcome = outcome_of(answer.status, problem, create=True)
    if outcome is Outcome.APPLIED:
        outcome = Outcome.AMBIGUOUS
    found = problem_of(answer.status, problem)
    code = CODE_OF_STATUS.get(answer.status, found.code)
    return outcome, replace(found, code=code, wait=answer.retry_after)


def _key_refused(answer: Answer) -> ConfigurationError:
    return ConfigurationError(
        f"Customerp refuses the API key for writing (HTTP {answer.status}). "
        "Nothing of the batch was written. Check the key and its rights."
    )


def _one(outcome: Outcome, code: str, message: str) -> Told:
    return Told(outcome=outcome, problem=Problem(code=code, message=message))


def _all(operations: Sequence[object], outcome: Outcome, code: str, message: str) -> list[Told]:
    return [_one(outcome, code, message) for _ in operations]
