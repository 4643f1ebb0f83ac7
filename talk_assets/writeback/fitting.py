"""What an end's own description rules out is not sent: it waits, with the field, the reason and what to do.

The description may change at any time, so what waits is looked at anew in each run.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from talk_assets.model.changes import Op, Outcome, Problem, Receipt, Write
from talk_assets.model.shape import ObjectShape
from talk_assets.model.wire import Entity
from talk_assets.session import Session
from talk_assets.store import changes
from talk_assets.systems.port import Describes
from talk_assets.writeback.prepare import intent_id, path_of
from talk_assets.writeback.prepared import Prepare, Prepared
from talk_assets.writeback.receipts import Results

CODE = "FIELD_DOES_NOT_FIT"
_ACTION = {Op.CREATE: "created", Op.UPDATE: "changed", Op.DELETE: "deleted"}


@dataclass(frozen=True, kw_only=True)
class Misfit:
    """A value that the end's description rules out; *path* is None where it is the whole write."""

    path: str | None
    reason: str


def misfits(entity: Entity, shape: ObjectShape, write: Write) -> list[Misfit]:
    """Return what of *write* the description rules out; what it does not show at all is not judged here."""
    allowed = {Op.CREATE: shape.createable, Op.UPDATE: shape.updateable, Op.DELETE: shape.deletable}
    # Some objects take no updates or deletions by themselves, but do as part of a document.
    if not allowed[write.op] and entity.parent_path is None:
        what = f"{entity.system.title} {entity.resource}: records cannot be {_ACTION[write.op]} by the integration user"
        return [Misfit(path=None, reason=f"{what}. Give it that permission on the object; each run tries again.")]
    if write.op is Op.DELETE:
        return []
    texts = dict(write.values)
    if write.op is Op.CREATE and entity.key_path is not None and write.key is not None:
        texts[entity.key_path] = write.key
    found = []
    for path, text in texts.items():
        field = shape.fields.get(path)
        why = None if field is None else field.refuses(text, create=write.op is Op.CREATE)
        if why is not None:
            told = f"{entity.system.title} {entity.resource}.{path}: {why}, so nothing was sent."
            found.append(Misfit(path=path, reason=f"{told} Change the field or the declaration; each run tries again."))
    return found


def fitting(session: Session, ready: Prepare, results: Results) -> Prepare:
    """Return what of *ready* can be sent; the rest is parked with its reason."""
    port = session.ends[ready.system]
    if not isinstance(port, Describes):
        return ready
    pairs = (ready.pair, *session.children(ready.pair))
    shapes = {pair.name: (entity := session.entity(pair, ready.system), port.shape(entity)) for pair in pairs}
    writes = []
    for one in ready.writes:
        parts = (one.write, *one.write.lines)
        ruled_out = [misfit for part in parts for misfit in misfits(*shapes[part.entity], part)]
        if not ruled_out:
            writes.append(one)
            continue
        whole = ready.op is not Op.UPDATE or any(misfit.path is None for misfit in ruled_out)
        if whole:
            changes.park(session.db, ready.pair, ready.system, {one.origin_id: ruled_out[0].reason})
            results.later.add(one.origin_id)
            continue
        rest = _without(session, ready, one, ruled_out)
        if rest is not None:
            writes.append(rest)
    return replace(ready, writes=tuple(writes))


def refused(session: Session, entity: Entity, write: Write) -> Receipt | None:
    """Return the receipt of a write that the end's description rules out, None where it may be sent."""
    port = session.ends[entity.system]
    found = misfits(entity, port.shape(entity), write) if isinstance(port, Describes) else []
    if not found:
        return None
    problem = Problem(code=CODE, message=found[0].reason)
    return Receipt(intent_id=write.intent_id, outcome=Outcome.REFUSED, id=write.id, problem=problem)


def _without(session: Session, ready: Prepare, one: Prepared, ruled_out: Sequence[Misfit]) -> Prepared | None:
    """The update without what is ruled out, whose changes are parked; None where nothing is left of it."""
    reasons = {misfit.path: misfit.reason for misfit in ruled_out}
    for name in one.properties:
        path = path_of(ready.pair.by_name[name], ready.system)
        if path in reasons:
            changes.park(session.db, ready.pair, ready.system, {one.origin_id: reasons[path]}, property=name)
    properties = tuple(n for n in one.properties if path_of(ready.pair.by_name[n], ready.system) not in reasons)
    values = {path: text for path, text in one.write.values.items() if path not in reasons}
    if not values:
        return None
    intent = intent_id(session, ready.system, Op.UPDATE, str(one.link_id), values)
    return replace(one, write=replace(one.write, values=values, intent_id=intent), properties=properties)
