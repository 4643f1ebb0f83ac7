"""Write records without lines: up to 200 in one collection, read back in the same call."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from talk_assets.model.changes import Op, Outcome, Problem, Receipt, Write
from talk_assets.model.errors import PeerAnswerError, PeerUnavailableError
from talk_assets.model.wire import Entity
from talk_assets.systems import strict_json
from talk_assets.systems.port import Page, Written
from talk_assets.systems.salesforce.columns import EDITOR, Columns
from talk_assets.systems.salesforce.exchange import Failure, Reply, exchange, failure_of, receipt, uncertain
from talk_assets.systems.salesforce.ids import id_of
from talk_assets.systems.salesforce.outcomes import DUPLICATE, code_of, errors_in, outcome_of, problem_of
from talk_assets.systems.salesforce.query import among, id_literal, select, text_literal
from talk_assets.systems.salesforce.rest import Part, PartAnswer, Rest, rows_of

MOST_RECORDS = 200
"""Records one collection or tree takes."""

_BEFORE, _WRITE, _STORED = "before", "write", "stored"
_SHORT_ID = 15
_REFERENCE = b"@{"
"""Starts a reference to another part inside a composite call, wherever it stands and with no way to
escape it. Records that hold these characters are therefore written by a call of their own."""


@dataclass(frozen=True, kw_only=True)
class _Told:
    """What one collection told: a receipt a record, and the records after and before it."""

    receipts: list[Receipt]
    stored: list[Any]
    before: list[Any] | None = None


class RecordWriter:
    """Creates, updates and deletes records of one object; *user* gives the id of the user we are, if known.

    Salesforce cannot compare before it writes, so an edit that lands between our last look at a record
    and our update of it is overwritten. The updates and deletions of a collection therefore travel in one
    composite call with a read before and a read after them. What is left is the time between two parts of
    one call, milliseconds; an overwrite outside of it shows in the read before, and is told with its value.
    """

    def __init__(self, *, rest: Rest, columns: Columns, user: Callable[[], str | None]) -> None:
        self._rest = rest
        self._columns = columns
        self._user = user

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
        told = _Told(receipts=[], stored=[])
        if bodies:
            told = self._send(entity, [batch[place] for place in bodies], list(bodies.values()))
            receipts |= dict(zip(bodies, told.receipts, strict=True))
        return Written(
            receipts=tuple(receipts[place] for place in range(len(batch))),
            stored=self._page(entity, told.stored),
            before=None if told.before is None else self._page(entity, told.before),
        )

    def _page(self, entity: Entity, found: Sequence[Any]) -> Page:
        decoded = self._columns.decode(entity, found)
        return Page(frames={entity.name: decoded.frame}, rejects=decoded.rejects)

    def _record(self, entity: Entity, write: Write) -> dict[str, Any]:
        body: dict[str, Any] = {"attributes": {"type": entity.resource}}
        if write.op is Op.CREATE:
            return body | self._columns.body(entity, write)
        body["id"] = id_literal(write.id or "").strip("'")
        return body if write.op is Op.DELETE else body | self._columns.body(entity, write)

    def _send(self, entity: Entity, writes: Sequence[Write], bodies: Sequence[dict[str, Any]]) -> _Told:
        op = writes[0].op
        parts = self._parts(entity, writes, bodies)
        kind = f"{op.value} collection"
        alone = _REFERENCE in strict_json.write(bodies)
        if alone:
            parts = [part for part in parts if part.name != _BEFORE]
            collection = parts[0]
            reply = exchange(
                lambda: self._rest.send(collection.path, collection.body, kind=kind, method=collection.method), op=op
            )
        else:
            reply = exchange(lambda: self._rest.send_composite(parts, kind=kind), op=op)
        if isinstance(reply, Failure):
            return _failed(writes, reply)
        try:
            answers = self._answers(reply, parts, alone=alone)
        except PeerAnswerError as error:
            return _failed(writes, uncertain(str(error)))
        written = answers[_WRITE]
        if not written.ok:
            return _failed(writes, failure_of(written.status, written.body, op))
        results = written.body
        if not isinstance(results, list) or len(results) != len(writes):
            return _failed(writes, uncertain("There are not as many results as records."))
        found = self._read_back(entity, op, results, answers.get(_STORED))
        before = answers.get(_BEFORE)
        known = before.body if before is not None and before.ok and isinstance(before.body, list) else None
        return _Told(
            receipts=_judge(entity, writes, results, found, user=self._user()),
            stored=found,
            before=None if known is None else [record for record in known if record is not None],
        )

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
        names = self._columns.names_with_editor(entity)
        ids = [str(body["id"]) for body in bodies if "id" in body]
        collection = {"allOrNone": False, "records": list(bodies)}
        if op is Op.CREATE:
            parts = [Part(name=_WRITE, method="POST", path="composite/sobjects", body=collection)]
            keys = [text_literal(write.key) for write in writes if write.key is not None]
            if keys and entity.key_path is not None:
                soql = select(names, entity.resource, where=among(entity.key_path, keys))
                parts.append(self._rest.query_part(_STORED, soql))
            return parts
        retrieved = {"ids": ids, "fields": names}
        path = f"composite/sobjects/{entity.resource}"
        before = Part(name=_BEFORE, method="POST", path=path, body=retrieved)
        if op is Op.UPDATE:
            return [
                before,
                Part(name=_WRITE, method="PATCH", path="composite/sobjects", body=collection),
                Part(name=_STORED, method="POST", path=path, body=retrieved),
            ]
        soql = select(names, entity.resource, where=among("Id", [id_literal(record_id) for record_id in ids]))
        path = f"composite/sobjects?ids={','.join(ids)}&allOrNone=false"
        return [
            before,
            Part(name=_WRITE, method="DELETE", path=path),
            self._rest.query_part(_STORED, soql, deleted=True),
        ]

    def _read_back(self, entity: Entity, op: Op, results: Sequence[Any], stored: PartAnswer | None) -> list[Any]:
        """Return the records as they are stored; none where only the reading failed."""
        try:
            if stored is None:
                created = [r["id"] for r in results if isinstance(r, dict) and isinstance(r.get("id"), str)]
                names = self._columns.names_with_editor(entity)
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


def _failed(writes: Sequence[Write], failure: Failure) -> _Told:
    return _Told(receipts=[receipt(write, failure) for write in writes], stored=[])


def _judge(
    entity: Entity, writes: Sequence[Write], results: Sequence[Any], found: Sequence[Any], *, user: str | None
) -> list[Receipt]:
    ids = ids_by_key(entity, found)
    others = edited_by_others(found, user)
    return [_receipt(write, result, ids, others) for write, result in zip(writes, results, strict=True)]


def edited_by_others(found: Sequence[Any], user: str | None) -> frozenset[str]:
    """Return the ids of the records that someone other than *user* changed last."""
    return frozenset(
        str(record.get("Id"))
        for record in found
        if user is not None
        and isinstance(record, dict)
        and isinstance(record.get(EDITOR), str)
        and record[EDITOR][:_SHORT_ID] != user[:_SHORT_ID]
    )


def _receipt(write: Write, result: Any, ids: dict[str, str], others: frozenset[str]) -> Receipt:  # noqa: ANN401 - JSON
    if not isinstance(result, dict) or not isinstance(result.get("success"), bool):
        return receipt(write, uncertain("The result does not say whether it succeeded."))
    if result["success"]:
        record_id = result.get("id") or write.id
        if not isinstance(record_id, str) or (record_id := id_of(record_id)) is None:
            return receipt(write, uncertain("The result has no usable id."))
        ours = record_id not in others
        return Receipt(intent_id=write.intent_id, outcome=Outcome.APPLIED, id=record_id, ours=ours)
    errors = errors_in(result.get("errors"))
    outcome, record_id = outcome_of(errors, write.op), write.id
    if write.op is Op.CREATE and any(code_of(error) == DUPLICATE for error in errors):
        record_id = ids.get((write.key or "").lower())
        outcome = Outcome.REFUSED if record_id is None else Outcome.EXISTS
    return Receipt(intent_id=write.intent_id, outcome=outcome, id=record_id, problem=problem_of(errors))


def ids_by_key(entity: Entity, found: Sequence[Any]) -> dict[str, str]:
    """Return record ids by our key in lower case: unique text fields ignore case by default."""
    return {
        str(record[entity.key_path]).lower(): own
        for record in found
        if entity.key_path is not None
        and isinstance(record, dict)
        and record.get(entity.key_path)
        and (own := id_of(str(record.get("Id")))) is not None
    }
