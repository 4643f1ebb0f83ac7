"""The rows that a new org has before anyone works in it."""

from __future__ import annotations

from .org import Org
from .schema import SObject
from .tables import Row
from .transaction import Transaction


def seed(org: Org) -> None:
    """Give an empty org its organization, two users and the standard price book; leave a used one alone."""
    with org.transaction() as tx:
        if tx.row("SELECT 1 FROM Organization"):
            return
        settings = org.settings
        locale: Row = {"LanguageLocaleKey": "en_US", "TimeZoneSidKey": "GMT"}
        _add(
            tx,
            tx.catalogue["Organization"],
            org.id,
            locale
            | {
                "Name": settings.organization_name,
                "InstanceName": "HP1",
                "IsSandbox": 0,
                "OrganizationType": "Developer Edition",
                "DefaultCurrencyIsoCode": (*settings.shape.currencies, settings.currency)[0],
            },
        )
        people = (
            ("Integration", "User", settings.username, "intuser"),
            ("Robin", "Keller", "robin@keller.example", "rkell"),
        )
        for first, last, username, alias in people:
            _add(
                tx,
                tx.catalogue["User"],
                org.next_id("005"),
                locale
                | {
                    "Username": username,
                    "FirstName": first,
                    "LastName": last,
                    "Name": f"{first} {last}",
                    "Email": username,
                    "Alias": alias,
                    "IsActive": 1,
                    "UserType": "Standard",
                    "LocaleSidKey": "en_US",
                },
            )
        for code in settings.shape.currencies:
            corporate = int(code == settings.shape.currencies[0])
            money: Row = {"IsoCode": code, "ConversionRate": 1_000_000, "DecimalPlaces": 2}
            money |= {"IsActive": 1, "IsCorporate": corporate}
            _add(tx, tx.catalogue["CurrencyType"], org.next_id("01L"), money)
        book: Row = {
            "Name": "Standard Price Book",
            "IsActive": int(settings.standard_price_book_active),
            "IsStandard": 1,
        }
        _add(tx, tx.catalogue["Pricebook2"], org.next_id("01s"), book)
        tx.written.clear()


def _add(tx: Transaction, sobject: SObject, record_id: str, values: Row) -> None:
    row = tx.tables[sobject.name].template | values
    row |= dict.fromkeys(("CreatedDate", "LastModifiedDate", "SystemModstamp"), tx.now)
    row |= {"Id": record_id, "CreatedById": tx.user_id, "LastModifiedById": tx.user_id}
    tx.insert(sobject, row)
