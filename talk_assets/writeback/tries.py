"""How often a write is tried, and when again: at most eight times, ever more apart, each run once.

A try counts when the end was asked and did not take the write. What certainly never reached it, or what
it asked us to bring later, does not count: an outage must not use up the tries of everything that waits.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from talk_assets.model.changes import BUSY, NOT_SENT, Op, Outcome, Problem, Receipt, Write
from talk_assets.model.system import System
from talk_assets.session import Session
from talk_assets.store import intents

MOST_TRIES = 8
GAVE_UP = "GAVE_UP"
"""The code of the refusal we make ourselves when all tries are used up."""
STARTS_OVER = timedelta(days=1)
"""After so long a write has all its tries again, should anything still ask for it."""
LONGEST_WAIT = 900.0
"""Seconds; also the longest that an end's own wish to be left alone is heeded."""

_UNCOUNTED = frozenset({BUSY, NOT_SENT})
_OPEN = frozenset({Outcome.NOT_APPLIED, Outcome.AMBIGUOUS, Outcome.EXISTS})


@dataclass(frozen=True, kw_only=True)
class Due:
    """Which writes may be sent now, and how often those were tried; which wait; which had all their tries."""

    now: list[Write]
    tried: dict[str, int]
    later: list[Write]
    exhausted: list[tuple[Write, Receipt]]


def due(session: Session, system: System, writes: Sequence[Write]) -> Due:
    """Sort *writes* by whether they may be tried now.

    On an end that keeps no keys a creation without an answer waits until the next run has looked for it: sent again,
    as when a document's status follows in the same run, it could be made twice.
    """
    known = intents.tries(session.db, [write.intent_id for write in writes])
    looked_for = not session.ends[system].capabilities.keeps_keys
    found = Due(now=[], tried={}, later=[], exhausted=[])
    for write in writes:
        one = known.get(write.intent_id)
        if one is not None and looked_for and write.op is Op.CREATE and one.state in intents.OPEN:
            found.later.append(write)
        elif one is None or one.state not in intents.UNDONE or session.clock() - one.sent_at > STARTS_OVER:
            found.now.append(write)
        elif one.attempt >= MOST_TRIES:
            found.exhausted.append((write, _gave_up(system, write, one)))
        elif one.not_before is not None and one.not_before > session.clock():
            found.later.append(write)
        else:
            found.now.append(write)
            found.tried[write.intent_id] = one.attempt
    return found


def _gave_up(system: System, write: Write, one: intents.Tries) -> Receipt:
    said = one.problem or "no certain answer came"
    message = f"{MOST_TRIES} tries did not get it through; the last one: {said}. Look at the record in {system.title}"
    return Receipt(
        intent_id=write.intent_id,
        outcome=Outcome.REFUSED,
        id=write.id,
        problem=Problem(code=GAVE_UP, message=message),
    )


def postponed(write: Write) -> Receipt:
    """The receipt of a write that is left for a later run."""
    problem = Problem(code=NOT_SENT, message="It was left for a later run.")
    return Receipt(intent_id=write.intent_id, outcome=Outcome.NOT_APPLIED, id=write.id, problem=problem)


def counts(receipt: Receipt) -> bool:
    """Whether the try that *receipt* tells of is one of the eight."""
    return receipt.problem is None or receipt.problem.code not in _UNCOUNTED


def not_before(session: Session, system: System, op: Op, receipt: Receipt, attempt: int) -> datetime | None:
    """When the write may be tried again; None where there is nothing to wait for.

    Full jitter: anything between now and a limit that doubles with each *attempt*, so that what failed
    together does not come back together. A creation whose effect is not known waits at least until
    the end would show it.
    """
    if receipt.outcome not in _OPEN:
        return None
    pause = session.options.retry_pause * 2 ** max(0, attempt - 1)
    wait = session.random() * min(pause, LONGEST_WAIT)
    if receipt.problem is not None and receipt.problem.wait is not None:
        wait = max(wait, min(receipt.problem.wait, LONGEST_WAIT))
    if op is Op.CREATE and receipt.outcome is Outcome.AMBIGUOUS:
        wait = max(wait, session.ends[system].capabilities.visibility_lag)
    return session.clock() + timedelta(seconds=wait)
