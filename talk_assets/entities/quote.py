"""Quotes and their lines."""

from talk_assets.entities.addresses import address
from talk_assets.entities.sides import (
    code,
    currency,
    day,
    decimal,
    email,
    given,
    phone,
    reference,
    text,
    whole,
)
from talk_assets.model.codecs import ValueMap, choices
from talk_assets.model.pair import DeletePolicy, EntityPair, Property, StatusRule, Through
from talk_assets.model.system import System

_STATUSES = ("draft", "sent", "accepted", "declined", "expired")
_SETTLED = frozenset({"accepted", "declined"})

# Salesforce's internal review steps all happen before the customer sees the quote.
_SALESFORCE_STATUS = ValueMap(
    decode_as={
        "Draft": "draft",
        "Needs Review": "draft",
        "In Review": "draft",
        "Approved": "draft",
        "Rejected": "draft",
        "Presented": "sent",
        "Accepted": "accepted",
        "Denied": "declined",
        "Expired": "expired",
    },
    encode_as={
        "draft": "Draft",
        "sent": "Presented",
        "accepted": "Accepted",
        "declined": "Denied",
        "expired": "Expired",
    },
)

QUOTE = EntityPair(
    name="quote",
    doc="An offer to a customer, with its lines.",
    salesforce="Quote",
    customerp="quotes",
    status=StatusRule(
        property="status",
        freezes_record={System.SALESFORCE: _SETTLED, System.CUSTOMERP: _SETTLED},
    ),
    needs_one_of={System.CUSTOMERP: ("contact", "company")},
    properties=(
        Property(
            name="title",
            salesforce=text("Name", 255, required=True),
            customerp=text("title", 255, required=True),
        ),
        Property(
            name="status",
            salesforce=code("Status", _SALESFORCE_STATUS, "picklist"),
            customerp=code("status", choices(*_STATUSES), "enum draft/sent/accepted/declined/expired"),
        ),
        Property(
            name="contact",
            doc="Customerp needs a contact or a company.",
            reference="contact",
            salesforce=reference("ContactId", "Contact"),
            customerp=reference("contactId", "contact"),
        ),
        Property(
            name="company",
            doc="The Account of the quote's Opportunity, which Salesforce settles when the quote is created.",
            salesforce=text(
                "AccountId",
                255,
                kind="name of the Opportunity's Account, string",
                through=Through.OPPORTUNITY_ACCOUNT,
                on_update=False,
            ),
            customerp=text("companyName", 255),
        ),
        Property(
            name="valid_until",
            salesforce=day("ExpirationDate"),
            customerp=day("validUntil"),
        ),
        Property(
            name="email",
            doc="Equal up to case.",
            salesforce=email("Email", 80),
            customerp=email("email", 254),
        ),
        Property(
            name="phone",
            doc="Equal up to punctuation; a national number is read with the billing country.",
            beside="billing_country",
            salesforce=phone("Phone", "phone(40)"),
            customerp=phone("phone", "E.164"),
        ),
        *address("billing_", salesforce="Billing", customerp="billingAddress", named=True),
        *address("shipping_", salesforce="Shipping", customerp="shippingAddress", named=True),
        Property(
            name="tax",
            salesforce=decimal("Tax", 18, 2, scale=2),
            customerp=decimal("taxAmount", 18, 2, scale=2),
        ),
        Property(
            name="shipping_cost",
            salesforce=decimal("ShippingHandling", 18, 2, scale=2),
            customerp=decimal("freightAmount", 18, 2, scale=2),
        ),
        Property(
            name="currency",
            doc="Salesforce takes it from the quote's Opportunity.",
            must_agree=True,
            salesforce=currency("CurrencyIsoCode", on_create=False),
            customerp=currency("currency"),
        ),
        Property(
            name="notes",
            salesforce=text("Description", 32000, kind="textarea"),
            customerp=text("notes", 32000),
        ),
        Property(
            name="subtotal",
            doc="Before discounts.",
            derived=True,
            salesforce=decimal("Subtotal", 18, 2, scale=2),
            customerp=decimal("subtotal", 18, 2, scale=2),
        ),
        Property(
            name="total",
            doc="After discounts.",
            derived=True,
            salesforce=decimal("TotalPrice", 18, 2, scale=2),
            customerp=decimal("netAmount", 18, 2, scale=2),
        ),
        Property(
            name="grand_total",
            doc="With tax and shipping.",
            derived=True,
            salesforce=decimal("GrandTotal", 18, 2, scale=2),
            customerp=decimal("totalAmount", 18, 2, scale=2),
        ),
        Property(
            name="number",
            doc="Each end numbers its quotes by itself.",
            derived=True,
            salesforce=given("QuoteNumber"),
            customerp=given("number"),
        ),
    ),
)

QUOTE_LINE = EntityPair(
    name="quote_line",
    doc="One product on a quote.",
    salesforce="QuoteLineItem",
    customerp="lines",
    parent="quote",
    salesforce_parent="QuoteId",
    salesforce_children="QuoteLineItems",
    nested_at="lines",
    deletes=DeletePolicy.PROPAGATE,
    properties=(
        Property(
            name="product",
            doc="Written to Salesforce as the product's price book entry, which a line keeps for good.",
            reference="product",
            salesforce=reference(
                "Product2Id",
                "Product2",
                required=True,
                write_path="PricebookEntryId",
                through=Through.PRICEBOOK_ENTRY,
                on_update=False,
            ),
            customerp=reference("productId", "product", required=True),
        ),
        Property(
            name="quantity",
            salesforce=decimal("Quantity", 12, 2, scale=4, required=True),
            customerp=decimal("quantity", 18, 4, scale=4, required=True),
        ),
        Property(
            name="unit_price",
            salesforce=decimal("UnitPrice", 18, 2, scale=4, required=True),
            customerp=decimal("unitPrice", 18, 4, scale=4, required=True),
        ),
        Property(
            name="discount_percent",
            doc="10 means ten per cent.",
            salesforce=decimal("Discount", 5, 2, scale=2),
            customerp=decimal("discountPercent", 5, 2, scale=2),
        ),
        Property(
            name="service_date",
            salesforce=day("ServiceDate"),
            customerp=day("deliveryDate"),
        ),
        Property(
            name="description",
            salesforce=text("Description", 255),
            customerp=text("description", 255),
        ),
        Property(
            name="position",
            salesforce=whole("SortOrder"),
            customerp=whole("position"),
        ),
        Property(
            name="line_total",
            doc="After the line's discount.",
            derived=True,
            salesforce=decimal("TotalPrice", 18, 2, scale=2),
            customerp=decimal("lineTotal", 18, 2, scale=2),
        ),
    ),
)
