"""An audit as Markdown tables: no record's values, only ids, properties and causes."""

from collections.abc import Mapping

from talk_assets.audit.compare import PairAudit
from talk_assets.changesets.drift import Cause
from talk_assets.model.markdown import NOTHING, prose, reason, record, table, verbatim
from talk_assets.model.system import System


def causes_table(found: PairAudit) -> str:
    """Return a row a cause: linked records that differ, and records that stand alone on either end."""
    rows = []
    for cause in Cause:
        counts = [found.drifted.get(cause, 0), *(found.alone[system].get(cause, 0) for system in System)]
        if any(counts):
            rows.append((cause.label, prose(cause.words), *(f"{count:,}" if count else NOTHING for count in counts)))
    return table(["Cause", "What becomes of it", "Linked, differing", *(f"Only in {s.title}" for s in System)], rows)


def properties_table(found: PairAudit) -> str:
    """Return a row a property and cause: how many linked records differ in it."""
    return table(
        ["Property", "Cause", "Linked records"],
        [
            (verbatim(name), Cause(cause).label, f"{count:,}")
            for name, counts in found.properties.items()
            for cause, count in counts.items()
        ],
    )


def examples_table(found: PairAudit, *, only: Cause | None = None, show: bool, addresses: Mapping[System, str]) -> str:
    """Return some records of each cause, or of *only* one, linked to *addresses*.

    Reasons come without quotations unless *show*.
    """
    return table(
        ["Cause", "Salesforce", "Customerp", "Property", "Reason"],
        [
            (
                Cause(row["cause"]).label,
                *(record(row[f"{system}_id"], addresses, system) for system in System),
                verbatim(row["property"]),
                reason(row["reason"] or Cause(row["cause"]).words, show=show),
            )
            for row in found.examples.iter_rows(named=True)
            if only is None or row["cause"] == only
        ],
    )
