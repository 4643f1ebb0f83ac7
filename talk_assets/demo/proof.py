"""Whether both systems agree, judged from outside: read by plain HTTP, paired by key, compared one by one.

The names are written out here once more on purpose: a proof that shared the declarations would share
their mistakes.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from decimal import ROUND_HALF_EVEN, ROUND_HALF_UP, Decimal
from typing import Any

import phonenumbers

from talk_assets.demo.ends import PlainCustomerp, PlainSalesforce, Record
from talk_assets.mapped.stage import create_key
from talk_assets.model.countries import CODE_BY_NAME
from talk_assets.model.system import System

CENT = Decimal("0.01")
KEY = "ERP_External_Id__c"
ORDER_STATUS = {"Draft": "open", "Activated": "confirmed"}
QUOTE_STATUS = {"Presented": "sent", "Accepted": "accepted", "Denied": "declined", "Expired": "expired"}
UNITS = {"Each": "EA", "Kilogram": "KGM", "Hour": "HUR", "Meter": "MTR", "Liter": "LTR"}

Compared = tuple[str, object, object]
"""What was compared, and what each system holds, in one form; a value of one end only is left out."""


@dataclass(frozen=True, kw_only=True)
class Pairing:
    """One record of each system that are the same thing, and how they compare."""

    kind: str
    title: str
    salesforce: Record
    customerp: Record
    compared: tuple[Compared, ...]

    @property
    def differences(self) -> tuple[Compared, ...]:
        """What does not agree."""
        return tuple(c for c in self.compared if c[1] != c[2])


@dataclass(frozen=True, kw_only=True)
class Books:
    """Everything both systems hold, paired; and what stands alone, by kind and system."""

    pairings: tuple[Pairing, ...]
    alone: Mapping[str, Mapping[System, tuple[Record, ...]]]

    def of(self, kind: str) -> list[Pairing]:
        """The pairings of one kind."""
        return [p for p in self.pairings if p.kind == kind]


def read_books(salesforce: PlainSalesforce, customerp: PlainCustomerp) -> Books:
    """Read both systems whole and compare what belongs together."""
    org = str(salesforce.query("SELECT Id FROM Organization")[0]["Id"])
    tenants = {System.SALESFORCE: org, System.CUSTOMERP: customerp.tenant()}
    pairings: list[Pairing] = []
    alone: dict[str, Mapping[System, tuple[Record, ...]]] = {}
    same: dict[str, dict[str, str]] = {}
    for kind, (soql, resource, compare) in KINDS.items():
        here, there = salesforce.query(soql), list(customerp.all(resource))
        pairs = _paired(kind, here, there, tenants)
        same[kind] = {s["Id"]: str(c["id"]) for s, c in pairs}
        for s, c in pairs:
            compared = tuple(compare(s, c, same))
            pairings.append(Pairing(kind=kind, title=_title(c), salesforce=s, customerp=c, compared=compared))
        taken = {c["id"] for _, c in pairs}
        alone[kind] = {
            System.SALESFORCE: tuple(s for s in here if s["Id"] not in same[kind]),
            System.CUSTOMERP: tuple(c for c in there if c["id"] not in taken),
        }
    return Books(pairings=tuple(pairings), alone=alone)


def _title(record: Record) -> str:
    name = " ".join(part for part in (record.get("givenName"), record.get("familyName")) if part)
    return str(record.get("title") or record.get("name") or name or record["id"])


def _paired(
    kind: str, here: Iterable[Record], there: Iterable[Record], tenants: Mapping[System, str]
) -> list[tuple[Record, Record]]:
    """Pairs by the stored key, else by e-mail or product code where both sides have exactly one."""
    by_key = {create_key(tenants[System.CUSTOMERP], System.CUSTOMERP, kind, c["id"]): c for c in there}
    by_own = {c["externalKey"]: c for c in there if c.get("externalKey")}
    pairs, left = [], []
    for s in here:
        own = create_key(tenants[System.SALESFORCE], System.SALESFORCE, kind, s["Id"])
        found = by_key.get(str(s.get(KEY))) or by_own.get(own)
        if found is None:
            left.append(s)
        else:
            pairs.append((s, found))
    taken = {c["id"] for _, c in pairs}
    for here_by, there_by in NATURAL.get(kind, ()):
        ours = _by_value((s for s in left if s["Id"] not in taken), here_by)
        theirs = _by_value((c for c in there if c["id"] not in taken), there_by)
        found_now = [(s[0], theirs[v][0]) for v, s in ours.items() if len(s) == 1 and len(theirs.get(v, ())) == 1]
        taken |= {record for s, c in found_now for record in (s["Id"], c["id"])}
        pairs += found_now
    return pairs


def _by_value(records: Iterable[Record], key: Callable[[Record], str | None]) -> dict[str, list[Record]]:
    found: dict[str, list[Record]] = {}
    for record in records:
        value = key(record)
        if value:
            found.setdefault(value.lower(), []).append(record)
    return found


def _person(first: object, last: object, phone: object, country: object) -> str | None:
    number = _phone(phone, country)
    return f"{first} {last} {number}" if first and last and number else None


NATURAL: Mapping[str, tuple[tuple[Callable[[Record], str | None], Callable[[Record], str | None]], ...]] = {
    "product": ((lambda s: s["ProductCode"], lambda c: c["number"]),),
    "contact": (
        (lambda s: s["Email"], lambda c: c.get("email")),
        (
            lambda s: _person(s["FirstName"], s["LastName"], s["Phone"], _country(s["MailingCountry"])),
            lambda c: _person(
                c.get("givenName"), c["familyName"], c.get("phone"), (c.get("address") or {}).get("countryCode")
            ),
        ),
    ),
}
"""What identifies a record by itself, in both systems, in the order it is tried."""


Same = Mapping[str, Mapping[str, str]]
Compare = Callable[[Record, Record, Same], Iterable[Compared]]


def _text(value: object) -> str | None:
    return " ".join(str(value).split()) or None if value is not None else None


def _money(value: object) -> Decimal | None:
    return None if value is None else Decimal(str(value)).quantize(CENT, ROUND_HALF_EVEN)


def _phone(value: object, country: object) -> str | None:
    if value is None:
        return None
    try:
        number = phonenumbers.parse(str(value), str(country) if country else None)
    except phonenumbers.NumberParseException:
        return "".join(ch for ch in str(value) if ch.isalnum())
    if number.extension or not phonenumbers.is_possible_number(number):
        return "".join(ch for ch in str(value) if ch.isalnum())
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def _country(value: object) -> str | None:
    return None if value is None else CODE_BY_NAME.get(str(value).lower(), str(value))


def _address(s: Record, prefix: str, address: Record | None) -> Iterable[Compared]:
    there = address or {}
    where = prefix.lower()
    yield f"{where} street", _text(s.get(f"{prefix}Street")), _text(" ".join(there.get("lines") or ()) or None)
    yield f"{where} city", _text(s.get(f"{prefix}City")), _text(there.get("city"))
    yield f"{where} region", _text(s.get(f"{prefix}State")), _text(there.get("region"))
    yield f"{where} postal code", _text(s.get(f"{prefix}PostalCode")), _text(there.get("postalCode"))
    country = _country(s.get(f"{prefix}Country"))
    if country is None or len(country) == 2:  # noqa: PLR2004 - an unknown country is kept where it is
        yield f"{where} country", country, there.get("countryCode")


def _contact(s: Record, c: Record, _: Same) -> Iterable[Compared]:
    country = (c.get("address") or {}).get("countryCode")
    for name, path in (("FirstName", "givenName"), ("LastName", "familyName"), ("Title", "jobTitle")):
        yield path, _text(s[name]), _text(c.get(path))
    yield "department", _text(s["Department"]), _text(c.get("department"))
    yield "email", (_text(s["Email"]) or "").lower(), (_text(c.get("email")) or "").lower()
    for name, path in (("Phone", "phone"), ("MobilePhone", "mobile"), ("HomePhone", "homePhone")):
        yield path, _phone(s[name], country), _phone(c.get(path), country)
    yield "birth date", s["Birthdate"], c.get("birthDate")
    yield from _address(s, "Mailing", c.get("address"))
    yield "company", _text((s["Account"] or {}).get("Name")), _text(c.get("companyName"))
    yield "notes", _text(s["Description"]), _text(c.get("notes"))


def _product(s: Record, c: Record, _: Same) -> Iterable[Compared]:
    yield "code", s["ProductCode"] or s["Id"], c["number"]
    for name, path in (("Name", "name"), ("Description", "description"), ("Family", "category")):
        yield path, _text(s[name]), _text(c.get(path))
    yield "active", s["IsActive"], c["status"] == "active"
    prices = (s["PricebookEntries"] or {"records": ()})["records"]
    yield "list price", _money(prices[0]["UnitPrice"]) if prices else None, _money(c.get("listPrice"))


def _document(s: Record, c: Record, same: Same, contact: str) -> Iterable[Compared]:
    yield "contact", same["contact"].get(s[contact]), c.get("contactId")
    yield from _address(s, "Billing", c.get("billingAddress"))
    yield from _address(s, "Shipping", c.get("shippingAddress"))
    yield "notes", _text(s["Description"]), _text(c.get("notes"))


def _quote(s: Record, c: Record, same: Same) -> Iterable[Compared]:
    yield "title", _text(s["Name"]), _text(c["title"])
    yield "status", QUOTE_STATUS.get(s["Status"], "draft"), c["status"]
    yield "valid until", s["ExpirationDate"], c.get("validUntil")
    yield from _document(s, c, same, "ContactId")
    yield "tax", _money(s["Tax"]), _money(c.get("taxAmount"))
    yield "shipping", _money(s["ShippingHandling"]), _money(c.get("freightAmount"))
    yield "lines", _lines_here(s["QuoteLineItems"], same, "Discount"), _lines_there(c["lines"], "discountPercent")


def _order(s: Record, c: Record, same: Same) -> Iterable[Compared]:
    yield "title", _text(s["Name"]), _text(c.get("title"))
    yield "status", ORDER_STATUS.get(s["Status"]), c["status"]
    yield "order date", s["EffectiveDate"], c["orderDate"]
    yield "delivery date", s["EndDate"], c.get("requestedDeliveryDate")
    yield "purchase order", _text(s["PoNumber"]), _text(c.get("purchaseOrderNumber"))
    yield from _document(s, c, same, "BillToContactId")
    yield "lines", _lines_here(s["OrderItems"], same, None), _lines_there(c["lines"], None)
    # Salesforce rounds each line's total half up, from the price as it holds it.
    totals = [(_money(line["unitPrice"]) or CENT) * line["quantity"] for line in c["lines"]]
    yield "total", _money(s["TotalAmount"]), sum((t.quantize(CENT, ROUND_HALF_UP) for t in totals), Decimal("0.00"))


def _lines_here(lines: Record | None, same: Same, discount: str | None) -> object:
    rows = lines["records"] if lines else ()
    return sorted(
        (same["product"].get(line["Product2Id"]), _money(line["Quantity"]), _money(line["UnitPrice"]),
         _money(line[discount] or 0) if discount else None, _text(line["Description"]) or "")
        for line in rows
    )  # fmt: skip


def _lines_there(lines: Iterable[Record], discount: str | None) -> object:
    return sorted(
        (line["productId"], _money(line["quantity"]), _money(line["unitPrice"]),
         _money(line.get(discount) or 0) if discount else None, _text(line.get("description")) or "")
        for line in lines
    )  # fmt: skip


_HERE = f"Id, {KEY}, Description"
_ADDRESSES = ", ".join(
    f"{prefix}{part}"
    for prefix in ("Billing", "Shipping")
    for part in ("Street", "City", "State", "PostalCode", "Country")
)
_LINE = "Product2Id, Quantity, UnitPrice, Description"

KINDS: Mapping[str, tuple[str, str, Compare]] = {
    "product": (
        f"SELECT {_HERE}, Name, ProductCode, Family, IsActive, "
        "(SELECT UnitPrice FROM PricebookEntries WHERE Pricebook2.IsStandard = true) FROM Product2",
        "products",
        _product,
    ),
    "contact": (
        f"SELECT {_HERE}, FirstName, LastName, Title, Department, Email, Phone, MobilePhone, HomePhone, Birthdate, "
        "MailingStreet, MailingCity, MailingState, MailingPostalCode, MailingCountry, Account.Name FROM Contact",
        "contacts",
        _contact,
    ),
    "quote": (
        f"SELECT {_HERE}, Name, Status, ContactId, ExpirationDate, Tax, ShippingHandling, {_ADDRESSES}, "
        f"(SELECT {_LINE}, Discount FROM QuoteLineItems) FROM Quote",
        "quotes",
        _quote,
    ),
    "order": (
        f"SELECT {_HERE}, Name, Status, BillToContactId, EffectiveDate, EndDate, PoNumber, TotalAmount, {_ADDRESSES}, "
        f"(SELECT {_LINE} FROM OrderItems) FROM Order",
        "orders",
        _order,
    ),
}
"""For each kind: what is asked of Salesforce, the Customerp resource, and the comparison."""


def as_text(value: Any) -> str:  # noqa: ANN401 - anything comparable
    """A compared value for a person."""
    return "—" if value is None else str(value)
