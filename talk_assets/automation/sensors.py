"""Doorbells: they ask an end's cheap change head and request a run. They never open the store.

A sensor's cursor is kept when a run was requested, whether or not that run then succeeds, so it can
be no more than the last ring heard. How far an end was really read is kept in the store, with the rows.
"""

import json
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import timedelta

import dagster as dg

from talk_assets.automation.aftermath import QUEUED, RUNNING, is_whole
from talk_assets.automation.jobs import ALL, Job, job_name
from talk_assets.entities import entity_of, lookups_of
from talk_assets.model.disclosure import redacted
from talk_assets.model.errors import TalkError
from talk_assets.model.pair import EntityPair
from talk_assets.model.system import System
from talk_assets.model.wire import Entity
from talk_assets.systems.port import SystemPort

OpenEnd = Callable[[System], AbstractContextManager[SystemPort]]


@dataclass(frozen=True, kw_only=True)
class Bell:
    """What a doorbell listens to.

    *jobs* names, for each entity, the jobs that bring its changes across, in run order. *interval* is
    the shortest time between two looks, *wait* how long one look may wait for a change, in seconds.
    """

    system: System
    entities: Sequence[Entity]
    jobs: Mapping[str, Sequence[str]]
    interval: timedelta
    wait: float = 0.0


def doorbell(bell: Bell, targets: Sequence[Job], opened: OpenEnd) -> dg.SensorDefinition:
    """Return the sensor that rings for what moves in *bell*'s end, which *opened* gives access to."""

    @dg.sensor(
        name=f"{bell.system}_doorbell",
        jobs=targets,
        minimum_interval_seconds=int(bell.interval.total_seconds()),
        default_status=dg.DefaultSensorStatus.RUNNING,
        description=f"Asks {bell.system.title} whether anything moved, and requests a sync of the pairs that did. "
        "The first time it requests a sync of everything.",
    )
    def _doorbell(context: dg.SensorEvaluationContext) -> dg.SensorResult | dg.SkipReason:
        known: dict[str, str] = json.loads(context.cursor) if context.cursor else {}
        try:
            with opened(bell.system) as port:
                heard = listen(port, bell, known)
        except TalkError as error:
            return dg.SkipReason(f"{bell.system.title} was not asked, or did not answer: {redacted(str(error))}")
        if not heard.moved:
            return dg.SkipReason(f"Nothing moved in {bell.system.title}.")
        asked = answer(bell, known, heard, Busy.now(context.instance))
        context.update_cursor(json.dumps(asked.tokens))
        if asked.jobs:
            return dg.SensorResult(run_requests=[dg.RunRequest(job_name=job) for job in asked.jobs])
        if asked.later:
            return dg.SkipReason(f"{', '.join(asked.later)} is under way and may have read past it: rings again later.")
        return dg.SkipReason("A run that will read what moved is queued already.")

    return _doorbell


@dataclass(frozen=True, kw_only=True)
class Heard:
    """What one look at an end told: the entities that *moved*, and what to compare with next time."""

    moved: tuple[str, ...]
    tokens: dict[str, str]


def listen(port: SystemPort, bell: Bell, known: Mapping[str, str]) -> Heard:
    """Compare *bell*'s entities with the tokens *known* from the last look.

    Where something moved, what did not gets a fresh token, too: an end may tell moves from the oldest
    token on, and would tell the same ones again and again. Fresh tokens are taken before the last
    look, so that nothing falls between.
    """
    tokens = port.head(bell.entities, known, wait=bell.wait)
    moved = tuple(name for name in tokens if tokens[name] != known.get(name))
    if not moved or not known:
        return Heard(moved=moved, tokens=tokens)
    fresh = port.head(bell.entities, {})
    last = port.head(bell.entities, known)
    moved = tuple(name for name in last if last[name] != known.get(name))
    return Heard(moved=moved, tokens=fresh | {name: last[name] for name in moved})


@dataclass(frozen=True, kw_only=True)
class Busy:
    """The names of jobs that have a run waiting to start, and of those that have one under way.

    A dry run, or one of some assets only, counts as under way but not as waiting: what moves before it
    starts is not brought across by it.
    """

    queued: frozenset[str]
    running: frozenset[str]

    @classmethod
    def now(cls, instance: dg.DagsterInstance) -> "Busy":
        """Ask *instance*."""
        queued, running = (
            instance.get_runs(filters=dg.RunsFilter(statuses=list(statuses))) for statuses in (QUEUED, RUNNING)
        )
        return cls(
            queued=frozenset(run.job_name for run in queued if is_whole(run)),
            running=frozenset(run.job_name for run in running),
        )


@dataclass(frozen=True, kw_only=True)
class Answer:
    """The *jobs* to request now, those to ring for *later*, and the tokens to keep."""

    jobs: tuple[str, ...]
    later: tuple[str, ...]
    tokens: dict[str, str]


def answer(bell: Bell, known: Mapping[str, str], heard: Heard, busy: Busy) -> Answer:
    """Decide what to do about what was heard.

    A queued run will read what moved. A run under way may have read past it already, so its entities
    keep their old tokens and ring again.
    """
    ringing = {job for name in heard.moved for job in bell.jobs[name]}
    order = dict.fromkeys(job for entity in bell.entities for job in bell.jobs[entity.name])
    wanted = [job for job in order if job in ringing] if known else [ALL]
    wanted = [job for job in wanted if not {job, ALL} & busy.queued]
    later = tuple(job for job in wanted if {job, ALL} & busy.running)
    if not known:
        waiting = set(heard.tokens) if later else set()
    else:
        waiting = {name for name in heard.moved if set(bell.jobs[name]) & set(later)}
    kept = {name: known.get(name) if name in waiting else token for name, token in heard.tokens.items()}
    return Answer(
        jobs=tuple(job for job in wanted if job not in later),
        later=later,
        tokens={name: token for name, token in kept.items() if token is not None},
    )


def bell_for(system: System, pairs: Mapping[str, EntityPair], *, interval: timedelta, wait: float = 0.0) -> Bell:
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
    return Bell(system=system, entities=tuple(heads.values()), jobs=jobs, interval=interval, wait=wait)
