"""Properties of the records that only Salesforce has, as our writes fill them."""

NAME = "Name"
ACCOUNT_NAME_LENGTH = 255
OPPORTUNITY_NAME_LENGTH = 120
ACCOUNT_REFERENCE = "AccountId"
STAGE = "StageName"
CLOSE_DATE = "CloseDate"
PRICEBOOK = "Pricebook2Id"
OPPORTUNITY = "OpportunityId"
PRODUCT = "Product2Id"
CURRENCY = "CurrencyIsoCode"
PERSON = "IsPersonAccount"
PRICE = "UnitPrice"
ACTIVE = "IsActive"
DOCUMENT_CURRENCY = "currency"
"""The canonical name of a document's currency, in which its lines' price book entries are."""
NO_PRICE = "0"
"""The price of a price book entry that only lines need; they carry prices of their own."""

NEEDS_ACCOUNT = frozenset({"order", "quote"})
"""Pairs whose Salesforce records cannot be without an Account."""

NEEDS_PRICEBOOK = frozenset({"order", "quote"})
"""Pairs whose Salesforce records take lines only once their price book is set."""
