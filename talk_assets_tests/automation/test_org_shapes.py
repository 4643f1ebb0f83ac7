"""Both embedded systems over HTTP, the org in each shape: what can be in step is, the rest waits with a reason."""

import pytest

from talk_assets.automation.cycle import run_cycle
from talk_assets.resources import open_session
from talk_assets.sandbox.salesforce import named_shapes
from talk_assets_tests.served import Served

SHAPES = named_shapes()
EURO = "currency is EUR, but Salesforce holds only USD"
OFF = "the feature is switched off there"
WAITING = {
    "country-picklists": {("contact", "Please select a state"), ("product", EURO), ("order", EURO)},
    "multi-currency": set(),
    "person-accounts": {("product", EURO), ("order", EURO)},
    "no-quotes": {
        ("product", EURO),
        ("order", EURO),
        ("quote", OFF),
        ("order", "show quote"),
        ("order", "leaves QuoteId"),
    },
    "no-orders": {("product", EURO), ("order", OFF)},
    "required-fields": {
        ("product", EURO),
        ("product", "Required fields are missing: [Tax_Class__c]"),
        ("contact", "Required fields are missing: [Region__c]"),
        ("order", "Waits for contact"),
        ("quote", "Waits for contact"),
    },
    "validation-rule": {("order", "An order needs a purchase order number."), ("product", EURO), ("order", EURO)},
    "duplicate-rule": {("contact", "Records alike: 003"), ("product", EURO), ("order", EURO)},
    "custom": {("product", EURO), ("order", EURO)},
    "crowded": {("contact", "Please select a state"), ("contact", "Records alike: 003")},
}
"""For each shape, of which pair something waits and what the reason says."""


class Users:
    """People who work in both systems; *served* is an org of *shape*."""

    def __init__(self, served, shape):
        self.shape = shape
        self.salesforce, self.customerp = served.salesforce, served.customerp
        required = any(field.required for fields in shape.fields.values() for field in fields)
        self.person = {"Region__c": "North"} if required else {}
        self.thing = {"Tax_Class__c": "A"} if required else {}

    def fill_salesforce(self):
        org = self.salesforce
        acme = org.create("Account", Name="Acme")
        country = {"MailingCountryCode": "KR"} if self.shape.country_picklists else {"MailingCountry": "South Korea"}
        self.ida = org.create(
            "Contact", LastName="Holm", FirstName="Ida", AccountId=acme, Email="ida@x.no", Phone="+4722334455",
            **country, **self.person,
        )  # fmt: skip
        if self.shape.person_accounts:
            org.create("Account", FirstName="Per", LastName="Sand", PersonEmail="per@x.no")
        lamp = org.create("Product2", Name="Lamp", ProductCode="L1", IsActive=True, **self.thing)
        (book,) = org.query("SELECT Id FROM Pricebook2 WHERE IsStandard = true")
        priced = {"Pricebook2Id": book["Id"], "Product2Id": lamp, "UnitPrice": 20, "IsActive": True}
        line = {"PricebookEntryId": org.create("PricebookEntry", **priced), "Quantity": 2, "UnitPrice": 19}
        document = {"AccountId": acme, "Pricebook2Id": book["Id"]}
        if self.shape.quotes:
            deal = org.create("Opportunity", Name="Deal", StageName="Prospecting", CloseDate="2026-12-01", **document)
            quote = org.create("Quote", Name="Offer S", OpportunityId=deal, ContactId=self.ida)
            org.create("QuoteLineItem", QuoteId=quote, **line)
        if self.shape.orders:
            dated = {"EffectiveDate": "2026-11-01", "Status": "Draft", "PoNumber": "S-1"}
            order = org.create("Order", BillToContactId=self.ida, **document, **dated)
            org.create("OrderItem", OrderId=order, **line)

    def fill_customerp(self):
        erp = self.customerp
        chair = erp.create("products", {"name": "Chair", "number": "C1", "listPrice": 12.5, "currency": "USD"})
        desk = erp.create("products", {"name": "Desk", "number": "D1", "listPrice": 99, "currency": "EUR"})
        busan = {"city": "Busan", "countryCode": "KR"}
        self.bo = erp.create(
            "contacts", {"familyName": "Berg", "email": "bo@x.no", "companyName": "Fjord AS", "address": busan}
        )
        erp.create("contacts", {"familyName": "Kim", "email": "kim@x.kr", "address": busan | {"region": "Yeongnam"}})
        erp.create("contacts", {"familyName": "Holm", "givenName": "Ivar", "phone": "+4722334455"})

        def document(resource, currency, **given):
            lines = [{"productId": p, "quantity": 3, "unitPrice": 12} for p in given.pop("products")]
            body = {"contactId": self.bo, "currency": currency, "lines": lines}
            return erp.create(resource, body | given)

        quote = document("quotes", "USD", title="Offer C", products=[chair])
        dated = {"orderDate": "2026-11-02"}
        document("orders", "USD", purchaseOrderNumber="C-1", quoteId=quote, products=[chair], **dated)
        document("orders", "EUR", purchaseOrderNumber="C-2", products=[chair, desk], **dated)
        document("orders", "USD", products=[chair], **dated)

    def edit(self):
        self.salesforce.update("Contact", self.ida, Title="Buyer")
        self.customerp.update("contacts", self.bo, {"jobTitle": "Chef"})


