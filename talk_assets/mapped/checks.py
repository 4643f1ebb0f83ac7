"""The contract of a mapped asset as an asset check."""

import dagster as dg

from talk_assets.model.codecs import ValueMap
from talk_assets.model.markdown import counted, prose, reason, record, table, told, verbatim
from talk_assets.model.pair import EntityPair
from talk_assets.model.system import System
from talk_assets.session import Session
from talk_assets.store import mapped
from talk_assets.store.checks import mapped_count, out_of_contract, unmapped

CONTRACT = "contract"
QUARANTINE_RATE = "quarantine_rate"
KNOWN_VALUES = "known_values"
SHOWN = "shown"
MOST_QUARANTINED = 0.05
"""More than this share of a kind's records in quarantine is no matter of single records any more."""
FEW_QUARANTINED = 5
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
                record(e["record_id"], session.addresses, system),
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


def rate_spec(pair: EntityPair, system: System, asset: dg.AssetKey) -> dg.AssetCheckSpec:
    """Announce the check. It never blocks, as the records that are in order can go on."""
    return dg.AssetCheckSpec(
        name=QUARANTINE_RATE,
        asset=asset,
        description=f"At most {MOST_QUARANTINED:.0%} of {system.title}'s {pair.name} records (or {FEW_QUARANTINED}) "
        "are in quarantine. More is seldom bad luck: rather a form, an import or a rule that changed.",
    )


def rate_result(session: Session, pair: EntityPair, system: System) -> dg.AssetCheckResult:
    """Return whether so many records are in quarantine that there must be one cause for many."""
    found = out_of_contract(session.db, pair, system)
    stopped, records = found["record_id"].n_unique(), mapped_count(session.db, pair, system)
    many = stopped > max(FEW_QUARANTINED, records * MOST_QUARANTINED)
    worst = found.group_by("property", "check").len().sort("len", "property", "check", descending=[True, False, False])
    rows = [(verbatim(p), prose(c), f"{n:,}") for p, c, n in worst.head(_SHOWN).iter_rows()]
    return dg.AssetCheckResult(
        check_name=QUARANTINE_RATE,
        passed=not many,
        severity=dg.AssetCheckSeverity.ERROR,
        description=f"{stopped:,} of {records:,} {pair.name} records of {system.title} are in quarantine. Look which "
        "property and check is the most frequent, and what changed there: a form, an import, a rule. Correct it at the "
        "source; the records then go on by themselves."
        if many
        else None,
        metadata={
            "quarantined": stopped,
            "records": records,
            "rate": stopped / records if records else 0.0,
            "reasons": dg.MarkdownMetadataValue(table(["Property", "Check", "Entries"], rows)),
        },
    )


def known_codes(pair: EntityPair, system: System) -> dict[str, list[str]]:
    """The values of *system*'s picklists that the other end has a value for, by property."""
    found = {}
    for p in pair.properties:
        here, there = p.side(system).codec, p.side(system.other).codec
        if isinstance(here, ValueMap) and isinstance(there, ValueMap):
            found[p.name] = list(there.encode_as)
    return found


def known_values_spec(pair: EntityPair, system: System, asset: dg.AssetKey) -> dg.AssetCheckSpec:
    """Announce the check. It never blocks: such a value stays where it is."""
    names = ", ".join(f"`{name}`" for name in known_codes(pair, system))
    return dg.AssetCheckSpec(
        name=KNOWN_VALUES,
        asset=asset,
        description=f"{system.other.title} has a value for every value of {names}. One that it has none for stays in "
        f"{system.title} and is not written across.",
    )


def known_values_result(session: Session, pair: EntityPair, system: System) -> dg.AssetCheckResult:
    """Return whether there are values that the other end has none for, and which."""
    found = unmapped(session.db, pair, system, known_codes(pair, system))
    show = session.options.show_values
    rows = [
        (
            verbatim(r["property"]),
            told(r["value"], show=show),
            f"{r['records']:,}",
            record(r["example"], session.addresses, system),
        )
        for r in found.head(_SHOWN).iter_rows(named=True)
    ]
    records = int(found["records"].sum())
    return dg.AssetCheckResult(
        check_name=KNOWN_VALUES,
        passed=found.is_empty(),
        severity=dg.AssetCheckSeverity.WARN,
        description=f"{counted(found.height, 'value')} in {counted(records, f'{pair.name} record')} without a "
        f"counterpart in {system.other.title}: kept in {system.title}, and not written across. Choose another value "
        f"there, or add it to the value map in the declaration of {pair.name}."
        if records
        else None,
        metadata={
            "records": records,
            "values": dg.MarkdownMetadataValue(table(["Property", "Value", "Records", "Such as"], rows)),
        },
    )


def shown_spec(pair: EntityPair, system: System, asset: dg.AssetKey) -> dg.AssetCheckSpec:
    """Announce the check. It never blocks: of what is not shown nothing is taken, and nothing is written to it."""
    return dg.AssetCheckSpec(
        name=SHOWN,
        asset=asset,
        description=f"{system.title} shows every declared property of its {pair.name} records.",
    )


def shown_result(session: Session, pair: EntityPair, system: System) -> dg.AssetCheckResult:
    """Return whether records come without a declared property, and which."""
    hidden = mapped.unshown(session.db, pair, system)
    rows = [
        (verbatim(name), verbatim(pair.by_name[name].side(system).path), f"{count:,}")
        for name, count in sorted(hidden.items())
        if name in pair.by_name
    ]
    return dg.AssetCheckResult(
        check_name=SHOWN,
        passed=not rows,
        severity=dg.AssetCheckSeverity.WARN,
        description=f"{len(rows):,} properties are left out by {system.title}; they are neither read nor written "
        "there. Let the integration user read them, or take them out of the declaration. They are then read anew by "
        "themselves."
        if rows
        else None,
        metadata={
            "properties": len(rows),
            "left_out": dg.MarkdownMetadataValue(table(["Property", f"In {system.title}", "Records"], rows)),
        },
    )
