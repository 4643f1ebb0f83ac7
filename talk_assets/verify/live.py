"""Work through the checklist on probes: write on one end, run the sync, look at the other, clean up.

The sync that is run is the real one, in a store of its own and with ends of which it sees the probes only, so that
nothing else is read into decisions or written. The caller holds the lock of the real store all the while: no other
run meets the probes before they are gone.
"""

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from talk_assets.automation.cycle import run_cycle
from talk_assets.model.errors import TalkError
from talk_assets.model.fingerprint import fingerprint
from talk_assets.model.pair import EntityPair
from talk_assets.model.system import System
from talk_assets.session import Session
from talk_assets.store import raw
from talk_assets.store.database import Database
from talk_assets.verify import judge
from talk_assets.verify.checklist import Row, checklist
from talk_assets.verify.cleaning import clean
from talk_assets.verify.fence import DescribedFence, fenced
from talk_assets.verify.passive import chosen
from talk_assets.verify.probe import Probe
from talk_assets.verify.probes import Probes
from talk_assets.verify.results import Finding, Item, Operation, Outcome, Results
from talk_assets.verify.values import Values, locking

Say = Callable[[str], None]
_LOG = logging.getLogger(__name__)
TIME_WAS_UP = "the time for this verification was up"


def needed(pairs: dict[str, EntityPair], asked: Sequence[EntityPair]) -> list[EntityPair]:
    """*asked* and what their records refer to, in run order."""
    names = {p.name for p in asked}
    while more := {
        p.reference
        for name in names
        for pair in (pairs[name], *(c for c in pairs.values() if c.parent == name))
        for p in pair.references
        if p.reference and p.reference not in names
    }:
        names |= more
    return [p for p in pairs.values() if p.name in names or p.parent in names]


@dataclass(kw_only=True)
class _Pass:
    """One pass under way."""

    session: Session
    probes: Probes
    pairs: list[EntityPair]
    rows: list[Row]
    deadline: datetime
    say: Say
    found: dict[Item, Finding] = field(default_factory=dict)

    def run(self) -> None:
        documents = [pair for pair in self.pairs if pair.parent is None]
        self.say("making probes on both ends")
        for pair in documents:
            for origin in System:
                self.probes.create(pair, origin)
        self._sync(Operation.CREATE, "bringing new probes across")
        self._change("changing the probes", Operation.UPDATE, self.probes.update_all)
        self._change("clearing what may be empty", Operation.CLEAR, self.probes.clear_all)
        if any(locking(pair, p) for pair in self.pairs for p in pair.properties):
            self._change("moving statuses that lock records", Operation.UPDATE, self.probes.lock_all)

    def _change(self, what: str, operation: Operation, act: Callable[[Sequence[Probe]], None]) -> None:
        if self.session.clock() > self.deadline:
            return
        self.say(what)
        # Lines first: a document's status may lock them.
        act(list(reversed(self.probes.of(self.pairs))))
        self._sync(operation, f"{what}: bringing it across")

    def _sync(self, operation: Operation, what: str) -> None:
        self.say(what)
        names = [pair.name for pair in self.pairs if pair.parent is None]
        report = run_cycle(self.session, pairs=names)
        open_items = {row.item for row in self.rows if row.untestable is None and row.item.operation is operation}
        seen = judge.looks(self.session, self.probes.of(self.pairs))
        fills: dict[judge.Filled, object] = {}
        for probe, look in seen if operation is Operation.CLEAR else ():
            fills |= judge.filled(probe, look)
        for probe, look in seen:
            asked = [item for item in _items(probe, operation) if item in open_items]
            for finding in judge.judged(probe, asked, look, waiting=report.waiting, fills=fills):
                self.found[finding.item] = finding


def _items(probe: Probe, operation: Operation) -> list[Item]:
    """The items that the last step was about."""
    if (operation, None) in probe.refused:
        return []
    worked_out = {p.name for p in probe.pair.properties if p.derived} if operation is Operation.CREATE else set()
    return [
        Item(pair=probe.pair.name, property=name, origin=probe.origin, operation=operation)
        for name in probe.pair.names
        if name in probe.turned or name in worked_out
    ]


