"""Add, change and remove the lines of a quote or an order, under the document's version."""

from typing import Any

from talk_assets.sandbox.customerp.database import Answer
from talk_assets.sandbox.customerp.documents import locked_line
from talk_assets.sandbox.customerp.exact_json import decode, encode
from talk_assets.sandbox.customerp.problems import Fault, ProblemError, invalid
from talk_assets.sandbox.customerp.reading import Record, merge
from talk_assets.sandbox.customerp.records import Records
from talk_assets.sandbox.customerp.resources import Resource
from talk_assets.sandbox.customerp.shapes import Group


class Lines:
    """The lines of the documents in *records*. Each change makes a new version of the document.

    Answers carry the line as the record and the document's entity tag.
    """

    def __init__(self, records: Records) -> None:
        """Change the lines of the documents in *records*."""
        self._records = records

    def create(
        self,
        resource: Resource,
        document_id: str,
        body: object,
        *,
        if_match: str | None,
        origin: str | None = None,
    ) -> Answer:
        """Add a line; 201."""
        document = self._open(resource, document_id, if_match=if_match)
        faults = locked_line(resource, document, None, {})
        line = self._records.new_line(_group(resource), body, document, faults=faults, pointer="")
        self._refuse_known_key(document, line)
        answer = self._keep(resource, document, [*document["lines"], line], line, faults=faults, origin=origin)
        location = f"/api/v1/{resource.name}/{document_id}/lines/{line['id']}"
        return Answer(status=201, etag=answer.etag, location=location, body=answer.body)

    def update(
        self,
        resource: Resource,
        document_id: str,
        line_id: str,
        body: object,
        *,
        if_match: str | None,
        origin: str | None = None,
    ) -> Answer:
        """Apply a merge patch to a line; 200."""
        document = self._open(resource, document_id, if_match=if_match)
        before = _line(document, line_id)
        faults: list[Fault] = []
        if not isinstance(body, dict):
            raise invalid([Fault(pointer="", code="type", detail="An object is expected.")])
        after = merge(_group(resource), body, before, faults=faults)
        if after["position"] is None:
            # Without a place of its own it goes behind the others, as a new line does.
            others = (line["position"] for line in document["lines"] if line["id"] != line_id)
            after["position"] = 1 + max(others, default=0)
        faults.extend(locked_line(resource, document, before, after))
        self._refuse_known_key(document, after)
        lines = [after if line["id"] == line_id else line for line in document["lines"]]
        return self._keep(resource, document, lines, after, faults=faults, origin=origin)

    def delete(
        self,
        resource: Resource,
        document_id: str,
        line_id: str,
        *,
        if_match: str | None,
        origin: str | None = None,
    ) -> Answer:
        """Remove a line; 204."""
        document = self._open(resource, document_id, if_match=if_match)
        before = _line(document, line_id)
        faults = locked_line(resource, document, before, None)
        lines = [line for line in document["lines"] if line["id"] != line_id]
        answer = self._keep(resource, document, lines, before, faults=faults, origin=origin)
        return Answer(status=204, etag=answer.etag)

    def _open(self, resource: Resource, document_id: str, *, if_match: str | None) -> Record:
        document: Record = decode(self._records.expect(resource, document_id, if_match=if_match).body)
        return document

    def _keep(
        self,
        resource: Resource,
        document: Record,
        lines: list[Record],
        line: Record,
        *,
        faults: list[Fault],
        origin: str | None,
    ) -> Answer:
        if faults:
            raise invalid(faults)
        document["lines"] = sorted(lines, key=lambda item: int(item["position"]))
        try:
            self._records.check(resource, document, faults=[])
        except ProblemError as problem:
            position = document["lines"].index(line) if line in document["lines"] else -1
            raise _about_the_line(problem, position) from None
        answer = self._records.bump(resource, document, origin=origin, references=True)
        return Answer(status=200, etag=answer.etag, body=encode(line).decode())

    def _refuse_known_key(self, document: Record, line: Record) -> None:
        key = line.get("externalKey")
        for other in document["lines"]:
            if key is not None and other.get("externalKey") == key and other["id"] != line["id"]:
                facts = {"existingId": other["id"]}
                raise ProblemError(409, "external_key", f"{other['id']} has this external key.", facts=facts)


def _about_the_line(problem: ProblemError, position: int) -> ProblemError:
    """Return *problem* with pointers into the line that the request carried."""
    prefix = f"/lines/{position}/"
    return invalid(
        [
            Fault(pointer=f"/{fault.pointer.removeprefix(prefix)}", code=fault.code, detail=fault.detail)
            if fault.pointer.startswith(prefix)
            else fault
            for fault in problem.faults
        ]
    )


def _group(resource: Resource) -> Group:
    if resource.line is None:
        raise ProblemError(404, "not_found", f"A {resource.title.lower()} has no lines.")
    return resource.line


def _line(document: dict[str, Any], line_id: str) -> Record:
    for line in document["lines"]:
        if line["id"] == line_id:
            found: Record = line
            return found
    raise ProblemError(404, "not_found", f"{document['id']} has no line {line_id[:64]}.")
