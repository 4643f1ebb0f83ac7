"""One-to-one links as an asset check."""

import dagster as dg

from talk_assets.model.markdown import table, verbatim
from talk_assets.model.pair import EntityPair
from talk_assets.session import Session
from talk_assets.store.checks import linked_twice

ONE_TO_ONE = "one_to_one"
_SHOWN = 50


def one_to_one_spec(pair: EntityPair, asset: dg.AssetKey) -> dg.AssetCheckSpec:
    """Announce the check. It blocks: with two links on one record, a write could reach the wrong one."""
    return dg.AssetCheckSpec(
        name=ONE_TO_ONE,
        asset=asset,
        description=f"No {pair.name} of one end is linked to two of the other.",
        blocking=True,
    )


def one_to_one_result(session: Session, pair: EntityPair) -> dg.AssetCheckResult:
    """Return whether any record id is in several links, and which."""
    found = linked_twice(session.db, pair)
    return dg.AssetCheckResult(
        check_name=ONE_TO_ONE,
        passed=found.is_empty(),
        description=None
        if found.is_empty()
        else f"{found.height:,} {pair.name} records are in several links. Nothing of {pair.name} is written until the "
        "store is repaired: move it away and sync again, which links anew from the stored keys.",
        metadata={
            "records": found.height,
            "linked_twice": dg.MarkdownMetadataValue(
                table(
                    ["End", "Record", "Links"],
                    [(s.title(), verbatim(i), str(n)) for s, i, n in found.head(_SHOWN).iter_rows()],
                )
            ),
        },
    )
