"""drt to both ends, from a DuckDB table."""

import json
import os
from pathlib import Path

from bench.peers.pushed import to_customerp, to_salesforce

given = json.loads(os.environ["BENCH"])
store = Path(given["folder"]) / "changed.duckdb"
applied = to_salesforce(given["facts"], store, "changed", {"title": "Title", "department": "Department"})
applied += to_customerp(given["facts"], store, "changed", {"title": "jobTitle", "department": "department"})
print(json.dumps({"applied": applied}))
