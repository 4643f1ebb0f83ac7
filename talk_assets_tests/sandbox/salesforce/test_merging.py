# ruff: noqa: S608 - SOQL over HTTP, made of this test's own ids

import pytest


def merge(org, master, *losers):
    answer = org.call("POST", "sandbox/merge", {"masterId": master, "loserIds": list(losers)})
    assert answer.status_code == 204, answer.text


def bin_of(org, name):
    rows = org.query(f"SELECT Id, IsDeleted, MasterRecordId, SystemModstamp FROM {name}", bin_too=True)
    return {row["Id"]: (row["IsDeleted"], row["MasterRecordId"], row["SystemModstamp"][11:19]) for row in rows}


def test_merged_contact_names_its_master_and_both_move(org, clock):
    """The loser is in the bin only, and says which record stayed; the one that stayed keeps its values."""
    kept, lost = org.create("Contact", LastName="Berg"), org.create("Contact", LastName="Berk", Title="Buyer")
    clock.move(seconds=60)
    merge(org, kept, lost)

    assert bin_of(org, "Contact") == {kept: (False, None, "09:31:15"), lost: (True, kept, "09:31:15")}
    assert org.read("Contact", kept)["Title"] is None


def test_what_refers_to_the_merged_contact_refers_to_its_master(org, shop, clock):
    """Orders, quotes and reports go along, stamped anew; even those that would keep it from being deleted."""
    kept = org.create("Contact", LastName="Keller")
    order, quote = shop.order(BillToContactId=shop.contact), shop.quote(ContactId=shop.contact)
    report = org.create("Contact", LastName="Report", ReportsToId=shop.contact)
    clock.move(seconds=5)
    merge(org, kept, shop.contact)

    assert org.read("Order", order)["BillToContactId"] == kept
    assert org.read("Contact", report)["ReportsToId"] == kept
    assert org.read("Quote", quote)["SystemModstamp"] == "2026-03-14T09:30:20.000+0000"


def test_merged_account_hands_over_all_it_has(org, shop):
    """Contacts and documents of a merged account live on with the one that stays."""
    kept = org.create("Account", Name="Acme Ltd")
    order, quote = shop.order(), shop.quote()
    merge(org, kept, shop.account)

    assert {org.read("Contact", shop.contact)["AccountId"], org.read("Order", order)["AccountId"]} == {kept}
    assert [row["Account"]["Name"] for row in org.query(f"SELECT Account.Name FROM Quote WHERE Id = '{quote}'")] == [
        "Acme Ltd"
    ]


def test_a_reference_between_merged_contacts_is_emptied(org):
    """Nobody reports to himself."""
    boss = org.create("Contact", LastName="A")
    kept = org.create("Contact", LastName="B", ReportsToId=boss)
    merge(org, kept, boss)

    assert org.read("Contact", kept)["ReportsToId"] is None


def test_undelete_of_a_merged_contact_forgets_its_master(org):
    """It is a record of its own again."""
    kept, lost = org.create("Contact", LastName="A"), org.create("Contact", LastName="B")
    merge(org, kept, lost)
    org.call("POST", f"sandbox/undelete/{lost}", {})

    assert org.read("Contact", lost)["MasterRecordId"] is None


@pytest.mark.parametrize("losers", [[], ["self"], ["gone"], ["a", "b", "c"]])
def test_a_merge_that_cannot_be_is_refused(org, losers):
    """Without losers, with itself, with a deleted record or with more than two, nothing happens."""
    ids = {name: org.create("Contact", LastName=name) for name in ("self", "gone", "a", "b", "c")}
    org.call("DELETE", f"sobjects/Contact/{ids['gone']}")
    answer = org.call("POST", "sandbox/merge", {"masterId": ids["self"], "loserIds": [ids[name] for name in losers]})

    assert answer.status_code in {400, 404}
    assert len(org.query("SELECT Id FROM Contact")) == 4


def test_products_cannot_be_merged(org, shop):
    """Salesforce merges accounts and contacts only."""
    other = org.create("Product2", Name="Stool")

    assert org.refused("POST", "sandbox/merge", {"masterId": shop.product, "loserIds": [other]})[:2] == (
        400,
        "INVALID_OPERATION",
    )
