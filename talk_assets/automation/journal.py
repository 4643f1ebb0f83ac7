"""Notes in the store what a run did, however it ends."""

from collections.abc import Iterator
from contextlib import contextmanager
from uuid import uuid4

from talk_assets.model.changes import Tally
from talk_assets.model.errors import StoreBusyError, StoreMismatchError, StoreWriteError, TalkError
from talk_assets.model.system import System
from talk_assets.session import Session
from talk_assets.store import runs

COMMAND = "talk sync"
"""What stands for the job of a run that is no Dagster run."""


def kind_of(*, full: bool, dry_run: bool) -> str:
    """The kind of run, in words."""
    if dry_run:
        return "dry run"
    return "whole read" if full else "sync"


@contextmanager
def noted(session: Session, *, job: str, kind: str) -> Iterator[None]:
    """Write the run that the block is into the journal, as done or with the kind of error that ended it."""
    try:
        yield
    except (StoreBusyError, StoreMismatchError, StoreWriteError):
        # A store that cannot be written takes no note of it either.
        raise
    except TalkError as error:
        note(session, job=job, kind=kind, outcome=type(error).__name__)
        raise
    note(session, job=job, kind=kind)


def note(session: Session, *, job: str, kind: str, outcome: str = runs.DONE) -> None:
    """Write the run of *session* into the journal."""
    now = session.clock()
    looked_at = {
        pair: session.tallies.get(name, Tally()) for name, pair in session.pairs.items() if name in session.reconciled
    }
    calls = {system: session.ends[system].calls for system in System}
    postponed: dict[str, int] = {}
    for name, _, _ in session.postponed:
        postponed[name] = postponed.get(name, 0) + 1
    runs.record(
        session.db,
        runs.Run(
            run_id=session.run or uuid4().hex,
            job=job,
            kind=kind,
            outcome=outcome,
            started=session.started or now,
            ended=now,
            calls={system: counted.total for system, counted in calls.items()},
            left=calls[System.SALESFORCE].remaining,
            allowance=calls[System.SALESFORCE].allowance,
        ),
        looked_at,
        postponed=postponed,
        keep=session.options.journal_kept,
    )
