"""Clean up: delete the probes of a pass from both ends, whatever became of them."""

from collections.abc import Iterator

import polars as pl

from talk_assets.mapped.encode import encode
from talk_assets.mapped.stage import create_key
from talk_assets.model.changes import Op, Outcome, Receipt, Write
from talk_assets.model.errors import TalkError
from talk_assets.model.pair import EntityPair
from talk_assets.model.system import System
from talk_assets.model.wire import Entity
from talk_assets.session import Session
from talk_assets.verify.checklist import codes
from talk_assets.verify.fence import Fence

_LOOKUPS = ("opportunity", "account")
"""What was made beside the records; a price book entry goes with its product."""


def clean(session: Session, fences: dict[System, Fence], pairs: list[EntityPair], *, tag: str) -> list[str]:
    """Delete all probes of *pairs*; what is left, each with why."""
    left: list[str] = []
    documents = [pair for pair in pairs if pair.parent is None]
    for system, fence in fences.items():
        for pair in documents:
            left += _find_made(session, fence, pair, fences[system.other])
        for entity, declared in _deletable(session, system, documents):
            for record in list(fence.probes.get(entity.name, ())):
                why = _removed(fence, entity, declared, record, tag=tag)
                if why is None:
                    fence.forget(entity.name, [record])
                else:
                    left.append(f"{system.title} {entity.resource} {record}: {why}")
    return left


def _deletable(
    session: Session, system: System, documents: list[EntityPair]
) -> Iterator[tuple[Entity, EntityPair | None]]:
    for pair in reversed(documents):
        yield session.entity(pair, system), pair
    if system is System.SALESFORCE:
        for name in _LOOKUPS:
            yield session.lookups[name], None


def _find_made(session: Session, fence: Fence, pair: EntityPair, other: Fence) -> list[str]:
    """Note copies of probes that were made without an answer to tell of it: they carry keys that can be worked out."""
    system = fence.system
    tenant = session.identities[system.other].tenant
    keys = [create_key(tenant, system.other, pair.name, record) for record in other.probes.get(pair.name, ())]
    if not keys or not fence.capabilities.keeps_keys:
        return []
    try:
        fence.read(session.entity(pair, system), keys=keys)
    except TalkError as error:
        return [f"{system.title} {pair.resource(system)}: copies could not be looked for ({error})"]
    return []


def _removed(fence: Fence, entity: Entity, pair: EntityPair | None, record: str, *, tag: str) -> str | None:
    """Delete one record; why it is still there, None if it is gone."""
    try:
        receipt = _delete(fence, entity, record, tag=tag)
        if receipt.outcome not in {Outcome.APPLIED, Outcome.GONE} and pair is not None and pair.status is not None:
            # A status may forbid it, as Salesforce does of an activated order.
            _unlock(fence, entity, pair, record, tag=tag)
            receipt = _delete(fence, entity, record, tag=tag)
    except TalkError as error:
        return str(error)
    if receipt.outcome in {Outcome.APPLIED, Outcome.GONE}:
        return None
    return receipt.outcome.value if receipt.problem is None else f"{receipt.problem.code}: {receipt.problem.message}"


def _delete(fence: Fence, entity: Entity, record: str, *, tag: str) -> Receipt:
    write = Write(
        intent_id=f"verify-{tag}-delete-{entity.name}-{record}"[:64],
        entity=entity.name,
        op=Op.DELETE,
        values={},
        id=record,
        version=_version(fence, entity, record),
    )
    (receipt,) = fence.write(entity, [write]).receipts
    return receipt


def _unlock(fence: Fence, entity: Entity, pair: EntityPair, record: str, *, tag: str) -> None:
    rule = pair.status
    if rule is None:
        return
    p, system = pair.by_name[rule.property], fence.system
    frozen = set().union(*rule.freezes_record.values(), *rule.freezes_lines.values())
    free = next(code for code in codes(p) if code not in frozen)
    text = encode(pair, system, pl.DataFrame({"_id": [record], p.name: [free]}), [p.name]).row(0, named=True)[p.name]
    write = Write(
        intent_id=f"verify-{tag}-unlock-{record}"[:64],
        entity=entity.name,
        op=Op.UPDATE,
        values={p.side(system).path: text},
        id=record,
        version=_version(fence, entity, record),
    )
    fence.write(entity, [write])


def _version(fence: Fence, entity: Entity, record: str) -> str | None:
    found = fence.read(entity, ids=[record]).frames[entity.name]["_version"].to_list()
    return found[0] if found else None
