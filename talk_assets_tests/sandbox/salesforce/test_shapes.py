"""Orgs of other shapes: what their describes show and what they refuse, in Salesforce's words."""

import pytest

from talk_assets.sandbox.salesforce import SalesforceSettings, ShapeError, create_app, named_shapes, read_shape
from talk_assets.sandbox.serving import running
from talk_assets_tests.sandbox.salesforce.conftest import Caller, Shop


@pytest.fixture
def settings(request):
    name = getattr(request, "param", None)
    return SalesforceSettings() if name is None else SalesforceSettings(shape=read_shape(name))


def shape(name):
    return pytest.mark.parametrize("settings", [name], indirect=True)


def fields(org, name):
    return {field["name"]: field for field in org.call("GET", f"sobjects/{name}/describe").json()["fields"]}


@shape("country-picklists")
def test_country_picklists_complete_name_and_code(org):
    """An address says its places by name or by code; both are read, and the describe tells which states fit."""
    by_name = org.create("Contact", LastName="A", MailingCountry="united states", MailingState="Oregon")
    by_code = org.create("Contact", LastName="B", MailingCountryCode="US", MailingStateCode="OR")
    rows = org.query("SELECT MailingCountry, MailingCountryCode, MailingState, MailingStateCode FROM Contact")
    described = fields(org, "Contact")
    order = [choice["value"] for choice in described["MailingCountryCode"]["picklistValues"]].index("US")
    oregon = next(c for c in described["MailingStateCode"]["picklistValues"] if c["value"] == "OR")

    assert by_name != by_code
    assert [tuple(row.values())[1:] for row in rows] == [("United States", "US", "Oregon", "OR")] * 2
    assert org.read("Contact", by_name)["MailingAddress"]["stateCode"] == "OR"
    assert described["MailingStateCode"]["controllerName"] == "MailingCountryCode"
    assert described["MailingCountry"]["type"] == "string"
    assert len(oregon["validFor"]) == 4 * ((order // 8 + 1 + 2) // 3)


@shape("country-picklists")
@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"MailingCountry": "Atlantis"}, "There's a problem with this country"),
        ({"MailingCountryCode": "US", "MailingState": "Bavaria"}, "There's a problem with this state"),
        ({"MailingState": "Oregon"}, "A country/territory must be specified"),
        ({"MailingCountry": "Germany", "MailingCountryCode": "US"}, "Mismatched integration value and ISO code"),
    ],
)
def test_country_picklists_refuse_what_is_not_listed(org, given, said):
    """Unlisted and contradicting places are refused as FIELD_INTEGRITY_EXCEPTION."""
    status, code, message = org.refused("POST", "sobjects/Contact", {"LastName": "A"} | given)

    assert (status, code) == (400, "FIELD_INTEGRITY_EXCEPTION")
    assert message.startswith(said)


@shape("multi-currency")
def test_several_currencies_have_an_entry_each(org):
    """Every record has a currency; prices are one a currency, and lines are in their document's."""
    shop = Shop(org)
    again = {"Pricebook2Id": shop.book, "Product2Id": shop.product, "UnitPrice": 18, "IsActive": True}
    euro = org.create("PricebookEntry", **again, CurrencyIsoCode="EUR")
    order = shop.order(CurrencyIsoCode="EUR")
    line = {"OrderId": order, "PricebookEntryId": shop.entry, "Quantity": 1, "UnitPrice": 1}
    refused = org.refused("POST", "sobjects/OrderItem", line)
    item = shop.order_item(order, PricebookEntryId=euro)
    quote = shop.quote(OpportunityId=shop.opportunity(CurrencyIsoCode="GBP"))

    assert org.refused("POST", "sobjects/PricebookEntry", again)[1] == "FIELD_INTEGRITY_EXCEPTION"
    assert "currency code does not match order currency code" in refused[2]
    assert org.read("OrderItem", item)["CurrencyIsoCode"] == "EUR"
    assert org.read("Quote", quote)["CurrencyIsoCode"] == "GBP"
    assert org.read("Account", shop.account)["CurrencyIsoCode"] == "USD"
    assert not fields(org, "Quote")["CurrencyIsoCode"]["createable"]
    assert [row["IsoCode"] for row in org.query("SELECT IsoCode FROM CurrencyType")] == ["USD", "EUR", "GBP"]
    status = org.refused("POST", "sobjects/Account", {"Name": "A", "CurrencyIsoCode": "CHF"})
    assert status[1] == "INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST"


