"""The three-way comparison as a reviewed table: what each end did to a property, and who is written."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from types import MappingProxyType

import polars as pl
import pytest

from talk_assets.changesets.reconcile import agreed_baselines, base, clash, compare, moved_at, unshown, value, verdict
from talk_assets.entities import PAIRS
from talk_assets.model.pair import Policy
from talk_assets.model.system import System

SALESFORCE, CUSTOMERP = System
NOON = datetime(2026, 3, 14, 12, tzinfo=UTC)
TYPES = {
    "text": ("contact", "job_title", "Buyer", "Boss", "Owner"),
    "email": ("contact", "email", "a@x.no", "b@x.no", "c@x.no"),
    "number": ("quote_line", "quantity", Decimal("1.0000"), Decimal("2.0000"), Decimal("3.0000")),
    "money": ("product", "list_price", Decimal("9.9000"), Decimal("0.0000"), Decimal("8.0000")),
    "whole": ("quote_line", "position", 1, 0, 3),
    "boolean": ("product", "active", True, False, None),
    "date": ("contact", "birth_date", date(1990, 1, 1), date(1990, 1, 2), date(1990, 1, 3)),
    "picklist": ("contact", "salutation", "mr", "ms", "dr"),
    "reference": ("order", "contact", "link-1", "link-2", "link-3"),
}
"""Type to a property and three different values: the agreed one and two new ones."""

OLD, NEW, OTHER, NULL = "old", "new", "other", "null"
TABLE = [
    # agreed, Salesforce, Customerp: verdict, clash
    (OLD, OLD, OLD, "in_sync", False),
    (OLD, OLD, NEW, "to_salesforce", False),
    (OLD, OLD, NULL, "to_salesforce", False),
    (OLD, NEW, OLD, "to_customerp", False),
    (OLD, NEW, NEW, "agreed", False),
    (OLD, NEW, OTHER, "to_customerp", True),
    (OLD, NEW, NULL, "to_customerp", True),
    (OLD, NULL, OLD, "to_customerp", False),
    (OLD, NULL, NEW, "to_salesforce", True),
    (OLD, NULL, NULL, "agreed", False),
    (NULL, NULL, NULL, "in_sync", False),
    (NULL, NEW, NULL, "to_customerp", False),
    (NULL, NULL, NEW, "to_salesforce", False),
    (NULL, NEW, NEW, "agreed", False),
    (NULL, NEW, OTHER, "to_customerp", True),
]


def one_property(name, pair, **changes):
    """A pair of one property, which stands alone."""
    p = replace(PAIRS[pair].by_name[name], beside=None, **changes)
    return replace(PAIRS[pair], properties=(p,), match=(), status=None, needs_one_of={}, parent=None)


def row(pair, *, agreed, salesforce, customerp, fresh=False, at=(NOON, NOON), bases=None, hidden=MappingProxyType({})):
    (p,) = pair.properties
    here, there = bases or (agreed, agreed)
    return pl.DataFrame(
        {
            "link_id": ["L"],
            "fresh": [fresh],
            unshown(SALESFORCE): pl.Series([hidden.get(SALESFORCE)], dtype=pl.String),
            unshown(CUSTOMERP): pl.Series([hidden.get(CUSTOMERP)], dtype=pl.String),
            value(SALESFORCE, p.name): pl.Series([salesforce], dtype=p.dtype),
            value(CUSTOMERP, p.name): pl.Series([customerp], dtype=p.dtype),
            base(SALESFORCE, p.name): pl.Series([here], dtype=p.dtype),
            base(CUSTOMERP, p.name): pl.Series([there], dtype=p.dtype),
            moved_at(SALESFORCE, p.name): pl.Series([at[0]], dtype=pl.Datetime("us", "UTC")),
            moved_at(CUSTOMERP, p.name): pl.Series([at[1]], dtype=pl.Datetime("us", "UTC")),
        }
    )


def judged(pair, **given):
    (name,) = pair.names
    return compare(pair, row(pair, **given)).select(verdict(name), clash(name)).row(0)


@pytest.mark.parametrize("kind", TYPES)
@pytest.mark.parametrize("case", TABLE, ids=lambda case: "-".join(case[:3]))
def test_who_moved_decides(kind, case):
    """One end's move travels, the same move is agreed, two moves clash; a clearing beats no change."""
    agreed, here, there, expected, clashes = case
    pair_name, name, *values = TYPES[kind]
    known = dict(zip((OLD, NEW, OTHER), values, strict=True)) | {NULL: None}
    if known[OTHER] is None and OTHER in {here, there}:
        pytest.skip("a checkbox has no third value")
    pair = one_property(name, pair_name)

    assert judged(pair, agreed=known[agreed], salesforce=known[here], customerp=known[there]) == (expected, clashes)


