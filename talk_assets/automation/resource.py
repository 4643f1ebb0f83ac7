"""The session as a resource: opened once a run, closed whatever becomes of the run."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path

import dagster as dg

from talk_assets.automation.aftermath import sign
from talk_assets.automation.jobs import ALL, job_name
from talk_assets.automation.journal import kind_of, note
from talk_assets.automation.seen import leave
from talk_assets.mapped.stage import translate_pair
from talk_assets.model.disclosure import discreet
from talk_assets.model.pair import EntityPair
from talk_assets.model.system import System
from talk_assets.raw.ahead import announce
from talk_assets.raw.config import Reading
from talk_assets.raw.fetch import recover
from talk_assets.session import Session
from talk_assets.store.runs import DONE
from talk_assets.writeback.config import Writing

SESSION = "session"
WRITING = "writing"
READING = "reading"
SOME_ASSETS = "chosen assets"
FAILED = "failed"

OpenSession = Callable[[], AbstractContextManager[Session]]


def session_resource(opened: OpenSession) -> dg.ResourceDefinition:
    """Return the resource that holds what *opened* opens, and with it the store's lock, while a run lasts.

    Runs must have one process (`in_process_executor`): a second one would find the store locked.
    """

    @dg.resource(required_resource_keys={WRITING, READING}, description="Both ends and the store, opened once a run.")
    @discreet
    def _session(context: dg.InitResourceContext) -> Iterator[Session]:
        sign(context)
        writing: Writing = getattr(context.resources, WRITING)
        reading: Reading = getattr(context.resources, READING)
        with opened() as session:
            session.accept = writing.accept or None
            session.run = None if context.run is None else context.run.run_id
            session.set_limits(writing.limits)
            settle_earlier_writes(session)
            announce(session, synced(context, session), full=reading.full)
            try:
                yield session
                kind = kind_of(full=reading.full, dry_run=writing.dry_run)
                note(session, job=_job(context), kind=kind, outcome=FAILED if _has_failed(context) else DONE)
            finally:
                if context.instance is not None:
                    leave(session, Path(context.instance.root_directory))

    return _session


def synced(context: dg.InitResourceContext, session: Session) -> list[EntityPair]:
    """The pairs that the run's job syncs; none where a person chose single assets."""
    if context.run is None or context.run.asset_selection:
        return []
    job = context.run.job_name
    return [pair for pair in session.pairs.values() if job in {ALL, job_name(pair)}]


def _job(context: dg.InitResourceContext) -> str:
    """The run's job, or what stands for it where a person chose single assets."""
    run = context.run
    return SOME_ASSETS if run is None or run.asset_selection else run.job_name


def _has_failed(context: dg.InitResourceContext) -> bool:
    if context.run is None or context.instance is None:
        return False
    return bool(context.instance.all_logs(context.run.run_id, of_type={dg.DagsterEventType.STEP_FAILURE}))


def settle_earlier_writes(session: Session) -> None:
    """Read and translate again what writes without an answer may have touched.

    Done before any asset looks, whichever assets the run has: a write-back alone must not decide from
    rows that are older than our own last write.
    """
    if sum([recover(session, system) for system in System]):
        for pair in session.pairs.values():
            for system in System:
                translate_pair(session, pair, system)
