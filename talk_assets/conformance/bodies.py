"""What the checks send: for each resource the fewest properties it needs, and all of them."""

from typing import Any

Body = dict[str, Any]

RESOURCES = ("contacts", "products", "quotes", "orders")
DOCUMENTS = ("quotes", "orders")
SYSTEM = ("id", "externalKey", "createdAt", "updatedAt", "version", "deleted")
"""What every record has besides its own properties."""
NOTE = "Made by a conformance check, which deletes it again."


def least(resource: str) -> Body:
    """The fewest properties that a record of *resource* needs."""
    return {
        "contacts": {"familyName": "Conformance"},
        "products": {"number": "CONFORMANCE", "name": "Conformance check"},
        "quotes": {"title": "Conformance check", "companyName": "Conformance"},
        "orders": {"orderDate": "2026-03-14", "companyName": "Conformance"},
    }[resource].copy()


def whole(resource: str) -> Body:
    """Every property of *resource* that a request may set, references left out, as the server stores it."""
    return {"contacts": _CONTACT, "products": _PRODUCT, "quotes": _QUOTE, "orders": _ORDER}[resource].copy()


def line(product: str, **given: object) -> Body:
    """A line with the fewest properties it needs."""
    return {"productId": product, "quantity": 2, "unitPrice": 10, **given}


PLACE: Body = {
    "lines": ["Rue Lhomond 16", "2nd floor"],
    "city": "Paris",
    "region": "Île-de-France",
    "postalCode": "75005",
    "countryCode": "FR",
}
_ADDRESSEE: Body = {"name": "Conformance", **PLACE}

_CONTACT: Body = {
    "honorific": "dr",
    "givenName": "Zoë",
    "familyName": "Conformance",
    "jobTitle": "Researcher",
    "department": "Radiation",
    "email": "conformance@example.com",
    "phone": "+33142345678",
    "mobile": "+33612345678",
    "homePhone": "+33142345679",
    "birthDate": "1967-11-07",
    "address": PLACE,
    "companyName": "Conformance",
    "emailOptOut": True,
    "notes": f"{NOTE}\n😀",
}
_PRODUCT: Body = {
    "number": "CONFORMANCE",
    "name": "Conformance check",
    "description": NOTE,
    "category": "Checks",
    "status": "discontinued",
    "unit": "KGM",
    "sku": "C-1",
    "webUrl": "https://example.com/conformance",
    "listPrice": 12.5,
    "currency": "EUR",
}
_QUOTE: Body = {
    "title": "Conformance check",
    "status": "sent",
    "companyName": "Conformance",
    "validUntil": "2026-12-31",
    "email": "conformance@example.com",
    "phone": "+33142345678",
    "billingAddress": _ADDRESSEE,
    "shippingAddress": _ADDRESSEE,
    "taxAmount": 1.25,
    "freightAmount": 7.5,
    "currency": "EUR",
    "notes": NOTE,
}
_ORDER: Body = {
    "title": "Conformance check",
    "status": "open",
    "companyName": "Conformance",
    "orderDate": "2026-03-14",
    "requestedDeliveryDate": "2026-04-01",
    "purchaseOrderNumber": "CONFORMANCE",
    "purchaseOrderDate": "2026-03-01",
    "reference": "Conformance",
    "orderType": "Standard",
    "billingAddress": PLACE,
    "shippingAddress": PLACE,
    "currency": "EUR",
    "notes": NOTE,
}
