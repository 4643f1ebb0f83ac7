"""Both ends come to one shape."""

from datetime import date
from decimal import Decimal

import polars as pl
import pytest

from talk_assets.entities import PAIRS
from talk_assets.mapped.translate import VIOLATIONS, mapped_schema, translate
from talk_assets.model.system import System
from talk_assets.store.tables import UNSHOWN
from talk_assets_tests.mapped.rows import raw

SALESFORCE, CUSTOMERP = System
ACCOUNTS = raw("account", SALESFORCE, {"_id": "001A", "Name": " Fjord Sport AS "})
NO_LOOKUPS = {"account": raw("account", SALESFORCE), "pricebook_entry": raw("pricebook_entry", SALESFORCE)}


def translated(name, system, *records, **lookups):
    return translate(PAIRS[name], system, raw(name, system, *records), lookups=NO_LOOKUPS | lookups)


def only(translation):
    assert translation.violations.rows(named=True) == []
    return translation.rows.row(0, named=True)


@pytest.mark.parametrize("system", System)
@pytest.mark.parametrize("name", PAIRS)
def test_the_shape_is_the_declared_one_whatever_comes(name, system):
    for records in ((), ({"_id": "x", "_deleted": True},)):
        translation = translated(name, system, *records)
        assert dict(translation.rows.schema) == mapped_schema(PAIRS[name], system)
        assert dict(translation.violations.schema) == dict(VIOLATIONS)
        assert translation.rows.height == len(records)


def test_the_same_person_looks_the_same_from_both_ends():
    there = only(
        translated(
            "contact",
            SALESFORCE,
            {
                "_id": "003A",
                "Salutation": "Ms.",
                "FirstName": "Åse",
                "LastName": "O'Dell ",
                "Email": "ase@example.com",
                "Phone": "22 85 50 50",
                "Birthdate": "1984-02-29",
                "MailingStreet": "Storgata 1\r\n2. etasje",
                "MailingCountry": "Norway",
                "AccountId": "001A",
                "HasOptedOutOfEmail": "true",
            },
            account=ACCOUNTS,
        )
    )
    here = only(
        translated(
            "contact",
            CUSTOMERP,
            {
                "_id": "C1",
                "honorific": "ms",
                "givenName": "Åse",
                "familyName": "O'Dell",
                "email": "ase@example.com",
                "phone": "+4722855050",
                "birthDate": "1984-02-29",
                "address.lines": '["Storgata 1","2. etasje"]',
                "address.countryCode": "NO",
                "companyName": "Fjord Sport AS",
                "emailOptOut": "true",
            },
        )
    )
    assert {n: there[n] for n in PAIRS["contact"].names} == {n: here[n] for n in PAIRS["contact"].names}
    assert here["birth_date"] == date(1984, 2, 29)
    assert here["company"] == "Fjord Sport AS"


def test_a_phone_is_read_with_the_country_beside_it():
    quote = {"_id": "Q1", "title": "Skis", "companyName": "Fjord", "phone": "020 7946 0958"}
    in_britain = only(translated("quote", CUSTOMERP, quote | {"billingAddress.countryCode": "gb"}))
    nowhere = only(translated("quote", CUSTOMERP, quote))
    assert (in_britain["phone"], nowhere["phone"]) == ("+442079460958", "020 7946 0958")


def test_ids_keys_and_stamps_pass_through():
    record = {"_id": "C1", "_key": "k1", "_parent": None, "_version": "7", "familyName": "Dahl"}
    row = only(translated("contact", CUSTOMERP, record))
    assert {column: row[column] for column in record if column.startswith("_")} == {
        column: value for column, value in record.items() if column.startswith("_")
    }


def test_references_keep_the_ends_own_ids():
    line = {"_id": "L1", "_parent": "O1", "productId": "P7", "quantity": "2", "unitPrice": "9.9900"}
    row = only(translated("order_line", CUSTOMERP, line))
    assert (row["_parent"], row["product"]) == ("O1", "P7")


