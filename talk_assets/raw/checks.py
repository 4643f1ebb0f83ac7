"""What a read tells of an end as asset checks: whether it is shaped as declared, and how many calls are left."""

from collections.abc import Mapping

import dagster as dg

from talk_assets.fitness.findings import Weight
from talk_assets.fitness.linter import lint
from talk_assets.fitness.needs import needs_of
from talk_assets.model.markdown import prose, table, verbatim
from talk_assets.model.pair import EntityPair
from talk_assets.model.system import System
from talk_assets.model.wire import Entity
from talk_assets.session import Session
from talk_assets.systems.port import Describes

SCHEMA = "schema"
BUDGET = "api_budget"
LOW = 0.2
"""The share of the day's calls from which on fewer count as few: the reserve for others begins below it."""


def schema_spec(entity: Entity, asset: dg.AssetKey) -> dg.AssetCheckSpec:
    """Announce the check. It never blocks: what the end does not take waits by itself, everything else goes on."""
    return dg.AssetCheckSpec(
        name=SCHEMA,
        asset=asset,
        description=f"{entity.system.title} describes {entity.resource} as the declarations need it: the fields are "
        "there, of the right type and long enough, picklists list the values, and we may read and write them.",
    )


def schema_result(session: Session, entity: Entity) -> dg.AssetCheckResult:
    """Return whether anything of *entity* is not as declared, by the description that reading it asked for anyway."""
    port = session.ends[entity.system]
    if not isinstance(port, Describes):
        return dg.AssetCheckResult(check_name=SCHEMA, passed=True, metadata={"described": False})
    shape = port.shape(entity) if port.shown(entity) else None
    need = needs_of(session.pairs.values(), session.lookups.values())[entity.resource]
    pairs: Mapping[str, EntityPair] = session.pairs
    pair = [pairs[entity.name]] if entity.name in pairs else []
    found = [one for one in lint({need.name: need}, pair, {entity.resource: shape}) if one.weight is not Weight.FINE]
    problems = sum(one.weight is Weight.PROBLEM for one in found)
    rows = [(one.weight.value, verbatim(one.about), prose(one.text), prose(one.action)) for one in found]
    return dg.AssetCheckResult(
        check_name=SCHEMA,
        passed=not problems,
        severity=dg.AssetCheckSeverity.WARN,
        description=f"{problems:,} things in {entity.system.title} {entity.resource} are not as declared; what they "
        "concern is not kept in step. The table says what to do about each."
        if problems
        else None,
        metadata={
            "problems": problems,
            "findings": dg.MarkdownMetadataValue(table(["Weight", "About", "What", "What to do"], rows)),
        },
    )


def budget_spec(system: System, asset: dg.AssetKey) -> dg.AssetCheckSpec:
    """Announce the check. It warns only: a run that would touch the reserve stops by itself."""
    return dg.AssetCheckSpec(
        name=BUDGET,
        asset=asset,
        description=f"At least {LOW:.0%} of the day's API calls of {system.title} are left, counting everyone's.",
    )


def budget_result(session: Session, system: System) -> dg.AssetCheckResult:
    """Return whether calls run short, as *system* itself counted them in its last answer."""
    calls = session.ends[system].calls
    left, allowance = calls.remaining, calls.allowance
    if left is None or not allowance:
        return dg.AssetCheckResult(check_name=BUDGET, passed=True, metadata={"counted": False})
    short = left < allowance * LOW
    return dg.AssetCheckResult(
        check_name=BUDGET,
        passed=not short,
        severity=dg.AssetCheckSeverity.WARN,
        description=f"{left:,} of the day's {allowance:,} API calls of {system.title} are left. Runs stop when only "
        "the reserve is left (TALK_SALESFORCE_RESERVE), and go on when the 24-hour window has moved on. Ask less often "
        "(TALK_SALESFORCE_DOORBELL_SECONDS), look who else calls, or buy more."
        if short
        else None,
        metadata={"left": left, "allowance": allowance},
    )
