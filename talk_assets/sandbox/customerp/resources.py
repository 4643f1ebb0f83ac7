"""The resources of a Customerp and their properties; the only place in the server that lists them."""

from dataclasses import dataclass, field

from talk_assets.sandbox.customerp.codes import COUNTRIES, CURRENCIES, UNITS
from talk_assets.sandbox.customerp.kinds import (
    EMAIL,
    URL,
    Boolean,
    Code,
    Day,
    Enum,
    Kind,
    Number,
    Phone,
    Reference,
    Text,
    TextList,
    Whole,
)
from talk_assets.sandbox.customerp.shapes import Group, Property

COUNTRY = Code(list_name="ISO 3166-1 alpha-2", values=COUNTRIES, length=2)
CURRENCY = Code(list_name="ISO 4217", values=CURRENCIES, length=3)
MONEY = Number(scale=2)
PRICE = Number(scale=4, rounds=True)
DEFAULT_CURRENCY = "USD"


@dataclass(frozen=True, kw_only=True)
class StatusRule:
    """What a status freezes."""

    freezes_document: frozenset[str] = frozenset()
    """In these statuses only `status` and `externalKey` may change, unless the same request leaves them."""
    locks_lines: frozenset[str] = frozenset()
    """In these statuses lines may not be added, changed or removed."""


@dataclass(frozen=True, kw_only=True)
class Resource:
    """One resource: its path segment, its properties, and how its ids and numbers look."""

    name: str
    title: str
    id_prefix: str
    shape: Group
    filters: tuple[str, ...] = ()
    """Match keys that a list can be filtered by; at most two, the first without regard to case for emails."""
    region: tuple[str, ...] = ()
    """Where the country is that national phone numbers of this record are read with."""
    number_format: str | None = None
    line: Group | None = None
    party_required: bool = False
    """A record needs contactId or companyName."""
    status_rule: StatusRule = field(default_factory=StatusRule)


def _text(name: str, max_length: int, *, required: bool = False) -> Property:
    return Property(name=name, kind=Text(max_length=max_length), required=required)


def _of(kind: Kind | Group, *names: str) -> tuple[Property, ...]:
    return tuple(Property(name=name, kind=kind) for name in names)


def _derived(kind: Kind, *names: str) -> tuple[Property, ...]:
    return tuple(Property(name=name, kind=kind, derived=True) for name in names)


_PLACE = (
    Property(name="lines", kind=TextList(max_length=128, max_items=10)),
    _text("city", 64),
    _text("region", 80),
    _text("postalCode", 20),
    Property(name="countryCode", kind=COUNTRY),
)
ADDRESS = Group(name="Address", properties=_PLACE)
NAMED_ADDRESS = Group(name="NamedAddress", properties=(_text("name", 255), *_PLACE))

_KEY = _text("externalKey", 64)
_CURRENCY = Property(name="currency", kind=CURRENCY, default=DEFAULT_CURRENCY)
_NOTES = _text("notes", 32000)

CONTACTS = Resource(
    name="contacts",
    title="Contact",
    id_prefix="C",
    filters=("email",),
    region=("address", "countryCode"),
    shape=Group(
        name="Contact",
        properties=(
            _KEY,
            Property(name="honorific", kind=Enum(values=("mr", "ms", "mrs", "dr", "prof", "mx"))),
            _text("givenName", 64),
            _text("familyName", 80, required=True),
            _text("jobTitle", 128),
            _text("department", 80),
            Property(name="email", kind=EMAIL),
            *_of(Phone(), "phone", "mobile", "homePhone"),
            Property(name="birthDate", kind=Day()),
            Property(name="address", kind=ADDRESS),
            _text("companyName", 255),
            Property(name="emailOptOut", kind=Boolean(), default=False),
            _NOTES,
        ),
    ),
)

