"""Types, lengths, codes, references and the way values are normalised."""

from decimal import Decimal

import pytest

from talk_assets.sandbox.customerp.exact_json import decode


def faults(answer):
    """Return (pointer, code) of every refused property."""
    assert answer.status_code == 422, answer.text
    return [(fault["pointer"], fault["code"]) for fault in answer.json()["errors"]]


@pytest.mark.parametrize(
    ("resource", "body", "pointer", "code"),
    [
        ("contacts", {"familyName": None}, "/familyName", "required"),
        ("contacts", {"familyName": "  "}, "/familyName", "required"),
        ("contacts", {"shoeSize": 43}, "/shoeSize", "unknown"),
        ("contacts", {"a/b": 1}, "/a~1b", "unknown"),
        ("contacts", {"address": {"planet": "Mars"}}, "/address/planet", "unknown"),
        ("contacts", {"address": "Paris"}, "/address", "type"),
        ("contacts", {"id": "C1"}, "/id", "unknown"),
        ("contacts", {"givenName": "x" * 65}, "/givenName", "length"),
        ("contacts", {"givenName": 1}, "/givenName", "type"),
        ("contacts", {"givenName": "a\u0000b"}, "/givenName", "format"),
        ("contacts", {"externalKey": "k" * 65}, "/externalKey", "length"),
        ("contacts", {"honorific": "Herr"}, "/honorific", "enum"),
        ("contacts", {"honorific": 1}, "/honorific", "type"),
        ("contacts", {"email": "nobody"}, "/email", "format"),
        ("contacts", {"phone": "1" * 41}, "/phone", "length"),
        ("contacts", {"birthDate": "1867-13-07"}, "/birthDate", "format"),
        ("contacts", {"birthDate": "18671107"}, "/birthDate", "format"),
        ("contacts", {"birthDate": 1867}, "/birthDate", "type"),
        ("contacts", {"emailOptOut": "yes"}, "/emailOptOut", "type"),
        ("contacts", {"address": {"countryCode": "XX"}}, "/address/countryCode", "enum"),
        ("contacts", {"address": {"lines": "Rue 1"}}, "/address/lines", "type"),
        ("contacts", {"address": {"lines": ["x" * 129]}}, "/address/lines", "length"),
        ("contacts", {"address": {"lines": ["x"] * 11}}, "/address/lines", "length"),
        ("products", {"number": None}, "/number", "required"),
        ("products", {"name": None}, "/name", "required"),
        ("products", {"status": "gone"}, "/status", "enum"),
        ("products", {"unit": "XYZ"}, "/unit", "enum"),
        ("products", {"webUrl": "example.com"}, "/webUrl", "format"),
        ("products", {"listPrice": "12.50"}, "/listPrice", "type"),
        ("products", {"listPrice": True}, "/listPrice", "type"),
        ("products", {"listPrice": 10**14}, "/listPrice", "range"),
        ("products", {"currency": "XXX"}, "/currency", "enum"),
        ("quotes", {"title": None}, "/title", "required"),
        ("quotes", {"companyName": None}, "/contactId", "required"),
        ("quotes", {"number": "Q-7"}, "/number", "read_only"),
        ("quotes", {"netAmount": 1}, "/netAmount", "read_only"),
        ("quotes", {"contactId": "C9"}, "/contactId", "reference"),
        ("quotes", {"taxAmount": 0.125}, "/taxAmount", "scale"),
        ("quotes", {"lines": {}}, "/lines", "type"),
        ("quotes", {"lines": [1]}, "/lines/0", "type"),
        ("orders", {"orderDate": None}, "/orderDate", "required"),
        ("orders", {"companyName": None}, "/contactId", "required"),
        ("orders", {"title": "x" * 81}, "/title", "length"),
        ("orders", {"quoteId": "Q9"}, "/quoteId", "reference"),
    ],
)
def test_what_is_not_acceptable_is_named(erp, resource, body, pointer, code):
    """A refused create answers 422 with a pointer and a code for the property."""
    answer = erp.post(f"/{resource}", {**erp.acceptable(resource), **body})

    assert faults(answer) == [(pointer, code)]


@pytest.mark.parametrize(
    ("line", "pointer", "code"),
    [
        ({"quantity": None}, "/quantity", "required"),
        ({"quantity": 0}, "/quantity", "range"),
        ({"quantity": 0.00005}, "/quantity", "scale"),
        ({"unitPrice": None}, "/unitPrice", "required"),
        ({"productId": None}, "/productId", "required"),
        ({"productId": "P9"}, "/productId", "reference"),
        ({"discountPercent": 100.01}, "/discountPercent", "range"),
        ({"discountPercent": -1}, "/discountPercent", "range"),
        ({"deliveryEndDate": "2026-01-01"}, "/deliveryEndDate", "unknown"),
        ({"description": "x" * 256}, "/description", "length"),
        ({"position": -1}, "/position", "range"),
        ({"position": 1.5}, "/position", "type"),
        ({"lineTotal": 1}, "/lineTotal", "read_only"),
        ({"unitPrice": 99999999999999, "quantity": 99999999999999}, "/lineTotal", "range"),
    ],
)
def test_a_line_that_is_not_acceptable_is_named(erp, line, pointer, code):
    """The pointer leads into the line."""
    answer = erp.post("/quotes", {**erp.acceptable("quotes"), "lines": [erp.line(), erp.line(**line)]})

    assert (f"/lines/1{pointer}", code) in faults(answer)


