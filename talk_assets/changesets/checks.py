"""Guards and totals as asset checks."""

import dagster as dg

from talk_assets.changesets import guard
from talk_assets.model.changes import ChangeState
from talk_assets.model.errors import GuardError
from talk_assets.model.markdown import table, told, verbatim
from talk_assets.model.pair import EntityPair
from talk_assets.session import Session
from talk_assets.store import changes
from talk_assets.store.checks import disagreements

GUARD = "guard"
TOTALS = "totals_agree"
_SHOWN = 50


def guard_spec(pair: EntityPair, asset: dg.AssetKey) -> dg.AssetCheckSpec:
    """Announce the check. It blocks: nothing of a plan past its limits is written until a person accepts it."""
    limits = pair.guards
    return dg.AssetCheckSpec(
        name=GUARD,
        asset=asset,
        description=f"The plan changes at most {limits.update_ratio:.0%} of the linked records (or {limits.floor}), "
        f"deletes at most {limits.delete_ratio:.0%} (or {limits.floor}) and empties at most {limits.clear_ratio:.0%} "
        f"(or {limits.clear_floor}) of any property's values; of records linked for the first time, at most "
        f"{limits.first_link_ratio:.0%} (or {limits.floor}) have a value replaced. Creations, and filling what is "
        "empty on a first link, overwrite nothing and are not limited.",
        blocking=True,
    )


def guard_result(session: Session, pair: EntityPair) -> dg.AssetCheckResult:
    """Return whether the plan may be written; if not, the numbers and the hash that accepts it."""
    pending = changes.of(session.db, pair, state=ChangeState.PENDING.value)
    try:
        guard.check(session, pair)
    except GuardError as error:
        _, approval = guard.stopped(session, pair)
        return dg.AssetCheckResult(
            check_name=GUARD,
            passed=False,
            description=f"{error} In the launchpad of a sync job, that is `accept: {approval}`.",
            metadata={"pending": pending.height, "accept": approval},
        )
    return dg.AssetCheckResult(check_name=GUARD, passed=True, metadata={"pending": pending.height})


def totals_spec(document: EntityPair, asset: dg.AssetKey) -> dg.AssetCheckSpec:
    """Announce the check, on the changesets of the document's lines: then both are up to date."""
    return dg.AssetCheckSpec(
        name=TOTALS,
        asset=asset,
        description=f"Where a {document.name} and its lines are in step, and no price was rounded to what an end "
        "holds, both ends work out the same amounts, up to a cent for each line.",
    )


def totals_result(session: Session, document: EntityPair, lines: EntityPair) -> dg.AssetCheckResult:
    """Return whether the amounts that each end derives agree, and where they do not."""
    found = [
        (pair, row)
        for pair, within in ((document, [lines]), (lines, []))
        for row in disagreements(session.db, pair, within).iter_rows(named=True)
    ]
    show = session.options.show_values
    shown = table(
        ["Pair", "Salesforce", "Customerp", "Amount", "Salesforce says", "Customerp says"],
        [
            (pair.name, *map(verbatim, ids), verbatim(amount), *(told(value, show=show) for value in values))
            for pair, row in found[:_SHOWN]
            for (*ids, amount), values in [(tuple(row.values())[:3], tuple(row.values())[3:])]
        ],
    )
    return dg.AssetCheckResult(
        check_name=TOTALS,
        passed=not found,
        severity=dg.AssetCheckSeverity.WARN,
        description=f"{len(found):,} amounts differ though everything they are worked out from agrees. Nothing is held "
        "back for it. Compare how both ends apply discounts and taxes and round each line."
        if found
        else None,
        metadata={"differing": len(found), "amounts": dg.MarkdownMetadataValue(shown)},
    )
