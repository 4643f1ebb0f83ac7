import pytest

from talk_assets.sandbox.salesforce import SalesforceSettings


def entry_body(shop, book, **changes):
    return {"Pricebook2Id": book, "Product2Id": shop.product, "UnitPrice": 20, "IsActive": True} | changes


def test_standard_book_is_the_only_one_and_is_not_made(org):
    """A custom book is never standard."""
    custom = org.create("Pricebook2", Name="Custom")

    assert org.read("Pricebook2", custom)["IsStandard"] is False
    assert (
        org.refused("POST", "sobjects/Pricebook2", {"Name": "B", "IsStandard": True})[1]
        == "INVALID_FIELD_FOR_INSERT_UPDATE"
    )


def test_custom_price_comes_after_the_standard_price(org, shop):
    """A product without a standard price has no other."""
    custom = org.create("Pricebook2", Name="Custom", IsActive=True)
    fresh = org.create("Product2", Name="New")
    refusal = org.refused("POST", "sobjects/PricebookEntry", entry_body(shop, custom, Product2Id=fresh))

    assert refusal == (400, "STANDARD_PRICE_NOT_DEFINED", "Before creating a custom price, create a standard price.")
    assert org.create("PricebookEntry", **entry_body(shop, custom))


def test_second_entry_for_a_product_is_refused_even_if_the_first_is_inactive(org, shop):
    """The first one is to be reactivated."""
    org.change("PricebookEntry", shop.entry, IsActive=False)
    refusal = org.refused("POST", "sobjects/PricebookEntry", entry_body(shop, shop.book))

    assert refusal == (400, "FIELD_INTEGRITY_EXCEPTION", "This price definition already exists in this price book")
    org.change("PricebookEntry", shop.entry, IsActive=True)


def test_price_is_always_required_and_follows_the_standard_when_told(org, shop):
    """UseStandardPrice wants the same price, and keeps it the same."""
    custom = org.create("Pricebook2", Name="Custom", IsActive=True)
    without = entry_body(shop, custom)
    del without["UnitPrice"]

    assert org.refused("POST", "sobjects/PricebookEntry", without)[1] == "REQUIRED_FIELD_MISSING"
    wrong = entry_body(shop, custom, UnitPrice=19, UseStandardPrice=True)
    assert org.refused("POST", "sobjects/PricebookEntry", wrong)[1] == "FIELD_INTEGRITY_EXCEPTION"
    follower = org.create("PricebookEntry", **entry_body(shop, custom, UseStandardPrice=True))
    org.change("PricebookEntry", shop.entry, UnitPrice=25)
    assert org.read("PricebookEntry", follower)["UnitPrice"] == 25.0


def test_entry_carries_name_and_code_of_its_product(org, shop):
    """Also after the product was renamed; book and product never change."""
    org.change("Product2", shop.product, Name="Stool", ProductCode="ST-1")
    row = org.read("PricebookEntry", shop.entry)

    assert (row["Name"], row["ProductCode"]) == ("Stool", "ST-1")
    body = {"Product2Id": shop.product}
    assert org.refused("PATCH", f"sobjects/PricebookEntry/{shop.entry}", body)[1] == "INVALID_FIELD_FOR_INSERT_UPDATE"


class TestOrgWithAnInactiveBook:
    @pytest.fixture
    def settings(self):
        return SalesforceSettings(standard_price_book_active=False)

    def test_documents_cannot_use_it_until_it_is_activated(self, org):
        """A fresh developer org has it that way."""
        (book,) = org.query("SELECT Id, IsActive FROM Pricebook2")
        account = org.create("Account", Name="A")
        body = {"AccountId": account, "EffectiveDate": "2026-01-01", "Status": "Draft", "Pricebook2Id": book["Id"]}

        assert book["IsActive"] is False
        assert org.refused("POST", "sobjects/Order", body)[1] == "FIELD_INTEGRITY_EXCEPTION"
        org.change("Pricebook2", book["Id"], IsActive=True)
        assert org.create("Order", **body)
