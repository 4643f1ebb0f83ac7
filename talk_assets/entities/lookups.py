"""Records that only Salesforce has, read because pairs refer to them or live on them in part."""

from talk_assets.model.system import System
from talk_assets.model.wire import Entity, Field, Wire

ACCOUNT = Entity(
    name="account",
    system=System.SALESFORCE,
    resource="Account",
    fields=(Field(path="Name"), Field(path="MasterRecordId"), Field(path="IsPersonAccount", wire=Wire.BOOLEAN)),
    key_path="ERP_External_Id__c",
    master_path="MasterRecordId",
)
"""The company of a contact, an order or a quote."""

OPPORTUNITY = Entity(
    name="opportunity",
    system=System.SALESFORCE,
    resource="Opportunity",
    fields=(Field(path="Name"), Field(path="AccountId"), Field(path="CurrencyIsoCode")),
    key_path="ERP_External_Id__c",
)
"""What a Salesforce quote must belong to."""

PRICEBOOK_ENTRY = Entity(
    name="pricebook_entry",
    system=System.SALESFORCE,
    resource="PricebookEntry",
    fields=(
        Field(path="Pricebook2Id"),
        Field(path="Product2Id"),
        Field(path="UnitPrice", wire=Wire.NUMBER),
        Field(path="IsActive", wire=Wire.BOOLEAN),
        Field(path="CurrencyIsoCode"),
    ),
)
"""A product's price in a price book, and what a line refers to; it has no custom fields, so no key."""
