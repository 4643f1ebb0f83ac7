"""What values are accepted, and how they are stored."""

import json
from decimal import Decimal

from talk_assets.conformance.bodies import Body, least
from talk_assets.conformance.chapters.properties import refused
from talk_assets.conformance.findings import BrokenError
from talk_assets.conformance.sentences import Chapter
from talk_assets.conformance.server import Server

VALUES = Chapter(name="values", title="Values", about="The 422 of a refused value names it by JSON pointer and `code`.")


@VALUES.says("type", "A value of another JSON type is refused: `type`.")
def _type(server: Server) -> None:
    for name, value in {"givenName": 7, "emailOptOut": "yes", "address": "Paris", "birthDate": 19671107}.items():
        refused(server.post("/contacts", {**least("contacts"), name: value}), f"/{name}", "type")


@VALUES.says("length", "A text that is too long is refused: `length`. It is never cut.")
def _length(server: Server) -> None:
    for name, limit in {"givenName": 64, "familyName": 80, "companyName": 255, "notes": 32000}.items():
        refused(server.post("/contacts", {**least("contacts"), name: "x" * (limit + 1)}), f"/{name}", "length")
        server.made_as("contacts", **{name: "x" * limit})


@VALUES.says("enum", "A value outside its list is refused: `enum`. So are unknown country and currency codes.")
def _enum(server: Server) -> None:
    refused(server.post("/contacts", {**least("contacts"), "honorific": "lord"}), "/honorific", "enum")
    refused(server.post("/products", {**least("products"), "unit": "BUSHEL"}), "/unit", "enum")
    refused(server.post("/products", {**least("products"), "currency": "XQZ"}), "/currency", "enum")
    country = {"countryCode": "QX"}
    refused(server.post("/contacts", {**least("contacts"), "address": country}), "/address/countryCode", "enum")


@VALUES.says("format", "A date that is none, or no e-mail address, is refused: `format`.")
def _format(server: Server) -> None:
    for name, value in {"birthDate": "2026-02-30", "email": "nobody"}.items():
        refused(server.post("/contacts", {**least("contacts"), name: value}), f"/{name}", "format")


@VALUES.says("reference", "A reference to a record that is not there, or is deleted, is refused: `reference`.")
def _reference(server: Server) -> None:
    no_such = "conformance-no-such-record"
    refused(server.post("/orders", {**least("orders"), "contactId": no_such}), "/contactId", "reference")
    contact = server.made_as("contacts")
    path = f"/contacts/{contact['id']}"
    server.delete(path, If_Match=server.etag(path)).expect(204)
    refused(server.post("/orders", {**least("orders"), "contactId": contact["id"]}), "/contactId", "reference")


@VALUES.says("trimmed", "Text is stored without white space at its ends; empty text is stored as null.")
def _trimmed(server: Server) -> None:
    sent = {"givenName": "  Zoë ", "jobTitle": "", "department": "  "}
    stored = {"givenName": "Zoë", "jobTitle": None, "department": None}
    body = {**least("contacts"), **server.marked("contacts"), **sent}
    server.post("/contacts", body).expect(201).has(stored)


@VALUES.says("unicode", "Every character of Unicode is kept as it is, beyond the basic plane too.")
def _unicode(server: Server) -> None:
    text = "Žofie 李 مريم 👩🏽‍🔬 e\u0301 \u00a0x"
    body = {**least("contacts"), **server.marked("contacts"), "givenName": text}
    server.post("/contacts", body).expect(201).has({"givenName": text})


@VALUES.says(
    "phone", "A phone number that can be read in the record's country is stored as E.164, any other text as it is."
)
def _phone(server: Server) -> None:
    sent = {"phone": "(030) 1234 5678", "mobile": "+49 151 2345-6789", "homePhone": "ask Anna"}
    stored = {"phone": "+493012345678", "mobile": "+4915123456789", "homePhone": "ask Anna"}
    body = {**least("contacts"), **server.marked("contacts"), "address": {"countryCode": "DE"}, **sent}
    server.post("/contacts", body).expect(201).has(stored)


@VALUES.says("codes", "Country and currency codes are stored in upper case.")
def _codes(server: Server) -> None:
    body = {**least("products"), **server.marked("products"), "currency": "chf"}
    server.post("/products", body).expect(201).has({"currency": "CHF"})
    contact = server.made_as("contacts", address={"countryCode": "de"})
    if (contact.get("address") or {}).get("countryCode") != "DE":
        raise BrokenError("POST /contacts with the countryCode de answered another than DE.")


@VALUES.says(
    "exact",
    "Numbers are decimals of 18 digits, exact to the last: `listPrice`, `unitPrice` and `quantity` with 4 decimals, "
    "other amounts with 2.",
)
def _exact(server: Server) -> None:
    price = "12345678901234.5678"
    made = _priced(server, price)
    if made.get("listPrice") != Decimal(price):
        raise BrokenError(f"listPrice {price} is answered as {made.get('listPrice')}.")
    found = server.get(f"/products/{made.get('id')}").expect(200).object().get("listPrice")
    if found != Decimal(price):
        raise BrokenError(f"listPrice {price} is stored as {found}.")


@VALUES.says("rounded", "A price of more decimals is rounded half to even to 4.")
def _rounded(server: Server) -> None:
    for price, stored in (("0.00005", "0"), ("0.00015", "0.0002"), ("1.00025", "1.0002")):
        found = _priced(server, price).get("listPrice")
        if found != Decimal(stored):
            raise BrokenError(f"listPrice {price} is stored as {found} where {stored} is promised.")


def _priced(server: Server, price: str) -> Body:
    """Make a product of that price, digit for digit."""
    body = json.dumps({**least("products"), **server.marked("products")})
    content = f'{body[:-1]}, "listPrice": {price}}}'
    return server.send("POST", "/products", content=content.encode()).expect(201).object()


@VALUES.says("scale", "Any other number of too many decimals, or digits, is refused: `scale`, `range`.")
def _scale(server: Server) -> None:
    refused(server.post("/quotes", {**least("quotes"), "taxAmount": 1.005}), "/taxAmount", "scale")
    refused(server.post("/products", {**least("products"), "listPrice": 10**14}), "/listPrice", "range")
