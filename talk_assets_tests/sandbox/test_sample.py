"""The sample: written by its script, taken whole by both systems, and as varied as it should be."""

import subprocess
import sys
from collections import Counter
from contextlib import closing
from dataclasses import asdict
from pathlib import Path

import httpx
import pytest

from talk_assets.demo.ends import PlainSalesforce
from talk_assets.sandbox.sample import SampleError, load_customerp, load_sample, read
from talk_assets.sandbox.server import sandbox

FOLDER = Path(__file__).parents[2] / "data" / "sample"


def named(end, resource):
    """Return the fields of one resource of the sample by the names of the records."""
    return {item["ref"]: item["fields"] for item in read(end)["records"] if item["resource"] == resource}


def email(fields):
    return (fields.get("Email") or fields.get("email") or "").lower()


@pytest.mark.parametrize("end", ["salesforce", "customerp"])
def test_the_files_are_what_the_script_writes(tmp_path, end):
    """Running the script again gives the tracked files, byte for byte."""
    subprocess.run([sys.executable, FOLDER / "generate.py", tmp_path], check=True)

    assert (tmp_path / f"{end}.json").read_bytes() == (FOLDER / f"{end}.json").read_bytes()


def test_both_systems_take_all_of_it():
    """Every record of the files is there, and the updates were made."""
    with sandbox() as systems:
        salesforce_ids, customerp_ids = load_sample(asdict(systems.salesforce), asdict(systems.customerp))
        headers = {"Authorization": f"Bearer {systems.customerp.api_key}"}
        listed = {
            resource: httpx.get(
                f"{systems.customerp.url}/api/v1/{resource}", params={"limit": 1000}, headers=headers
            ).json()["items"]
            for resource in ("contacts", "products", "quotes", "orders")
        }

    expected = Counter(item["resource"] for item in read("customerp")["records"])
    assert {resource: len(items) for resource, items in listed.items()} == expected
    assert len(customerp_ids) == expected.total()
    assert len(salesforce_ids) == len(read("salesforce")["records"]) + 1
    assert all(quote["lines"] for quote in listed["quotes"])


LEFT_OUT = {
    "country-picklists": {"Contact.MailingCountry": 1, "Contact.MailingState": 26},
    "no-quotes": {"Quote": 12, "QuoteLineItem": 34},
    "no-orders": {"Order": 18, "OrderItem": 54},
    "required-fields": {"Contact.Region__c": 41, "Product2.Tax_Class__c": 21},
    "validation-rule": {},
    "duplicate-rule": {},
}
"""What an org of each shape does not hold of the sample as it is."""


@pytest.mark.parametrize("shape", LEFT_OUT)
def test_an_org_of_another_shape_holds_what_it_can_of_it(shape):
    """The rest is told by name and number, and the org's rules stand again."""
    expected = Counter(item["resource"] for item in read("salesforce")["records"])
    for name in LEFT_OUT[shape]:
        expected.pop(name, None)
    with sandbox(sample="small", org=shape) as systems:
        facts = asdict(systems.salesforce)
        person = PlainSalesforce(**{name: facts[name] for name in ("url", "client_id", "client_secret")})
        with closing(person):
            queries = {name: f"SELECT Id FROM {name}" for name in expected if name != "PricebookEntry"}  # noqa: S608
            held = {name: len(person.query(query)) for name, query in queries.items()}
        rules = httpx.get(f"{systems.salesforce.url}/sandbox/rules").json()

    told = {note.split()[0]: int(note.rpartition("(")[2].rstrip(")")) for note in systems.fitted}
    assert told == LEFT_OUT[shape]
    assert held == {name: count for name, count in expected.items() if name in held}
    assert bool(rules["validation_rules"] or rules["duplicate_rules"]) == shape.endswith("rule")


