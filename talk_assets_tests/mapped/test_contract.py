"""A row must fit the other end before it is let on."""

from dataclasses import replace

import pandera.polars as pa
import polars as pl
import pytest

from talk_assets.entities import PAIRS
from talk_assets.mapped.contract import ONE_OF, checked, contract_for
from talk_assets.mapped.translate import translate
from talk_assets.model.codecs import Number
from talk_assets.model.system import System
from talk_assets_tests.mapped.rows import raw

SALESFORCE, CUSTOMERP = System
LOOKUPS = {
    "account": raw("account", SALESFORCE, {"_id": "001A", "Name": "Fjord"}),
    "pricebook_entry": raw("pricebook_entry", SALESFORCE),
}

LINE = {"productId": "P1", "quantity": "1", "unitPrice": "1"}
SALES_LINE = {"Product2Id": "01tA", "Quantity": "1", "UnitPrice": "1"}


def judged(name, system, *records):
    return translate(PAIRS[name], system, raw(name, system, *records), lookups=LOOKUPS)


BROKEN = {
    "too long for Salesforce": (
        ("contact", CUSTOMERP, {"familyName": "D", "givenName": "x" * 41}),
        ("first_name", "at most 40 characters", "x" * 41),
        "Longer than the 40 characters that FirstName holds in Salesforce. Shorten it in givenName in Customerp.",
    ),
    "too long for Customerp": (
        (
            "order",
            SALESFORCE,
            {"Status": "Draft", "EffectiveDate": "2026-01-01", "AccountId": "001A", "Type": "x" * 41},
        ),
        ("order_type", "at most 40 characters", "x" * 41),
        "Longer than the 40 characters that orderType holds in Customerp. Shorten it in Type in Salesforce.",
    ),
    "a street line too long": (
        ("contact", SALESFORCE, {"LastName": "D", "MailingStreet": "x" * 129}),
        ("street", "fits", "x" * 129),
        "Does not fit address.lines in Customerp, which holds at most 10 lines of 128 characters. "
        "Correct it in MailingStreet in Salesforce.",
    ),
    "missing where both ends require it": (
        ("contact", CUSTOMERP, {"givenName": "Åse"}),
        ("last_name", "not_nullable", None),
        "Empty, but Salesforce requires LastName and Customerp requires familyName. Fill in familyName in Customerp.",
    ),
    "a line without its product": (
        ("order_line", SALESFORCE, SALES_LINE | {"Product2Id": None}),
        ("product", "not_nullable", None),
        "Empty, but Salesforce requires Product2Id and Customerp requires productId. Fill in Product2Id in Salesforce.",
    ),
    "a number beyond the other end's room": (
        ("quote_line", CUSTOMERP, LINE | {"quantity": "10000000000"}),
        ("quantity", "fits", "10000000000.0000"),
        "Does not fit Quantity in Salesforce, which holds 10 digits before the point. "
        "Correct it in quantity in Customerp.",
    ),
    "a number that only rounding makes too large": (
        ("quote_line", CUSTOMERP, LINE | {"quantity": "9999999999.9999"}),
        ("quantity", "fits", "9999999999.9999"),
        "Does not fit Quantity in Salesforce, which holds 10 digits before the point. "
        "Correct it in quantity in Customerp.",
    ),
    "an order of nobody": (
        ("order", SALESFORCE, {"Status": "Draft", "EffectiveDate": "2026-01-01"}),
        ("contact or company", "one of them", None),
        "All empty, but Customerp needs contactId or companyName. Fill in BillToContactId or AccountId in Salesforce.",
    ),
}


@pytest.mark.parametrize(("row", "breach", "reason"), BROKEN.values(), ids=BROKEN.keys())
def test_what_does_not_fit_is_set_aside_and_explained(row, breach, reason):
    name, system, record = row
    translation = judged(name, system, {"_id": "x1", **record})
    assert translation.rows.is_empty()
    assert translation.violations.rows() == [("x1", *breach, reason)]


