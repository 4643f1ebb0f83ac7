import pytest

FIELD_KEYS = {
    "aggregatable", "aiPredictionField", "autoNumber", "byteLength", "calculated", "calculatedFormula", "cascadeDelete",
    "caseSensitive", "compoundFieldName", "controllerName", "createable", "custom", "defaultValue",
    "defaultValueFormula", "defaultedOnCreate", "dependentPicklist", "deprecatedAndHidden", "digits",
    "displayLocationInDecimal", "encrypted", "externalId", "extraTypeInfo", "filterable", "filteredLookupInfo",
    "formulaTreatNullNumberAsZero", "groupable", "highScaleNumber", "htmlFormatted", "idLookup", "inlineHelpText",
    "label", "length", "mask", "maskType", "name", "nameField", "namePointing", "nillable", "permissionable",
    "picklistValues", "polymorphicForeignKey", "precision", "queryByDistance", "referenceTargetField", "referenceTo",
    "relationshipName", "relationshipOrder", "restrictedDelete", "restrictedPicklist", "scale", "searchPrefilterable",
    "soapType", "sortable", "type", "unique", "updateable", "writeRequiresMasterRead",
}  # fmt: skip
OBJECTS = [
    "Account", "Contact", "Opportunity", "Order", "OrderItem", "Organization", "Pricebook2", "PricebookEntry",
    "Product2", "Quote", "QuoteLineItem", "User",
]  # fmt: skip


@pytest.fixture
def describe(org):
    def fields_of(name):
        return {field["name"]: field for field in org.call("GET", f"sobjects/{name}/describe").json()["fields"]}

    return fields_of


def test_global_describe_lists_every_object_that_describes(org):
    """With its prefix and where to go on."""
    body = org.call("GET", "sobjects").json()

    assert (body["encoding"], body["maxBatchSize"]) == ("UTF-8", 200)
    assert [entry["name"] for entry in body["sobjects"]] == OBJECTS
    contact = body["sobjects"][1]
    assert (contact["keyPrefix"], contact["queryable"], contact["labelPlural"]) == ("003", True, "Contacts")
    assert contact["urls"]["rowTemplate"] == "/services/data/v62.0/sobjects/Contact/{ID}"
    for entry in body["sobjects"]:
        assert org.http.get(entry["urls"]["describe"]).json()["name"] == entry["name"]


def test_brief_describe_is_the_entry_of_the_global_one(org):
    """And no recent items."""
    entry = org.call("GET", "sobjects").json()["sobjects"][0]

    assert org.call("GET", "sobjects/Account").json() == {"objectDescribe": entry, "recentItems": []}


@pytest.mark.parametrize("name", OBJECTS)
def test_every_field_has_the_56_keys(describe, name):
    """No more and no less."""
    for field in describe(name).values():
        assert set(field) == FIELD_KEYS


@pytest.mark.parametrize(
    ("path", "kind", "facts"),
    [
        (
            "Contact.LastName",
            "string",
            {"length": 80, "byteLength": 240, "nillable": False, "compoundFieldName": "Name"},
        ),
        ("Contact.Email", "email", {"length": 80, "idLookup": True, "soapType": "xsd:string"}),
        ("Contact.Description", "textarea", {"length": 32_000, "filterable": False, "sortable": False}),
        ("Contact.AccountId", "reference", {"referenceTo": ["Account"], "cascadeDelete": True, "byteLength": 18}),
        ("Contact.AccountId", "reference", {"relationshipName": "Account", "soapType": "tns:ID"}),
        ("Contact.MailingAddress", "address", {"createable": False, "soapType": "urn:address"}),
        (
            "Contact.HasOptedOutOfEmail",
            "boolean",
            {"defaultedOnCreate": True, "defaultValue": False},
        ),
        ("Contact.ERP_External_Id__c", "string", {"custom": True, "externalId": True, "unique": True, "length": 64}),
        ("Contact.ERP_External_Id__c", "string", {"idLookup": True, "caseSensitive": False}),
        ("Order.Status", "picklist", {"restrictedPicklist": True, "nillable": False}),
        ("Order.TotalAmount", "currency", {"precision": 18, "scale": 2, "createable": False, "updateable": False}),
        ("Order.OrderNumber", "string", {"autoNumber": True, "nameField": True, "createable": False}),
        ("OrderItem.Quantity", "double", {"precision": 18, "scale": 2, "soapType": "xsd:double"}),
        (
            "OrderItem.PricebookEntryId",
            "reference",
            {"createable": True, "updateable": False, "restrictedDelete": True},
        ),
        ("Quote.OpportunityId", "reference", {"createable": True, "updateable": False, "nillable": False}),
        ("QuoteLineItem.Quantity", "double", {"precision": 12, "scale": 2}),
        ("QuoteLineItem.Discount", "percent", {"precision": 5, "scale": 2}),
        ("QuoteLineItem.SortOrder", "int", {"digits": 9, "precision": 0, "soapType": "xsd:int"}),
        ("Product2.StockKeepingUnit", "string", {"length": 180}),
        ("Account.SystemModstamp", "datetime", {"updateable": False, "soapType": "xsd:dateTime"}),
    ],
)
def test_fields_are_described_as_they_behave(describe, path, kind, facts):
    """Type, size, flags."""
    name, _, field = path.partition(".")
    described = describe(name)[field]

    assert {key: described[key] for key in facts} == facts
    assert described["type"] == kind


def test_required_on_create_can_be_read_from_a_describe(describe):
    """Not nillable, createable, not defaulted, not a boolean."""

    def required(name):
        return {
            field["name"]
            for field in describe(name).values()
            if not field["nillable"]
            and field["createable"]
            and not field["defaultedOnCreate"]
            and field["type"] != "boolean"
        }

    assert required("Contact") == {"LastName"}
    assert required("Opportunity") == {"Name", "StageName", "CloseDate"}
    assert required("Order") == {"EffectiveDate", "Status"}
    assert required("OrderItem") == {"OrderId", "PricebookEntryId", "Quantity"}
    assert required("Quote") == {"Name", "OpportunityId"}
    assert required("QuoteLineItem") == {"QuoteId", "PricebookEntryId", "Quantity"}
    assert required("PricebookEntry") == {"Pricebook2Id", "Product2Id", "UnitPrice"}


def test_child_relationships_name_what_cascades(org):
    """As the delete rules go by."""
    children = org.call("GET", "sobjects/Order/describe").json()["childRelationships"]
    items = next(child for child in children if child["relationshipName"] == "OrderItems")

    assert (items["childSObject"], items["field"], items["cascadeDelete"]) == ("OrderItem", "OrderId", True)


def test_picklist_values_are_listed(describe):
    """Active, with their default."""
    values = describe("Quote")["Status"]["picklistValues"]

    assert values[0] == {"active": True, "defaultValue": True, "label": "Draft", "validFor": None, "value": "Draft"}
    assert [value["value"] for value in values if value["defaultValue"]] == ["Draft"]


def test_org_without_currencies_has_no_such_field(describe):
    """Multi-currency is off: amounts are in the organization's currency."""
    assert "CurrencyIsoCode" not in describe("Order")
    assert "DefaultCurrencyIsoCode" in describe("Organization")


def test_record_counts_are_by_name(org):
    """Unknown names are left out."""
    org.create("Account", Name="A")
    body = org.call("GET", "limits/recordCount", params={"sObjects": "Account,Contact,Nope"}).json()

    assert body == {"sObjects": [{"count": 1, "name": "Account"}, {"count": 0, "name": "Contact"}]}
