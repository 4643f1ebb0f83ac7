"""dlt with a hand-written resource that gives Arrow tables: the quickest that can be made of it."""

import json
import os
from collections.abc import Iterator

import dlt
import httpx
import pyarrow as pa

given = json.loads(os.environ["BENCH"])
facts, folder = given["facts"], given["folder"]
FIELDS = (
    "Id, IsDeleted, SystemModstamp, ERP_External_Id__c, Salutation, FirstName, LastName, Title, Department, Email, "
    "Phone, MobilePhone, HomePhone, Birthdate, MailingStreet, MailingCity, MailingState, MailingPostalCode, "
    "MailingCountry, AccountId, HasOptedOutOfEmail, Description, MasterRecordId"
)
ORG, TENANT = facts["salesforce"]["url"], facts["customerp"]["url"]
client = httpx.Client(trust_env=False, timeout=60, headers={"Accept-Encoding": "gzip"})
CONTACT = pa.schema(
    [(name, pa.bool_() if name in {"IsDeleted", "HasOptedOutOfEmail"} else pa.string()) for name in FIELDS.split(", ")]
)
KINDS = {"version": pa.int64(), "deleted": pa.bool_(), "emailOptOut": pa.bool_()}


@dlt.resource
def salesforce() -> Iterator[pa.Table]:
    """The org's contacts, page by page."""
    page = client.get(f"{ORG}/services/data/v62.0/queryAll", params={"q": f"SELECT {FIELDS} FROM Contact"}).json()
    while True:
        yield pa.Table.from_pylist(page["records"], schema=CONTACT)
        if "nextRecordsUrl" not in page:
            return
        page = client.get(ORG + page["nextRecordsUrl"]).json()


@dlt.resource
def customerp() -> Iterator[pa.Table]:
    """The tenant's contacts, page by page; the address goes into the table as JSON."""
    cursor: dict[str, str] = {}
    while True:
        page = client.get(f"{TENANT}/api/v1/contacts", params={"limit": "1000", **cursor}).json()
        items = [item | {"address": json.dumps(item["address"])} for item in page["items"]]
        yield pa.Table.from_pylist(items, schema=pa.schema([(n, KINDS.get(n, pa.string())) for n in items[0]]))
        if page["next"] is None:
            return
        cursor = {"cursor": page["next"]}


pipeline = dlt.pipeline(
    "arrow", destination=dlt.destinations.duckdb(f"{folder}/arrow.duckdb"), pipelines_dir=f"{folder}/dlt", dev_mode=True
)
pipeline.run([salesforce(), customerp()], loader_file_format="parquet")
print(json.dumps({"records": sum(pipeline.last_trace.last_normalize_info.row_counts.values())}))