SECOND = timedelta(seconds=1)
BLINK = timedelta(milliseconds=400)


@pytest.mark.parametrize(
    ("policy", "at", "expected"),
    [
        (Policy.LATEST_WINS, (NOON, NOON), "to_customerp"),
        (Policy.LATEST_WINS, (NOON, NOON + BLINK), "to_customerp"),
        (Policy.LATEST_WINS, (NOON, NOON + SECOND), "to_salesforce"),
        (Policy.LATEST_WINS, (NOON + SECOND, NOON), "to_customerp"),
        (Policy.LATEST_WINS, (None, NOON), "to_salesforce"),
        (Policy.SALESFORCE_WINS, (NOON, NOON + SECOND), "to_customerp"),
        (Policy.CUSTOMERP_WINS, (NOON + SECOND, NOON), "to_salesforce"),
        (Policy.MANUAL, (NOON, NOON + SECOND), "conflict"),
    ],
)
def test_policies_settle_conflicts(policy, at, expected):
    """The latest edit wins, in whole seconds and Salesforce on a tie, unless the property says who."""
    pair = one_property("job_title", "contact", policy=policy)

    assert judged(pair, agreed="a", salesforce="b", customerp="c", at=at) == (expected, True)


@pytest.mark.parametrize(
    ("first_link", "policy", "expected"),
    [
        (Policy.CUSTOMERP_WINS, Policy.LATEST_WINS, "to_salesforce"),
        (Policy.SALESFORCE_WINS, Policy.CUSTOMERP_WINS, "to_customerp"),
        (Policy.SALESFORCE_WINS, Policy.MANUAL, "conflict"),
    ],
)
def test_a_first_link_has_its_own_policy(first_link, policy, expected):
    """Before anything was agreed the pair's first-link policy decides, unless a person must."""
    pair = replace(one_property("job_title", "contact", policy=policy), first_link=first_link)

    assert judged(pair, agreed=None, salesforce="b", customerp="c", fresh=True) == (expected, True)


def test_each_end_is_compared_with_its_own_baseline():
    """What an end made of a value when it stored it is no edit."""
    pair = one_property("job_title", "contact")

    assert judged(pair, agreed=None, bases=("Boss", "BOSS"), salesforce="Boss", customerp="BOSS") == ("in_sync", False)
    assert judged(pair, agreed=None, bases=("Boss", "BOSS"), salesforce="Boss", customerp="Owner") == (
        "to_salesforce",
        False,
    )


def test_equal_up_to_case_is_no_edit():
    """An address in other letters is the same address, and travels nowhere."""
    pair = one_property("email", "contact")

    assert judged(pair, agreed="a@x.no", salesforce="A@X.no", customerp="a@x.no") == ("in_sync", False)
    assert judged(pair, agreed="a@x.no", salesforce="B@X.no", customerp="b@x.no") == ("agreed", False)


def test_what_is_agreed_becomes_each_ends_baseline():
    """Both ends' own spellings are kept, and nothing is stored of links where nothing was agreed."""
    pair = one_property("email", "contact")
    compared = compare(pair, row(pair, agreed="a@x.no", salesforce="B@X.no", customerp="b@x.no"))
    apart = compare(pair, row(pair, agreed="a@x.no", salesforce="b@x.no", customerp="a@x.no"))

    assert agreed_baselines(pair, compared).sort("system")["email"].to_list() == ["b@x.no", "B@X.no"]
    assert agreed_baselines(pair, apart).is_empty()
