"""Doorbells: they ask an end's cheap change head and request a run. They never open the store.

A sensor's cursor is kept when a run was requested, whether or not that run then succeeds, so it can
be no more than the last ring heard. How far an end was really read is kept in the store, with the rows.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import replace
from pathlib import Path

import dagster as dg
from dagster._core.storage.tags import HIDDEN_TAG_PREFIX

from talk_assets.automation.ear import Ear, Heard, ear, has_rung
from talk_assets.automation.jobs import Job, job_name
from talk_assets.automation.listening import BRIEF, Around, Bell, Busy, Clock, attend
from talk_assets.automation.pace import Pace
from talk_assets.automation.seen import with_seen
from talk_assets.entities import entity_of, lookups_of
from talk_assets.model.disclosure import redacted
from talk_assets.model.errors import TalkError
from talk_assets.model.pair import EntityPair
from talk_assets.model.system import System
from talk_assets.model.wire import Entity
from talk_assets.systems.port import SystemPort

OpenEnd = Callable[[System], AbstractContextManager[SystemPort]]
Evaluation = Callable[[dg.SensorEvaluationContext], dg.SensorResult | dg.SkipReason]
RING_TAG = f"{HIDDEN_TAG_PREFIX}talk_ring"
TURN_SECONDS = 4.7
"""How long a sensor listens: the daemon looks for sensors to evaluate every five seconds."""
LONG_POLL = 4.0
"""How long an end may hold the answer to one look; less than a turn, for the looks around it."""
_RUNS_SHOW_SECONDS = 2.0


def doorbells(
    bell: Bell,
    targets: Sequence[Job],
    opened: OpenEnd,
    *,
    turn: float = TURN_SECONDS,
    clock: Clock | None = None,
) -> Iterable[dg.SensorDefinition]:
    """Return the sensor that rings for what moves in *bell*'s end, which *opened* gives access to, and its relief.

    A sensor that rings is not evaluated again before the daemon's next round; its relief listens for the rest of it.
    """
    name = f"{bell.system}_doorbell"
    asks = f"Asks {bell.system.title} whether anything moved, and requests a sync of the pairs that did. "
    for own, doc in (
        (name, f"{asks}The first time it requests a sync of everything."),
        (f"{name}_relief", f"{asks}Listens while {name}, which has just rung, waits for its next turn."),
    ):
        yield dg.SensorDefinition(
            name=own,
            jobs=targets,
            evaluation_fn=_evaluation(own, bell, opened, turn=turn, clock=clock or Clock()),
            # One second less than a round of the daemon, which would otherwise now and then come too early for it.
            minimum_interval_seconds=max(1, int(bell.pace.quiet.total_seconds()) - 1) if bell.wait else 1,
            default_status=dg.DefaultSensorStatus.RUNNING,
            description=doc,
        )


def _evaluation(name: str, bell: Bell, opened: OpenEnd, *, turn: float, clock: Clock) -> Evaluation:
    def evaluate(context: dg.SensorEvaluationContext) -> dg.SensorResult | dg.SkipReason:
        until = clock.timer() + turn
        folder = Path(context.instance.root_directory)
        around = Around(
            busy=lambda: Busy.now(context.instance),
            rung=lambda since: has_rung(folder, bell.system, since=since),
            seen=lambda tokens: with_seen(tokens, folder, bell.system),
            clock=clock,
        )
        with ear(folder, bell.system, until=until, timer=clock.timer, sleep=clock.sleep) as held:
            if held is None:
                return dg.SkipReason(f"Another doorbell listens to {bell.system.title}.")
            known = trusted(held, Heard.parse(context.cursor), context.instance, clock)
            try:
                with opened(bell.system) as port:
                    turned = attend(port, bell, known, until=until, around=around)
            except TalkError as error:
                # The next listener asks it no sooner than if it had answered.
                held.hand_on(replace(known, looked=clock.now()))
                return dg.SkipReason(f"{bell.system.title} was not asked, or did not answer: {redacted(str(error))}")
            ring = f"{name} {clock.now():.3f}" if turned.jobs else ""
            heard = replace(turned.heard, ring=ring, runs=len(turned.jobs))
            context.update_cursor(heard.as_text())
            held.hand_on(heard)
        if turned.jobs:
            tags = {RING_TAG: ring}
            return dg.SensorResult(run_requests=[dg.RunRequest(job_name=job, tags=tags) for job in turned.jobs])
        return dg.SkipReason(turned.reason)

    return evaluate


def trusted(held: Ear, own: Heard, instance: dg.DagsterInstance, clock: Clock) -> Heard:
    """What the last listener handed on, if the runs it requested are there; otherwise a sensor's *own* cursor.

    A cursor says no more than that somebody asked for runs: until they are there, nothing was rung for.
    """
    left = held.left
    if not left.tokens:
        return own
    until = clock.timer() + _RUNS_SHOW_SECONDS
    while left.ring and instance.get_runs_count(filters=dg.RunsFilter(tags={RING_TAG: left.ring})) < left.runs:
        if clock.timer() >= until:
            return own
        clock.sleep(BRIEF)
    return left


def bell_for(system: System, pairs: Mapping[str, EntityPair], *, pace: Pace, wait: float = 0.0) -> Bell:
    """Return what to listen to in *system*: all that *pairs* are read from there.

    Customerp's lines move with their documents, Salesforce's by themselves.
    """
    heads: dict[str, Entity] = {}
    jobs: dict[str, list[str]] = {}
    for pair in pairs.values():
        read = [one for one in lookups_of(pair) if one.system is system]
        if pair.parent is None or system is System.SALESFORCE:
            read.insert(0, entity_of(pair.name, system))
        for entity in read:
            heads[entity.name] = entity
            if job_name(pair) not in jobs.setdefault(entity.name, []):
                jobs[entity.name].append(job_name(pair))
    return Bell(system=system, entities=tuple(heads.values()), jobs=jobs, pace=pace, wait=wait)
