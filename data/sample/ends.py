"""The two ends as they are filled: companies, contacts and products."""

import random
import unicodedata
from datetime import date, timedelta
from typing import Any

from words import (
    COMPANIES,
    DEPARTMENTS,
    FIRST,
    HONORIFICS,
    LAST,
    PLACES,
    PRODUCTS,
    SALESFORCE_ONLY,
    SHARED,
    TITLES,
)

Record = dict[str, Any]


class Sample:
    """Both ends as they are filled, and the chance that fills them."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)  # noqa: S311 - chance, not secrecy
        self.salesforce: list[Record] = []
        self.customerp: list[Record] = []
        self.salesforce_updates: list[Record] = []
        self.parties: dict[str, list[tuple[str, Record]]] = {"salesforce": [], "customerp": []}
        self.companies = {name: f"account-{number}" for number, name in enumerate(COMPANIES, 1)}

    def add(self, end: list[Record], resource: str, ref: str, fields: Record) -> None:
        """Add a record to one end; what is None stays out."""
        kept = {name: value for name, value in fields.items() if value is not None}
        end.append({"ref": ref, "resource": resource, "fields": kept})

    def people(self, count: int) -> list[Record]:
        """Make up people, each with a name of their own, as facts from which either end is written."""
        firsts, lasts = list(FIRST), list(LAST)
        self.random.shuffle(firsts)
        self.random.shuffle(lasts)
        return [
            self.person(firsts[n % len(firsts)], lasts[(n + n // len(firsts)) % len(lasts)], n) for n in range(count)
        ]

    def person(self, first: str, last: str, number: int) -> Record:
        """Make up one person; every fourth has no email, every seventh no company."""
        plain = unicodedata.normalize("NFKD", f"{first}.{last}").encode("ascii", "ignore").decode()
        plain = plain.lower().replace("'", "")
        return {
            "first": first,
            "last": last,
            "honorific": self.random.choice([*HONORIFICS, None]),
            "title": self.random.choice(TITLES),
            "department": self.random.choice(DEPARTMENTS),
            "email": None if number % 4 == 3 else f"{plain}{number}@example.com",  # noqa: PLR2004 - a quarter
            "phone": number + 1000,
            "place": PLACES[number % len(PLACES)],
            "company": None if number % 7 == 6 else COMPANIES[number % len(COMPANIES)],  # noqa: PLR2004 - a seventh
            "birth": None if number % 3 else (date(1960, 1, 5) + timedelta(days=397 * number)).isoformat(),
        }

    def salesforce_contact(self, ref: str, person: Record, **changed: object) -> None:
        """Write a person as a Salesforce contact, phones as people type them at home."""
        country, _, city, region, postal_code, street, national, _ = person["place"]
        fields = {
            "Salutation": HONORIFICS.get(person["honorific"] or ""),
            "FirstName": person["first"],
            "LastName": person["last"],
            "Title": person["title"],
            "Department": person["department"],
            "Email": person["email"],
            "Phone": national.format(person["phone"]),
            "Birthdate": person["birth"],
            "MailingStreet": street.replace(";", "\n"),
            "MailingCity": city,
            "MailingState": region or None,
            "MailingPostalCode": postal_code,
            "MailingCountry": country,
            "AccountId": {"ref": self.companies[person["company"]]} if person["company"] else None,
        }
        self.add(self.salesforce, "Contact", ref, {**fields, **changed})
        self.parties["salesforce"].append((ref, person))

    def customerp_contact(self, ref: str, person: Record, **changed: object) -> None:
        """Write a person as a Customerp contact, phones as people type them abroad."""
        _, code, city, region, postal_code, street, _, international = person["place"]
        address = {"lines": street.split(";"), "city": city, "postalCode": postal_code, "countryCode": code}
        fields = {
            "honorific": person["honorific"],
            "givenName": person["first"],
            "familyName": person["last"],
            "jobTitle": person["title"],
            "department": person["department"],
            "email": person["email"],
            "phone": international.format(person["phone"]),
            "birthDate": person["birth"],
            "address": address | ({"region": region} if region else {}),
            "companyName": person["company"],
        }
        self.add(self.customerp, "contacts", ref, {**fields, **changed})
        self.parties["customerp"].append((ref, person))

    def contacts(self) -> None:
        """Fill the contacts: 22 on both ends, 17 and 18 on one, and a set that nobody can tell apart."""
        people = self.people(58)
        for number, person in enumerate(people[:20]):
            shared = {**person, "email": person["email"] or f"shared{number}@example.com"}
            upper = shared["email"].upper() if number % 5 == 0 else shared["email"]
            self.salesforce_contact(f"contact-{number}", shared, Email=upper)
            # One of them was promoted, and only the ERP has heard of it.
            promoted = {"jobTitle": "Managing Director"} if number == 1 else {}
            self.customerp_contact(f"contact-{number}", shared, **promoted)
        for number, person in enumerate(people[20:22], 20):
            # Without an email these are recognised by name and phone.
            nameless = {**person, "email": None}
            self.salesforce_contact(f"contact-{number}", nameless)
            self.customerp_contact(f"contact-{number}", nameless)
        for number, person in enumerate(people[22:39], 22):
            odd = {22: {"Salutation": "Sir"}, 23: {"MailingCountry": "Ruritania"}}.get(number, {})
            self.salesforce_contact(f"contact-{number}", person, **odd)
        for number, person in enumerate(people[39:56], 39):
            odd = {40: {"phone": "ask for Greta at the desk"}, 41: {"address": None, "honorific": None}}
            self.customerp_contact(f"contact-{number}", person, **odd.get(number, {}))
        for ref, first in (("ambiguous-1", "Alex"), ("ambiguous-2", "Alexandra")):
            self.salesforce_contact(ref, {**people[56], "first": first, "email": "info@example.com"})
        self.customerp_contact("ambiguous", {**people[56], "first": "A.", "email": "Info@example.com"})
        # Salesforce holds 40 characters of a first name.
        long_name = "Wilhelmina Friederike Maria-Theresia Adelheid Sophie"
        self.customerp_contact("invalid", {**people[57], "first": long_name})

    def products(self) -> None:
        """Fill the products and, in Salesforce, their standard prices."""
        for number, (name, category, unit, words, price) in enumerate(PRODUCTS, 1):
            code, in_salesforce = f"TA-{number:04d}", number <= SHARED + SALESFORCE_ONLY
            if in_salesforce:
                fields = {
                    "Name": name,
                    # One was never given a code.
                    "ProductCode": None if number == SHARED + 1 else code,
                    "Family": category or None,
                    "QuantityUnitOfMeasure": words,
                    "IsActive": number != SHARED + 2,
                    "StockKeepingUnit": f"SKU{number:05d}" if number % 2 else None,
                    "DisplayUrl": f"https://shop.example.com/p/{number}" if number % 3 == 0 else None,
                    "Description": f"{name}.\nSold by the {words.lower()}." if number % 4 == 0 else None,
                }
                self.add(self.salesforce, "Product2", f"product-{number}", fields)
                entry = {
                    "Pricebook2Id": {"ref": "standard-price-book"},
                    "Product2Id": {"ref": f"product-{number}"},
                    "UnitPrice": round(float(price), 2),
                    "IsActive": True,
                }
                self.add(self.salesforce, "PricebookEntry", f"entry-{number}", entry)
            if number <= SHARED or not in_salesforce:
                fields = {
                    "number": code,
                    "name": name,
                    "category": category or None,
                    "unit": unit,
                    "status": "discontinued" if number == len(PRODUCTS) else "active",
                    "sku": f"SKU{number:05d}" if number % 2 else None,
                    "webUrl": f"https://shop.example.com/p/{number}" if number % 3 == 0 else None,
                    "description": f"{name}.\nSold by the {words.lower()}." if number % 4 == 0 else None,
                    "listPrice": float(price),
                }
                self.add(self.customerp, "products", f"product-{number}", fields)

    def accounts(self) -> None:
        """Fill the companies that Salesforce knows."""
        for name, ref in self.companies.items():
            self.add(self.salesforce, "Account", ref, {"Name": name})

    def buyer(self, end: str, *, company: bool = True) -> tuple[str, Record]:
        """Pick a contact of one end that is nobody's double, with or without a company."""
        known = [
            (ref, person)
            for ref, person in self.parties[end]
            if ref.startswith("contact-") and (person["company"] is not None) is company
        ]
        return self.random.choice(known)

    def goods(self, end: str) -> list[tuple[int, float]]:
        """Pick one to five products of one end, each with a price near its list price."""
        last = SHARED + SALESFORCE_ONLY
        numbers = range(1, last + 1) if end == "salesforce" else [*range(1, SHARED + 1), *range(last + 1, 30)]
        chosen = self.random.sample([number for number in numbers if number != SHARED + 2], self.random.randint(1, 5))
        decimals = 2 if end == "salesforce" else 4
        factor = self.random.choice((1, 1, 0.95, 1.1))
        return [(number, max(0.01, round(float(PRODUCTS[number - 1][4]) * factor, decimals))) for number in chosen]


def reference(name: str) -> Record:
    """Return what stands for the id of the record of that name."""
    return {"ref": name}


def day(offset: int) -> str:
    """Return the date so many days after the sample's first."""
    return (date(2026, 1, 5) + timedelta(days=offset)).isoformat()
