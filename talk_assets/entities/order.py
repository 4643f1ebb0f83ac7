"""Orders and their lines."""

from talk_assets.entities.addresses import address
from talk_assets.entities.sides import code, currency, day, decimal, given, reference, text
from talk_assets.model.codecs import choices, one_to_one
from talk_assets.model.pair import DeletePolicy, EntityPair, MatchKey, Property, StatusRule, Through
from talk_assets.model.system import System

ORDER = EntityPair(
    name="order",
    doc="What a customer ordered, with its lines.",
    salesforce="Order",
    customerp="orders",
    match=(MatchKey(properties=("purchase_order_number", "contact"), ambiguous_is_review=False),),
    # Salesforce creates orders as drafts only, and locks the lines and the Account of an activated one.
    status=StatusRule(
        property="status",
        born={System.SALESFORCE: "open"},
        freezes_lines={
            System.SALESFORCE: frozenset({"confirmed"}),
            System.CUSTOMERP: frozenset({"confirmed", "cancelled"}),
        },
        freezes_properties={System.SALESFORCE: ("company", "currency")},
    ),
    needs_one_of={System.CUSTOMERP: ("contact", "company")},
    properties=(
        Property(
            name="name",
            salesforce=text("Name", 80),
            customerp=text("title", 80),
        ),
        Property(
            name="status",
            # An org may add a cancelled status of its own; by default Salesforce has none.
            doc="Cancelled has no counterpart in a plain Salesforce org and waits there.",
            salesforce=code(
                "Status", one_to_one({"Draft": "open", "Activated": "confirmed"}), "picklist", required=True
            ),
            customerp=code(
                "status",
                choices("open", "confirmed", "cancelled"),
                "enum open/confirmed/cancelled",
                required=True,
            ),
        ),
        Property(
            name="contact",
            doc="Customerp needs a contact or a company.",
            reference="contact",
            salesforce=reference("BillToContactId", "Contact"),
            customerp=reference("contactId", "contact"),
        ),
        Property(
            name="company",
            doc="The Account of a Salesforce order, which can change only while it is a draft.",
            salesforce=text("AccountId", 255, kind="name of the Account, string", through=Through.ACCOUNT),
            customerp=text("companyName", 255),
        ),
        Property(
            name="ship_to_contact",
            reference="contact",
            salesforce=reference("ShipToContactId", "Contact"),
            customerp=reference("deliveryContactId", "contact"),
        ),
        Property(
            name="quote",
            doc="The quote it came from, settled when the order is created.",
            reference="quote",
            salesforce=reference("QuoteId", "Quote", on_update=False),
            customerp=reference("quoteId", "quote", on_update=False),
        ),
        Property(
            name="order_date",
            salesforce=day("EffectiveDate", required=True),
            customerp=day("orderDate", required=True),
        ),
        Property(
            name="delivery_date",
            salesforce=day("EndDate"),
            customerp=day("requestedDeliveryDate"),
        ),
        Property(
            name="purchase_order_number",
            salesforce=text("PoNumber", 80),
            customerp=text("purchaseOrderNumber", 80),
        ),
        Property(
            name="purchase_order_date",
            salesforce=day("PoDate"),
            customerp=day("purchaseOrderDate"),
        ),
        Property(
            name="reference",
            salesforce=text("OrderReferenceNumber", 80),
            customerp=text("reference", 80),
        ),
        Property(
            name="order_type",
            salesforce=text("Type", 255, kind="picklist"),
            customerp=text("orderType", 40),
        ),
        *address("billing_", salesforce="Billing", customerp="billingAddress"),
        *address("shipping_", salesforce="Shipping", customerp="shippingAddress"),
        Property(
            name="currency",
            must_agree=True,
            salesforce=currency("CurrencyIsoCode"),
            customerp=currency("currency"),
        ),
        Property(
            name="notes",
            salesforce=text("Description", 32000, kind="textarea"),
            customerp=text("notes", 32000),
        ),
        Property(
            name="total",
            derived=True,
            salesforce=decimal("TotalAmount", 18, 2, scale=2),
            customerp=decimal("netAmount", 18, 2, scale=2),
        ),
        Property(
            name="number",
            doc="Each end numbers its orders by itself.",
            derived=True,
            salesforce=given("OrderNumber"),
            customerp=given("number"),
        ),
    ),
)

ORDER_LINE = EntityPair(
    name="order_line",
    doc="One product on an order.",
    salesforce="OrderItem",
    customerp="lines",
    parent="order",
    salesforce_parent="OrderId",
    salesforce_children="OrderItems",
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
            salesforce=decimal("Quantity", 18, 2, scale=4, required=True),
            customerp=decimal("quantity", 18, 4, scale=4, required=True),
        ),
        Property(
            name="unit_price",
            salesforce=decimal("UnitPrice", 18, 2, scale=4, required=True),
            customerp=decimal("unitPrice", 18, 4, scale=4, required=True),
        ),
        Property(
            name="service_date",
            salesforce=day("ServiceDate"),
            customerp=day("deliveryDate"),
        ),
        Property(
            name="end_date",
            salesforce=day("EndDate"),
            customerp=day("deliveryEndDate"),
        ),
        Property(
            name="description",
            salesforce=text("Description", 255),
            customerp=text("description", 255),
        ),
        Property(
            name="line_total",
            derived=True,
            salesforce=decimal("TotalPrice", 18, 2, scale=2),
            customerp=decimal("lineTotal", 18, 2, scale=2),
        ),
    ),
)
