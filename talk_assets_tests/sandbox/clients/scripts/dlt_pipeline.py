"""A dlt pipeline from Salesforce to a DuckDB file, in the way of dlt's own Salesforce source.

As there: every described field but the compound ones, the first Bulk API's query_all page by page (or plain queries
where an org has no Bulk API), dates and times brought to one form, objects replaced whole or merged by what was
edited since. Run by `dlt_source.py`, with what it needs in the environment; prints the rows each object brought.
"""

import json
import os
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import dlt
from simple_salesforce import Salesforce
from simple_salesforce.exceptions import SalesforceMalformedRequest

MERGED = {"Account": "LastModifiedDate", "Order": "SystemModstamp"}
REPLACED = ("Contact", "Product2")
BROUGHT: dict[str, int] = {}
FIELDS: dict[str, list[str]] = {}


def read(sf: Salesforce, name: str, key: str | None, since: str | None, *, plain: bool) -> Iterator[list[dict]]:
    """The records of an object, those edited after *since* alone, in pages."""
    fields = getattr(sf, name).describe()["fields"]
    compounds = {field["compoundFieldName"] for field in fields} - {None, "Name"}
    moments = {field["name"] for field in fields if field["type"] == "datetime"}
    FIELDS[name] = [field["name"] for field in fields if field["name"] not in compounds]
    where = f" WHERE {key} > {since}" if key and since else ""
    order = f" ORDER BY {key} ASC" if key else ""
    query = f"SELECT {', '.join(FIELDS[name])} FROM {name}{where}{order}"  # noqa: S608 - names that the org describes
    for page in plain_pages(sf, query) if plain else bulk_pages(sf, name, query):
        BROUGHT[name] = BROUGHT.get(name, 0) + len(page)
        yield [told(record, moments) for record in page]


def bulk_pages(sf: Salesforce, name: str, query: str) -> Iterator[list[dict]]:
    """Pages of the first Bulk API; plain ones if the org has it not."""
    try:
        yield from getattr(sf.bulk, name).query_all(query, lazy_operation=True)
    except SalesforceMalformedRequest as refusal:
        if "FeatureNotEnabled" not in str(refusal):
            raise
        yield from plain_pages(sf, query)


def plain_pages(sf: Salesforce, query: str) -> Iterator[list[dict]]:
    """Pages of 200 of a plain query that sees the deleted too."""
    found = sf.query(query, include_deleted=True, headers={"Sforce-Query-Options": "batchSize=200"})
    while True:
        yield found["records"]
        if found["done"]:
            return
        found = sf.query_more(found["nextRecordsUrl"], identifier_is_url=True, include_deleted=True)


def told(record: dict[str, Any], moments: set[str]) -> dict[str, Any]:
    """A record without its attributes, its moments as ISO text: milliseconds in a batch, text in a query."""
    kept = {name: value for name, value in record.items() if name != "attributes"}
    for name in moments & kept.keys():
        if (value := kept[name]) is not None:
            moment = (
                datetime.fromtimestamp(value / 1000, UTC) if isinstance(value, int) else datetime.fromisoformat(value)
            )
            kept[name] = moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
    return kept


@dlt.source(name="salesforce")
def salesforce(sf: Salesforce, *, plain: bool) -> list[Any]:
    """A resource for each object."""

    def whole(name: str) -> Any:
        return dlt.resource(lambda: read(sf, name, None, None, plain=plain), name=name, write_disposition="replace")

    def merged(name: str, key: str) -> Any:
        def edited(since: Any = dlt.sources.incremental(key, initial_value=None)) -> Iterator[list[dict]]:  # noqa: B008
            yield from read(sf, name, key, since.last_value, plain=plain)

        return dlt.resource(edited, name=name, write_disposition="merge", primary_key="Id")

    return [*(whole(name) for name in REPLACED), *(merged(name, key) for name, key in MERGED.items())]


def kept(client: Any, schema: Any, name: str) -> list[dict[str, Any]]:
    """What the file has of an object, by the names that Salesforce has; what was never given a value is not there."""
    with client.execute_query(f'SELECT * FROM "{schema.naming.normalize_table_identifier(name)}"') as cursor:  # noqa: S608
        titles = [column[0] for column in cursor.description]
        rows = [dict(zip(titles, row, strict=True)) for row in cursor.fetchall()]
    named = {field: schema.naming.normalize_identifier(field) for field in FIELDS[name]}
    return [{field: row.get(title) for field, title in named.items()} for row in rows]


def main() -> None:
    sf = Salesforce(instance_url=os.environ["SF_URL"], session_id=os.environ["SF_SESSION"])
    pipeline = dlt.pipeline(
        "salesforce",
        destination=dlt.destinations.duckdb(os.environ["SF_FILE"]),
        dataset_name="crm",
        pipelines_dir=os.environ["SF_STATE"],
    )
    done = pipeline.run(salesforce(sf, plain=os.environ.get("SF_PLAIN") == "1"))
    done.raise_on_failed_jobs()
    with pipeline.sql_client() as client:
        tables = {name: kept(client, pipeline.default_schema, name) for name in FIELDS}
    sys.stdout.write(json.dumps({"dlt": dlt.__version__, "brought": BROUGHT, "tables": tables}, default=str))


if __name__ == "__main__":
    main()