def cycle(served, store):
    served.clock.move(minutes=20)
    before = served.writes()
    with open_session(served.settings(store)) as session:
        report = run_cycle(session)
    return report, served.writes() - before


@pytest.mark.parametrize("name", SHAPES)
def test_an_org_of_any_shape_is_brought_into_step(name, tmp_path):
    """Nothing crashes or is lost; what the org cannot take waits with a readable reason; then nothing is written."""
    shape = SHAPES[name]
    with Served(shape=shape) as served:
        users = Users(served, shape)
        users.fill_salesforce()
        users.fill_customerp()
        _, wrote = cycle(served, tmp_path / "store.duckdb")
        last, again = cycle(served, tmp_path / "store.duckdb")
        here, there = ({*served.rows("contact")[end], *served.rows("product")[end]} for end in (0, 1))

    told = {(row["pair"], row["reason"]) for row in last.waiting.iter_rows(named=True)}
    expected = WAITING[name]
    assert [one for one in expected if not any(one[0] == pair and one[1] in why for pair, why in told)] == []
    assert [(p, why) for p, why in told if not any(p == pair and part in why for pair, part in expected)] == []
    assert (wrote > 0, again) == (True, 0)
    assert here <= there
    assert last.exit_code == int(any("refused" in why for _, why in told))


def test_edits_go_both_ways_in_a_crowded_org(tmp_path):
    """An edit on each end arrives at the other, whatever else waits; then nothing is written."""
    shape = SHAPES["crowded"]
    with Served(shape=shape) as served:
        users = Users(served, shape)
        users.fill_salesforce()
        users.fill_customerp()
        cycle(served, tmp_path / "store.duckdb")
        users.edit()
        cycle(served, tmp_path / "store.duckdb")
        _, rest = cycle(served, tmp_path / "store.duckdb")
        org = {row["LastName"]: row["Title"] for row in served.salesforce.query("SELECT LastName, Title FROM Contact")}
        erp = {row["familyName"]: row["jobTitle"] for row in served.customerp.all("contacts") if row.get("jobTitle")}

    assert rest == 0
    assert (erp["Holm"], org["Berg"]) == ("Buyer", "Chef")


def test_a_country_is_told_by_its_code_where_names_differ(tmp_path):
    """An org that calls it "Korea, Republic of" takes and gives South Korea all the same, even without a region."""
    shape = SHAPES["country-picklists"]
    with Served(shape=shape) as served:
        users = Users(served, shape)
        users.fill_salesforce()
        users.fill_customerp()
        cycle(served, tmp_path / "store.duckdb")
        org = served.salesforce.query("SELECT LastName, MailingCountry FROM Contact WHERE MailingCountryCode = 'KR'")
        erp = {row["familyName"]: row["address"] for row in served.customerp.all("contacts") if row.get("address")}

    assert {row["LastName"]: row["MailingCountry"] for row in org} == dict.fromkeys(
        ("Berg", "Holm", "Kim"), "Korea, Republic of"
    )
    assert erp["Holm"]["countryCode"] == "KR"


def test_each_currency_has_its_own_price(tmp_path):
    """A product's price is that of its own currency, and lines refer to the entry in their document's."""
    shape = SHAPES["multi-currency"]
    with Served(shape=shape) as served:
        users = Users(served, shape)
        users.fill_salesforce()
        users.fill_customerp()
        cycle(served, tmp_path / "store.duckdb")
        entries = served.salesforce.query("SELECT ProductCode, CurrencyIsoCode, UnitPrice FROM PricebookEntry")
        lines = served.salesforce.query("SELECT CurrencyIsoCode, PricebookEntry.CurrencyIsoCode FROM OrderItem")
        deals = served.salesforce.query("SELECT CurrencyIsoCode FROM Quote")
        prices = {row["number"]: (row["currency"], row["listPrice"]) for row in served.customerp.all("products")}

    told = {(row["ProductCode"], row["CurrencyIsoCode"]): float(row["UnitPrice"]) for row in entries}
    assert told == {("L1", "USD"): 20, ("C1", "USD"): 12.5, ("C1", "EUR"): 0, ("D1", "EUR"): 99}
    assert {(row["CurrencyIsoCode"], row["PricebookEntry"]["CurrencyIsoCode"]) for row in lines} == {
        ("USD", "USD"),
        ("EUR", "EUR"),
    }
    assert {row["CurrencyIsoCode"] for row in deals} == {"USD"}
    assert {code: (currency, float(price)) for code, (currency, price) in prices.items()} == {
        "L1": ("USD", 20),
        "C1": ("USD", 12.5),
        "D1": ("EUR", 99),
    }


def test_quotes_that_are_switched_on_later_are_made_by_themselves(tmp_path):
    """What waited for the feature is made once the org has it; nobody need release it."""
    held = SHAPES["no-quotes"]
    with Served(shape=held, kept_in=tmp_path) as served:
        users = Users(served, held)
        users.fill_salesforce()
        users.fill_customerp()
        cycle(served, tmp_path / "store.duckdb")
    with Served(kept_in=tmp_path) as served:
        _, wrote = cycle(served, tmp_path / "store.duckdb")
        _, rest = cycle(served, tmp_path / "store.duckdb")
        quotes = served.rows("quote")[0]

    assert [quote[0] for quote in quotes] == ["Offer C"]
    assert (wrote > 0, rest) == (True, 0)
