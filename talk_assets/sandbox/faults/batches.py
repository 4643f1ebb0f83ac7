"""The records of a batch and their results, wherever a request of each end has them."""

from collections.abc import Callable, Mapping
from typing import Any

from talk_assets.sandbox.faults.errors import problem
from talk_assets.sandbox.faults.request import Asked, Json

_SPOILED = "NoSuchField_Fault"
"""A property no record has: the record that carries it is refused by the end itself, and no other with it."""

Change = Callable[[list[Any]], list[Any]]


def spoiled(asked: Asked, index: int) -> tuple[dict[str, Any], list[int]] | None:
    """Spoil the record at *index* (-1: every one) of a batch.

    Returns the body to be done instead and the places that will be refused, or None where *asked* has no
    such record.
    """
    body = asked.json
    if not isinstance(body, dict):
        return None
    places: list[int] = []

    def spoil(records: list[Any]) -> list[Any]:
        places.extend(place for place in range(len(records)) if index in (-1, place))
        return [record | {_SPOILED: 1} if place in places else record for place, record in enumerate(records)]

    if asked.end == "customerp":
        body = _changed(body, "operations", spoil) if asked.path.endswith("/batch") else body
    elif "compositeRequest" in body:
        writing = _writing(body)
        parts = [
            {**writing, "body": _changed(writing["body"], "records", spoil)} if writing and part is writing else part
            for part in body["compositeRequest"]
        ]
        body = body | {"compositeRequest": parts}
    elif "/composite/" in asked.path:
        body = _changed(body, "records", spoil)
    return (body, places) if places else None


def with_results(asked: Asked, answer: Json, change: Change) -> Json:
    """Return *answer* with the list of results changed; unchanged where it has none."""
    if isinstance(answer, list):
        return change(answer)
    if not isinstance(answer, dict):
        return answer
    if isinstance(answer.get("results"), list):
        return answer | {"results": change(answer["results"])}
    name = (_writing(asked.json) or {}).get("referenceId")
    parts = [
        part | {"body": change(part["body"])}
        if part.get("referenceId") == name and isinstance(part.get("body"), list)
        else part
        for part in answer.get("compositeResponse", ())
    ]
    return answer | {"compositeResponse": parts} if parts else answer


def refused(
    asked: Asked, answer: Json, places: list[int], *, code: str, message: str, status: int, fields: list[str]
) -> Json:
    """Return *answer* with *code* and *message* as what is wrong with *fields* of the records at *places*."""
    if asked.end == "customerp":
        found = problem(status, code or "invalid", message)
        errors = [{"pointer": f"/{name}", "code": code or "invalid", "detail": message} for name in fields]
        failure: dict[str, Any] = {"status": status, "problem": found | ({"errors": errors} if errors else {})}
    else:
        error = {"statusCode": code or "FIELD_CUSTOM_VALIDATION_EXCEPTION", "message": message, "fields": fields}
        failure = {"success": False, "errors": [error]}
    if asked.path.rpartition("/composite/tree/")[1]:
        return with_results(asked, answer, lambda results: [{**one, "errors": [error]} for one in results])
    return with_results(
        asked, answer, lambda results: [failure if place in places else one for place, one in enumerate(results)]
    )


def _changed(body: Mapping[str, Any], name: str, change: Change) -> dict[str, Any]:
    found = body.get(name)
    return {**body, name: change(found)} if isinstance(found, list) else dict(body)


def _writing(body: Json) -> dict[str, Any] | None:
    """Return the part of a composite call that writes a collection."""
    parts = body.get("compositeRequest", []) if isinstance(body, dict) else []
    for part in parts:
        written = part.get("body") if isinstance(part, dict) else None
        if isinstance(written, dict) and isinstance(written.get("records"), list):
            return part  # type: ignore[no-any-return]
    return None
