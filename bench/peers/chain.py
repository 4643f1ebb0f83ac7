"""A whole cycle as it can be put together: dlt reads what changed at both ends, SQL compares, drt writes.

Contacts are joined by their e-mail addresses; each end's values are compared with those both had last, and what
differs is written to the other end, whole. Nothing tells which of two edits came later, which rows were refused, or
which of the changes read are one's own.
"""

import json
import os
from pathlib import Path
from typing import Any

import dlt
import duckdb
import httpx
from dlt.sources.rest_api import rest_api_source

from bench.measure import measured
from bench.peers.pushed import to_customerp, to_salesforce

FIELDS = (
    "Id, IsDeleted, SystemModstamp, ERP_External_Id__c, Salutation, FirstName, LastName, Title, Department, Email, "
    "Phone, MobilePhone, HomePhone, Birthdate, MailingStreet, MailingCity, MailingState, MailingPostalCode, "
    "MailingCountry, AccountId, HasOptedOutOfEmail, Description, MasterRecordId"
)
# What both ends write alike, by column: the field, and its column as dlt names it; the property, and its column.
COMPARED = {
    "given": ("FirstName", "first_name", "givenName", "given_name"),
    "family": ("LastName", "last_name", "familyName", "family_name"),
    "title": ("Title", "title", "jobTitle", "job_title"),
    "department": ("Department", "department", "department", "department"),
    "email": ("Email", "email", "email", "email"),
    "phone": ("Phone", "phone", "phone", "phone"),
    "notes": ("Description", "description", "notes", "notes"),
}
SALESFORCE_NAMES = {column: names[0] for column, names in COMPARED.items()}
CUSTOMERP_NAMES = {column: names[2] for column, names in COMPARED.items()}
LIST = ", ".join(COMPARED)
NOW = ", ".join(f"now.{column}" for column in COMPARED)
DIFFERS = " OR ".join(f"now.{column} IS DISTINCT FROM snapshot.{column}" for column in COMPARED)

given = json.loads(os.environ["BENCH"])
FACTS, FOLDER = given["facts"], Path(given["folder"])
STORE = FOLDER / "chain.duckdb"


def extract() -> None:
    """Bring what changed at both ends into tables, merged by id."""
    pipeline = dlt.pipeline(
        "chain", destination=dlt.destinations.duckdb(str(STORE)), dataset_name="ends", pipelines_dir=f"{FOLDER}/chain"
    )
    query = f"SELECT {FIELDS} FROM Contact WHERE SystemModstamp >= {{incremental.start_value}}"
    salesforce = {
        "path": "/services/data/v62.0/queryAll",
        "params": {"q": query},
        "incremental": {"cursor_path": "SystemModstamp", "initial_value": "1970-01-01T00:00:00.000+0000"},
        "data_selector": "records",
        "paginator": {"type": "json_link", "next_url_path": "nextRecordsUrl"},
    }
    customerp = {
        "path": "/api/v1/contacts",
        "params": {"limit": "1000", "updatedSince": "{incremental.start_value}"},
        "incremental": {"cursor_path": "updatedAt", "initial_value": "1970-01-01T00:00:00Z"},
        "data_selector": "items",
        "paginator": {"type": "cursor", "cursor_path": "next", "cursor_param": "cursor"},
    }
    for name, endpoint, key in (("salesforce", salesforce, "Id"), ("customerp", customerp, "id")):
        resource: dict[str, Any] = {"name": name, "endpoint": endpoint, "primary_key": key}
        resource |= {"write_disposition": "merge", "max_table_nesting": 0}
        # It has no value at first, so dlt is told its type.
        resource["columns"] = {"department": {"data_type": "text"}}
        source = rest_api_source({"client": {"base_url": FACTS[name]["url"]}, "resources": [resource]})
        pipeline.run(source, loader_file_format="parquet")


def compare() -> None:
    """Leave what is to be written in two tables."""
    theirs = ", ".join(f"s.{names[1]} AS {column}" for column, names in COMPARED.items())
    ours = ", ".join(f"c.{names[3]} AS {column}" for column, names in COMPARED.items())
    with duckdb.connect(str(STORE)) as db:
        db.execute(
            f"""CREATE TABLE IF NOT EXISTS snapshot AS SELECT s.id AS salesforce_id, c.id AS customerp_id, {theirs}
                FROM ends.salesforce s JOIN ends.customerp c ON lower(s.email) = lower(c.email)"""
        )
        for table, end, columns in (("to_customerp", "salesforce s", theirs), ("to_salesforce", "customerp c", ours)):
            key = f"{end[:-2]}_id"
            db.execute(
                f"""CREATE OR REPLACE TABLE {table} AS
                    SELECT snapshot.salesforce_id, snapshot.customerp_id, {NOW}
                    FROM (SELECT {end[-1]}.id, {columns} FROM ends.{end}) now JOIN snapshot ON snapshot.{key} = now.id
                    WHERE {DIFFERS}"""
            )


def advance() -> None:
    """Remember what was written as what both ends have."""
    with duckdb.connect(str(STORE)) as db:
        for table in ("to_customerp", "to_salesforce"):
            db.execute(f"DELETE FROM snapshot USING {table} t WHERE snapshot.salesforce_id = t.salesforce_id")
            db.execute(f"INSERT INTO snapshot SELECT salesforce_id, customerp_id, {LIST} FROM {table}")


def cycle() -> int:
    """One cycle; how many records were written."""
    extract()
    compare()
    written = to_customerp(FACTS, STORE, "to_customerp", CUSTOMERP_NAMES)
    written += to_salesforce(FACTS, STORE, "to_salesforce", SALESFORCE_NAMES)
    advance()
    return written


def main(edits: int = 0) -> None:
    """Run a cycle to have nothing left to do, let people edit, and tell what the next one took."""
    for _ in range(2):
        cycle()
    for place, end in enumerate(FACTS.values() if edits else ()):
        asked = {"count": str(edits), "first": str(place * edits)}
        httpx.post(f"{end['url']}/bench/change", params=asked, trust_env=False, timeout=60).raise_for_status()
    for end in FACTS.values():
        httpx.delete(f"{end['url']}/bench/counts", trust_env=False)
    with measured() as reading:
        updated = cycle()
    assert updated == 2 * edits, updated  # noqa: S101 - it must have done the work
    print(json.dumps({"cycle_cpu": reading.cpu, "cycle_wall": reading.seconds, "updated": updated}))


if __name__ == "__main__":
    main()
