"""Write records without lines: up to 200 in one collection, read back in the same call."""

from collections.abc import Sequence
from typing import Any

from talk_assets.model.changes import Op, Outcome, Problem, Receipt, Write
from talk_assets.model.errors import PeerAnswerError, PeerUnavailableError
from talk_assets.model.wire import Entity
from talk_assets.systems import strict_json
from talk_assets.systems.port import Page, Written
from talk_assets.systems.salesforce.columns import Columns
from talk_assets.systems.salesforce.exchange import Failure, Reply, exchange, failure_of, receipt, uncertain
from talk_assets.systems.salesforce.outcomes import DUPLICATE, code_of, errors_in, outcome_of, problem_of
from talk_assets.systems.salesforce.query import among, id_literal, select, text_literal
from talk_assets.systems.salesforce.rest import Part, PartAnswer, Rest, rows_of

MOST_RECORDS = 200
"""Records one collection or tree takes."""

_WRITE, _STORED = "write", "stored"
_REFERENCE = b"@{"
"""Starts a reference to another part inside a composite call, wherever it stands and with no way to
escape it. Records that hold these characters are therefore written by a call of their own."""


class RecordWriter:
    """Creates, updates and deletes records of one object."""

    def __init__(self, *, rest: Rest, columns: Columns) -> None:
        self._rest = rest
        self._columns = columns

    def write(self, entity: Entity, batch: Sequence[Write]) -> Written:
        """Apply *batch*, all of one operation.

        Creates insert and do not upsert: our key is a unique external id, so an insert that meets it
        is refused, and a record that exists already is never overwritten by a create.
        """
        receipts: dict[int, Receipt] = {}
        bodies: dict[int, dict[str, Any]] = {}
        for place, write in enumerate(batch):
            try:
                bodies[place] = self._record(entity, write)
            except ValueError as error:
                invalid = Failure(outcome=Outcome.REFUSED, problem=Problem(code="INVALID_VALUE", message=str(error)))
                receipts[place] = receipt(write, invalid)
        found: list[Any] = []
        if bodies:
            judged, found = self._send(entity, [batch[place] for place in bodies], list(bodies.values()))
            receipts |= dict(zip(bodies, judged, strict=True))
        decoded = self._columns.decode(entity, found)
        return Written(
            receipts=tuple(receipts[place] for place in range(len(batch))),
            stored=Page(frames={entity.name: decoded.frame}, rejects=decoded.rejects),
        )

    def _record(self, entity: Entity, write: Write) -> dict[str, Any]:
        body: dict[str, Any] = {"attributes": {"type": entity.resource}}
        if write.op is Op.CREATE:
            return body | self._columns.body(entity, write)
        body["id"] = id_literal(write.id or "").strip("'")
        return body if write.op is Op.DELETE else body | self._columns.body(entity, write)

    def _send(
        self, entity: Entity, writes: Sequence[Write], bodies: Sequence[dict[str, Any]]
    ) -> tuple[list[Receipt], list[Any]]:
        op = writes[0].op
        parts = self._parts(entity, writes, bodies)
        kind = f"{op.value} collection"
        alone = _REFERENCE in strict_json.write(bodies)
        if alone:
            collection = parts[0]
            reply = exchange(
                lambda: self._rest.send(collection.path, collection.body, kind=kind, method=collection.method), op=op
            )
        else:
            reply = exchange(lambda: self._rest.send_composite(parts, kind=kind), op=op)
        if isinstance(reply, Failure):
            return [receipt(write, reply) for write in writes], []
        try:
            answers = self._answers(reply, parts, alone=alone)
        except PeerAnswerError as error:
            return [receipt(write, uncertain(str(error))) for write in writes], []
        written = answers[_WRITE]
        if not written.ok:
            failure = failure_of(written.status, written.body, op)
            return [receipt(write, failure) for write in writes], []
        results = written.body
        if not isinstance(results, list) or len(results) != len(writes):
            lost = uncertain("There are not as many results as records.")
            return [receipt(write, lost) for write in writes], []
        found = self._read_back(entity, op, results, answers.get(_STORED))
        return _judge(entity, writes, results, found), found

    def _answers(self, reply: Reply, parts: Sequence[Part], *, alone: bool) -> dict[str, PartAnswer]:
        if not alone:
            return self._rest.parts_of(reply.body, parts)
        written = {_WRITE: PartAnswer(status=reply.status, body=reply.body)}
        if len(parts) == 1:
            return written
        try:
            return written | self._rest.composite_read(parts[1:], kind="query")
        except (PeerUnavailableError, PeerAnswerError):
            return written | {_STORED: PartAnswer(status=0, body=None)}

    def _parts(self, entity: Entity, writes: Sequence[Write], bodies: Sequence[dict[str, Any]]) -> list[Part]:
        op = writes[0].op
        names = self._columns.names(entity)
        ids = [str(body["id"]) for body in bodies if "id" in body]
        collection = {"allOrNone": False, "records": list(bodies)}
        if op is Op.CREATE:
            parts = [Part(name=_WRITE, method="POST", path="composite/sobjects", body=collection)]
            keys = [text_literal(write.key) for write in writes if write.key is not None]
            if keys and entity.key_path is not None:
                soql = select(names, entity.resource, where=among(entity.key_path, keys))
                parts.append(self._rest.query_part(_STORED, soql))
            return parts
        if op is Op.UPDATE:
            stored = {"ids": ids, "fields": names}
            path = f"composite/sobjects/{entity.resource}"
            return [
                Part(name=_WRITE, method="PATCH", path="composite/sobjects", body=collection),
                Part(name=_STORED, method="POST", path=path, body=stored),
            ]
        soql = select(names, entity.resource, where=among("Id", [id_literal(record_id) for record_id in ids]))
        path = f"composite/sobjects?ids={','.join(ids)}&allOrNone=false"
        return [
            Part(name=_WRITE, method="DELETE", path=path),
            self._rest.query_part(_STORED, soql, deleted=True),
        ]

    def _read_back(self, entity: Entity, op: Op, results: Sequence[Any], stored: PartAnswer | None) -> list[Any]:
        """Return the records as they are stored; none where only the reading failed."""
        try:
            if stored is None:
                created = [r["id"] for r in results if isinstance(r, dict) and isinstance(r.get("id"), str)]
                names = self._columns.names(entity)
                found = self._rest.retrieve(entity.resource, created, names) if created else []
            elif not stored.ok:
                return []
            elif op is Op.UPDATE:
                found = stored.body if isinstance(stored.body, list) else []
            else:
                found, _ = rows_of(stored.body)
        except (PeerUnavailableError, PeerAnswerError):
            return []
        return [record for record in found if record is not None]


