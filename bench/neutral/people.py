"""The people that both ends know, by number: the same person at both ends is the same contact."""

from typing import Any

_CITIES = ("Oslo", "Malmö", "København", "Turku", "Gdańsk", "Kraków", "Graz", "Lyon", "Girona", "Porto")
_TITLES = ("Buyer", "Engineer", "Head of purchasing")
_NOTES = "Met at the fair; wants a quote for spare parts."
COMPANIES = 50


def company(number: int) -> str:
    """The name of the company that this person works for."""
    return f"Company {number % COMPANIES} AS"


def in_salesforce(number: int, account: str | None) -> dict[str, Any]:
    """The person's Contact, in the order in which its fields are asked for; *account* is the company's id."""
    return {
        "Salutation": ("Mr.", "Ms.", "Dr.")[number % 3],
        "FirstName": f"Given{number % 97}",
        "LastName": f"Family{number:07d}",
        "Title": _TITLES[number % 3],
        "Department": None,
        "Email": f"person{number:07d}@example.com",
        "Phone": _phone(number),
        "MobilePhone": None,
        "HomePhone": None,
        "Birthdate": _birthday(number),
        "MailingStreet": f"{number % 200 + 1} Long Street\nBack yard",
        "MailingCity": _CITIES[number % len(_CITIES)],
        "MailingState": None,
        "MailingPostalCode": f"{number % 9000 + 1000}",
        "MailingCountry": "Norway",
        "AccountId": account,
        "HasOptedOutOfEmail": number % 7 == 0,
        "Description": _NOTES,
        "MasterRecordId": None,
    }


def in_customerp(number: int) -> dict[str, Any]:
    """The person's contact record."""
    return {
        "honorific": ("mr", "ms", "dr")[number % 3],
        "givenName": f"Given{number % 97}",
        "familyName": f"Family{number:07d}",
        "jobTitle": _TITLES[number % 3],
        "department": None,
        "email": f"person{number:07d}@example.com",
        "phone": _phone(number),
        "mobile": None,
        "homePhone": None,
        "birthDate": _birthday(number),
        "address": {
            "lines": [f"{number % 200 + 1} Long Street", "Back yard"],
            "city": _CITIES[number % len(_CITIES)],
            "region": None,
            "postalCode": f"{number % 9000 + 1000}",
            "countryCode": "NO",
        },
        "companyName": company(number),
        "emailOptOut": number % 7 == 0,
        "notes": _NOTES,
    }


def _phone(number: int) -> str:
    return f"+4722{number % 90 + 10}{number // 90 % 90 + 10}{number % 80 + 10}"


def _birthday(number: int) -> str:
    return f"{number % 40 + 1960}-{number % 12 + 1:02d}-{number % 28 + 1:02d}"
