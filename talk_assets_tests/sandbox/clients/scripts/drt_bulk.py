"""Try drt's salesforce_bulk destination, as it comes from its authors, against the embedded Salesforce.

Needs a Python that has the package drt-core, so it is no part of the suite:

    python drt_bulk.py PYTHON_WITH_DRT

Exit code 0 if all cases held.
"""

import json
import os
import subprocess
import sys

import httpx

from talk_assets.sandbox.server import sandbox

PROGRAM = """
import json, sys
from drt.config.models import SalesforceBulkDestinationConfig, SyncOptions
from drt.destinations.salesforce_bulk import SalesforceBulkDestination

given = ("instance_url", "client_id", "client_secret", "username", "password")
names = {f"{name}_env": f"SF_{name.upper()}" for name in given}
config = SalesforceBulkDestinationConfig(
    type="salesforce_bulk", object_name="Contact", operation="upsert", external_id_field="ERP_External_Id__c", **names
)
rows = [{"ERP_External_Id__c": "D1", "LastName": "Ash"}, {"ERP_External_Id__c": "D2", "Email": "no@name.example"}]
destination = SalesforceBulkDestination()
destination.stage(rows, config, SyncOptions())
done = destination.finalize(config, SyncOptions())
print(json.dumps({"success": done.success, "failed": done.failed, "errors": [str(e) for e in done.row_errors]}))
"""


def main(python: str) -> int:
    """Run the one case; 0 if it held."""
    with sandbox() as systems:
        facts = systems.salesforce
        given = {"INSTANCE_URL": facts.url, "CLIENT_ID": facts.client_id, "CLIENT_SECRET": facts.client_secret}
        given |= {"USERNAME": facts.username, "PASSWORD": facts.password}
        environment = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
        environment |= {f"SF_{name}": value for name, value in given.items()}
        done = subprocess.run(
            [python, "-c", PROGRAM], env=environment, capture_output=True, text=True, timeout=120, check=False
        )
        grant = {"grant_type": "client_credentials", "client_id": facts.client_id, "client_secret": facts.client_secret}
        token = httpx.post(f"{facts.url}/services/oauth2/token", data=grant).json()["access_token"]
        kept = httpx.get(
            f"{facts.url}/services/data/v58.0/query",
            params={"q": "SELECT LastName FROM Contact"},
            headers={"Authorization": f"Bearer {token}"},
        ).json()["records"]
    told = json.loads(done.stdout) if done.returncode == 0 else {"stderr": done.stderr[-800:]}
    held = (told.get("success"), told.get("failed"), [row["LastName"] for row in kept]) == (1, 1, ["Ash"])
    sys.stdout.write(f"{'held  ' if held else 'FAILED'} upsert of one good and one bad row: {told}\n")
    return int(not held)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
