"""Many operations in one request, in order, each judged by itself."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from talk_assets.sandbox.customerp.database import Answer
from talk_assets.sandbox.customerp.exact_json import decode, encode
from talk_assets.sandbox.customerp.idempotency import Idempotency, fingerprint
from talk_assets.sandbox.customerp.lines import Lines
from talk_assets.sandbox.customerp.problems import Fault, ProblemError, invalid
from talk_assets.sandbox.customerp.records import Records
from talk_assets.sandbox.customerp.resources import Resource

MAX_OPERATIONS = 500
OPERATIONS = ("create", "update", "delete", "undelete")
_PROPERTIES = frozenset({"op", "resource", "id", "ifMatch", "idempotencyKey", "body"})
_LINES_ADDRESS = 3
"""Segments of "orders/{id}/lines"."""


def operations_of(body: object) -> list[object]:
    """Return the operations of a batch; 422 unless it is an object with 1 to 500 of them."""
    if not isinstance(body, dict) or set(body) != {"operations"} or not isinstance(body["operations"], list):
        detail = "An object with nothing but an array of operations is expected."
        raise invalid([Fault(pointer="/operations", code="type", detail=detail)])
    operations: list[object] = body["operations"]
    if not 1 <= len(operations) <= MAX_OPERATIONS:
        detail = f"{len(operations)} operations where 1 to {MAX_OPERATIONS} are taken."
        raise invalid([Fault(pointer="/operations", code="length", detail=detail)])
    return operations


class Batch:
    """Runs the operations of one request."""

    def __init__(
        self, *, records: Records, lines: Lines, idempotency: Idempotency, resources: Iterable[Resource]
    ) -> None:
        """Run operations on these records and lines."""
        self._resources = {resource.name: resource for resource in resources}
        self._records = records
        self._lines = lines
        self._idempotency = idempotency

    def run(self, operations: list[object], *, origin: str | None) -> bytes:
        """Return the answer: one result an operation, in their order."""
        results = [self._result(operation, origin=origin) for operation in operations]
        return b'{"results":[' + b",".join(results) + b"]}"

    def _result(self, operation: object, *, origin: str | None) -> bytes:
        try:
            answer = self._judge(operation, origin=origin)
        except ProblemError as problem:
            return encode({"status": problem.status, "problem": problem.document()})
        result = f'{{"status":{answer.status}'
        if answer.etag is not None:
            result += f',"etag":{encode(answer.etag).decode()}'
        if answer.body is not None:
            result += f',"record":{answer.body}'
        return (result + "}").encode()

    def _judge(self, operation: object, *, origin: str | None) -> Answer:
        facts = _operation(operation)
        run = self._call(facts, origin=origin)
        key = facts.get("idempotencyKey")
        if key is None:
            return run()
        return self._idempotency.once(key, fingerprint("batch", encode(facts)), run)

    def _call(self, facts: Mapping[str, Any], *, origin: str | None) -> Callable[[], Answer]:
        op, record_id, body = facts["op"], facts.get("id"), facts.get("body")
        if_match = _tag(facts.get("ifMatch"))
        resource, document_id = self._address(facts["resource"])
        if op != "create" and record_id is None:
            raise invalid([Fault(pointer="/id", code="required", detail=f"{op} needs an id.")])
        known = str(record_id)
        if document_id is not None:
            lines = {
                "create": lambda: self._lines.create(resource, document_id, body, if_match=if_match, origin=origin),
                "update": lambda: self._lines.update(
                    resource, document_id, known, body, if_match=if_match, origin=origin
                ),
                "delete": lambda: self._lines.delete(resource, document_id, known, if_match=if_match, origin=origin),
            }
            if op not in lines:
                raise invalid([Fault(pointer="/op", code="enum", detail="A removed line is gone.")])
            return lines[op]
        return {
            "create": lambda: self._records.create(resource, body, origin=origin),
            "update": lambda: self._records.update(resource, known, body, if_match=if_match, origin=origin),
            "delete": lambda: self._records.delete(resource, known, if_match=if_match, origin=origin),
            "undelete": lambda: self._records.undelete(resource, known, if_match=if_match, origin=origin),
        }[op]

    def _address(self, address: str) -> tuple[Resource, str | None]:
        """Return (resource, document id of a line address) of "contacts" or "orders/{id}/lines"."""
        name, *rest = address.split("/")
        resource = self._resources.get(name)
        if resource is not None and not rest:
            return resource, None
        is_lines = resource is not None and resource.line is not None and len(rest) == _LINES_ADDRESS - 1
        if resource is None or not is_lines or rest[1] != "lines":
            raise invalid([Fault(pointer="/resource", code="enum", detail="There is no such resource.")])
        return resource, rest[0]


def _operation(operation: object) -> Mapping[str, Any]:
    if not isinstance(operation, dict):
        raise invalid([Fault(pointer="", code="type", detail="An object is expected.")])
    faults = [
        Fault(pointer=f"/{name}", code="unknown", detail="An operation has no such property.")
        for name in operation.keys() - _PROPERTIES
    ]
    if operation.get("op") not in OPERATIONS:
        faults.append(Fault(pointer="/op", code="enum", detail=f"Expected one of {', '.join(OPERATIONS)}."))
    for name in ("resource", "id", "idempotencyKey"):
        value = operation.get(name)
        if not isinstance(value, str) and (value is not None or name == "resource"):
            faults.append(Fault(pointer=f"/{name}", code="type", detail="A string is expected."))
    if not isinstance(operation.get("ifMatch"), (str, int, type(None))):
        faults.append(Fault(pointer="/ifMatch", code="type", detail="An entity tag or a version is expected."))
    if faults:
        raise invalid(faults)
    return operation


def _tag(if_match: object) -> str | None:
    """Return *if_match* as an entity tag; a bare version is taken for its tag."""
    if if_match is None:
        return None
    text = str(if_match)
    return f'"{text}"' if text.isdigit() else text


def parse(body: bytes) -> list[object]:
    """Return the operations in the text of a request."""
    return operations_of(decode(body))
