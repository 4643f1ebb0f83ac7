"""The contract of a mapped asset as an asset check."""

import dagster as dg

from talk_assets.model.markdown import prose, reason, table, told, verbatim
from talk_assets.model.pair import EntityPair
from talk_assets.model.system import System
from talk_assets.session import Session
from talk_assets.store.checks import out_of_contract

CONTRACT = "contract"
_SHOWN = 50


def contract_spec(pair: EntityPair, system: System, asset: dg.AssetKey) -> dg.AssetCheckSpec:
    """Announce the check. It never blocks: what breaks the contract waits, everything else goes on."""
    return dg.AssetCheckSpec(
        name=CONTRACT,
        asset=asset,
        description=f"Every {pair.name} of {system.title} can be read, and fits what {system.other.title} requires "
        "and can hold. Records that do not are in quarantine, with the reason, until they are corrected.",
    )


def contract_result(session: Session, pair: EntityPair, system: System) -> dg.AssetCheckResult:
    """Return whether any record is in quarantine, and a table of property, check, value and what to do."""
    found = out_of_contract(session.db, pair, system)
    records = found["record_id"].n_unique()
    show = session.options.show_values
    entries = table(
        ["Record", "Property", "Check", "Value", "Why, and what to do"],
        [
            (
                verbatim(e["record_id"]),
                verbatim(e["property"]),
                prose(e["check"]),
                told(e["value"], show=show),
                reason(e["reason"], e["value"], show=show),
            )
            for e in found.head(_SHOWN).iter_rows(named=True)
        ],
    )
    return dg.AssetCheckResult(
        check_name=CONTRACT,
        passed=found.is_empty(),
        severity=dg.AssetCheckSeverity.WARN,
        description=f"{records:,} in quarantine; see the table for what to correct." if records else None,
        metadata={"quarantined": records, "entries": dg.MarkdownMetadataValue(entries)},
    )
