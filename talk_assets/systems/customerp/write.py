"""Send batches of operations to Customerp and judge each by its own result."""

import re
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from threading import Lock
from typing import Any

from talk_assets.model.changes import Op, Outcome, Problem, Receipt, Write
from talk_assets.model.errors import PeerAnswerError, PeerUnavailableError
from talk_assets.model.wire import Entity
from talk_assets.systems.customerp.documents import LAYOUT, merged
from talk_assets.systems.customerp.ids import id_of
from talk_assets.systems.customerp.operations import operation, receipt_of, with_existing_lines
from talk_assets.systems.customerp.outcomes import existing_id, outcome_of, problem_of
from talk_assets.systems.customerp.profile import Profile
from talk_assets.systems.customerp.reader import Reader
from talk_assets.systems.customerp.sending import Sender, Told
from talk_assets.systems.http import HttpClient
from talk_assets.systems.port import Page, Written

MOST_OPERATIONS = 500
_MOST_CALLS, _MOST_UNCOMPARED = 50, 10
_MOST_PASSES = 10
_VERSION = re.compile(r"[0-9]{1,18}")
_ANY_STAMP = "1970-01-01T00:00:00Z"
_WORTH_READING = frozenset({Outcome.APPLIED, Outcome.EXISTS, Outcome.STALE, Outcome.GONE})


@dataclass(frozen=True, kw_only=True)
class _Result:
    outcome: Outcome
    record: Any = None
    id: str | None = None
    problem: Problem | None = None
    version: int | None = None


class Writer:
    """Writes through one client; several threads may write different documents side by side."""

    def __init__(
        self,
        *,
        client: HttpClient,
        documents: Mapping[str, Entity],
        reader: Reader,
        profile: Callable[[], Profile],
    ) -> None:
        self._client = client
        self._documents = documents
        self._reader = reader
        self._profile = profile
        self._lock = Lock()
        self._moved: dict[tuple[str, str], int] = {}

    @property
    def most(self) -> int:
        """How many writes one batch may have.

        Without batches on the other side each is a call of its own; and where versions cannot be compared, what
        was there before is read directly before them.
        """
        profile = self._profile()
        return MOST_OPERATIONS if profile.batch else _MOST_CALLS if profile.etag else _MOST_UNCOMPARED

    def write(self, entity: Entity, batch: Sequence[Write]) -> Written:
        """Apply *batch*.

        The operations on one document expect the versions that those before them make. Where one
        of them is refused, the rest are sent again with the version there is.
        """
        document = self._documents.get(entity.name)
        results: dict[int, _Result] = {}
        before = self._before(document or entity, batch)
        pending = list(range(len(batch)))
        for _ in range(_MOST_PASSES):
            judged = self._pass(entity, document, batch, pending)
            results |= judged
            pending = _misled(batch, pending, judged) if document else []
            if not pending:
                break
        stored = self._stored(entity, document, batch, results)
        receipts = tuple(
            with_existing_lines(_receipt(write, results[place]), write, stored) for place, write in enumerate(batch)
        )
        others = _edited_by_others(document or entity, batch, results, stored)
        if document and not self._profile().etag:
            others = self._edited_lines(entity, batch, results, stored)
        of_document = document is not None and self._profile().etag
        receipts = tuple(
            replace(receipt, ours=(write.parent_id if of_document else receipt.id) not in others)
            for receipt, write in zip(receipts, batch, strict=True)
        )
        return Written(receipts=receipts, stored=stored, before=before)

    def _pass(
        self, entity: Entity, document: Entity | None, batch: Sequence[Write], places: Sequence[int]
    ) -> dict[int, _Result]:
        results: dict[int, _Result] = {}
        operations: list[dict[str, Any]] = []
        sent: list[int] = []
        planned: dict[str, int] = {}
        for place in places:
            write = batch[place]
            owner = (write.parent_id if document else write.id) or ""
            version: int | str | None = write.version if self._profile().etag else None
            if owner and version is not None:
                version = planned[owner] if owner in planned else self._now(owner, write.version)
            try:
                operations.append(operation(entity, write, document=document, version=version, profile=self._profile()))
            except ValueError as error:
                problem = Problem(code="INVALID_VALUE", message=str(error))
                results[place] = _Result(outcome=Outcome.REFUSED, problem=problem)
                continue
            sent.append(place)
            if owner and version is not None and _VERSION.fullmatch(str(version)):
                planned[owner] = int(version) + 1
        if operations:
            creates = [batch[place].op is Op.CREATE for place in sent]
            told = Sender(self._client, self._profile()).send(operations, creates=all(creates))
            judged = [_judged(one, create=create) for one, create in zip(told, creates, strict=True)]
            results |= dict(zip(sent, judged, strict=True))
            self._remember(document, batch, sent, operations, results)
        return results

    def _now(self, owner: str, version: str | None) -> str | None:
        """Return the version that *version* has become through our own writes alone."""
        with self._lock:
            while version is not None and (owner, version) in self._moved:
                version = str(self._moved[owner, version])
        return version

    def _remember(
        self,
        document: Entity | None,
        batch: Sequence[Write],
        sent: Sequence[int],
        operations: Sequence[Mapping[str, Any]],
        results: Mapping[int, _Result],
    ) -> None:
        with self._lock:
            for place, request in zip(sent, operations, strict=True):
                result, write = results[place], batch[place]
                owner = write.parent_id if document else write.id
                if owner and result.version is not None and "ifMatch" in request:
                    before = str(request["ifMatch"])
                    if before != str(result.version):
                        self._moved[owner, before] = result.version

    def _stored(
        self, entity: Entity, document: Entity | None, batch: Sequence[Write], results: Mapping[int, _Result]
    ) -> Page:
        owner = document or entity
        pages: list[Page] = []
        again: dict[str, None] = {}
        answered: list[Any] = []
        for place, write in enumerate(batch):
            result = results[place]
            if document:
                again |= {write.parent_id: None} if write.parent_id else {}
            elif result.record is not None:
                answered.append(result.record)
            elif result.outcome in _WORTH_READING and (result.id or write.id):
                again |= {str(result.id or write.id): None}
        if answered:
            pages.append(self._reader.page_of(owner, answered))
        again = {record: None for record in again if id_of(record) is not None}
        if again:
            # The receipts stand by themselves; the next fetch brings what could not be read back.
            with suppress(PeerUnavailableError, PeerAnswerError):
                pages.append(self._reader.by_ids(owner, list(again)))
        return merged(owner, pages)

    def _before(self, owner: Entity, batch: Sequence[Write]) -> Page | None:
        """Return the records as they are directly before they are written, where the end cannot compare."""
        ids = dict.fromkeys(one for write in batch if (one := write.parent_id or write.id) and id_of(one))
        if self._profile().etag or not ids or all(write.op is Op.CREATE for write in batch):
            return None
        return self._reader.by_ids(owner, list(ids))

    def _edited_lines(
        self,
        entity: Entity,
        batch: Sequence[Write],
        results: Mapping[int, _Result],
        stored: Page,
    ) -> frozenset[str]:
        """Return the ids of lines that are stored otherwise than the answer to our write said."""
        answered = [
            results[place].record | {LAYOUT.stamp: _ANY_STAMP, LAYOUT.deleted: False}
            for place in range(len(batch))
            if results[place].record is not None
        ]
        ours = self._reader.page_of(replace(entity, children=()), answered).frames[entity.name]
        columns = ["_id", *entity.paths]
        same = ours.join(stored.frames[entity.name].select(columns), on=columns, how="semi", nulls_equal=True)
        return frozenset(ours["_id"].to_list()) - frozenset(same["_id"].to_list())