FITS = {
    "as long as it may be": ("contact", CUSTOMERP, {"familyName": "D", "givenName": "x" * 40}),
    "letters count, not bytes": ("contact", CUSTOMERP, {"familyName": "D", "givenName": "å" * 40}),
    "a number Customerp will be given": ("product", SALESFORCE, {"Name": "Helmet"}),
    "an order of a company": (
        "order",
        SALESFORCE,
        {"Status": "Draft", "EffectiveDate": "2026-01-01", "AccountId": "001A"},
    ),
    "an order of a person": (
        "order",
        SALESFORCE,
        {"Status": "Draft", "EffectiveDate": "2026-01-01", "BillToContactId": "003A"},
    ),
    "references have no length of ours": ("quote_line", CUSTOMERP, LINE | {"productId": "P" * 300}),
}


@pytest.mark.parametrize(("name", "system", "record"), FITS.values(), ids=FITS.keys())
def test_what_fits_goes_on(name, system, record):
    translation = judged(name, system, {"_id": "x1", **record})
    assert translation.violations.rows() == []
    assert translation.rows["_id"].to_list() == ["x1"]


def test_all_breaches_of_all_rows_are_found():
    translation = judged(
        "contact",
        CUSTOMERP,
        {"_id": "C1", "familyName": "x" * 81, "address.city": "y" * 41},
        {"_id": "C2", "familyName": "D"},
        {"_id": "C3", "address.city": "z" * 50},
    )
    found = translation.violations.select("_id", "property").rows()
    assert sorted(found) == [("C1", "city"), ("C1", "last_name"), ("C3", "city"), ("C3", "last_name")]
    assert translation.rows["_id"].to_list() == ["C2"]


@pytest.mark.parametrize("system", System)
@pytest.mark.parametrize("pair", PAIRS.values(), ids=PAIRS.keys())
def test_every_contract_covers_every_property_with_its_type(pair, system):
    contract = contract_for(pair, system)
    assert isinstance(contract, pa.DataFrameSchema)
    assert [name for name in contract.columns if not name.startswith("_")] == list(pair.names)
    for p in pair.properties:
        assert contract.columns[p.name].dtype.type == p.dtype


@pytest.mark.parametrize("system", System)
@pytest.mark.parametrize("pair", PAIRS.values(), ids=PAIRS.keys())
def test_every_check_explains_itself(pair, system):
    for column in contract_for(pair, system).columns.values():
        for check in column.checks:
            assert check.error
            assert check.description.count(". ") >= 1, "what is wrong, and what to do"


def test_a_derived_value_is_compared_and_need_not_fit():
    pair = PAIRS["quote_line"]
    total = pair.by_name["line_total"]
    short = replace(total, salesforce=replace(total.salesforce, codec=Number(scale=2, digits=2, precision=5)))
    carried = replace(short, derived=False)
    record = raw("quote_line", CUSTOMERP, {"_id": "L1", **LINE, "lineTotal": "1000.00"})
    for changed, kept in ((short, ["L1"]), (carried, [])):
        properties = tuple(changed if p is total else p for p in pair.properties)
        translation = translate(replace(pair, properties=properties), CUSTOMERP, record, lookups={})
        assert translation.rows["_id"].to_list() == kept


def test_a_declared_cut_lifts_the_limit():
    pair = PAIRS["contact"]
    name = pair.by_name["first_name"]
    cut = replace(name, salesforce=replace(name.salesforce, truncate=True))
    with_cut = replace(pair, properties=tuple(cut if p is name else p for p in pair.properties))
    record = raw("contact", CUSTOMERP, {"_id": "C1", "familyName": "D", "givenName": "x" * 41})
    assert translate(with_cut, CUSTOMERP, record, lookups={}).rows["first_name"].to_list() == ["x" * 41]


def test_needs_of_the_other_end_are_one_boolean_column():
    rows = judged("order", CUSTOMERP).rows
    assert ONE_OF not in rows.select(checked(PAIRS["order"], CUSTOMERP)).columns
    assert rows.select(checked(PAIRS["order"], SALESFORCE)).schema[ONE_OF] == pl.Boolean
