"""The catalogue, written out by hand and reviewed: what the declarations must come to.

A property that is added, renamed or moved changes this table too, on purpose.
"""

import pytest

from talk_assets.entities import LOOKUPS, PAIRS, children_of, entity_of, lookups_of
from talk_assets.model.pair import DeletePolicy, Policy
from talk_assets.model.system import System

CATALOGUE = """
product       product_code           ProductCode                string(255)             number                       string(64) required
product       name                   Name                       string(255) required    name                         string(255) required
product       description            Description                textarea(4000)          description                  string(4000)
product       category               Family                     picklist(255)           category                     string(255)
product       active                 IsActive                   boolean                 status                       enum active / discontinued
product       unit                   QuantityUnitOfMeasure      picklist                unit                         enum of UN/ECE Rec 20 codes
product       sku                    StockKeepingUnit           string(180)             sku                          string(180)
product       web_url                DisplayUrl                 url(1000)               webUrl                       url(1000)
product       list_price             PricebookEntry.UnitPrice   decimal(18,2)           listPrice                    decimal(18,4)
product       currency               CurrencyIsoCode            ISO 4217 create         currency                     ISO 4217 create

contact       salutation             Salutation                 picklist                honorific                    enum mr/ms/mrs/dr/prof/mx
contact       first_name             FirstName                  string(40)              givenName                    string(64)
contact       last_name              LastName                   string(80) required     familyName                   string(80) required
contact       job_title              Title                      string(128)             jobTitle                     string(128)
contact       department             Department                 string(80)              department                   string(80)
contact       email                  Email                      email(80)               email                        email(254)
contact       phone                  Phone                      phone(40)               phone                        E.164
contact       mobile_phone           MobilePhone                phone(40)               mobile                       E.164
contact       home_phone             HomePhone                  phone(40)               homePhone                    E.164
contact       birth_date             Birthdate                  date                    birthDate                    date
contact       street                 MailingStreet              textarea(255)           address.lines                array of string(128)
contact       city                   MailingCity                string(40)              address.city                 string(64)
contact       region                 MailingState               string(80)              address.region               string(80)
contact       postal_code            MailingPostalCode          string(20)              address.postalCode           string(20)
contact       country                MailingCountry             string(80)              address.countryCode          ISO 3166-1 alpha-2
contact       company                AccountId                  name of the Account, string(255)  companyName        string(255)
contact       email_opt_out          HasOptedOutOfEmail         boolean                 emailOptOut                  boolean
contact       description            Description                textarea(32000)         notes                        string(32000)

quote         title                  Name                       string(255) required    title                        string(255) required
quote         status                 Status                     picklist                status                       enum draft/sent/accepted/declined/expired
quote         contact                ContactId                  reference to Contact    contactId                    reference to contact
quote         company                AccountId                  name of the Opportunity's Account, string(255) create  companyName  string(255)
quote         valid_until            ExpirationDate             date                    validUntil                   date
quote         email                  Email                      email(80)               email                        email(254)
quote         phone                  Phone                      phone(40)               phone                        E.164
quote         billing_name           BillingName                string(255)             billingAddress.name          string(255)
quote         billing_street         BillingStreet              textarea(255)           billingAddress.lines         array of string(128)
quote         billing_city           BillingCity                string(40)              billingAddress.city          string(64)
quote         billing_region         BillingState               string(80)              billingAddress.region        string(80)
quote         billing_postal_code    BillingPostalCode          string(20)              billingAddress.postalCode    string(20)
quote         billing_country        BillingCountry             string(80)              billingAddress.countryCode   ISO 3166-1 alpha-2
quote         shipping_name          ShippingName               string(255)             shippingAddress.name         string(255)
quote         shipping_street        ShippingStreet             textarea(255)           shippingAddress.lines        array of string(128)
quote         shipping_city          ShippingCity               string(40)              shippingAddress.city         string(64)
quote         shipping_region        ShippingState              string(80)              shippingAddress.region       string(80)
quote         shipping_postal_code   ShippingPostalCode         string(20)              shippingAddress.postalCode   string(20)
quote         shipping_country       ShippingCountry            string(80)              shippingAddress.countryCode  ISO 3166-1 alpha-2
quote         tax                    Tax                        decimal(18,2)           taxAmount                    decimal(18,2)
quote         shipping_cost          ShippingHandling           decimal(18,2)           freightAmount                decimal(18,2)
quote         currency               CurrencyIsoCode            ISO 4217 never          currency                     ISO 4217 create
quote         notes                  Description                textarea(32000)         notes                        string(32000)
quote         subtotal               Subtotal                   decimal(18,2) never     subtotal                     decimal(18,2) never
quote         total                  TotalPrice                 decimal(18,2) never     netAmount                    decimal(18,2) never
quote         grand_total            GrandTotal                 decimal(18,2) never     totalAmount                  decimal(18,2) never
quote         number                 QuoteNumber                string never            number                       string never

quote_line    product                Product2Id                 reference to Product2 required create  productId      reference to product required
quote_line    quantity               Quantity                   decimal(12,2) required  quantity                     decimal(18,4) required
quote_line    unit_price             UnitPrice                  decimal(18,2) required  unitPrice                    decimal(18,4) required
quote_line    discount_percent       Discount                   decimal(5,2)            discountPercent              decimal(5,2)
quote_line    service_date           ServiceDate                date                    deliveryDate                 date
quote_line    description            Description                string(255)             description                  string(255)
quote_line    position               SortOrder                  integer                 position                     integer
quote_line    line_total             TotalPrice                 decimal(18,2) never     lineTotal                    decimal(18,2) never

order         name                   Name                       string(80)              title                        string(80)
order         status                 Status                     picklist required       status                       enum open/confirmed/cancelled required
order         contact                BillToContactId            reference to Contact    contactId                    reference to contact
order         company                AccountId                  name of the Account, string(255)  companyName        string(255)
order         ship_to_contact        ShipToContactId            reference to Contact    deliveryContactId            reference to contact
order         quote                  QuoteId                    reference to Quote create  quoteId                   reference to quote create
order         order_date             EffectiveDate              date required           orderDate                    date required
order         delivery_date          EndDate                    date                    requestedDeliveryDate        date
order         purchase_order_number  PoNumber                   string(80)              purchaseOrderNumber          string(80)
order         purchase_order_date    PoDate                     date                    purchaseOrderDate            date
order         reference              OrderReferenceNumber       string(80)              reference                    string(80)
order         order_type             Type                       picklist(255)           orderType                    string(40)
order         billing_street         BillingStreet              textarea(255)           billingAddress.lines         array of string(128)
order         billing_city           BillingCity                string(40)              billingAddress.city          string(64)
order         billing_region         BillingState               string(80)              billingAddress.region        string(80)
order         billing_postal_code    BillingPostalCode          string(20)              billingAddress.postalCode    string(20)
order         billing_country        BillingCountry             string(80)              billingAddress.countryCode   ISO 3166-1 alpha-2
order         shipping_street        ShippingStreet             textarea(255)           shippingAddress.lines        array of string(128)
order         shipping_city          ShippingCity               string(40)              shippingAddress.city         string(64)
order         shipping_region        ShippingState              string(80)              shippingAddress.region       string(80)
order         shipping_postal_code   ShippingPostalCode         string(20)              shippingAddress.postalCode   string(20)
order         shipping_country       ShippingCountry            string(80)              shippingAddress.countryCode  ISO 3166-1 alpha-2
order         currency               CurrencyIsoCode            ISO 4217 create         currency                     ISO 4217 create
order         notes                  Description                textarea(32000)         notes                        string(32000)
order         total                  TotalAmount                decimal(18,2) never     netAmount                    decimal(18,2) never
order         number                 OrderNumber                string never            number                       string never

order_line    product                Product2Id                 reference to Product2 required create  productId      reference to product required
order_line    quantity               Quantity                   decimal(18,2) required  quantity                     decimal(18,4) required
order_line    unit_price             UnitPrice                  decimal(18,2) required  unitPrice                    decimal(18,4) required
order_line    service_date           ServiceDate                date                    deliveryDate                 date
order_line    end_date               EndDate                    date                    deliveryEndDate              date
order_line    description            Description                string(255)             description                  string(255)
order_line    line_total             TotalPrice                 decimal(18,2) never     lineTotal                    decimal(18,2) never
"""  # noqa: E501 - a table reads best unwrapped


