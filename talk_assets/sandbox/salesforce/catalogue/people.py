"""Account, Contact, User and Organization."""

from __future__ import annotations

from ..declare import (
    address,
    boolean,
    currency,
    date,
    derived,
    email,
    external_id,
    integer,
    long_text,
    moment,
    owner,
    phone,
    picklist,
    reference,
    row_history,
    row_identity,
    text,
    url,
)
from ..schema import OnDelete, SObject

_INDUSTRIES = ("Agriculture", "Banking", "Consulting", "Education", "Manufacturing", "Retail", "Technology", "Other")
_LEAD_SOURCES = ("Web", "Phone Inquiry", "Partner Referral", "Purchased List", "Other")


def account(key: str) -> SObject:
    """A company or, for a private customer, a household."""
    return SObject(
        name="Account",
        label="Account",
        plural="Accounts",
        prefix="001",
        fields=(
            *row_identity(),
            derived(reference("MasterRecordId", "Account")),
            text("Name", 255, label="Account Name", nillable=False, name_field=True, indexed=True, compound="Name"),
            picklist("Type", "Prospect", "Customer - Direct", "Customer - Channel", "Other", label="Account Type"),
            reference("ParentId", "Account", label="Parent Account ID", children="ChildAccounts"),
            *address("Billing"),
            *address("Shipping"),
            phone("Phone", label="Account Phone"),
            phone("Fax", label="Account Fax"),
            text("AccountNumber", 40),
            url("Website"),
            text("Sic", 20, label="SIC Code"),
            picklist("Industry", *_INDUSTRIES),
            currency("AnnualRevenue", 18, 0),
            integer("NumberOfEmployees", 8, label="Employees"),
            picklist("Ownership", "Public", "Private", "Subsidiary", "Other"),
            text("TickerSymbol", 20),
            long_text("Description", 32_000, label="Account Description"),
            picklist("Rating", "Hot", "Warm", "Cold", label="Account Rating"),
            text("Site", 80, label="Account Site"),
            owner(),
            picklist("AccountSource", *_LEAD_SOURCES),
            *row_history(),
            external_id(key),
        ),
    )


def contact(key: str) -> SObject:
    """A person; without an account, one only its owner sees."""
    return SObject(
        name="Contact",
        label="Contact",
        plural="Contacts",
        prefix="003",
        fields=(
            *row_identity(),
            derived(reference("MasterRecordId", "Contact")),
            reference("AccountId", "Account", children="Contacts", on_delete=OnDelete.CASCADE),
            text("LastName", 80, nillable=False, compound="Name"),
            text("FirstName", 40, compound="Name"),
            picklist("Salutation", "Mr.", "Ms.", "Mrs.", "Dr.", "Prof.", "Mx.", length=40, compound="Name"),
            derived(text("Name", 121, label="Full Name", nillable=False, name_field=True, indexed=True)),
            *address("Other"),
            *address("Mailing"),
            phone("Phone", label="Business Phone"),
            phone("Fax", label="Business Fax"),
            phone("MobilePhone"),
            phone("HomePhone"),
            phone("OtherPhone"),
            phone("AssistantPhone", label="Asst. Phone"),
            reference("ReportsToId", "Contact"),
            email("Email", id_lookup=True, indexed=True),
            text("Title", 128),
            text("Department", 80),
            text("AssistantName", 40, label="Assistant's Name"),
            picklist("LeadSource", *_LEAD_SOURCES),
            date("Birthdate"),
            long_text("Description", 32_000, label="Contact Description"),
            owner(),
            boolean("HasOptedOutOfEmail", label="Email Opt Out"),
            boolean("DoNotCall", label="Do Not Call"),
            derived(text("EmailBouncedReason", 255)),
            moment("EmailBouncedDate"),
            derived(boolean("IsEmailBounced")),
            *row_history(),
            external_id(key),
        ),
    )


def user() -> SObject:
    """Who works in the org; the API user is one of them."""
    return SObject(
        name="User",
        label="User",
        plural="Users",
        prefix="005",
        createable=False,
        updateable=False,
        deletable=False,
        fields=(
            *row_identity()[:1],
            text("Username", 80, nillable=False, id_lookup=True),
            text("LastName", 80, nillable=False, compound="Name"),
            text("FirstName", 40, compound="Name"),
            derived(text("Name", 121, label="Full Name", nillable=False, name_field=True)),
            email("Email", nillable=False),
            text("Alias", 8, nillable=False),
            boolean("IsActive", label="Active"),
            picklist("UserType", "Standard", length=40),
            text("TimeZoneSidKey", 40, label="Time Zone", nillable=False),
            text("LanguageLocaleKey", 40, label="Language", nillable=False),
            text("LocaleSidKey", 40, label="Locale", nillable=False),
            *row_history(),
        ),
    )


def organization() -> SObject:
    """The org itself: one row, read only."""
    return SObject(
        name="Organization",
        label="Organization",
        plural="Organizations",
        prefix="00D",
        createable=False,
        updateable=False,
        deletable=False,
        fields=(
            *row_identity()[:1],
            text("Name", 80, nillable=False, name_field=True),
            text("InstanceName", 5),
            boolean("IsSandbox"),
            picklist("OrganizationType", "Developer Edition", length=40, label="Edition"),
            text("NamespacePrefix", 15),
            text("DefaultCurrencyIsoCode", 3, label="Currency ISO Code"),
            text("LanguageLocaleKey", 40),
            text("TimeZoneSidKey", 40),
            moment("TrialExpirationDate"),
            *row_history(),
        ),
    )