def verify_live(
    main: Session, names: Sequence[str] | None, *, tag: str, deadline: datetime, say: Say = lambda _: None
) -> Results:
    """Work through the checklist of the pairs *names* (None: all) with probes marked by *tag*.

    *main* is a session on the real store, which is only asked how far its ends were read. No step begins after
    *deadline*; what was made by then is cleaned up all the same.
    """
    started = main.clock()
    pairs = dict(main.pairs)
    asked = chosen(pairs, names)
    working = needed(pairs, asked)
    fences = {system: fenced(main.ends[system], since=_cursors(main, system)) for system in System}
    with Database(None) as db:
        session = Session(
            db=db,
            ends=fences,
            clock=main.clock,
            random=main.random,
            pairs=main.pairs,
            lookups=main.lookups,
            options=main.options,
        )
        session.begin()
        shown = _shown(session, working)
        rows = list(checklist(asked, shown))
        absent = {name for (name, _), paths in shown.items() if paths == frozenset()}
        working = [pair for pair in working if not {pair.name, pair.parent} & absent]
        probes = Probes(session=session, values=_values(session, working, tag), tag=tag)
        run = _Pass(session=session, probes=probes, pairs=working, rows=rows, deadline=deadline, say=say)
        broken: str | None = None
        left: list[str] = []
        try:
            run.run()
        except TalkError as error:
            broken = str(error)
        finally:
            say("cleaning up")
            made = sum(len(ids) for fence in fences.values() for ids in fence.probes.values())
            left = clean(session, fences, working, tag=tag)
            for one in left:
                # Even where a bug or a person ends the process, what is left must be told.
                _LOG.warning("A probe could not be cleaned up, delete it by hand: %s", one)
    return Results(
        live=True,
        tag=tag,
        version=fingerprint(list(main.pairs.values())),
        started=started,
        seconds=(main.clock() - started).total_seconds(),
        findings=tuple(_finding(row, run, broken) for row in rows),
        broken=broken,
        left=tuple(left),
        made=made,
    )


def _finding(row: Row, run: _Pass, broken: str | None) -> Finding:
    if row.untestable is not None:
        return Finding(item=row.item, outcome=Outcome.NOT_TESTABLE, reason=row.untestable)
    if row.item in run.found:
        return run.found[row.item]
    probe = run.probes.all.get((row.item.pair, row.item.origin))
    reason = TIME_WAS_UP if broken is None else "the verification ended early"
    if probe is not None and (told := judge.untried(probe, row.item)) is not None:
        reason = told
    return Finding(item=row.item, outcome=Outcome.NOT_TESTABLE, reason=reason)


def _cursors(main: Session, system: System) -> dict[str, str]:
    """How far the real store read each kind of record: the probes are made after that."""
    entities = [
        main.entity(pair, system) for pair in main.pairs.values() if pair.parent is None or system == "salesforce"
    ]
    entities += [lookup for lookup in main.lookups.values() if lookup.system is system]
    return {one.name: cursor for one in entities if (cursor := raw.cursor(main.db, one)) is not None}


def _shown(session: Session, pairs: Sequence[EntityPair]) -> dict[tuple[str, System], frozenset[str] | None]:
    return {
        (pair.name, system): session.ends[system].shown(session.entity(pair, system))
        for pair in pairs
        for system in System
        if pair.parent is None or system is System.SALESFORCE
    }


def _values(session: Session, pairs: Sequence[EntityPair], tag: str) -> dict[System, Values]:
    salesforce = session.ends[System.SALESFORCE]
    shapes = {}
    if isinstance(salesforce, DescribedFence):
        entities = {pair.name: session.entity(pair, System.SALESFORCE) for pair in pairs}
        shapes = {name: salesforce.shape(one) for name, one in entities.items() if salesforce.shown(one) != frozenset()}
    currency = next((i.currency for i in session.identities.values() if i.currency), "USD")
    today = session.clock().date()
    return {s: Values(tag=tag, origin=s, today=today, currency=currency, shapes=shapes) for s in System}
