"""drt's rest_api destination in batches, from a DuckDB table; its own limit of calls a second lifted.

It takes every answer in the 2xx for success, and sends to one address only: no outcome of each record, no record of
an address of its own.
"""

from collections.abc import Mapping
from pathlib import Path

from drt.config.credentials import DuckDBProfile
from drt.config.models import SyncConfig
from drt.destinations.rest_api import RestApiDestination
from drt.engine.sync import run_sync
from drt.sources.duckdb import DuckDBSource

Names = Mapping[str, str]


def to_salesforce(facts: Mapping[str, Mapping[str, str]], store: Path, table: str, names: Names) -> int:
    """Write the rows of *table* to contacts; *names* are fields by column."""
    record = _values({"id": "salesforce_id"} | {field: column for column, field in names.items()})
    return _pushed(
        f"{facts['salesforce']['url']}/services/data/v62.0/composite/sobjects",
        store,
        table,
        method="PATCH",
        template='{"allOrNone": false, "records": ['
        + _each('{"attributes": {"type": "Contact"}, ' + record + "}")
        + "]}",
        size=200,
    )


def to_customerp(facts: Mapping[str, Mapping[str, str]], store: Path, table: str, names: Names) -> int:
    """Write the rows of *table* to contacts; *names* are properties by column."""
    body = _values({name: column for column, name in names.items()})
    operation = (
        '{"op": "update", "resource": "contacts", "id": {{ row.customerp_id | tojson }}, "body": {' + body + "}}"
    )
    return _pushed(
        f"{facts['customerp']['url']}/api/v1/batch",
        store,
        table,
        method="POST",
        template='{"operations": [' + _each(operation) + "]}",
        size=500,
    )


def _values(columns: Names) -> str:
    return ", ".join(f'"{name}": {{{{ row.{column} | tojson }}}}' for name, column in columns.items())


def _each(record: str) -> str:
    return "{% for row in rows %}" + record + "{% if not loop.last %}, {% endif %}{% endfor %}"


def _pushed(url: str, store: Path, table: str, *, method: str, template: str, size: int) -> int:
    sync = SyncConfig.model_validate(
        {
            "name": table,
            "model": f"SELECT * FROM {table}",
            "destination": {
                "type": "rest_api",
                "url": url,
                "method": method,
                "headers": {"Content-Type": "application/json"},
                "body_mode": "batch",
                "batch_template": template,
            },
            "sync": {"batch_size": size, "rate_limit": {"requests_per_second": 1e9}},
        }
    )
    profile = DuckDBProfile(type="duckdb", database=str(store))
    return run_sync(sync, DuckDBSource(), RestApiDestination(), profile, store.parent).success
