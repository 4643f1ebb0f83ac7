"""What a verification of linked records found, as one asset check a pair."""

import dagster as dg

from talk_assets.model.markdown import prose, table, told, verbatim
from talk_assets.model.pair import EntityPair
from talk_assets.verify.results import Outcome, Results


def check_name(pair: EntityPair) -> str:
    """The name of the check of *pair*."""
    return f"{pair.name}_rows_pass"


def rows_spec(pair: EntityPair, asset: dg.AssetKey) -> dg.AssetCheckSpec:
    """Announce the check of *pair*. It never blocks: what differs was written long before."""
    return dg.AssetCheckSpec(
        name=check_name(pair),
        asset=asset,
        description=f"Every property of the {pair.name} records that were sampled holds the same on both ends, by the "
        "rule of its row in the dataflow document. What waits for the sync, or is held back by it, does not count.",
    )


def rows_result(results: Results, pair: EntityPair, *, show: bool) -> dg.AssetCheckResult:
    """Return whether a row of *pair* failed, and the rows that did."""
    own = [one for one in results.findings if one.item.pair == pair.name]
    failed = [one for one in own if one.outcome is Outcome.FAIL]
    rows = table(
        ["Property", "Salesforce record", "holds", "Customerp record", "holds", "Why"],
        [
            (
                verbatim(one.item.property),
                verbatim(one.origin_id),
                told(one.expected, show=show),
                verbatim(one.target_id),
                told(one.found, show=show),
                prose(one.reason or ""),
            )
            for one in failed
        ],
    )
    what = (
        f"{len(failed)} of {len(own)} properties differ. If nobody edited the records behind the sync's back, look at "
        "what the end does with values it is sent; talk verify --live names the row that does it."
    )
    return dg.AssetCheckResult(
        check_name=check_name(pair),
        passed=not failed,
        severity=dg.AssetCheckSeverity.WARN,
        description=what if failed else None,
        metadata={
            "records": max((one.compared for one in own), default=0),
            "waiting": sum(one.waiting for one in own),
            "failed_rows": len(failed),
            "rows": dg.MarkdownMetadataValue(rows),
        },
    )