@shape("person-accounts")
def test_a_person_account_has_a_contact_that_only_it_changes(org):
    """A last name makes a person; its contact follows the account and refuses to be changed."""
    account = org.create("Account", FirstName="Ida", LastName="Holm", PersonEmail="ida@x.no")
    org.create("Account", Name="Acme")
    (contact,) = org.query("SELECT Id, Name, Email, AccountId, IsPersonAccount FROM Contact")
    org.change("Account", account, PersonEmail="new@x.no")
    refused = org.refused("PATCH", f"sobjects/Contact/{contact['Id']}", {"Title": "Dr"})

    assert (contact["Name"], contact["AccountId"], contact["IsPersonAccount"]) == ("Ida Holm", account, True)
    assert org.read("Contact", contact["Id"])["Email"] == "new@x.no"
    assert org.read("Account", account)["PersonContactId"] == contact["Id"]
    assert refused[:2] == (403, "INSUFFICIENT_ACCESS_OR_READONLY")
    assert org.refused("POST", "sobjects/Contact", {"LastName": "B", "AccountId": account})[0] == 400
    assert "bad field names" in org.refused("PATCH", f"sobjects/Account/{account}", {"Name": "Else"})[2]


@pytest.mark.parametrize(
    ("settings", "gone"),
    [("no-quotes", ("Quote", "QuoteLineItem")), ("no-orders", ("Order", "OrderItem"))],
    indirect=["settings"],
)
def test_what_is_switched_off_is_not_there(org, gone):
    """Its objects are unknown to describe and SOQL, and nothing refers to them."""
    listed = {entry["name"] for entry in org.call("GET", "sobjects").json()["sobjects"]}

    assert not listed & set(gone)
    assert org.refused("GET", f"sobjects/{gone[0]}/describe")[:2] == (404, "NOT_FOUND")
    query = {"q": f"SELECT Id FROM {gone[0]}"}  # noqa: S608 - SOQL of constants
    assert org.refused("GET", "query", params=query)[1] == "INVALID_TYPE"
    others = listed & {"Order", "Contact", "Opportunity"}
    assert not [f for name in others for f in fields(org, name).values() if set(f["referenceTo"]) & set(gone)]


@shape("required-fields")
def test_a_required_custom_field_must_be_given(org):
    """Describe shows it as not nillable, and a create without it is refused by name."""
    refused = org.refused("POST", "sobjects/Contact", {"LastName": "A"})

    assert refused == (400, "REQUIRED_FIELD_MISSING", "Required fields are missing: [Region__c]")
    assert fields(org, "Contact")["Region__c"]["nillable"] is False
    assert org.create("Contact", LastName="A", Region__c="North")


@shape("validation-rule")
def test_validation_rules_refuse_with_their_own_message(org):
    """On create and on update, with the field the rule shows its message at."""
    message = "Enter the phone number in the international form."
    answer = org.call("POST", "sobjects/Contact", {"LastName": "A", "Phone": "555"})
    kept = org.create("Contact", LastName="A", Phone="+47 22 33")

    expected = {"message": message, "errorCode": "FIELD_CUSTOM_VALIDATION_EXCEPTION", "fields": ["Phone"]}
    assert (answer.status_code, answer.json()) == (400, [expected])
    assert org.refused("PATCH", f"sobjects/Contact/{kept}", {"Phone": "555"})[2] == message


