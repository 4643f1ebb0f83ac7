"""The contacts that the benchmarks sync, made and edited through both ends' public APIs."""

from collections.abc import Iterator, Sequence
from contextlib import closing
from typing import Any

import httpx

from bench.case import Facts
from talk_assets.demo.ends import API, PlainCustomerp, PlainSalesforce

_BATCH = 500
_COLLECTION = 200
_CITIES = ("Oslo", "Malmö", "København", "Turku", "Gdańsk", "Kraków", "Graz", "Lyon", "Girona", "Porto")


def make(facts: Facts, count: int) -> None:
    """Create *count* contacts in Customerp."""
    records = [_record(number) for number in range(count)]
    operations = [{"op": "create", "resource": "contacts", "body": record} for record in records]
    with _customerp(facts) as client:
        for batch in _chunks(operations, _BATCH):
            _batch(client, batch, expected=201)


def edit_salesforce(facts: Facts, contacts: slice) -> None:
    """Edit the contacts at these places, in the order of their e-mail addresses, in Salesforce."""
    found = facts["salesforce"]
    with closing(PlainSalesforce(**{name: found[name] for name in ("url", "client_id", "client_secret")})) as client:
        chosen = client.query("SELECT Id FROM Contact ORDER BY Email")[contacts]
        for chunk in _chunks(chosen, _COLLECTION):
            records = [
                {"attributes": {"type": "Contact"}, "id": r["Id"], "Department": "Salesforce desk"} for r in chunk
            ]
            results = client.patch(f"{API}/composite/sobjects", {"records": records})
            if not all(result["success"] for result in results):
                raise RuntimeError("Salesforce refused an edit of the benchmark.")


def edit_customerp(facts: Facts, contacts: slice) -> None:
    """Edit the contacts at these places, in the order of their e-mail addresses, in Customerp."""
    with closing(PlainCustomerp(**facts["customerp"])) as plain:
        chosen = sorted(plain.all("contacts"), key=lambda r: str(r["email"]))[contacts]
    operations = [
        {
            "op": "update",
            "resource": "contacts",
            "id": r["id"],
            "ifMatch": int(r["version"]),
            "body": {"department": "Customerp desk"},
        }
        for r in chosen
    ]
    with _customerp(facts) as client:
        for batch in _chunks(operations, _BATCH):
            _batch(client, batch, expected=200)


def _record(number: int) -> dict[str, Any]:
    return {
        "honorific": ("mr", "ms", "dr")[number % 3],
        "givenName": f"Given{number % 97}",
        "familyName": f"Family{number:06d}",
        "jobTitle": ("Buyer", "Engineer", "Head of purchasing")[number % 3],
        "email": f"person{number:06d}@example.com",
        "phone": f"+47 22 {number % 90 + 10} {number // 90 % 90 + 10} {number % 80 + 10}",
        "birthDate": f"19{number % 40 + 60}-{number % 12 + 1:02d}-{number % 28 + 1:02d}",
        "companyName": f"Company {number % 50} AS",
        "address": {
            "lines": [f"{number % 200 + 1} Long Street", "Back yard"],
            "city": _CITIES[number % len(_CITIES)],
            "postalCode": f"{number % 9000 + 1000}",
            "countryCode": "NO",
        },
        "emailOptOut": number % 7 == 0,
        "notes": "Met at the fair; wants a quote for spare parts.",
    }


def _customerp(facts: Facts) -> httpx.Client:
    headers = {"Authorization": f"Bearer {facts['customerp']['api_key']}"}
    return httpx.Client(base_url=facts["customerp"]["url"], headers=headers, timeout=120, trust_env=False)


def _batch(client: httpx.Client, operations: Sequence[dict[str, Any]], *, expected: int) -> None:
    answer = client.post("/api/v1/batch", json={"operations": operations}).raise_for_status().json()
    refused = [result for result in answer["results"] if result["status"] != expected]
    if refused:
        raise RuntimeError(f"Customerp refused {len(refused)} records of the benchmark: {refused[0]}")


def _chunks(items: Sequence[Any], size: int) -> Iterator[Sequence[Any]]:
    return (items[start : start + size] for start in range(0, len(items), size))
