"""Changes and conflicts as Markdown, for a person who looks before it is written."""

from collections.abc import Mapping
from types import MappingProxyType

import polars as pl

from talk_assets.model.markdown import prose, reason, record, table, told, verbatim
from talk_assets.model.pair import EntityPair
from talk_assets.model.system import System
from talk_assets.session import Session
from talk_assets.store import conflict_log

_SHOWN = 50


def changes_preview(found: pl.DataFrame, *, show: bool, addresses: Mapping[System, str] = MappingProxyType({})) -> str:
    """Return a table of the first changes of *found* (the change schema), and how many more there are.

    Unless *show*, of values only their lengths are told. *addresses* are where people see the records.
    """
    rows = [
        (
            c["system"].title(),
            c["op"],
            record(c["record_id"], addresses, c["system"])
            if c["record_id"]
            else record(c["origin_id"], addresses, System(c["system"]).other),
            verbatim(c["property"]),
            told(c["old"], show=show),
            told(c["new"], show=show),
            c["state"]
            if c["reason"] is None
            else reason(f"{c['state']}: {c['reason']}", c["old"], c["new"], show=show),
        )
        for c in found.head(_SHOWN).iter_rows(named=True)
    ]
    shown = table(["To", "What", "Record", "Property", "Old", "New", "State"], rows)
    return shown + _more(found.height)


def conflicts_preview(session: Session, pair: EntityPair) -> str:
    """Return a table of the newest conflicts: both values, when each was set, and which won."""
    found = conflict_log.entries(session.db, pair.name)
    show = session.options.show_values
    rows = [
        (
            *(record(c[f"{system}_id"], session.addresses, system) for system in System),
            verbatim(c["property"]),
            told(c["salesforce_value"], show=show),
            told(c["customerp_value"], show=show),
            c["winner"].title() if c["winner"] else "a person decides",
            prose(c["policy"].replace("_", " ")),
            f"{c['found_at']:%Y-%m-%d %H:%M:%S}",
        )
        for c in found.head(_SHOWN).iter_rows(named=True)
    ]
    header = [
        "Salesforce",
        "Customerp",
        "Property",
        "Salesforce says",
        "Customerp says",
        "Winner",
        "Rule",
        "Found (UTC)",
    ]
    return table(header, rows) + _more(found.height)


def _more(total: int) -> str:
    return f"\n\n{total - _SHOWN:,} more." if total > _SHOWN else ""