def row(pair, p):
    """A declaration as its table row, white space apart."""
    cells = [pair.name, p.name]
    for system in System:
        side = p.side(system)
        cells += [side.path, side.type, *(["required"] if side.required else [])]
        writes = [p.writable(system, create=True), p.writable(system, create=False)]
        cells += {(True, True): [], (True, False): ["create"], (False, False): ["never"]}[tuple(writes)]
    return " ".join(" ".join(cells).split())


def reviewed(pair):
    lines = (" ".join(line.split()) for line in CATALOGUE.splitlines())
    return [line for line in lines if line.startswith(f"{pair.name} ")]


@pytest.mark.parametrize("pair", PAIRS.values(), ids=PAIRS.keys())
def test_every_property_is_as_reviewed(pair):
    assert [row(pair, p) for p in pair.properties] == reviewed(pair)


@pytest.mark.parametrize("pair", PAIRS.values(), ids=PAIRS.keys())
def test_documented_lengths_are_the_enforced_ones(pair):
    for p in pair.properties:
        for system in System:
            side = p.side(system)
            if f"({side.length})" not in side.type and side.length is not None:
                assert side.type in {"E.164", "ISO 4217", "array of string(128)"}, (p.name, system)


def test_references_lead_to_their_pairs():
    assert {(pair.name, p.name): p.reference for pair in PAIRS.values() for p in pair.references} == {
        ("quote", "contact"): "contact",
        ("quote_line", "product"): "product",
        ("order", "contact"): "contact",
        ("order", "ship_to_contact"): "contact",
        ("order", "quote"): "quote",
        ("order_line", "product"): "product",
    }


