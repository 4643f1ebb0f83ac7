"""The composition root: every pair through every stage."""

import os
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager

import dagster as dg

from talk_assets.alerts.channels import Channel
from talk_assets.audit.assets import audit_asset
from talk_assets.automation.aftermath import resume
from talk_assets.automation.alarm import alarm
from talk_assets.automation.jobs import audit_job, jobs, report_job
from talk_assets.automation.pace import Pace
from talk_assets.automation.resource import session_resource
from talk_assets.automation.retention import retention
from talk_assets.automation.schedules import audit_schedule, report_schedule, sweep_schedule, whole_read_schedule
from talk_assets.automation.sensors import LONG_POLL, bell_for, doorbells
from talk_assets.changesets.assets import changes_asset
from talk_assets.entities import LOOKUPS, PAIRS, entity_of, lookups_of
from talk_assets.links.assets import links_asset
from talk_assets.mapped.assets import mapped_asset
from talk_assets.mapped.describe import feeds
from talk_assets.model.disclosure import redact_logs
from talk_assets.model.system import System
from talk_assets.pages import Pages
from talk_assets.raw.assets import nested_raw_asset, raw_asset
from talk_assets.raw.config import Reading
from talk_assets.remembered import Remembered
from talk_assets.reports.assets import QUALITY, Desk, quality_asset
from talk_assets.resources import KeptEnds, open_channels, open_session, utc_now
from talk_assets.session import Session
from talk_assets.settings import (
    AlertSettings,
    ReportSettings,
    Settings,
    addresses,
    doorbell_settings,
    environment,
    owners,
)
from talk_assets.store.database import Database
from talk_assets.store.status import create_declared
from talk_assets.verify.assets import verification_asset, verification_job
from talk_assets.writeback.assets import writeback_asset
from talk_assets.writeback.config import Writing


def _settings() -> Settings:
    return Settings.from_environment(environment())


def _opened_session() -> AbstractContextManager[Session]:
    return open_session(_settings(), remembered=_REMEMBERED)


@contextmanager
def _opened_desk() -> Iterator[Desk]:
    told = ReportSettings.from_environment(environment())
    with Database(told.store) as store:
        create_declared(store)
        yield Desk(
            store=store,
            folder=told.folder,
            keep=told.journal_kept,
            now=utc_now(),
            show=told.show_values,
            salesforce_url=told.salesforce_url,
        )


def _raw_assets() -> Iterator[dg.AssetsDefinition]:
    for lookup in LOOKUPS.values():
        yield raw_asset(
            lookup, doc="A record that only Salesforce has and that others refer to.", feeds={}, referred_to=True
        )
    for pair in PAIRS.values():
        for system in System:
            entity = entity_of(pair.name, system)
            if pair.parent is not None and system is System.CUSTOMERP:
                yield nested_raw_asset(entity, doc=pair.doc, feeds=feeds(pair, system), document=PAIRS[pair.parent])
            else:
                yield raw_asset(
                    entity,
                    doc=pair.doc,
                    feeds=feeds(pair, system),
                    shrink_limit=pair.guards.shrink_ratio,
                    counted=pair.parent is None and system is System.SALESFORCE,
                )


def _assets() -> Iterator[dg.AssetsDefinition]:
    yield from _raw_assets()
    for pair in PAIRS.values():
        for system in System:
            yield mapped_asset(pair, system, lookups=lookups_of(pair))
            yield writeback_asset(pair, system, PAIRS, LOOKUPS)
        yield links_asset(pair, PAIRS)
        yield changes_asset(pair, PAIRS)
        yield audit_asset(pair)
    yield verification_asset(PAIRS)
    yield quality_asset(_opened_desk)


def _sensors(targets: list[dg.JobDefinition]) -> Iterator[dg.SensorDefinition]:
    told = doorbell_settings(environment())
    opened = KeptEnds(_settings)
    salesforce = Pace(quiet=told.salesforce_interval, share=told.salesforce_share)
    yield from doorbells(bell_for(System.SALESFORCE, PAIRS, pace=salesforce), targets, opened)
    customerp = Pace(quiet=told.customerp_interval, share=1.0)
    yield from doorbells(bell_for(System.CUSTOMERP, PAIRS, pace=customerp, wait=LONG_POLL), targets, opened)


def _channels() -> dict[str, Channel]:
    return open_channels(AlertSettings.from_environment(environment()))


def _watchers() -> Iterator[dg.SensorDefinition]:
    told, kept = AlertSettings.from_environment(environment()), ReportSettings.from_environment(environment())
    yield retention(kept.keep_runs, utc_now)
    yield alarm(
        _channels,
        utc_now,
        are_on=told.are_on,
        repeat=told.repeat,
        patience=told.patience,
        quarantine=told.quarantine,
        ui_url=told.ui_url,
    )


# Each process of Dagster that runs our code imports this module, and nothing of ours before it.
redact_logs()
os.umask(0o077)

_REMEMBERED = Remembered()
"""For a worker that makes one run after the other: what the last one asked of the ends need not be asked again."""
_JOBS = jobs(PAIRS, LOOKUPS)
_AUDIT = audit_job(PAIRS)
_REPORT = report_job(QUALITY)
_REPORTING = ReportSettings.from_environment(environment())
_PAGES = Pages(owners=owners(environment()), addresses=addresses(environment()), pairs=PAIRS, lookups=LOOKUPS)

defs = dg.Definitions(
    assets=[_PAGES.of(asset) for asset in _assets()],
    jobs=[*_JOBS, _AUDIT, verification_job(), _REPORT],
    sensors=[*_sensors(_JOBS), resume(_JOBS, utc_now), *_watchers()],
    schedules=[
        sweep_schedule(_JOBS[-1]),
        whole_read_schedule(_JOBS[-1]),
        audit_schedule(_AUDIT),
        report_schedule(_REPORT, _REPORTING.schedule),
    ],
    resources={"session": session_resource(_opened_session), "reading": Reading(), "writing": Writing()},
    executor=dg.in_process_executor,
)