def test_unknown_codes_and_countries_are_kept_and_are_no_violation():
    row = only(
        translated(
            "contact",
            SALESFORCE,
            {"_id": "003A", "LastName": "Lewis", "Salutation": "Sir", "MailingCountry": "Narnia"},
        )
    )
    assert (row["salutation"], row["country"]) == ("Sir", "Narnia")


def test_a_property_the_end_does_not_send_is_named_and_no_value():
    """A field hidden from the integration user is absent from every record, not null in it."""
    frame = raw("contact", SALESFORCE, {"_id": "003A", "LastName": "Dahl"}).drop("Title", "HasOptedOutOfEmail")
    row = only(translate(PAIRS["contact"], SALESFORCE, frame, lookups=NO_LOOKUPS))
    assert (row["job_title"], row["email_opt_out"]) == (None, None)
    assert row[UNSHOWN] == ",job_title,email_opt_out,"


def test_what_is_read_beside_a_hidden_property_is_hidden_too():
    """Without the country a national number would read as another number."""
    frame = raw("contact", SALESFORCE, {"_id": "003A", "LastName": "Dahl", "Phone": "22 85 50 50"})
    row = only(translate(PAIRS["contact"], SALESFORCE, frame.drop("MailingCountry"), lookups=NO_LOOKUPS))

    assert row["phone"] is None
    assert row[UNSHOWN] == ",phone,mobile_phone,home_phone,country,"


def test_a_required_property_that_is_not_shown_stops_its_record_and_says_why():
    """Left out is not empty: nobody is told to fill in what may well be filled in."""
    found = translate(
        PAIRS["contact"], SALESFORCE, raw("contact", SALESFORCE, {"_id": "003A"}).drop("LastName"), lookups=NO_LOOKUPS
    )

    assert found.violations.select("property", "check").rows() == [("last_name", "shown")]
    assert "leaves LastName out" in found.violations["reason"].item()


class TestPrices:
    """A product's list price lives in its standard price book entry."""

    @staticmethod
    def price(*entries):
        frame = raw("pricebook_entry", SALESFORCE, *entries)
        product = {"_id": "01tA", "Name": "Helmet"}
        return only(translated("product", SALESFORCE, product, pricebook_entry=frame))["list_price"]

    def test_it_is_the_entrys(self):
        entry = {"_id": "01uA", "Product2Id": "01tA", "UnitPrice": "34.99", "IsActive": "true"}
        other = {"_id": "01uB", "Product2Id": "01tB", "UnitPrice": "1.00", "IsActive": "true"}
        assert self.price(other, entry) == Decimal("34.9900")

    def test_it_is_empty_without_an_entry(self):
        assert self.price() is None

    def test_a_deleted_entry_has_none(self):
        gone = {"_id": "01uA", "Product2Id": "01tA", "UnitPrice": "34.99", "_deleted": True}
        assert self.price(gone) is None

    def test_an_active_entry_speaks_before_an_inactive_one_and_the_product_stays_one_row(self):
        inactive = {"_id": "01uA", "Product2Id": "01tA", "UnitPrice": "1.00", "IsActive": "false"}
        active = {"_id": "01uB", "Product2Id": "01tA", "UnitPrice": "2.00", "IsActive": "true"}
        assert self.price(inactive, active) == Decimal("2.0000")
        assert self.price(inactive) == Decimal("1.0000")


class TestAccounts:
    """A company is the name of an Account."""

    def test_one_that_was_not_read_holds_the_row_back_instead_of_clearing_the_company(self):
        record = {"_id": "003A", "LastName": "Dahl", "AccountId": "001X"}
        translation = translated("contact", SALESFORCE, record, account=ACCOUNTS)
        assert translation.rows.height == 0
        assert translation.violations.select("_id", "property", "check", "value").rows() == [
            ("003A", "company", "account read", "001X")
        ]

    def test_a_quote_reads_it_by_its_own_account(self):
        quote = {"_id": "0Q0A", "Name": "Skis", "AccountId": "001A"}
        assert only(translated("quote", SALESFORCE, quote, account=ACCOUNTS))["company"] == "Fjord Sport AS"

    def test_a_private_contact_has_no_company(self):
        assert only(translated("contact", SALESFORCE, {"_id": "003A", "LastName": "Dahl"}))["company"] is None