@shape("duplicate-rule")
def test_a_duplicate_rule_names_the_records_that_are_alike(org):
    """The refusal of a single call and of a collection names the rule and the matching records."""
    first = org.create("Contact", LastName="Holm", Phone="555")
    answer = org.call("POST", "sobjects/Contact", {"LastName": "HOLM", "Phone": "555"})
    record = {"attributes": {"type": "Contact"}, "LastName": "Holm", "Phone": "555"}
    (result,) = org.call("POST", "composite/sobjects", {"records": [record]}).json()
    (said,) = answer.json()

    assert (answer.status_code, said["errorCode"]) == (400, "DUPLICATES_DETECTED")
    (match,) = said["duplicateResut"]["matchResults"]
    assert [found["record"]["Id"] for found in match["matchRecords"]] == [first]
    assert result["errors"][0]["statusCode"] == "DUPLICATES_DETECTED"
    assert org.create("Contact", LastName="Holm", Phone="556")


@shape("custom")
def test_custom_fields_and_objects_are_like_standard_ones(org):
    """They are described as custom, queried along their relations and found by external id."""
    oslo = org.create("Warehouse__c", Name="Oslo", Code__c="OSL")
    shop = Shop(org)
    order = shop.order(Warehouse__r={"Code__c": "OSL"})
    (row,) = org.query("SELECT Warehouse__r.Name FROM Order")

    assert row["Warehouse__r"]["Name"] == "Oslo"
    assert org.read("Order", order)["Warehouse__c"] == oslo
    assert org.call("GET", "sobjects/Warehouse__c/Code__c/OSL").json()["Id"] == oslo
    assert org.call("GET", "sobjects/Warehouse__c/describe").json()["custom"] is True


def test_rules_are_set_while_the_org_is_used(org):
    """The control endpoint takes rules, says which stand, refuses what fits no field, and takes them back."""
    rule = {"object": "Contact", "match": ["Email"], "allow_save": True}
    email = {"LastName": "A", "Email": "a@x.no"}
    org.create("Contact", **email)
    told = org.http.put("/sandbox/rules", json={"duplicate_rules": [rule]}).json()
    stopped = org.refused("POST", "sobjects/Contact", email)[1]
    allowed = org.call(
        "POST", "sobjects/Contact", email, headers={"Sforce-Duplicate-Rule-Header": "allowSave=true"}
    ).status_code
    wrong = org.http.put("/sandbox/rules", json={"duplicate_rules": [rule | {"match": ["Nope"]}]})
    org.http.delete("/sandbox/rules")

    assert told["duplicate_rules"][0]["match"] == ["Email"]
    assert (stopped, allowed) == ("DUPLICATES_DETECTED", 201)
    assert (wrong.status_code, "Nope" in wrong.json()["error"]) == (422, True)
    assert org.create("Contact", **email)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("quotes = 1", "Expected `bool`"),
        ("nonsense = true", "nonsense"),
        ('[[fields.Contact]]\nname = "Region"', "must end in __c"),
        ('[[fields.Lead]]\nname = "Region__c"', "Lead"),
        ('[[duplicate_rules]]\nobject = "Contact"\nmatch = ["Nope"]', "Nope"),
        ('[[validation_rules]]\nobject = "Contact"\nmessage = "m"\nwhen = { Phone = { matches = "(" } }', "pattern"),
    ],
)
def test_a_shape_no_org_can_have_is_refused(tmp_path, text, said):
    """With what is wrong in it, before anything is served."""
    path = tmp_path / "own.toml"
    path.write_text(text)

    with pytest.raises(ShapeError, match=said.replace("(", r"\(")):
        create_app(settings=SalesforceSettings(shape=read_shape(str(path))))


def test_a_kept_org_may_be_given_another_shape(tmp_path):
    """Rows stay, and the new fields are there."""
    found = []
    for name in (None, "crowded"):
        settings = SalesforceSettings(**({} if name is None else {"shape": named_shapes()[name]}))
        app = create_app(database=tmp_path / "org.sqlite", settings=settings)
        with running(app) as url:
            caller = Caller(url, settings)
            if name is None:
                caller.create("Contact", LastName="Stays")
            found.append(caller.read("Contact", caller.query("SELECT Id FROM Contact")[0]["Id"]))
            caller.http.close()
        app.state.close()

    assert found[1]["LastName"] == "Stays"
    assert found[1].keys() - found[0].keys() >= {"MailingCountryCode", "CurrencyIsoCode", "Loyalty_Level__c"}
