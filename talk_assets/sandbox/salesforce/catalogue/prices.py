"""Product2, Pricebook2 and PricebookEntry."""

from __future__ import annotations

from ..declare import (
    boolean,
    create_only,
    currency,
    derived,
    external_id,
    long_text,
    picklist,
    reference,
    row_history,
    row_identity,
    text,
    url,
)
from ..schema import OnDelete, SObject


def product(key: str) -> SObject:
    """Something sold."""
    return SObject(
        name="Product2",
        label="Product",
        plural="Products",
        prefix="01t",
        fields=(
            *row_identity(),
            text("Name", 255, label="Product Name", nillable=False, name_field=True, indexed=True),
            text("ProductCode", 255, indexed=True),
            long_text("Description", 4_000, label="Product Description"),
            boolean("IsActive", label="Active"),
            picklist("Family", "None", label="Product Family"),
            picklist("QuantityUnitOfMeasure", "Each", label="Quantity Unit Of Measure"),
            url("DisplayUrl", 1_000, label="Display URL"),
            text("ExternalId", 255, label="External ID"),
            text("StockKeepingUnit", 180, label="Product SKU"),
            derived(boolean("IsArchived", label="Archived")),
            *row_history(),
            external_id(key),
        ),
    )


def pricebook() -> SObject:
    """A list of prices; exactly one is the standard book."""
    return SObject(
        name="Pricebook2",
        label="Price Book",
        plural="Price Books",
        prefix="01s",
        fields=(
            *row_identity(),
            text("Name", 255, label="Price Book Name", nillable=False, name_field=True),
            text("Description", 255),
            boolean("IsActive", label="Active"),
            derived(boolean("IsArchived", label="Archived")),
            derived(boolean("IsStandard", label="Is Standard Price Book")),
            *row_history(),
        ),
    )


def pricebook_entry() -> SObject:
    """What a product costs in a price book."""
    return SObject(
        name="PricebookEntry",
        label="Price Book Entry",
        plural="Price Book Entries",
        prefix="01u",
        fields=(
            *row_identity(),
            derived(text("Name", 255, label="Product Name", name_field=True)),
            create_only(
                reference(
                    "Pricebook2Id",
                    "Pricebook2",
                    label="Price Book ID",
                    nillable=False,
                    children="PricebookEntries",
                    on_delete=OnDelete.CASCADE,
                )
            ),
            create_only(
                reference(
                    "Product2Id",
                    "Product2",
                    label="Product ID",
                    nillable=False,
                    children="PricebookEntries",
                    on_delete=OnDelete.CASCADE,
                )
            ),
            currency("UnitPrice", label="List Price", nillable=False),
            boolean("IsActive", label="Active"),
            boolean("UseStandardPrice", label="Use Standard Price"),
            derived(text("ProductCode", 255)),
            derived(boolean("IsArchived", label="Archived")),
            *row_history(),
        ),
    )
