"""Opportunity, Quote and QuoteLineItem."""

from __future__ import annotations

from ..declare import (
    address,
    auto_number,
    boolean,
    create_only,
    currency,
    date,
    derived,
    double,
    email,
    external_id,
    integer,
    long_text,
    owner,
    percent,
    phone,
    picklist,
    reference,
    row_history,
    row_identity,
    text,
)
from ..schema import OnDelete, SObject

#: Stage name, probability in percent and forecast category, as a new org has them.
STAGES = {
    "Prospecting": (10, "Pipeline"),
    "Qualification": (10, "Pipeline"),
    "Needs Analysis": (20, "Pipeline"),
    "Value Proposition": (50, "Pipeline"),
    "Id. Decision Makers": (60, "Pipeline"),
    "Perception Analysis": (70, "Pipeline"),
    "Proposal/Price Quote": (75, "Pipeline"),
    "Negotiation/Review": (90, "Pipeline"),
    "Closed Won": (100, "Closed"),
    "Closed Lost": (0, "Omitted"),
}
_QUOTE_STATUSES = ("Draft", "Needs Review", "In Review", "Approved", "Rejected", "Presented", "Accepted", "Denied")


def opportunity(key: str) -> SObject:
    """A deal in the making, the parent of quotes."""
    return SObject(
        name="Opportunity",
        label="Opportunity",
        plural="Opportunities",
        prefix="006",
        fields=(
            *row_identity(),
            reference("AccountId", "Account", children="Opportunities", on_delete=OnDelete.CASCADE),
            text("Name", 120, nillable=False, name_field=True, id_lookup=True, indexed=True),
            long_text("Description", 32_000),
            picklist("StageName", *STAGES, label="Stage", nillable=False),
            currency("Amount"),
            percent("Probability", 3, 0, label="Probability (%)", defaulted=True),
            derived(currency("ExpectedRevenue", label="Expected Amount")),
            date("CloseDate", nillable=False),
            picklist("Type", "Existing Business", "New Business", label="Opportunity Type"),
            text("NextStep", 255),
            picklist("LeadSource", "Web", "Phone Inquiry", "Partner Referral", "Other"),
            derived(boolean("IsClosed", label="Closed")),
            derived(boolean("IsWon", label="Won")),
            derived(picklist("ForecastCategory", "Omitted", "Pipeline", "Closed", length=40)),
            derived(boolean("HasOpportunityLineItem", label="Has Line Item")),
            reference("Pricebook2Id", "Pricebook2", label="Price Book ID", defaulted=True),
            owner(),
            create_only(reference("ContactId", "Contact")),
            *row_history(),
            external_id(key),
        ),
    )


def quote(key: str) -> SObject:
    """An offer made to a customer."""
    return SObject(
        name="Quote",
        label="Quote",
        plural="Quotes",
        prefix="0Q0",
        fields=(
            *row_identity(),
            owner(),
            text("Name", 255, label="Quote Name", nillable=False, name_field=True),
            create_only(
                reference("OpportunityId", "Opportunity", nillable=False, children="Quotes", on_delete=OnDelete.CASCADE)
            ),
            reference(
                "Pricebook2Id", "Pricebook2", label="Price Book ID", children="Quotes", on_delete=OnDelete.RESTRICT
            ),
            reference("ContactId", "Contact", children="Quotes"),
            auto_number("QuoteNumber"),
            derived(boolean("IsSyncing", label="Syncing")),
            currency("ShippingHandling", label="Shipping and Handling"),
            currency("Tax"),
            picklist("Status", *_QUOTE_STATUSES, defaulted=True, default="Draft"),
            date("ExpirationDate"),
            long_text("Description", 32_000),
            derived(currency("Subtotal", nillable=False, default=0)),
            derived(currency("TotalPrice", nillable=False, default=0)),
            derived(currency("GrandTotal", default=0)),
            derived(percent("Discount", 5, 2)),
            derived(integer("LineItemCount", label="Line Items", default=0)),
            text("BillingName", 255, label="Bill To Name"),
            *address("Billing"),
            text("ShippingName", 255, label="Ship To Name"),
            *address("Shipping"),
            text("QuoteToName", 255),
            *address("QuoteTo"),
            text("AdditionalName", 255),
            *address("Additional"),
            email("Email"),
            phone("Phone"),
            phone("Fax"),
            derived(reference("AccountId", "Account", children="Quotes")),
            *row_history(),
            external_id(key),
        ),
    )


def quote_line_item(key: str) -> SObject:
    """A product on a quote."""
    return SObject(
        name="QuoteLineItem",
        label="Quote Line Item",
        plural="Quote Line Items",
        prefix="0QL",
        fields=(
            *row_identity(),
            auto_number("LineNumber", name_field=True),
            create_only(
                reference("QuoteId", "Quote", nillable=False, children="QuoteLineItems", on_delete=OnDelete.CASCADE)
            ),
            create_only(
                reference(
                    "PricebookEntryId",
                    "PricebookEntry",
                    label="Price Book Entry ID",
                    nillable=False,
                    children="QuoteLineItems",
                    on_delete=OnDelete.RESTRICT,
                )
            ),
            double("Quantity", 12, 2, nillable=False),
            currency("UnitPrice", label="Sales Price"),
            percent("Discount", 5, 2),
            text("Description", 255, label="Line Item Description"),
            date("ServiceDate", label="Date"),
            create_only(
                reference(
                    "Product2Id",
                    "Product2",
                    label="Product ID",
                    nillable=False,
                    defaulted=True,
                    on_delete=OnDelete.RESTRICT,
                )
            ),
            integer("SortOrder"),
            derived(currency("ListPrice")),
            derived(currency("Subtotal")),
            derived(currency("TotalPrice")),
            *row_history(),
            external_id(key),
        ),
    )