def test_match_keys_are_tried_in_this_order():
    assert {name: [key.properties for key in pair.match] for name, pair in PAIRS.items() if pair.match} == {
        "product": [("product_code",), ("name",)],
        "contact": [("email",), ("last_name", "first_name", "phone")],
        "order": [("purchase_order_number", "contact")],
    }


def test_an_activated_order_locks_its_lines_and_account():
    rule = PAIRS["order"].status
    assert rule.born == {System.SALESFORCE: "open"}
    assert rule.freezes_lines == {
        System.SALESFORCE: {"confirmed"},
        System.CUSTOMERP: {"confirmed", "cancelled"},
    }
    assert rule.freezes_properties == {System.SALESFORCE: ("company", "currency")}
    assert rule.freezes_record == {}


def test_a_settled_quote_is_frozen_on_both_ends():
    rule = PAIRS["quote"].status
    assert rule.born == {}
    assert rule.freezes_record == {s: {"accepted", "declined"} for s in System}


def test_only_lines_are_deleted_for_the_other_end():
    propagated = {name for name, pair in PAIRS.items() if pair.deletes is DeletePolicy.PROPAGATE}
    assert propagated == {"quote_line", "order_line"}


def test_the_latest_edit_wins_unless_declared_otherwise():
    assert {p.policy for pair in PAIRS.values() for p in pair.properties} == {Policy.LATEST_WINS}


def test_currencies_must_agree_before_a_counterpart_is_made():
    assert {name for name, pair in PAIRS.items() for p in pair.properties if p.must_agree} == {
        "product",
        "quote",
        "order",
    }


def test_documents_know_their_lines():
    assert {name: [c.name for c in children_of(pair)] for name, pair in PAIRS.items()} == {
        "product": [],
        "contact": [],
        "quote": ["quote_line"],
        "quote_line": [],
        "order": ["order_line"],
        "order_line": [],
    }
    assert [child.name for child in entity_of("order", System.CUSTOMERP).children] == ["order_line"]
    assert entity_of("order", System.SALESFORCE).children == ()
    assert entity_of("order_line", System.SALESFORCE).parent_path == "OrderId"
    assert entity_of("quote_line", System.CUSTOMERP).nested_at == "lines"


def test_lookups_are_read_for_the_pairs_that_need_them():
    assert {name: [lookup.name for lookup in lookups_of(pair)] for name, pair in PAIRS.items()} == {
        "product": ["pricebook_entry"],
        "contact": ["account"],
        "quote": ["account"],
        "quote_line": [],
        "order": ["account"],
        "order_line": [],
    }
    assert {name: (e.resource, e.paths, e.key_path) for name, e in LOOKUPS.items()} == {
        "account": ("Account", ("Name", "MasterRecordId", "IsPersonAccount"), "ERP_External_Id__c"),
        "opportunity": ("Opportunity", ("Name", "AccountId", "CurrencyIsoCode"), "ERP_External_Id__c"),
        "pricebook_entry": (
            "PricebookEntry",
            ("Pricebook2Id", "Product2Id", "UnitPrice", "IsActive", "CurrencyIsoCode"),
            None,
        ),
    }


def test_the_price_is_not_asked_of_the_product_itself():
    assert "PricebookEntry.UnitPrice" not in entity_of("product", System.SALESFORCE).paths
    assert entity_of("product", System.CUSTOMERP).paths[-2:] == ("listPrice", "currency")