def test_some_of_everything_is_on_both_ends_and_on_one():
    """Contacts meet by email in any case, products by code; the rest is on one end only."""
    here, there = (
        {email(fields) for fields in named(end, resource).values()} - {""}
        for end, resource in (("salesforce", "Contact"), ("customerp", "contacts"))
    )
    codes = {fields.get("ProductCode") for fields in named("salesforce", "Product2").values()}
    numbers = {fields["number"] for fields in named("customerp", "products").values()}

    assert (len(here & there), len(codes & numbers)) == (21, 12)
    assert min(len(here - there), len(there - here)) >= 10
    assert (len(codes - numbers), len(numbers - codes)) == (9, 9)


def test_emails_differ_in_case_somewhere():
    """A link by email must not heed its case."""
    exact = {fields.get("Email") for fields in named("salesforce", "Contact").values()}
    there = {fields.get("email") for fields in named("customerp", "contacts").values()} - {None}

    assert {address for address in there if address not in exact and address.upper() in exact}


def test_exactly_one_set_of_contacts_is_ambiguous():
    """Two Salesforce contacts share an email with one in Customerp; no other email is shared in an end."""
    here = Counter(email(fields) for fields in named("salesforce", "Contact").values() if email(fields))
    there = Counter(email(fields) for fields in named("customerp", "contacts").values() if email(fields))

    assert {address for address, count in here.items() if count > 1} == {"info@example.com"}
    assert there["info@example.com"] == 1
    assert max(there.values()) == 1


def test_names_are_unique_within_an_end():
    """Nobody but those meant to be can be mistaken for somebody else."""
    here = Counter((it.get("FirstName"), it["LastName"]) for it in named("salesforce", "Contact").values())
    there = Counter((it.get("givenName"), it["familyName"]) for it in named("customerp", "contacts").values())

    assert max(here.values()) == max(there.values()) == 1


def test_one_contact_does_not_fit_into_salesforce():
    """Its first name is longer than the 40 characters Salesforce holds."""
    too_long = [ref for ref, it in named("customerp", "contacts").items() if len(it.get("givenName") or "") > 40]

    assert too_long == ["invalid"]


def test_one_linked_contact_differs_in_one_property():
    """The first sync of that pair must decide between two job titles."""
    here, there = named("salesforce", "Contact"), named("customerp", "contacts")
    differing = [ref for ref in here.keys() & there.keys() if here[ref].get("Title") != there[ref].get("jobTitle")]

    assert differing == ["contact-1"]


def test_documents_are_born_on_both_ends():
    """About half of the quotes and orders come from each end, all of them with lines."""
    counts = {
        (end, resource): len(named(end, resource))
        for end, resource in (
            ("salesforce", "Quote"),
            ("customerp", "quotes"),
            ("salesforce", "Order"),
            ("customerp", "orders"),
        )
    }
    ordered = {fields["OrderId"]["ref"] for fields in named("salesforce", "OrderItem").values()}
    statuses = Counter(fields["status"] for fields in named("customerp", "orders").values())

    assert list(counts.values()) == [12, 13, 18, 22]
    assert ordered == set(named("salesforce", "Order"))
    assert all(fields["lines"] for fields in named("customerp", "orders").values())
    assert (statuses["confirmed"], statuses["cancelled"]) == (3, 1)
    assert {update["fields"]["Status"] for update in read("salesforce")["updates"]} == {"Accepted", "Activated"}


def test_a_private_person_ordered_something():
    """An order has a contact without a company, and no company of its own."""
    contacts = named("customerp", "contacts")
    private = [
        fields
        for fields in named("customerp", "orders").values()
        if "companyName" not in fields and "companyName" not in contacts[fields["contactId"]["ref"]]
    ]

    assert len(private) == 1


def test_a_system_that_is_not_empty_says_what_it_refused():
    """Loading over records that are there ends with the record and the reason."""
    broken = {"records": [{"ref": "nobody", "resource": "contacts", "fields": {"givenName": "No"}}]}
    with sandbox() as systems, pytest.raises(SampleError, match=r"did not take nobody .*familyName"):
        load_customerp(asdict(systems.customerp), broken)


def test_wrong_credentials_end_the_load():
    """A refused request is named with its status."""
    with sandbox() as systems, pytest.raises(SampleError, match="answered 401"):
        load_customerp({"url": systems.customerp.url, "api_key": "wrong"}, read("customerp"))
