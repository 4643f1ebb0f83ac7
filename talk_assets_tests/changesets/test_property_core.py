"""The property table, decision by decision: every value type, every policy."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import polars as pl
import pytest

from talk_assets.changesets.reconcile import base, clash, compare, moved_at, unshown, value, verdict
from talk_assets.entities import PAIRS
from talk_assets.model.pair import Policy
from talk_assets.model.system import System
from talk_assets_tests.changesets.property_table import FIRST, POLICIES, ROWS, rows

SALESFORCE, CUSTOMERP = System
NOON = datetime(2026, 3, 14, 12, tzinfo=UTC)
TYPES = {
    "text": ("contact", "job_title", "Buyer", "Head", "Boss"),
    "email": ("contact", "email", "a@x.no", "b@x.no", "c@x.no"),
    "phone": ("contact", "mobile_phone", "+4722855050", "+4722855051", "not a number"),
    "lines": ("contact", "street", "Storgata 1\nOslo", "Storgata 2", "Torget\n1"),
    "picklist": ("contact", "salutation", "mr", "ms", "unlisted"),
    "status": ("quote", "status", "draft", "sent", "expired"),
    "country": ("contact", "country", "NO", "SE", "Atlantis"),
    "date": ("contact", "birth_date", date(1990, 1, 1), date(1990, 1, 2), date(1700, 1, 1)),
    "number": ("quote_line", "quantity", Decimal("1.0000"), Decimal("0.0000"), Decimal("-2.5000")),
    "money": ("quote", "tax", Decimal("9.90"), Decimal("0.00"), Decimal("8.01")),
    "price": ("product", "list_price", Decimal("9.9000"), Decimal("0.0000"), Decimal("8.0100")),
    "whole": ("quote_line", "position", 1, 0, 3),
    "boolean": ("product", "active", True, False, None),
    "reference": ("order", "contact", "link-1", "link-2", "unlinked:003"),
    "company": ("order", "company", "Fjord AS", "Fjord", "FJORD AS"),
}
"""A property of each type and its three values: old, what Salesforce and what Customerp is given."""
TIMES = {"S-then-C": (0, 1), "C-then-S": (1, 0), "at-once": (0, 0), "-": (0, 0)}


def cases():
    for kind, (_, _, _, _, third) in TYPES.items():
        for table, fresh in ((ROWS, False), (FIRST, True)):
            for row in rows(table):
                # A flag has two values: it cannot be empty, and two changes of it are one.
                if third is None and {"C", "-"} & row.words - (
                    {"C"} if row.salesforce in {"same", "hidden"} else set()
                ):
                    continue
                for policy in POLICIES:
                    name = f"{kind}-{'first-' if fresh else ''}{row.name}-{policy}"
                    yield pytest.param(kind, row, policy, fresh, id=name)


def verdict_of(row, outcome, held):
    """The verdict that leads to the *outcome*: who must be written, given what each end holds."""
    here, there, note = outcome
    if note == "open":
        return "conflict"
    if note == "held":
        return "unshown"
    if here != held[SALESFORCE]:
        return "to_salesforce"
    if there != held[CUSTOMERP]:
        return "to_customerp"
    moved = {row.salesforce, row.customerp} & {"changed", "agreed", "cleared"}
    return "agreed" if moved else "in_sync"


CASES = list(cases())


def test_the_table_is_whole():
    """Each pair of things that can be done is there, for more cases than a person tries by hand."""
    done = {(row.salesforce, row.customerp) for row in rows(ROWS)}
    states = ("same", "changed", "cleared", "hidden")

    assert done == {(here, there) for here in states for there in states} | {("agreed", "agreed")}
    assert len(CASES) > 1000


@pytest.mark.parametrize(("kind", "row", "policy", "fresh"), CASES)
def test_property_core(kind, row, policy, fresh):
    """Who is written, and whether both values are kept in the log, is what the table says."""
    pair_name, name, old, given_here, given_there = TYPES[kind]
    p = replace(PAIRS[pair_name].by_name[name], beside=None, policy=Policy(policy))
    pair = replace(PAIRS[pair_name], properties=(p,), match=(), status=None, needs_one_of={}, parent=None)
    if given_there is None:
        given_there = given_here
    words = {"old": None if fresh else old, "S": given_here, "C": given_there, "-": None}
    done = {"same": "old", "hidden": "old", "agreed": "S", "cleared": "-", "empty": "-"}
    held = {
        SALESFORCE: done.get(row.salesforce, "S"),
        CUSTOMERP: done.get(row.customerp, "C"),
    }
    columns = {"link_id": ["L"], "fresh": [fresh]}
    for system, did, later in zip(System, (row.salesforce, row.customerp), TIMES[row.order], strict=True):
        at = NOON + timedelta(seconds=later)
        columns |= {
            value(system, name): pl.Series([words[held[system]]], dtype=p.dtype),
            base(system, name): pl.Series([None if fresh else old], dtype=p.dtype),
            moved_at(system, name): pl.Series([at], dtype=pl.Datetime("us", "UTC")),
            unshown(system): pl.Series([f",{name}," if did == "hidden" else None], dtype=pl.String),
        }
    compared = compare(pair, pl.DataFrame(columns))

    outcome = row.outcomes[policy]
    expected = verdict_of(row, outcome, held)
    assert compared.select(verdict(name), clash(name)).row(0) == (expected, outcome[2] in {"logged", "open"})