def test_every_fault_is_told_at_once(erp):
    """One answer names all that must be corrected."""
    answer = erp.post("/contacts", {"givenName": 1, "email": "x"})

    assert set(faults(answer)) == {("/givenName", "type"), ("/email", "format"), ("/familyName", "required")}


@pytest.mark.parametrize(
    ("country", "given", "kept"),
    [
        ("DE", "030 / 123 45 67", "+49301234567"),
        ("FR", "01 23 45 67 89", "+33123456789"),
        ("AU", "1 (11) 500 555-0162", "1 (11) 500 555-0162"),
        ("US", "(612) 555-0100", "+16125550100"),
        (None, "(612) 555-0100", "(612) 555-0100"),
        (None, "+44 20 7946 0958", "+442079460958"),
        ("DE", "+44 20 7946 0958", "+442079460958"),
        ("US", "612-555-0100 ext. 5", "612-555-0100 ext. 5"),
        ("DE", " ask at the desk ", "ask at the desk"),
    ],
)
def test_phones_become_e164_when_they_can_be_read(erp, country, given, kept):
    """National numbers are read with the country of the address; what cannot be read stays as given."""
    contact = erp.made("contacts", phone=given, address={"countryCode": country})

    assert contact["phone"] == kept


def test_a_patched_phone_is_read_with_the_country_on_file(erp):
    """A later phone number needs no country of its own."""
    contact = erp.made("contacts", address={"countryCode": "de"})
    record = erp.patch(f"/contacts/{contact['id']}", {"mobile": "0171 1234567"}, If_Match='"1"').json()

    assert record["mobile"] == "+491711234567"


def test_the_phone_of_a_quote_is_read_with_its_billing_country(erp):
    """A quote's own phone follows its billing address."""
    quote = erp.made("quotes", phone="030 1234567", billingAddress={"countryCode": "DE"})

    assert quote["phone"] == "+49301234567"


def test_codes_are_kept_in_upper_case(erp):
    """Country and currency codes are accepted in any case."""
    contact = erp.made("contacts", address={"countryCode": "fr"})
    product = erp.made("products", currency="eur")

    assert (contact["address"]["countryCode"], product["currency"]) == ("FR", "EUR")


def test_text_is_trimmed_and_empty_text_is_null(erp):
    """White space around a text is not kept; a text of nothing else is null."""
    contact = erp.made("contacts", givenName="  Marie ", jobTitle=" ", notes="a\nb")

    assert (contact["givenName"], contact["jobTitle"], contact["notes"]) == ("Marie", None, "a\nb")


def test_street_lines_keep_their_order(erp):
    """Lines are trimmed; blank ones stay only between others."""
    contact = erp.made("contacts", address={"lines": ["", " 1 Rue X ", "", "Bât. B", ""]})

    assert contact["address"]["lines"] == ["1 Rue X", "", "Bât. B"]


@pytest.mark.parametrize(
    ("given", "kept"),
    [("0.12345", "0.1234"), ("0.12355", "0.1236"), ("10", "10.0000"), ("1e2", "100.0000"), ("-0.00001", "0.0000")],
)
def test_prices_are_rounded_half_to_even_at_four_decimals(erp, given, kept):
    """A price is kept digit for digit, with four decimals."""
    text = f'{{"number": "N", "name": "N", "listPrice": {given}}}'
    answer = erp.http.post("/products", content=text, headers={"Content-Type": "application/json"})

    assert f'"listPrice":{kept},' in answer.text


def test_decimals_are_never_floats(erp):
    """All 18 digits of a price come back."""
    text = '{"number": "N", "name": "N", "listPrice": 12345678901234.5679}'
    answer = erp.http.post("/products", content=text, headers={"Content-Type": "application/json"})

    assert decode(answer.content)["listPrice"] == Decimal("12345678901234.5679")


def test_defaults_are_given_and_null_returns_to_them(erp):
    """Status, unit and currency have defaults; a patch to null restores them."""
    product = erp.made("products", unit="KGM", currency="EUR")
    record = erp.patch(f"/products/{product['id']}", {"unit": None, "currency": None}, If_Match='"1"').json()

    assert product["status"] == "active"
    assert (record["unit"], record["currency"]) == ("EA", "USD")
    assert erp.made("contacts")["emailOptOut"] is False


def test_a_deleted_record_cannot_be_referred_to(erp):
    """A reference to a tombstone is refused like one to nothing."""
    contact = erp.made("contacts")
    erp.delete(f"/contacts/{contact['id']}", If_Match='"1"')
    answer = erp.post("/orders", {"orderDate": "2026-03-14", "contactId": contact["id"]})

    assert faults(answer) == [("/contactId", "reference")]


def test_a_patch_may_not_take_away_the_last_party(erp):
    """A quote keeps a contact or a company name."""
    quote = erp.made("quotes")
    answer = erp.patch(f"/quotes/{quote['id']}", {"companyName": None}, If_Match='"1"')

    assert faults(answer) == [("/contactId", "required")]
