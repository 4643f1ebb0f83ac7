"""The AdventureWorks set as Customerp records, and its loading through Customerp's public API."""

import json
from collections.abc import Iterator, Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any

import httpx
import polars as pl

DATA = Path(__file__).resolve().parents[3] / "shared" / "data" / "adventureworks"
MISSING = "the AdventureWorks set is not beside this checkout (../shared/data/adventureworks)"

Record = dict[str, Any]
BATCH = 500
HONORIFICS = {"Mr.": "mr", "Ms.": "ms", "Mrs.": "mrs", "Ms": "ms", "Sr.": None, "Sra.": None}


def table(name: str) -> pl.DataFrame:
    return pl.read_parquet(DATA / f"{name}.parquet")


def contacts(limit: int | None = None) -> list[tuple[int, Record]]:
    """Contacts as Customerp takes them, with their AdventureWorks ids."""
    rows = table("contacts").sort("contact_id").head(limit or 10**9)
    return [(row["contact_id"], _contact(row)) for row in rows.iter_rows(named=True)]


def _contact(row: Record) -> Record:
    address = {
        "lines": [line for line in (row["street1"], row["street2"]) if line],
        "city": row["city"],
        "region": row["state"],
        "postalCode": row["postal_code"],
        "countryCode": row["country_code"],
    }
    record = {
        "honorific": HONORIFICS.get(row["title"]),
        "givenName": row["first_name"],
        "familyName": row["last_name"],
        "email": row["email"],
        "phone": row["phone"],
        "companyName": row["company"],
        "emailOptOut": row["email_promotion"] == 0,
        "address": {k: v for k, v in address.items() if v},
    }
    return {k: v for k, v in record.items() if v not in (None, {})}


def products() -> list[tuple[int, Record]]:
    return [(row["product_id"], _product(row)) for row in table("products").sort("product_id").iter_rows(named=True)]


def _product(row: Record) -> Record:
    record = {
        "number": row["product_number"],
        "name": row["name"],
        "description": row["description"],
        "category": row["category"],
        "status": "active" if row["sell_end"] is None else "discontinued",
        "listPrice": Decimal(row["list_price"]),
    }
    return {k: v for k, v in record.items() if v is not None}


def orders(contact_ids: dict[int, str], product_ids: dict[int, str], limit: int | None = None) -> list[Record]:
    """Orders with their lines, of the contacts given; confirmed, as every one was shipped."""
    lines: dict[int, list[Record]] = {}
    for row in table("order_lines").sort("order_id", "line_id").iter_rows(named=True):
        lines.setdefault(row["order_id"], []).append(
            {
                "productId": product_ids[row["product_id"]],
                "quantity": row["quantity"],
                "unitPrice": Decimal(row["unit_price"]),
            }
        )
    rows = table("orders").sort("order_id").filter(pl.col("contact_id").is_in(list(contact_ids))).head(limit or 10**9)
    return [
        _order(row, contact_ids[row["contact_id"]], lines.get(row["order_id"], []))
        for row in rows.iter_rows(named=True)
    ]


def _order(row: Record, contact: str, lines: list[Record]) -> Record:
    record = {
        "title": row["order_number"],
        # An order without lines cannot be activated in Salesforce, so it stays open.
        "status": "confirmed" if lines else "open",
        "contactId": contact,
        "orderDate": row["order_date"].date().isoformat(),
        "requestedDeliveryDate": row["due_date"].date().isoformat(),
        "purchaseOrderNumber": row["purchase_order_number"],
        "reference": row["order_number"],
        "billingAddress": _address(row, "bill"),
        "shippingAddress": _address(row, "ship"),
        "lines": lines,
    }
    return {k: v for k, v in record.items() if v not in (None, {})}


def _address(row: Record, kind: str) -> Record:
    address = {
        "lines": [line for line in (row[f"{kind}_street1"], row[f"{kind}_street2"]) if line],
        "city": row[f"{kind}_city"],
        "region": row[f"{kind}_state"],
        "postalCode": row[f"{kind}_postal_code"],
        "countryCode": row[f"{kind}_country_code"],
    }
    return {k: v for k, v in address.items() if v}


def create(client: httpx.Client, resource: str, records: Sequence[Record]) -> list[str]:
    """Create *records* by the batch endpoint; their ids, in order."""
    ids = []
    for start in range(0, len(records), BATCH):
        operations = [{"op": "create", "resource": resource, "body": r} for r in records[start : start + BATCH]]
        answer = client.post("/api/v1/batch", content=exact_json({"operations": operations}))
        answer.raise_for_status()
        for result in answer.json()["results"]:
            if result["status"] != 201:
                raise AssertionError(f"{resource}: {result}")
            ids.append(result["record"]["id"])
    return ids


def exact_json(value: Any) -> str:
    """JSON with decimals as numbers of exactly their digits."""
    marks: list[str] = []

    def mark(number: object) -> str:
        if not isinstance(number, Decimal):
            raise TypeError(type(number))
        marks.append(format(number, "f"))
        return f"\x00{len(marks) - 1}\x00"

    text = json.dumps(value, default=mark)
    parts = text.split('"\\u0000')
    return parts[0] + "".join(_filled(part, marks) for part in parts[1:])


def _filled(part: str, marks: Sequence[str]) -> str:
    index, rest = part.split('\\u0000"', 1)
    return marks[int(index)] + rest


def load(
    url: str, api_key: str, *, contact_limit: int | None = None, order_limit: int | None = None
) -> dict[str, list[str]]:
    """Load the set (or its first contacts and their first orders) into a Customerp; ids by resource."""
    with httpx.Client(base_url=url, headers=_headers(api_key), timeout=120) as client:
        people = contacts(contact_limit)
        goods = products()
        people_ids = create(client, "contacts", [record for _, record in people])
        goods_ids = create(client, "products", [record for _, record in goods])
        contact_ids = {key: made for (key, _), made in zip(people, people_ids, strict=True)}
        product_ids = {key: made for (key, _), made in zip(goods, goods_ids, strict=True)}
        order_ids = create(client, "orders", orders(contact_ids, product_ids, order_limit))
    return {"contacts": people_ids, "products": goods_ids, "orders": order_ids}


def read_all(client: httpx.Client, resource: str) -> Iterator[Record]:
    """Every live record of a Customerp resource, numbers as exact decimals."""
    cursor = None
    while True:
        answer = client.get(f"/api/v1/{resource}", params={"limit": 1000} | ({"cursor": cursor} if cursor else {}))
        answer.raise_for_status()
        page = json.loads(answer.text, parse_float=Decimal, parse_int=Decimal)
        yield from page["items"]
        cursor = page["next"]
        if cursor is None:
            return


def _headers(api_key: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {api_key}", "Content-Type": "application/json"}
