"""What an audit promises, as asset checks: whatever is not in step has a cause."""

from datetime import datetime, timedelta

import dagster as dg

from talk_assets.audit.compare import PairAudit
from talk_assets.audit.tables import examples_table
from talk_assets.changesets.drift import Cause
from talk_assets.model.markdown import NOTHING
from talk_assets.model.pair import EntityPair
from talk_assets.model.system import System
from talk_assets.session import Session
from talk_assets.store.audit import last_reads

FRESH = "fresh"
NO_DRIFT = "no_drift"
COUNTERPARTS = "counterparts"
STALE = timedelta(hours=1)
"""Everything is read each quarter of an hour at least."""
LONG_UNSWEPT = timedelta(hours=49)
"""Everything is read whole each night."""


def audit_specs(pair: EntityPair, asset: dg.AssetKey) -> list[dg.AssetCheckSpec]:
    """Announce the checks of an audit. Neither blocks: an audit writes nothing, and nothing waits for it."""
    return [
        dg.AssetCheckSpec(
            name=FRESH,
            asset=asset,
            description=f"Each {pair.name} was read from both ends in the last hour, and all of them whole in the last "
            "two days: what an audit compares is what is there.",
        ),
        dg.AssetCheckSpec(
            name=NO_DRIFT,
            asset=asset,
            description=f"Every linked {pair.name} holds the same values on both ends, or something known keeps them "
            "apart: a change on its way, a conflict, a refusal, a rule.",
        ),
        dg.AssetCheckSpec(
            name=COUNTERPARTS,
            asset=asset,
            description=f"Every {pair.name} has its counterpart on the other end, or something known is in the way.",
        ),
    ]


def fresh_result(session: Session, pair: EntityPair) -> dg.AssetCheckResult:
    """Return whether what is compared is old, and of which end."""
    reads, now = last_reads(session.db), session.clock()
    facts: dict[str, str] = {}
    old = []
    for system in System:
        entity = pair.entity(system)
        nested = pair.parent is not None and entity.parent_path is None
        name = str(pair.parent) if nested else pair.name
        if session.db.meta(f"shown_{system}_{name}") == "[]":
            continue  # the end has nothing of this kind
        read, swept = reads.get((system.value, name), (None, None))
        facts |= {f"{system}_read": _told(read), f"{system}_read_whole": _told(swept)}
        if read is None or now - read > STALE:
            old.append(f"{system.title} was last read {_told(read)}")
        elif swept is None or now - swept > LONG_UNSWEPT:
            old.append(f"{system.title} was last read whole {_told(swept)}")
    return dg.AssetCheckResult(
        check_name=FRESH,
        passed=not old,
        severity=dg.AssetCheckSeverity.WARN,
        description=f"{' and '.join(old)}. See why runs fail or do not start: the sensors and schedules must be on, "
        "and the daemon running. To read now, launch `sync_all`, with `full: true` for a whole read."
        if old
        else None,
        metadata=facts,
    )


def _told(moment: datetime | None) -> str:
    return "never" if moment is None else f"{moment:%Y-%m-%d %H:%M:%S} UTC"


def no_drift_result(session: Session, found: PairAudit) -> dg.AssetCheckResult:
    """Return whether linked records differ without a cause, and which."""
    count = found.drifted.get(Cause.UNKNOWN, 0)
    return dg.AssetCheckResult(
        check_name=NO_DRIFT,
        passed=not count,
        severity=dg.AssetCheckSeverity.ERROR,
        description=f"{count:,} linked {found.pair} records differ and nothing says why. Run `talk doctor --store`. If "
        "it finds nothing, edit one of the two records: they are then compared anew. Please report it, too."
        if count
        else None,
        metadata={
            "linked": found.linked,
            "in_step": found.in_step,
            "unexplained": count,
            "records": _examples(session, found, there=bool(count)),
        },
    )


def counterparts_result(session: Session, found: PairAudit) -> dg.AssetCheckResult:
    """Return whether records stand alone without a cause, and which."""
    count = sum(counts.get(Cause.UNKNOWN, 0) for counts in found.alone.values())
    return dg.AssetCheckResult(
        check_name=COUNTERPARTS,
        passed=not count,
        severity=dg.AssetCheckSeverity.ERROR,
        description=f"{count:,} {found.pair} records have no counterpart and nothing says why. Edit one of them: it is "
        "then looked at anew. If it stays alone, run `talk doctor --store` and report it."
        if count
        else None,
        metadata={
            "one_sided": sum(sum(counts.values()) for counts in found.alone.values()),
            "unexplained": count,
            "records": _examples(session, found, there=bool(count)),
        },
    )


def _examples(session: Session, found: PairAudit, *, there: bool) -> dg.MarkdownMetadataValue:
    if not there:
        return dg.MarkdownMetadataValue(NOTHING)
    show = session.options.show_values
    return dg.MarkdownMetadataValue(examples_table(found, only=Cause.UNKNOWN, show=show, addresses=session.addresses))
