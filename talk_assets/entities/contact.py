"""Contacts: the people we deal with, and the company each belongs to."""

from talk_assets.entities.addresses import address
from talk_assets.entities.sides import code, day, email, flag, phone, text
from talk_assets.model.codecs import ValueMap, choices
from talk_assets.model.pair import EntityPair, MatchKey, Property, Through

SALUTATIONS = {"mr": "Mr.", "ms": "Ms.", "mrs": "Mrs.", "dr": "Dr.", "prof": "Prof.", "mx": "Mx."}
"""Customerp's code to the value of Salesforce's Salutation picklist."""

CONTACT = EntityPair(
    name="contact",
    doc="A person we deal with.",
    salesforce="Contact",
    customerp="contacts",
    salesforce_master="MasterRecordId",
    match=(
        MatchKey(properties=("email",)),
        MatchKey(properties=("last_name", "first_name", "phone")),
    ),
    properties=(
        Property(
            name="salutation",
            doc="A value outside the list is kept where it is and not written across.",
            salesforce=code(
                "Salutation",
                ValueMap(
                    decode_as={word: code for code, word in SALUTATIONS.items()}
                    | {word.rstrip("."): code for code, word in SALUTATIONS.items()},
                    encode_as=SALUTATIONS,
                ),
                "picklist",
            ),
            customerp=code("honorific", choices(*SALUTATIONS), "enum mr/ms/mrs/dr/prof/mx"),
        ),
        Property(
            name="first_name",
            salesforce=text("FirstName", 40),
            customerp=text("givenName", 64),
        ),
        Property(
            name="last_name",
            salesforce=text("LastName", 80, required=True),
            customerp=text("familyName", 80, required=True),
        ),
        Property(
            name="job_title",
            salesforce=text("Title", 128),
            customerp=text("jobTitle", 128),
        ),
        Property(
            name="department",
            salesforce=text("Department", 80),
            customerp=text("department", 80),
        ),
        Property(
            name="email",
            doc="Equal up to case.",
            salesforce=email("Email", 80),
            customerp=email("email", 254),
        ),
        Property(
            name="phone",
            doc="Equal up to punctuation; a national number is read with the contact's country.",
            beside="country",
            salesforce=phone("Phone", "phone(40)"),
            customerp=phone("phone", "E.164"),
        ),
        Property(
            name="mobile_phone",
            beside="country",
            salesforce=phone("MobilePhone", "phone(40)"),
            customerp=phone("mobile", "E.164"),
        ),
        Property(
            name="home_phone",
            beside="country",
            salesforce=phone("HomePhone", "phone(40)"),
            customerp=phone("homePhone", "E.164"),
        ),
        Property(
            name="birth_date",
            salesforce=day("Birthdate"),
            customerp=day("birthDate"),
        ),
        *address("", salesforce="Mailing", customerp="address"),
        Property(
            name="company",
            doc="Only Salesforce keeps companies as records of their own, so the name stands for the Account.",
            salesforce=text("AccountId", 255, kind="name of the Account, string", through=Through.ACCOUNT),
            customerp=text("companyName", 255),
        ),
        Property(
            name="email_opt_out",
            doc="Salesforce has the field only where the org uses e-mail opt-out.",
            salesforce=flag("HasOptedOutOfEmail"),
            customerp=flag("emailOptOut"),
        ),
        Property(
            name="description",
            salesforce=text("Description", 32000, kind="textarea"),
            customerp=text("notes", 32000),
        ),
    ),
)
