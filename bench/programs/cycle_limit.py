"""The least that a cycle without changes takes: ask each end once, open and close a DuckDB file."""

import time
from datetime import UTC, datetime

import duckdb
import httpx

from bench.case import Context, tell
from bench.measure import measured

context = Context.of_environment()
org, tenant = (context.facts[name]["url"] for name in ("salesforce", "customerp"))
path = str(context.folder / "cycle_limit.duckdb")


def cycle(client: httpx.Client) -> None:
    """Ask what changed since now."""
    since = datetime.fromtimestamp(time.time() + 60, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    soql = f"SELECT Id, SystemModstamp FROM Contact WHERE SystemModstamp >= {since}"
    client.get(f"{org}/services/data/v62.0/queryAll", params={"q": soql}).raise_for_status().json()
    client.get(f"{tenant}/api/v1/changes", params={"since": "999999999", "limit": "1000"}).raise_for_status().json()
    with duckdb.connect(path) as db:
        db.execute("CREATE OR REPLACE TABLE read AS SELECT ? AS since", [since])


with httpx.Client(timeout=60, trust_env=False) as client:
    cycle(client)
    with measured() as reading:
        cycle(client)
tell(cycle_cpu=reading.cpu, cycle_wall=reading.seconds)
