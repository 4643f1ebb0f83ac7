"""Products: a Salesforce Product2 and its standard price are a Customerp product."""

from talk_assets.entities.sides import code, currency, decimal, flag, text
from talk_assets.entities.units import UNIT_WORDS, UNITS
from talk_assets.model.codecs import Flag, choices
from talk_assets.model.pair import EntityPair, MatchKey, Property, Through

PRODUCT = EntityPair(
    name="product",
    doc="Something we sell, with its standard price.",
    salesforce="Product2",
    customerp="products",
    # Salesforce refuses to delete a product that any order or quote uses, so a product that is gone
    # on one end stays on the other; whoever retires it sets `active` to false.
    match=(
        MatchKey(properties=("product_code",)),
        MatchKey(properties=("name",), ambiguous_is_review=False),
    ),
    properties=(
        Property(
            name="product_code",
            doc="Customerp cannot do without one: an empty code is filled with the Salesforce id on create.",
            salesforce=text("ProductCode", 255),
            customerp=text("number", 64, required=True, fallback_id=True),
        ),
        Property(
            name="name",
            salesforce=text("Name", 255, required=True),
            customerp=text("name", 255, required=True),
        ),
        Property(
            name="description",
            salesforce=text("Description", 4000, kind="textarea"),
            customerp=text("description", 4000),
        ),
        Property(
            name="category",
            salesforce=text("Family", 255, kind="picklist"),
            customerp=text("category", 255),
        ),
        Property(
            name="active",
            salesforce=flag("IsActive"),
            customerp=code(
                "status",
                Flag(true="active", false="discontinued"),
                "enum active / discontinued",
            ),
        ),
        Property(
            name="unit",
            doc="UN/ECE Recommendation 20 code; a unit neither end lists is kept where it is.",
            salesforce=code("QuantityUnitOfMeasure", UNIT_WORDS, "picklist"),
            customerp=code("unit", choices(*UNITS), "enum of UN/ECE Rec 20 codes"),
        ),
        Property(
            name="sku",
            salesforce=text("StockKeepingUnit", 180),
            customerp=text("sku", 180),
        ),
        Property(
            name="web_url",
            salesforce=text("DisplayUrl", 1000, kind="url"),
            customerp=text("webUrl", 1000, kind="url"),
        ),
        Property(
            name="list_price",
            doc="The price in the standard price book; Salesforce holds two decimals of it.",
            salesforce=decimal("PricebookEntry.UnitPrice", 18, 2, scale=4, through=Through.PRICEBOOK_ENTRY_PRICE),
            customerp=decimal("listPrice", 18, 4, scale=4),
        ),
        Property(
            name="currency",
            doc="The currency of the price; an org with one currency holds no other.",
            must_agree=True,
            salesforce=currency("CurrencyIsoCode"),
            customerp=currency("currency"),
        ),
    ),
)
