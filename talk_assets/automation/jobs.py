"""One job a pair, with its lines, and one for all."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import dagster as dg
from pydantic import Field

from talk_assets.audit.assets import STAGE as AUDIT
from talk_assets.audit.assets import audit_key
from talk_assets.changesets.assets import changes_key
from talk_assets.entities import lookups_written_with
from talk_assets.links.assets import links_key
from talk_assets.mapped.assets import mapped_key
from talk_assets.model.pair import EntityPair
from talk_assets.model.system import System
from talk_assets.model.wire import Entity
from talk_assets.raw.assets import raw_key
from talk_assets.raw.config import Reading
from talk_assets.writeback.assets import writeback_key
from talk_assets.writeback.config import Writing

ALL = "sync_all"
REPORT = "report"
LOOKING = (AUDIT, "verify", "reports")
"""Groups of assets that look at what syncs did, and that no sync makes."""

Job = Any  # Dagster does not export the type of an unresolved asset job.


def job_name(pair: EntityPair) -> str:
    """The name of the job that syncs *pair*; lines are synced with their documents."""
    return f"sync_{pair.parent or pair.name}"


class SyncConfig(dg.Config):
    """What a person may change when launching a sync; as it stands, it does what the sensors do."""

    dry_run: bool = Field(default=False, description=str(Writing.model_fields["dry_run"].description))
    full: bool = Field(default=False, description=str(Reading.model_fields["full"].description))
    accept: str = Field(default="", description=str(Writing.model_fields["accept"].description))
    limits: dict[str, dict[str, float]] = Field(default={}, description=str(Writing.model_fields["limits"].description))
    sample: int = Field(
        default=Writing.model_fields["sample"].default,
        ge=0,
        description=str(Writing.model_fields["sample"].description),
    )


@dg.config_mapping
def sync_config(val: SyncConfig) -> dict[str, Any]:
    """Hand each setting to the stage it is for."""
    return {
        "resources": {
            "reading": {"config": {"full": val.full}},
            "writing": {
                "config": {"dry_run": val.dry_run, "accept": val.accept, "sample": val.sample, "limits": val.limits}
            },
        }
    }


def pair_job(pair: EntityPair, lines: Sequence[EntityPair], lookups: Iterable[Entity]) -> Job:
    """Return the job that syncs *pair* and its *lines*, reading *lookups* for them."""
    keys = [key for one in (pair, *lines) for key in pair_keys(one)]
    keys += [raw_key(lookup.system, lookup.name) for lookup in lookups]
    with_lines = f", with {' and '.join(line.name for line in lines)}" if lines else ""
    return dg.define_asset_job(
        job_name(pair),
        selection=dg.AssetSelection.assets(*keys),
        config=sync_config,
        description=f"Bring {pair.name}{with_lines} into step, both ways, once.",
    )


def all_job() -> Job:
    """Return the job that syncs every pair, what others refer to first; what only looks has jobs of its own."""
    return dg.define_asset_job(
        ALL,
        selection=dg.AssetSelection.all() - dg.AssetSelection.groups(*LOOKING),
        config=sync_config,
        description="Bring every pair into step, both ways, once.",
    )


def audit_job(pairs: Iterable[str]) -> Job:
    """Return the job that looks whether *pairs* really are in step."""
    return dg.define_asset_job(
        AUDIT,
        selection=dg.AssetSelection.assets(*(audit_key(name) for name in pairs)),
        description="Compare every record of both ends as they were last read, and say of each that is not in step "
        "why. Writes to no end.",
    )


def report_job(report: dg.AssetKey) -> Job:
    """Return the job that makes the asset *report*."""
    return dg.define_asset_job(
        REPORT,
        selection=dg.AssetSelection.assets(report),
        description="Make the data-quality report. Asks no end, and is no part of a sync.",
    )


def pair_keys(pair: EntityPair) -> list[dg.AssetKey]:
    """The keys of the pair's eight assets, in stage order."""
    return [
        *(raw_key(system, pair.name) for system in System),
        *(mapped_key(system, pair.name) for system in System),
        links_key(pair.name),
        changes_key(pair.name),
        *(writeback_key(system, pair.name) for system in System),
    ]


def jobs(pairs: Mapping[str, EntityPair], lookups: Mapping[str, Entity]) -> list[Job]:
    """Return one job for each of *pairs* that is no line, in run order, and one for all."""
    made = []
    for pair in (p for p in pairs.values() if p.parent is None):
        lines = [one for one in pairs.values() if one.parent == pair.name]
        made.append(pair_job(pair, lines, [lookups[name] for name in lookups_written_with([pair, *lines])]))
    return [*made, all_job()]
