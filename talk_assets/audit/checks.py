"""What an audit promises, as asset checks: whatever is not in step has a cause."""

import dagster as dg

from talk_assets.audit.compare import PairAudit
from talk_assets.audit.tables import examples_table
from talk_assets.changesets.drift import Cause
from talk_assets.model.markdown import table
from talk_assets.model.pair import EntityPair

NO_DRIFT = "no_drift"
COUNTERPARTS = "counterparts"


def audit_specs(pair: EntityPair, asset: dg.AssetKey) -> list[dg.AssetCheckSpec]:
    """Announce the checks of an audit. Neither blocks: an audit writes nothing, and nothing waits for it."""
    return [
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


def no_drift_result(found: PairAudit, *, show: bool) -> dg.AssetCheckResult:
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
            "records": _examples(found, show=show, there=bool(count)),
        },
    )


def counterparts_result(found: PairAudit, *, show: bool) -> dg.AssetCheckResult:
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
            "records": _examples(found, show=show, there=bool(count)),
        },
    )


def _examples(found: PairAudit, *, show: bool, there: bool) -> dg.MarkdownMetadataValue:
    return dg.MarkdownMetadataValue(examples_table(found, only=Cause.UNKNOWN, show=show) if there else table([], []))
