"""Create, change, delete and undelete records, each judged against the declarations and the rules."""

from collections.abc import Mapping
from typing import Any

from talk_assets.sandbox.customerp.database import Answer, Database, Row
from talk_assets.sandbox.customerp.documents import frozen, total
from talk_assets.sandbox.customerp.exact_json import decode, encode
from talk_assets.sandbox.customerp.kinds import EMAIL
from talk_assets.sandbox.customerp.problems import Fault, ProblemError, invalid
from talk_assets.sandbox.customerp.reading import Record, empty, merge, normalise_phones
from talk_assets.sandbox.customerp.references import missing_references, references_of
from talk_assets.sandbox.customerp.resources import Resource
from talk_assets.sandbox.customerp.shapes import Group
from talk_assets.sandbox.customerp.stamps import Counters, Stamps

_FIRST_ID = 1000


class Records:
    """The records of one Customerp. Every write happens inside the caller's transaction."""

    def __init__(self, *, database: Database, stamps: Stamps, counters: Counters) -> None:
        """Work on *database* with these running stamps and numbers."""
        self._database = database
        self._stamps = stamps
        self._counters = counters
        self.written = 0
        """Writes made since the server started."""

    def create(self, resource: Resource, body: object, *, origin: str | None = None) -> Answer:
        """Create a record, a document together with its lines; 201."""
        given = _object(body)
        faults: list[Fault] = []
        lines = given.pop("lines", None) if resource.line is not None else None
        record = merge(resource.shape, given, empty(resource.shape), faults=faults)
        if not faults:
            normalise_phones(resource, given, record)
        if resource.line is not None:
            record["lines"] = self._new_lines(resource.line, lines, faults=faults)
        self.check(resource, record, faults=faults)
        if resource.line is not None:
            # Not before: the pointers of faults count the lines as they were sent.
            record["lines"].sort(key=_position)
        if record.get("externalKey") is not None:
            self._refuse_known_key(resource, record["externalKey"])
        if resource.number_format is not None:
            record["number"] = resource.number_format.format(self._counters.next(f"{resource.name}.number", first=1))
        record_id = f"{resource.id_prefix}{self._counters.next(resource.name, first=_FIRST_ID)}"
        stamp = self._stamps.next()
        system = {"id": record_id, "createdAt": stamp, "updatedAt": stamp, "version": 1, "deleted": False}
        row = self.store(resource, {**system, **record}, origin=origin, references=True)
        return Answer(
            status=201, etag=etag(row.version), location=f"/api/v1/{resource.name}/{record_id}", body=row.body
        )

    def update(
        self,
        resource: Resource,
        record_id: str,
        body: object,
        *,
        if_match: str | None,
        origin: str | None = None,
    ) -> Answer:
        """Apply a merge patch to a record of that version; 200. Lines have addresses of their own."""
        row = self.expect(resource, record_id, if_match=if_match)
        given = _object(body)
        before: Record = decode(row.body)
        faults: list[Fault] = []
        if resource.line is not None and "lines" in given:
            del given["lines"]
            detail = f"Lines change at /{resource.name}/{record_id}/lines."
            faults.append(Fault(pointer="/lines", code="read_only", detail=detail))
        after = merge(resource.shape, given, before, faults=faults)
        if not faults:
            normalise_phones(resource, given, after)
            faults.extend(frozen(resource, before, after))
        self.check(resource, after, faults=faults)
        if after.get("externalKey") is not None and after["externalKey"] != row.external_key:
            self._refuse_known_key(resource, after["externalKey"])
        moved = any(name in given for name, _ in resource.shape.references)
        return self.bump(resource, after, origin=origin, references=moved)

    def delete(self, resource: Resource, record_id: str, *, if_match: str | None, origin: str | None = None) -> Answer:
        """Turn a record of that version into a tombstone; 204. 409 while other records refer to it."""
        row = self.expect(resource, record_id, if_match=if_match)
        referring = self._database.referring(record_id)
        if referring is not None:
            raise ProblemError(409, "referenced", f"{referring} refers to it.", facts={"referringId": referring})
        record = decode(row.body)
        record["deleted"] = True
        answer = self.bump(resource, record, origin=origin, references=True)
        return Answer(status=204, etag=answer.etag)

    def undelete(
        self, resource: Resource, record_id: str, *, if_match: str | None, origin: str | None = None
    ) -> Answer:
        """Bring a tombstone back; 200. What is not deleted stays as it is."""
        row = self.find(resource, record_id)
        if if_match is not None:
            _match(row, if_match)
        if not row.deleted:
            return Answer(status=200, etag=etag(row.version), body=row.body)
        record = decode(row.body)
        record["deleted"] = False
        self.check(resource, record, faults=[])
        return self.bump(resource, record, origin=origin, references=True)

    def find(self, resource: Resource, record_id: str) -> Row:
        """Return the row of that id, deleted or not; 404 when there never was one."""
        row = self._database.get(record_id)
        if row is None or row.resource != resource.name:
            raise ProblemError(404, "not_found", f"There is no {resource.title.lower()} {record_id[:64]}.")
        return row

    def expect(self, resource: Resource, record_id: str, *, if_match: str | None) -> Row:
        """Return the row that a write may change: there, not deleted, and of the version it names."""
        row = self.find(resource, record_id)
        if row.deleted:
            raise ProblemError(410, "deleted", f"{record_id} is deleted; undelete it first.")
        if if_match is None:
            raise ProblemError(428, "precondition", "Name the version that the change is made to in If-Match.")
        _match(row, if_match)
        return row

    def bump(self, resource: Resource, record: Record, *, origin: str | None, references: bool) -> Answer:
        """Store *record* as its next version; 200."""
        record["version"] += 1
        record["updatedAt"] = self._stamps.next()
        row = self.store(resource, record, origin=origin, references=references)
        return Answer(status=200, etag=etag(row.version), body=row.body)

    def store(self, resource: Resource, record: Record, *, origin: str | None, references: bool) -> Row:
        """Write *record*; *references* says that what it refers to may have changed."""
        matches = [_match_value(resource, name, record) for name in resource.filters]
        matches += [None] * (2 - len(matches))
        row = Row(
            resource=resource.name,
            id=record["id"],
            external_key=record.get("externalKey"),
            updated_at=record["updatedAt"],
            version=record["version"],
            deleted=record["deleted"],
            match_one=matches[0],
            match_two=matches[1],
            body=encode(record).decode(),
        )
        kept = None
        if references:
            kept = [] if row.deleted else [to for _, _, to in references_of(resource, record)]
        self._database.put(row, references=kept, origin=origin)
        self.written += 1
        return row

    def new_line(self, group: Group, body: object, document: Record, *, faults: list[Fault], pointer: str) -> Record:
        """Return a new line of *body* with an id and a position behind the lines of *document*."""
        if not isinstance(body, dict):
            faults.append(Fault(pointer=pointer, code="type", detail="An object is expected."))
            return {"id": "", **empty(group), "position": 0}
        line = merge(group, body, empty(group), faults=faults, pointer=pointer)
        if line["position"] is None:
            line["position"] = 1 + max((other["position"] for other in document["lines"]), default=0)
        return {"id": f"L{self._counters.next('line', first=_FIRST_ID)}", **line}

    def _new_lines(self, group: Group, lines: object, *, faults: list[Fault]) -> list[Record]:
        if lines is None:
            return []
        if not isinstance(lines, list):
            faults.append(Fault(pointer="/lines", code="type", detail="An array is expected."))
            return []
        document: Record = {"lines": []}
        keys: set[str] = set()
        for position, body in enumerate(lines):
            pointer = f"/lines/{position}"
            line = self.new_line(group, body, document, faults=faults, pointer=pointer)
            if line.get("externalKey") in keys:
                detail = "Another line of the document has it."
                faults.append(Fault(pointer=f"{pointer}/externalKey", code="duplicate", detail=detail))
            keys.update([line["externalKey"]] if line.get("externalKey") else [])
            document["lines"].append(line)
        return list(document["lines"])

    def check(self, resource: Resource, record: Record, *, faults: list[Fault]) -> None:
        """Raise 422 unless *record* as a whole is acceptable; set its totals."""
        if resource.party_required and record["contactId"] is None and record["companyName"] is None:
            detail = f"A {resource.title.lower()} needs contactId or companyName."
            faults.append(Fault(pointer="/contactId", code="required", detail=detail))
        if not faults:
            faults.extend(missing_references(self._database, resource, record))
        if not faults and resource.line is not None:
            faults.extend(total(resource, record))
        if faults:
            raise invalid(faults)

    def _refuse_known_key(self, resource: Resource, key: str) -> None:
        known = self._database.by_key(resource.name, key)
        if known is not None:
            facts = {
                "existingId": known.id,
                "existingVersion": known.version,
                "existingDeleted": known.deleted,
            }
            raise ProblemError(409, "external_key", f"{known.id} has this external key.", facts=facts)


def etag(version: int) -> str:
    """Return the strong entity tag of a version."""
    return f'"{version}"'


def _match(row: Row, if_match: str) -> None:
    tags = [tag.strip() for tag in if_match.split(",")]
    if "*" not in tags and etag(row.version) not in tags:
        raise ProblemError(
            412,
            "stale",
            f"{row.id} has version {row.version}.",
            facts={"currentVersion": row.version},
            headers={"ETag": etag(row.version)},
        )


def _object(body: object) -> dict[str, Any]:
    if not isinstance(body, dict):
        raise invalid([Fault(pointer="", code="type", detail="An object is expected.")])
    return dict(body)


def _match_value(resource: Resource, name: str, record: Record) -> str | None:
    value: str | None = record[name]
    item = resource.shape.by_name[name]
    return value.lower() if value is not None and item.kind is EMAIL else value


def _position(line: Mapping[str, Any]) -> int:
    return int(line["position"])