def _judged(told: Told, *, create: bool) -> _Result:
    if told.outcome is not None:
        return _Result(outcome=told.outcome, problem=told.problem)
    return _judge(told.item, create=create)


def _judge(item: Any, *, create: bool) -> _Result:  # noqa: ANN401 - JSON
    status = item.get("status") if isinstance(item, dict) else None
    if not isinstance(status, int):
        shapeless = Problem(code="RESULT_SHAPE", message="The result has no status.")
        return _Result(outcome=Outcome.AMBIGUOUS, problem=shapeless)
    given = item.get("problem")
    problem = given if isinstance(given, dict) else {}
    outcome = outcome_of(status, problem, create=create)
    if outcome is Outcome.APPLIED:
        record = item.get("record")
        record = record if isinstance(record, dict) else None
        record_id = record.get(LAYOUT.id) if record else None
        if (record_id is not None or create) and (not isinstance(record_id, str) or id_of(record_id) is None):
            shapeless = Problem(code="RESULT_SHAPE", message="The result's record has no usable id.")
            return _Result(outcome=Outcome.AMBIGUOUS, problem=shapeless)
        return _Result(outcome=outcome, record=record, id=record_id, version=_version(item.get("etag")))
    if outcome is Outcome.EXISTS:
        return _Result(outcome=outcome, id=existing_id(problem), problem=problem_of(status, problem))
    return _Result(outcome=outcome, problem=problem_of(status, problem))


def _edited_by_others(
    owner: Entity, batch: Sequence[Write], results: Mapping[int, _Result], stored: Page
) -> frozenset[str]:
    """Return the ids of records stored in a version that our last write to them did not make."""
    last: dict[str, str] = {}
    for place, write in enumerate(batch):
        result = results[place]
        record = write.parent_id or result.id or write.id
        if result.outcome is Outcome.APPLIED and record and result.version is not None:
            last[record] = str(result.version)
    rows = stored.frames[owner.name].select("_id", "_version").iter_rows()
    return frozenset(record for record, version in rows if record in last and last[record] != version)


def _version(etag: object) -> int | None:
    text = etag.strip('"') if isinstance(etag, str) else ""
    return int(text) if _VERSION.fullmatch(text) else None


def _receipt(write: Write, result: _Result) -> Receipt:
    return receipt_of(write, result.outcome, id=result.id or write.id, problem=result.problem, record=result.record)


def _misled(batch: Sequence[Write], places: Sequence[int], results: Mapping[int, _Result]) -> list[int]:
    """Return the writes that were stale only because one before them, on the same document, failed."""
    failed: dict[str | None, bool] = {}
    again = []
    for place in places:
        owner, outcome = batch[place].parent_id, results[place].outcome
        if outcome is Outcome.STALE and failed.get(owner):
            again.append(place)
        elif outcome is not Outcome.APPLIED and owner not in failed:
            failed[owner] = outcome in {Outcome.REFUSED, Outcome.GONE, Outcome.EXISTS, Outcome.NOT_APPLIED}
    return again
