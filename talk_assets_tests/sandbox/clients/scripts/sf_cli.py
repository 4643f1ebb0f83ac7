"""Try the Salesforce CLI, as it comes from Salesforce, against the embedded Salesforce, and print what held.

Needs a Node of at least 22 and the npm package @salesforce/cli, so it is no part of the suite:

    python sf_cli.py NODE SF_JS      e.g. node ./node_modules/@salesforce/cli/bin/run.js

Exit code 0 if all cases held.
"""

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

import httpx

from talk_assets.sandbox.server import sandbox

LIMIT = 180
TREE = {
    "records": [
        {
            "attributes": {"type": "Account", "referenceId": "a1"},
            "Name": "Tree Ltd",
            "Contacts": {
                "records": [{"attributes": {"type": "Contact", "referenceId": "c1"}, "LastName": "Leaf"}],
            },
        }
    ]
}


def main(node: str, program: str) -> int:
    """Run every case; the number that failed."""
    with sandbox(sample="small") as systems, tempfile.TemporaryDirectory() as home:
        facts = systems.salesforce
        grant = {"grant_type": "client_credentials", "client_id": facts.client_id, "client_secret": facts.client_secret}
        token = httpx.post(f"{facts.url}/services/oauth2/token", data=grant).json()["access_token"]
        environment = os.environ | {
            "HOME": home,
            "SF_ORG_INSTANCE_URL": facts.url,
            "SF_DISABLE_TELEMETRY": "true",
            "SF_AUTOUPDATE_DISABLE": "true",
            "SF_SKIP_NEW_VERSION_CHECK": "true",
            "SF_DISABLE_DNS_CHECK": "true",
            "SF_USE_GENERIC_UNIX_KEYCHAIN": "true",
        }
        tree = Path(home) / "tree.json"
        tree.write_text(json.dumps(TREE))

        def sf(*words: str) -> dict:
            done = subprocess.run(  # a program that the caller names
                [node, program, *words, "-o", token, "--json"],
                env=environment, capture_output=True, text=True, timeout=LIMIT, check=False,
            )  # fmt: skip
            try:
                return json.loads(done.stdout)
            except json.JSONDecodeError:
                return {"status": done.returncode, "message": (done.stdout + done.stderr)[-500:]}

        def query(soql: str) -> list:
            return sf("data", "query", "-q", soql).get("result", {}).get("records", [])

        contacts = query("SELECT Id, Name, Account.Name FROM Contact ORDER BY Name LIMIT 3")
        counted = query("SELECT COUNT(Id) FROM Contact")
        wrong = sf("data", "query", "-q", "SELECT Nope FROM Contact")
        made = sf("data", "import", "tree", "-f", str(tree))
        leaf = query("SELECT LastName, Account.Name FROM Contact WHERE LastName = 'Leaf'")
        created = sf("data", "create", "record", "-s", "Contact", "-v", "LastName=Made")
    cases = {
        "data query along a relation": len(contacts) == 3 and all("Name" in row for row in contacts),
        "data query of an aggregate": bool(counted),
        "data query of an unknown column is refused": wrong.get("status") != 0 and "Nope" in str(wrong.get("message")),
        "data import tree": made.get("status") == 0 and [row["Account"]["Name"] for row in leaf] == ["Tree Ltd"],
        "data create record": created.get("status") == 0,
    }
    told = {
        "data query along a relation": contacts,
        "data query of an aggregate": counted,
        "data query of an unknown column is refused": wrong,
        "data import tree": made,
        "data create record": created,
    }
    for name, held in cases.items():
        sys.stdout.write(f"{'held  ' if held else 'FAILED'} {name}\n")
        if not held:
            sys.stdout.write(f"       {str(told[name])[:600]}\n")
    return sum(not held for held in cases.values())


if __name__ == "__main__":
    sys.exit(min(main(*sys.argv[1:3]), 1))
