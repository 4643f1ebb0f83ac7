"""Canonical values go out as each end spells them."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import polars as pl
import pytest

from talk_assets.entities import PAIRS
from talk_assets.mapped.encode import encode, holdable
from talk_assets.mapped.translate import mapped_schema
from talk_assets.model.system import System

SALESFORCE, CUSTOMERP = System


def rows(name, /, **values):
    schema = mapped_schema(PAIRS[name], SALESFORCE)
    return pl.DataFrame(
        {"_id": ["r1"]} | {n: [v] for n, v in values.items()},
        schema={"_id": pl.String} | {n: schema[n] for n in values},
    )


def sent(name, system, /, **values):
    row = encode(PAIRS[name], system, rows(name, **values), list(values)).row(0, named=True)
    assert row.pop("_id") == "r1"
    return row


def held(name, system, /, **values):
    row = holdable(PAIRS[name], system, rows(name, **values), list(values)).row(0, named=True)
    assert row.pop("_id") == "r1"
    return row


def test_each_end_gets_its_own_words():
    contact = {
        "salutation": "dr",
        "street": "Storgata 1\n2. etasje",
        "country": "NO",
        "email_opt_out": True,
        "birth_date": date(1984, 2, 29),
    }
    assert sent("contact", SALESFORCE, **contact) == {
        "salutation": "Dr.",
        "street": "Storgata 1\n2. etasje",
        "country": "Norway",
        "email_opt_out": "true",
        "birth_date": "1984-02-29",
    }
    assert sent("contact", CUSTOMERP, **contact) == {
        "salutation": "dr",
        "street": '["Storgata 1","2. etasje"]',
        "country": "NO",
        "email_opt_out": "true",
        "birth_date": "1984-02-29",
    }
    assert sent("product", CUSTOMERP, active=False, unit="KGM") == {"active": "discontinued", "unit": "KGM"}
    assert sent("product", SALESFORCE, active=False, unit="KGM") == {"active": "false", "unit": "Kilogram"}


@pytest.mark.parametrize(
    ("exact", "salesforce"),
    [
        ("0.1250", "0.12"),
        ("0.1350", "0.14"),
        ("2.6750", "2.68"),
        ("1.0050", "1.00"),
        ("-2.5050", "-2.50"),
        ("9007199254740993.0000", "9007199254740993.00"),
    ],
)
def test_decimals_are_rounded_half_to_even_and_never_pass_a_float(exact, salesforce):
    assert sent("product", SALESFORCE, list_price=Decimal(exact)) == {"list_price": salesforce}
    assert sent("product", CUSTOMERP, list_price=Decimal(exact)) == {"list_price": exact}


@pytest.mark.parametrize("system", System)
@pytest.mark.parametrize("pair", PAIRS.values(), ids=PAIRS.keys())
def test_null_stays_null_and_can_be_taken(pair, system):
    nothing = {p.name: None for p in pair.properties}
    assert sent(pair.name, system, **nothing) == nothing
    assert held(pair.name, system, **nothing) == dict.fromkeys(nothing, True)


def test_values_an_end_does_not_list_are_not_held():
    assert held("contact", CUSTOMERP, salutation="Sir", country="Narnia") == {
        "salutation": False,
        "country": False,
    }
    assert held("contact", SALESFORCE, salutation="Sir", country="Narnia") == {
        "salutation": False,
        "country": True,
    }
    assert held("order", SALESFORCE, status="cancelled") == {"status": False}
    assert held("quote_line", SALESFORCE, quantity=Decimal("10000000000")) == {"quantity": False}


@pytest.mark.parametrize(
    ("salesforce", "code"),
    [("Draft", "draft"), ("Presented", "sent"), ("Denied", "declined"), ("Expired", "expired")],
)
def test_quote_statuses_go_out_as_salesforce_names_them(salesforce, code):
    assert sent("quote", SALESFORCE, status=code) == {"status": salesforce}


def test_a_declared_cut_happens_on_the_way_out_only():
    pair = PAIRS["contact"]
    name = pair.by_name["first_name"]
    cut = replace(name, salesforce=replace(name.salesforce, truncate=True))
    with_cut = replace(pair, properties=tuple(cut if p is name else p for p in pair.properties))
    long = rows("contact", first_name="å" * 41)
    assert encode(with_cut, SALESFORCE, long, ["first_name"])["first_name"].to_list() == ["å" * 40]
    assert encode(with_cut, CUSTOMERP, long, ["first_name"])["first_name"].to_list() == ["å" * 41]


def test_only_the_named_properties_are_sent():
    frame = rows("contact", first_name="Åse", last_name="Dahl")
    assert encode(PAIRS["contact"], SALESFORCE, frame, ["last_name"]).columns == ["_id", "last_name"]