def _judge(entity: Entity, writes: Sequence[Write], results: Sequence[Any], found: Sequence[Any]) -> list[Receipt]:
    ids = ids_by_key(entity, found)
    return [_receipt(write, result, ids) for write, result in zip(writes, results, strict=True)]


def _receipt(write: Write, result: Any, ids: dict[str, str]) -> Receipt:  # noqa: ANN401 - JSON
    if not isinstance(result, dict) or not isinstance(result.get("success"), bool):
        return receipt(write, uncertain("The result does not say whether it succeeded."))
    if result["success"]:
        record_id = result.get("id") or write.id
        return Receipt(intent_id=write.intent_id, outcome=Outcome.APPLIED, id=record_id)
    errors = errors_in(result.get("errors"))
    outcome, record_id = outcome_of(errors, write.op), write.id
    if write.op is Op.CREATE and any(code_of(error) == DUPLICATE for error in errors):
        record_id = ids.get((write.key or "").lower())
        outcome = Outcome.REFUSED if record_id is None else Outcome.EXISTS
    return Receipt(intent_id=write.intent_id, outcome=outcome, id=record_id, problem=problem_of(errors))


def ids_by_key(entity: Entity, found: Sequence[Any]) -> dict[str, str]:
    """Return record ids by our key in lower case: unique text fields ignore case by default."""
    return {
        str(record[entity.key_path]).lower(): str(record["Id"])
        for record in found
        if entity.key_path is not None and isinstance(record, dict) and record.get(entity.key_path) and record.get("Id")
    }
