"""Create documents together with their lines, all or nothing for each document."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import polars as pl

from talk_assets.model.changes import Op, Outcome, Problem, Receipt, Write
from talk_assets.model.errors import PeerAnswerError, PeerUnavailableError
from talk_assets.model.wire import Entity
from talk_assets.systems.port import Page, Reject, Written
from talk_assets.systems.salesforce.columns import Columns
from talk_assets.systems.salesforce.exchange import Failure, exchange, failure_of, receipt, uncertain
from talk_assets.systems.salesforce.ids import id_of
from talk_assets.systems.salesforce.outcomes import DUPLICATE, code_of, errors_in, outcome_of, problem_of
from talk_assets.systems.salesforce.query import among, select, text_literal
from talk_assets.systems.salesforce.rest import Rest, rows_of
from talk_assets.systems.salesforce.write import MOST_RECORDS, edited_by_others, ids_by_key

_OK, _CREATED, _BAD_REQUEST = 200, 201, 400


class DocumentWriter:
    """Sends documents as trees; *relations* names the child relation of each line entity.

    *user* gives the id of the user we are, if known.
    """

    def __init__(
        self,
        *,
        rest: Rest,
        columns: Columns,
        entities: Mapping[str, Entity],
        relations: Mapping[str, str],
        user: Callable[[], str | None],
    ) -> None:
        self._rest = rest
        self._columns = columns
        self._entities = entities
        self._relations = relations
        self._user = user

    def write(self, entity: Entity, batch: Sequence[Write]) -> Written:
        """Create *batch*.

        A tree is created whole or not at all, so the documents that Salesforce names as failing are
        taken out, with the failing line named in their receipts, and the rest is sent again.
        """
        receipts: dict[int, Receipt] = {}
        trees: dict[int, dict[str, Any]] = {}
        for place, write in enumerate(batch):
            try:
                trees[place] = self._tree(entity, write, place)
            except ValueError as error:
                invalid = Failure(outcome=Outcome.REFUSED, problem=Problem(code="INVALID_VALUE", message=str(error)))
                receipts[place] = receipt(write, invalid)
        duplicates: list[int] = []
        while trees:
            judged, found_twice = self._send(entity, batch, trees)
            receipts |= judged
            duplicates += found_twice
            trees = {place: tree for place, tree in trees.items() if place not in judged}
        back = self._read_back(entity, batch, receipts)
        for place in duplicates:
            receipts[place] = _exists(batch[place], receipts[place], back.ids)
        judged_all = tuple(_claimed(receipts[place], back.others) for place in range(len(batch)))
        return Written(receipts=judged_all, stored=back.page)

    def _tree(self, entity: Entity, write: Write, place: int) -> dict[str, Any]:
        if 1 + len(write.lines) > MOST_RECORDS:
            raise ValueError(f"a document may have {MOST_RECORDS - 1} lines when it is created, not {len(write.lines)}")
        tree = _node(entity, f"d{place}") | self._columns.body(entity, write)
        for number, line in enumerate(write.lines):
            child = self._entities[line.entity]
            node = _node(child, f"d{place}l{number}") | self._columns.body(child, line)
            tree.setdefault(self._relations[line.entity], {"records": []})["records"].append(node)
        return tree

    def _send(
        self, entity: Entity, batch: Sequence[Write], trees: Mapping[int, dict[str, Any]]
    ) -> tuple[dict[int, Receipt], list[int]]:
        """Return the receipts that one request settles, and which documents met a duplicate value."""
        body = {"records": list(trees.values())}
        reply = exchange(
            lambda: self._rest.send(f"composite/tree/{entity.resource}", body, kind="create tree"),
            op=Op.CREATE,
            success=(_OK, _CREATED, _BAD_REQUEST),
        )
        results = None
        if not isinstance(reply, Failure):
            results = reply.body.get("results") if isinstance(reply.body, dict) else None
            if not isinstance(results, list):
                reply = (
                    failure_of(reply.status, reply.body, Op.CREATE)
                    if reply.status == _BAD_REQUEST
                    else uncertain("The answer has no results.")
                )
        if isinstance(reply, Failure):
            return {place: receipt(batch[place], reply) for place in trees}, []
        by_name = {r["referenceId"]: r for r in results or () if isinstance(r, dict) and "referenceId" in r}
        if reply.status != _BAD_REQUEST:
            return {place: _created(batch[place], place, by_name) for place in trees}, []
        failed: dict[int, list[tuple[int | None, list[Mapping[str, Any]]]]] = {}
        for name, result in by_name.items():
            place, line = _place_of(name)
            errors = errors_in(result.get("errors"))
            if place in trees and errors:
                failed.setdefault(place, []).append((line, errors))
        if not failed:
            lost = Failure(
                outcome=Outcome.REFUSED,
                problem=Problem(code="UNKNOWN", message="Salesforce refused the documents and named none."),
            )
            return {place: receipt(batch[place], lost) for place in trees}, []
        duplicates = [
            place
            for place, problems in failed.items()
            if any(code_of(error) == DUPLICATE for _, errors in problems for error in errors)
        ]
        return {place: _refused(batch[place], problems) for place, problems in failed.items()}, duplicates

    def _read_back(self, entity: Entity, batch: Sequence[Write], receipts: Mapping[int, Receipt]) -> "_ReadBack":
        children = {line.entity: self._entities[line.entity] for write in batch for line in write.lines}
        keys = [
            text_literal(write.key)
            for place, write in enumerate(batch)
            if write.key is not None and receipts[place].outcome in {Outcome.APPLIED, Outcome.REFUSED}
        ]
        found: dict[str, list[Any]] = {name: [] for name in (entity.name, *children)}
        if keys and entity.key_path is not None:
            parts = [
                self._rest.query_part(
                    entity.name,
                    select(
                        self._columns.names_with_editor(entity), entity.resource, where=among(entity.key_path, keys)
                    ),
                )
            ]
            for child in children.values():
                owner = f"{_relation(child.parent_path or '')}.{entity.key_path}"
                soql = select(self._columns.names_with_editor(child), child.resource, where=among(owner, keys))
                parts.append(self._rest.query_part(child.name, soql))
            try:
                for name, answer in self._rest.composite_read(parts, kind="query").items():
                    found[name] = rows_of(answer.body)[0] if answer.ok else []
            except (PeerUnavailableError, PeerAnswerError):
                found = {name: [] for name in found}
        ids: dict[str, str] = {}
        others: set[str] = set()
        frames: dict[str, pl.DataFrame] = {}
        rejects: list[Reject] = []
        for owner_entity in (entity, *children.values()):
            ids |= ids_by_key(owner_entity, found[owner_entity.name])
            others |= edited_by_others(found[owner_entity.name], self._user())
            decoded = self._columns.decode(owner_entity, found[owner_entity.name])
            frames[owner_entity.name] = decoded.frame
            rejects += decoded.rejects
        return _ReadBack(page=Page(frames=frames, rejects=tuple(rejects)), ids=ids, others=frozenset(others))


@dataclass(frozen=True, kw_only=True)
class _ReadBack:
    """Documents and lines as stored, record ids by key, and which someone else has changed since."""

    page: Page
    ids: dict[str, str]
    others: frozenset[str]


def _claimed(made: Receipt, others: frozenset[str]) -> Receipt:
    lines = tuple(_claimed(line, others) for line in made.lines)
    return replace(made, lines=lines, ours=made.id not in others)


def _node(entity: Entity, name: str) -> dict[str, Any]:
    return {"attributes": {"type": entity.resource, "referenceId": name}}


def _place_of(name: object) -> tuple[int, int | None]:
    """Return a document's place, and the line's within it, of a reference like ``d3l2``."""
    document, _, line = str(name).removeprefix("d").partition("l")
    return (
        int(document) if document.isdigit() else -1,
        int(line) if line.isdigit() else None,
    )


def _created(write: Write, place: int, by_name: Mapping[str, Mapping[str, Any]]) -> Receipt:
    def one(of: Write, name: str, lines: tuple[Receipt, ...] = ()) -> Receipt:
        found = by_name.get(name, {}).get("id")
        record_id = id_of(found) if isinstance(found, str) else None
        if record_id is None:
            return receipt(of, uncertain("The answer has no id for the record."))
        return Receipt(intent_id=of.intent_id, outcome=Outcome.APPLIED, id=record_id, lines=lines)

    lines = tuple(one(line, f"d{place}l{number}") for number, line in enumerate(write.lines))
    return one(write, f"d{place}", lines)


def _refused(write: Write, problems: Sequence[tuple[int | None, list[Mapping[str, Any]]]]) -> Receipt:
    by_line = dict(problems)
    untouched = Failure(
        outcome=Outcome.NOT_APPLIED,
        problem=Problem(code="DOCUMENT_REFUSED", message="The document was not created."),
    )
    lines = tuple(
        receipt(line, Failure(outcome=outcome_of(by_line[n], Op.CREATE), problem=problem_of(by_line[n])))
        if n in by_line
        else receipt(line, untouched)
        for n, line in enumerate(write.lines)
    )
    number, errors = min(problems, key=lambda item: -1 if item[0] is None else item[0])
    problem = problem_of(errors)
    if number is not None:
        inner = f".{problem.property}" if problem.property else ""
        problem = Problem(code=problem.code, message=problem.message, property=f"lines.{number}{inner}")
    # One document is refused as soon as any part of it is; only a wholly passing cause helps later.
    outcomes = {outcome_of(errors, Op.CREATE) for _, errors in problems}
    outcome = Outcome.REFUSED if Outcome.REFUSED in outcomes else outcomes.pop()
    return Receipt(intent_id=write.intent_id, outcome=outcome, problem=problem, lines=lines)


def _exists(write: Write, refused: Receipt, ids: Mapping[str, str]) -> Receipt:
    """Return EXISTS where the document's own key was found; otherwise it stays refused."""
    record_id = ids.get((write.key or "").lower())
    if record_id is None:
        return refused
    lines = tuple(
        Receipt(intent_id=line.intent_id, outcome=Outcome.EXISTS, id=ids[(line.key or "").lower()])
        if (line.key or "").lower() in ids
        else lost
        for line, lost in zip(write.lines, refused.lines, strict=True)
    )
    return Receipt(
        intent_id=write.intent_id, outcome=Outcome.EXISTS, id=record_id, problem=refused.problem, lines=lines
    )


def _relation(parent_path: str) -> str:
    """Return the relation that a reference field is followed by."""
    custom = parent_path.removesuffix("__c")
    return f"{custom}__r" if custom != parent_path else parent_path.removesuffix("Id")