class TestUnreadable:
    @pytest.mark.parametrize(
        ("name", "system", "record", "name_of_property"),
        [
            ("contact", CUSTOMERP, {"familyName": "D", "birthDate": "2026-02-30"}, "birth_date"),
            ("contact", CUSTOMERP, {"familyName": "D", "emailOptOut": "1"}, "email_opt_out"),
            ("contact", CUSTOMERP, {"familyName": "D", "address.lines": "Storgata 1"}, "street"),
            ("contact", CUSTOMERP, {"familyName": "D", "address.countryCode": "NOR"}, "country"),
            ("contact", SALESFORCE, {"LastName": "D", "FirstName": "D\x00"}, "first_name"),
            ("product", CUSTOMERP, {"number": "a", "name": "b", "listPrice": "NaN"}, "list_price"),
            ("product", CUSTOMERP, {"number": "a", "name": "b", "listPrice": "1e400"}, "list_price"),
            ("product", CUSTOMERP, {"number": "a", "name": "b", "status": "retired"}, "active"),
            (
                "quote_line",
                CUSTOMERP,
                {"productId": "P1", "quantity": "1", "unitPrice": "1", "position": "1.9"},
                "position",
            ),
        ],
    )
    def test_it_is_set_aside_with_its_value_and_a_reason(self, name, system, record, name_of_property):
        good = {path: value for path, value in record.items() if path != self.path(name, system, name_of_property)}
        translation = translated(name, system, {"_id": "bad", **record}, {"_id": "good", **good})
        path = self.path(name, system, name_of_property)
        assert translation.rows["_id"].to_list() == ["good"]
        first = translation.violations.row(0, named=True)
        assert (first["_id"], first["property"], first["check"]) == ("bad", name_of_property, "readable")
        assert first["value"] == record[path]
        assert path in first["reason"]
        assert f"Correct it in {system.title}" in first["reason"]

    @staticmethod
    def path(name, system, property_name):
        return PAIRS[name].by_name[property_name].side(system).path

    def test_the_value_shown_is_cut(self):
        translation = translated("contact", CUSTOMERP, {"_id": "1", "familyName": "D", "birthDate": "x" * 5000})
        assert translation.violations["value"].str.len_chars().to_list() == [200]


def test_tombstones_are_not_judged():
    translation = translated(
        "contact", SALESFORCE, {"_id": "003A", "_deleted": True, "Birthdate": "never", "FirstName": "x" * 99}
    )
    assert translation.rows["_id"].to_list() == ["003A"]
    assert translation.violations.is_empty()


def test_order_and_number_of_good_rows_are_kept():
    records = [{"_id": f"C{n}", "familyName": "D" * (1 if n % 3 else 81)} for n in range(9)]
    translation = translated("contact", CUSTOMERP, *records)
    assert translation.rows["_id"].to_list() == ["C1", "C2", "C4", "C5", "C7", "C8"]
    assert translation.violations["_id"].to_list() == ["C0", "C3", "C6"]


class TestExactness:
    """What frames lose quietly elsewhere arrives here exactly, or is set aside."""

    @pytest.mark.parametrize("digits", ["0.125", "1234567890123.4567", "90071992547409.9301", "-0.0001", "1e-4"])
    def test_prices_are_exact(self, digits):
        row = only(translated("product", CUSTOMERP, {"_id": "P", "number": "a", "name": "b", "listPrice": digits}))
        assert row["list_price"] == Decimal(digits)

    def test_a_late_key_is_not_lost(self):
        records = [{"_id": f"C{n}", "familyName": "D"} for n in range(200)]
        records[150]["jobTitle"] = "Chair"
        rows = translated("contact", CUSTOMERP, *records).rows
        assert rows.filter(pl.col("job_title").is_not_null())["_id"].to_list() == ["C150"]

    def test_empty_text_is_null(self):
        row = only(translated("contact", CUSTOMERP, {"_id": "C", "familyName": "D", "jobTitle": "  "}))
        assert row["job_title"] is None
