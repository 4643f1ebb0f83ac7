"""Writes to Tryton, one record at a time, each judged by its own answer."""

import json
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from threading import Lock
from typing import Any

from talk_assets.model.changes import BUSY, NOT_SENT, Op, Outcome, Problem, Receipt, Write
from talk_assets.model.errors import PeerAnswerError, PeerUnavailableError
from talk_assets.model.wire import Entity
from talk_assets.systems.port import Page, Written
from talk_assets_tryton.facts import Known
from talk_assets_tryton.kinds import Kind, LineWrite, Row, UnfitError, versions
from talk_assets_tryton.rpc import BusyError, NotReachedError, RefusedError

_STALE = "ConcurrencyException"
_SILENCE: Mapping[type[Exception], tuple[Outcome, str]] = {
    NotReachedError: (Outcome.NOT_APPLIED, NOT_SENT),
    BusyError: (Outcome.NOT_APPLIED, BUSY),
}
"""Failures that certainly changed nothing; any other may have."""


class Writer:
    """Writes by *call*; *rows* reads a kind's records in a domain, *page* makes a page of them."""

    def __init__(
        self,
        *,
        call: Callable[..., Any],
        rows: Callable[[Kind, list[Any]], list[Row]],
        page: Callable[[Entity, Sequence[Row]], Page],
        known: Known,
        kinds: Mapping[str, Kind],
    ) -> None:
        self._call, self._rows, self._page, self._known, self._kinds = call, rows, page, known, kinds
        self._moved: dict[str, str] = {}
        self._one, self._lock = Lock(), Lock()

    def write(self, entity: Entity, batch: Sequence[Write], *, lines: bool) -> Written:
        """Apply *batch*, to records of *entity* or to their *lines*, and read back what is stored."""
        kind = self._kinds[entity.resource]
        # SQLite lets one transaction write at a time, and a document's lines follow one another anyway.
        with self._one:
            receipts = [self._judged(kind, write, of_line=lines) for write in batch]
        touched = {str(w.parent_id if lines else r.id) for w, r in zip(batch, receipts, strict=True) if r.id or lines}
        stored: list[Row] = []
        # The receipts stand by themselves; the next fetch brings what could not be read back.
        with suppress(PeerUnavailableError, PeerAnswerError):
            stored = self._by_ids(kind, touched)
        return Written(receipts=tuple(receipts), stored=self._page(entity, stored))

    def _judged(self, kind: Kind, write: Write, *, of_line: bool) -> Receipt:
        try:
            if of_line:
                return self._line(kind, write)
            return self._creation(kind, write) if write.op is Op.CREATE else self._change(kind, write)
        except UnfitError as error:
            outcome, code, path = Outcome.REFUSED, "UNFIT", error.path
            message = str(error)
        except RefusedError as error:
            outcome, code, path = Outcome.STALE if error.code == _STALE else Outcome.REFUSED, error.code, None
            message = str(error)
        except (PeerUnavailableError, PeerAnswerError) as error:
            outcome, code = _SILENCE.get(type(error), (Outcome.AMBIGUOUS, "NO_ANSWER"))
            message, path = str(error), None
        return _receipt(write, outcome, code, message, property=path)

    def _creation(self, kind: Kind, write: Write) -> Receipt:
        known = self._rows(kind, [["talk_key", "=", write.key]]) if write.key is not None else []
        if known:
            return self._existing(kind, write, known[0], Outcome.EXISTS)
        lines = [LineWrite(id=None, key=line.key, values=line.values) for line in write.lines]
        steps = kind.steps(write.values, {"id": 0, "state": "draft"}) if "status" in write.values else []
        fields = kind.creation(write.values, lines, self._known) | {"talk_key": write.key}
        made = kind.create(self._writing({}), fields, steps)
        row = self._by_ids(kind, [str(made)])[0]
        return self._existing(kind, write, row, Outcome.APPLIED)

    def _existing(self, kind: Kind, write: Write, row: Row, outcome: Outcome) -> Receipt:
        ids = {line.key: line.id for line in kind.lines(row)}
        lines = tuple(Receipt(intent_id=line.intent_id, outcome=outcome, id=ids.get(line.key)) for line in write.lines)
        return Receipt(intent_id=write.intent_id, outcome=outcome, id=str(row["id"]), lines=lines)

    def _change(self, kind: Kind, write: Write) -> Receipt:
        found = self._by_ids(kind, [str(write.id)])
        if not found:
            return _receipt(write, Outcome.GONE, "GONE", "The record is deleted.")
        row, expected = found[0], self._now(write.version)
        now = _version(kind, row)
        if expected is not None and expected != now:
            return _receipt(write, Outcome.STALE, _STALE, "The record has moved on.")
        writing = self._writing(json.loads(now))
        if write.op is Op.DELETE:
            writing(f"model.{kind.model}.delete", [row["id"]])
            return Receipt(intent_id=write.intent_id, outcome=Outcome.APPLIED, id=write.id)
        steps = kind.steps(write.values, row) if "status" in write.values else []
        fields = kind.change(write.values, [], row, self._known)
        if fields:
            kind.write(writing, row, fields)
        self._press(kind, steps, row["id"])
        self._remember(kind, now, row["id"])
        return Receipt(intent_id=write.intent_id, outcome=Outcome.APPLIED, id=write.id)

    def _line(self, kind: Kind, write: Write) -> Receipt:
        found = self._by_ids(kind, [str(write.parent_id)])
        if not found:
            return _receipt(write, Outcome.REFUSED, "GONE", "The document is deleted.")
        row, expected = found[0], self._now(write.version)
        now = _version(kind, row)
        lines = {line.id: line for line in kind.lines(row)}
        known = next((line for line in lines.values() if write.key is not None and line.key == write.key), None)
        if write.op is Op.CREATE and known is not None:
            return Receipt(intent_id=write.intent_id, outcome=Outcome.EXISTS, id=known.id)
        if write.op is not Op.CREATE and write.id not in lines:
            return _receipt(write, Outcome.GONE, "GONE", "The line is deleted.")
        if expected is not None and expected != now:
            return _receipt(write, Outcome.STALE, _STALE, "The document has moved on.")
        values = None if write.op is Op.DELETE else write.values
        line = LineWrite(id=write.id if write.op is not Op.CREATE else None, key=write.key, values=values)
        fields = kind.change({}, [line], row, self._known)
        kind.write(self._writing(json.loads(now)), row, fields)
        after = self._remember(kind, now, row["id"])
        made = next((one.id for one in kind.lines(after) if one.key == write.key), None) if after else None
        return Receipt(intent_id=write.intent_id, outcome=Outcome.APPLIED, id=write.id or made)

    def _press(self, kind: Kind, steps: Sequence[str], record: int) -> None:
        for step in steps:
            self._call(f"model.{kind.model}.{step}", [record], writes=True)

    def _writing(self, expected: Mapping[str, str]) -> Callable[..., Any]:
        def call(method: str, *arguments: Any) -> Any:  # noqa: ANN401 - JSON
            return self._call(method, *arguments, versions=expected, writes=not method.endswith("search"))

        return call

    def _by_ids(self, kind: Kind, ids: Sequence[str] | set[str]) -> list[Row]:
        return self._rows(kind, [["id", "in", sorted(int(one) for one in ids)]]) if ids else []

    def _now(self, version: str | None) -> str | None:
        """The version that *version* has become through our own writes alone."""
        with self._lock:
            while version is not None and version in self._moved:
                version = self._moved[version]
        return version

    def _remember(self, kind: Kind, before: str, record: int) -> Row | None:
        found = self._by_ids(kind, [str(record)])
        if found and _version(kind, found[0]) != before:
            with self._lock:
                self._moved[before] = _version(kind, found[0])
        return found[0] if found else None


def _version(kind: Kind, row: Row) -> str:
    return json.dumps(versions(row, kind.model, kind.related), sort_keys=True)


def _receipt(write: Write, outcome: Outcome, code: str, message: str, *, property: str | None = None) -> Receipt:
    problem = Problem(code=code, message=message, property=property, properties=(property,) if property else ())
    culprit = outcome if outcome is not Outcome.REFUSED else Outcome.NOT_APPLIED
    lines = tuple(Receipt(intent_id=line.intent_id, outcome=culprit) for line in write.lines)
    return Receipt(intent_id=write.intent_id, outcome=outcome, id=write.id, problem=problem, lines=lines)