PRODUCTS = Resource(
    name="products",
    title="Product",
    id_prefix="P",
    filters=("number",),
    shape=Group(
        name="Product",
        properties=(
            _KEY,
            _text("number", 64, required=True),
            _text("name", 255, required=True),
            _text("description", 4000),
            _text("category", 255),
            Property(name="status", kind=Enum(values=("active", "discontinued")), default="active"),
            Property(name="unit", kind=Enum(values=UNITS), default="EA"),
            _text("sku", 180),
            Property(name="webUrl", kind=URL),
            Property(name="listPrice", kind=PRICE),
            _CURRENCY,
        ),
    ),
)

_LINE_START = (
    _KEY,
    Property(name="position", kind=Whole()),
    Property(name="productId", kind=Reference(resource="products"), required=True),
    Property(name="quantity", kind=Number(scale=4, above=0), required=True),
    Property(name="unitPrice", kind=PRICE, required=True),
)
_LINE_END = (
    _text("description", 255),
    *_derived(MONEY, "lineTotal"),
)

QUOTE_LINE = Group(
    name="QuoteLine",
    properties=(
        *_LINE_START,
        Property(name="discountPercent", kind=Number(digits=5, scale=2, minimum=0, maximum=100)),
        Property(name="deliveryDate", kind=Day()),
        *_LINE_END,
    ),
)

ORDER_LINE = Group(
    name="OrderLine",
    properties=(
        *_LINE_START,
        *_of(Day(), "deliveryDate", "deliveryEndDate"),
        *_LINE_END,
    ),
)

QUOTES = Resource(
    name="quotes",
    title="Quote",
    id_prefix="Q",
    filters=("number",),
    region=("billingAddress", "countryCode"),
    number_format="Q-{:06d}",
    line=QUOTE_LINE,
    party_required=True,
    status_rule=StatusRule(
        freezes_document=frozenset({"accepted", "declined"}), locks_lines=frozenset({"accepted", "declined"})
    ),
    shape=Group(
        name="Quote",
        properties=(
            _KEY,
            *_derived(Text(max_length=40), "number"),
            _text("title", 255, required=True),
            Property(
                name="status",
                kind=Enum(values=("draft", "sent", "accepted", "declined", "expired")),
                default="draft",
            ),
            Property(name="contactId", kind=Reference(resource="contacts")),
            _text("companyName", 255),
            Property(name="validUntil", kind=Day()),
            Property(name="email", kind=EMAIL),
            Property(name="phone", kind=Phone()),
            *_of(NAMED_ADDRESS, "billingAddress", "shippingAddress"),
            *_of(MONEY, "taxAmount", "freightAmount"),
            _CURRENCY,
            _NOTES,
            *_derived(MONEY, "subtotal", "netAmount", "totalAmount"),
        ),
    ),
)

ORDERS = Resource(
    name="orders",
    title="Order",
    id_prefix="O",
    filters=("number", "purchaseOrderNumber"),
    region=("billingAddress", "countryCode"),
    number_format="SO-{:06d}",
    line=ORDER_LINE,
    party_required=True,
    status_rule=StatusRule(locks_lines=frozenset({"confirmed", "cancelled"})),
    shape=Group(
        name="Order",
        properties=(
            _KEY,
            *_derived(Text(max_length=40), "number"),
            _text("title", 80),
            Property(name="status", kind=Enum(values=("open", "confirmed", "cancelled")), default="open"),
            *_of(Reference(resource="contacts"), "contactId", "deliveryContactId"),
            _text("companyName", 255),
            Property(name="quoteId", kind=Reference(resource="quotes")),
            Property(name="orderDate", kind=Day(), required=True),
            Property(name="requestedDeliveryDate", kind=Day()),
            _text("purchaseOrderNumber", 80),
            Property(name="purchaseOrderDate", kind=Day()),
            _text("reference", 80),
            _text("orderType", 40),
            *_of(ADDRESS, "billingAddress", "shippingAddress"),
            _CURRENCY,
            _NOTES,
            *_derived(MONEY, "netAmount"),
        ),
    ),
)

RESOURCES = (CONTACTS, PRODUCTS, QUOTES, ORDERS)
BY_NAME = {resource.name: resource for resource in RESOURCES}
