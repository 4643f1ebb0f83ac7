"""The least that reading both ends takes: fetch, decode and store, with nothing looked at."""

import asyncio
from collections.abc import Iterable
from typing import Any

import duckdb
import httpx
import msgspec
import polars as pl

from bench.case import Context, tell
from bench.neutral import people

_QUERY = "/services/data/v62.0/queryAll"
_AT_ONCE = 8


def _struct(name: str, facts: dict[str, Any]) -> type[msgspec.Struct]:
    """Records with the properties of an example; one that is an object stays as it came."""
    kinds = {key: (bool if isinstance(value, bool) else msgspec.Raw if isinstance(value, dict) else str | None)
             for key, value in facts.items()}  # fmt: skip
    return msgspec.defstruct(name, list(kinds.items()))


_CONTACT: Any = _struct("Contact", {"Id": "", "IsDeleted": False, "SystemModstamp": ""} | people.in_salesforce(0, ""))
_RECORD: Any = _struct("Record", {"id": "", "updatedAt": "", "externalKey": None} | people.in_customerp(0))
_PAGE = msgspec.json.Decoder(
    msgspec.defstruct("Page", [("records", list[_CONTACT]), ("totalSize", int), ("nextRecordsUrl", str | None, None)])
)
_LIST = msgspec.json.Decoder(msgspec.defstruct("List", [("items", list[_RECORD]), ("next", str | None)]))


def _store(db: duckdb.DuckDBPyConnection, table: str, rows: Iterable[Any]) -> None:
    found = list(rows)
    names = type(found[0]).__struct_fields__
    columns = {name: [getattr(row, name) for row in found] for name in names}
    for name, values in columns.items():
        if isinstance(values[0], msgspec.Raw):
            columns[name] = [bytes(value).decode() for value in values]
    frame = pl.DataFrame(columns)  # noqa: F841 - DuckDB finds it by name
    db.execute(f"CREATE TABLE IF NOT EXISTS {table} AS SELECT * FROM frame LIMIT 0")
    db.execute(f"INSERT INTO {table} SELECT * FROM frame")


async def _salesforce(url: str, db: duckdb.DuckDBPyConnection, client: httpx.AsyncClient) -> int:
    names = list(_CONTACT.__struct_fields__)
    soql = f"SELECT {', '.join(names)} FROM Contact"
    first: Any = _PAGE.decode((await client.get(url + _QUERY, params={"q": soql})).content)
    _store(db, "salesforce", first.records)
    locator = (first.nextRecordsUrl or "").rpartition("-")[0]
    places = range(2000, first.totalSize, 2000)
    for start in range(0, len(places), _AT_ONCE):
        asked = [client.get(f"{url}{locator}-{place}") for place in places[start : start + _AT_ONCE]]
        pages: list[Any] = [_PAGE.decode(answer.content) for answer in await asyncio.gather(*asked)]
        _store(db, "salesforce", (row for page in pages for row in page.records))
    return int(first.totalSize)


async def _customerp(url: str, db: duckdb.DuckDBPyConnection, client: httpx.AsyncClient) -> int:
    cursor: dict[str, str] = {}
    read = 0
    while True:
        answer = await client.get(f"{url}/api/v1/contacts", params={"limit": "1000", **cursor})
        page: Any = _LIST.decode(answer.content)
        _store(db, "customerp", page.items)
        read += len(page.items)
        if page.next is None:
            return read
        cursor = {"cursor": page.next}


async def _both(context: Context) -> None:
    facts = context.facts
    context.folder.joinpath("limit.duckdb").unlink(missing_ok=True)
    async with httpx.AsyncClient(headers={"Accept-Encoding": "gzip"}, timeout=60, trust_env=False) as client:
        db = duckdb.connect(str(context.folder / "limit.duckdb"))
        reads = _salesforce(facts["salesforce"]["url"], db, client), _customerp(facts["customerp"]["url"], db, client)
        tell(records=sum(await asyncio.gather(*reads)))
        db.close()


asyncio.run(_both(Context.of_environment()))
