"""Order and OrderItem."""

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
    external_id,
    long_text,
    moment,
    owner,
    picklist,
    reference,
    row_history,
    row_identity,
    text,
)
from ..schema import OnDelete, SObject


def order(key: str, *, statuses: tuple[str, ...], categories: tuple[str, ...]) -> SObject:
    """What a customer ordered."""
    return SObject(
        name="Order",
        label="Order",
        plural="Orders",
        prefix="801",
        fields=(
            *row_identity(),
            owner(),
            reference("AccountId", "Account", children="Orders", on_delete=OnDelete.CASCADE),
            reference(
                "Pricebook2Id", "Pricebook2", label="Price Book ID", children="Orders", on_delete=OnDelete.RESTRICT
            ),
            create_only(reference("OriginalOrderId", "Order")),
            reference("QuoteId", "Quote", children="Orders"),
            date("EffectiveDate", label="Order Start Date", nillable=False),
            date("EndDate", label="Order End Date"),
            create_only(boolean("IsReductionOrder", label="Reduction Order")),
            picklist("Status", *statuses, nillable=False, restricted=True),
            long_text("Description", 32_000),
            reference("CustomerAuthorizedById", "Contact", on_delete=OnDelete.RESTRICT),
            reference("CompanyAuthorizedById", "User"),
            picklist("Type", "New", "Renewal", label="Order Type"),
            *address("Billing"),
            *address("Shipping"),
            text("Name", 80, label="Order Name"),
            date("PoDate", label="PO Date"),
            text("PoNumber", 80, label="PO Number", indexed=True),
            text("OrderReferenceNumber", 80),
            reference("BillToContactId", "Contact", on_delete=OnDelete.RESTRICT),
            reference("ShipToContactId", "Contact", on_delete=OnDelete.RESTRICT),
            moment("ActivatedDate"),
            derived(reference("ActivatedById", "User")),
            derived(picklist("StatusCode", *categories, length=40, label="Status Category", nillable=False)),
            auto_number("OrderNumber", name_field=True),
            derived(currency("TotalAmount", label="Order Amount", nillable=False, default=0)),
            *row_history(),
            external_id(key),
        ),
    )


def order_item(key: str) -> SObject:
    """A product on an order."""
    return SObject(
        name="OrderItem",
        label="Order Product",
        plural="Order Products",
        prefix="802",
        fields=(
            *row_identity(),
            create_only(
                reference(
                    "Product2Id",
                    "Product2",
                    label="Product ID",
                    defaulted=True,
                    children="OrderItems",
                    on_delete=OnDelete.RESTRICT,
                )
            ),
            create_only(
                reference("OrderId", "Order", nillable=False, children="OrderItems", on_delete=OnDelete.CASCADE)
            ),
            create_only(
                reference(
                    "PricebookEntryId",
                    "PricebookEntry",
                    label="Price Book Entry ID",
                    nillable=False,
                    children="OrderItems",
                    on_delete=OnDelete.RESTRICT,
                )
            ),
            create_only(reference("OriginalOrderItemId", "OrderItem")),
            derived(double("AvailableQuantity", 18, 2)),
            double("Quantity", 18, 2, nillable=False),
            currency("UnitPrice"),
            derived(currency("ListPrice")),
            derived(currency("TotalPrice")),
            date("ServiceDate", label="Start Date"),
            date("EndDate"),
            text("Description", 255, label="Line Description"),
            auto_number("OrderItemNumber", label="Order Product Number", name_field=True),
            *row_history(),
            external_id(key),
        ),
    )
