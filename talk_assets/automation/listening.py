"""One turn of listening to an end: when to look, what moved, and which runs that asks for. It never opens the store."""

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace

import dagster as dg

from talk_assets.automation.aftermath import QUEUED, RUNNING, is_whole
from talk_assets.automation.ear import Heard
from talk_assets.automation.jobs import ALL
from talk_assets.automation.pace import Pace
from talk_assets.model.system import System
from talk_assets.model.wire import Entity
from talk_assets.systems.port import SystemPort

BRIEF = 0.05
"""How often something nearby is looked at, in seconds."""


@dataclass(frozen=True, kw_only=True)
class Clock:
    """The time by the clock, the time that only goes forward, and how to wait; all in seconds."""

    now: Callable[[], float] = time.time
    timer: Callable[[], float] = time.monotonic
    sleep: Callable[[float], None] = time.sleep


@dataclass(frozen=True, kw_only=True)
class Bell:
    """What a doorbell listens to.

    *jobs* names, for each entity, the jobs that bring its changes across, in run order. *pace* is how often
    an end is asked that cannot hold its answer until something changes; one that can is asked for that again and
    again, for up to *wait* seconds.
    """

    system: System
    entities: Sequence[Entity]
    jobs: Mapping[str, Sequence[str]]
    pace: Pace
    wait: float = 0.0


@dataclass(frozen=True, kw_only=True)
class Around:
    """What a listener asks besides the end.

    Which jobs are *busy*, whether a bell was *rung* since a moment, and the tokens of what runs have *seen* meanwhile.
    """

    busy: Callable[[], "Busy"]
    rung: Callable[[float], bool] = lambda _since: False
    seen: Callable[[Mapping[str, str]], Mapping[str, str]] = lambda tokens: tokens
    clock: Clock = field(default_factory=Clock)


@dataclass(frozen=True, kw_only=True)
class Turn:
    """What came of one turn of listening: the *jobs* to request, or the *reason* for none, and what is known now."""

    heard: Heard
    jobs: tuple[str, ...] = ()
    reason: str = ""


def attend(port: SystemPort, bell: Bell, known: Heard, *, until: float, around: Around) -> Turn:
    """Listen to *bell*'s end until there is something to ring for, or the moment *until* by the timer."""
    clock = around.clock
    reason = f"Nothing moved in {bell.system.title}."
    waits = bell.wait if port.capabilities.long_poll else 0.0
    while True:
        if not waits and not _is_time(bell, known, until=until, around=around):
            return Turn(heard=known, reason=reason)
        began = clock.now()
        known = replace(known, tokens=dict(around.seen(known.tokens)))
        left = max(until - clock.timer(), 0.0)
        looked = look(port, bell, known.tokens, wait=min(waits, left) if known.tokens else 0.0)
        known = replace(known, looked=began, remaining=port.calls.remaining)
        if looked.moved:
            asked = answer(bell, known.tokens, looked, around.busy())
            known = replace(known, tokens=asked.tokens, moved=began)
            if asked.jobs:
                return Turn(heard=known, jobs=asked.jobs)
            reason = "A run that will read what moved is queued already."
            if asked.later:
                reason = f"{', '.join(asked.later)} is under way and may have read past it: rings again later."
                while clock.timer() < until and {*asked.later, ALL} & around.busy().running:
                    clock.sleep(2 * BRIEF)
                # Asked again at once: what moved is still to be brought across.
                known = replace(known, looked=0.0)
        elif waits:
            # An end waits for whole seconds, so the last look of a turn came back at once.
            clock.sleep(min(4 * BRIEF, max(until - clock.timer(), 0.0)) if left < 1 else 0.0)
        if clock.timer() >= until:
            return Turn(heard=known, reason=reason)


def _is_time(bell: Bell, known: Heard, *, until: float, around: Around) -> bool:
    """Wait until it is time to look again, or until somebody rings; False if the turn is over before."""
    clock = around.clock
    if not known.tokens:
        return True
    due = known.looked + bell.pace.interval(still=known.looked - known.moved, remaining=known.remaining)
    soonest = known.looked + bell.pace.soonest(remaining=known.remaining)
    while clock.now() < due:
        if clock.now() >= soonest and around.rung(known.looked):
            return True
        if clock.timer() >= until:
            return False
        clock.sleep(min(BRIEF, max(due - clock.now(), 0.0)))
    return True


@dataclass(frozen=True, kw_only=True)
class Look:
    """What one look at an end told: the entities that *moved*, and what to compare with next time."""

    moved: tuple[str, ...]
    tokens: dict[str, str] = field(default_factory=dict)


def look(port: SystemPort, bell: Bell, known: Mapping[str, str], *, wait: float = 0.0) -> Look:
    """Compare *bell*'s entities with the tokens *known* from the last look.

    Where something moved, what did not gets a fresh token, too: a feed tells moves from the oldest token on, and
    would tell the same ones again and again. Fresh tokens are taken before the last look, so that nothing falls
    between.
    """
    tokens = port.head(bell.entities, known, wait=wait)
    moved = tuple(name for name in tokens if tokens[name] != known.get(name))
    if not moved or not known or not port.capabilities.change_feed:
        return Look(moved=moved, tokens=tokens)
    fresh = port.head(bell.entities, {})
    last = port.head(bell.entities, known)
    moved = tuple(name for name in last if last[name] != known.get(name))
    return Look(moved=moved, tokens=fresh | {name: last[name] for name in moved})


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


def answer(bell: Bell, known: Mapping[str, str], heard: Look, busy: Busy) -> Answer:
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
