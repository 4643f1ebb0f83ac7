"""Try dlt, as it comes from its authors, reading the embedded Salesforce into a DuckDB file, and print what held.

Needs a Python that has dlt[duckdb] and simple-salesforce, so it is no part of the suite:

    python dlt_source.py PYTHON_WITH_DLT

Exit code 0 if all cases held.
"""

import json
import subprocess
import sys
import tempfile
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from secured import SecuredOrg, secured_org, tell, unless

PIPELINE = Path(__file__).with_name("dlt_pipeline.py")
NAMES = ("Account", "Contact", "Order", "Product2")
LIMIT = 180


def main(python: str) -> int:
    """Run every case; the number that failed."""
    cases: dict[str, object] = {}
    for way, plain in (("batches", False), ("plain queries", True)):
        with secured_org() as org, tempfile.TemporaryDirectory() as folder:

            def load(org: SecuredOrg = org, folder: str = folder, *, plain: bool = plain) -> dict[str, Any]:
                return run(python, org, Path(folder), plain=plain)

            cases |= {f"{way}: {name}": wrong for name, wrong in tried(org, load).items()}
    return tell(cases)


def tried(org: SecuredOrg, load: Any) -> dict[str, object]:
    """What is wrong with each case, nothing where it held."""
    first = load()
    cases = {f"{name} is loaded, each record and value": differences(org, name, first) for name in NAMES}

    accounts, orders, contacts = (sorted(org.rows(name)) for name in ("Account", "Order", "Contact"))
    org.call("PATCH", f"sobjects/Account/{accounts[0]}", {"Name": "Años & Söhne 株式会社", "AnnualRevenue": 12345.67})
    org.call(
        "PATCH", f"sobjects/Order/{orders[0]}", {"Description": 'two\nlines, "quoted"', "BillingStreet": "1 Way\nEnd"}
    )
    new = org.call("POST", "sobjects/Account", {"Name": "Newcomer"})["id"]
    org.call("DELETE", f"sobjects/Contact/{contacts[0]}")
    many = [{"attributes": {"type": "Contact"}, "LastName": f"Many {number}"} for number in range(450)]
    for start in range(0, len(many), 200):
        org.call("POST", "composite/sobjects", {"allOrNone": True, "records": many[start : start + 200]})
    second = load()
    cases |= {f"{name} follows edits, each record and value": differences(org, name, second) for name in NAMES}
    brought = {name: second["brought"].get(name, 0) for name in ("Account", "Order")}
    cases["of objects read by what was edited since, the edited alone come"] = unless(
        brought == {"Account": 2, "Order": 1}, brought
    )
    cases["a deleted record comes with IsDeleted"] = unless(
        [row["IsDeleted"] for row in second["tables"]["Contact"] if row["Id"] == contacts[0]] == [True],
        second["tables"]["Contact"][:1],
    )

    org.call("DELETE", f"sobjects/Account/{new}")
    third = load()
    cases["a deletion counts as an edit"] = differences(org, "Account", third) or unless(
        third["brought"].get("Account") == 1, third["brought"]
    )
    fourth = load()
    cases["where nothing was edited nothing comes"] = unless(
        not {"Account", "Order"} & {name for name, count in fourth["brought"].items() if count}, fourth["brought"]
    )
    return cases


def run(python: str, org: SecuredOrg, folder: Path, *, plain: bool) -> dict[str, Any]:
    """One run of the pipeline; what it brought and what its file has then."""
    given = {
        "SF_URL": org.url,
        "SF_SESSION": org.token,
        "SF_FILE": folder / "loaded.duckdb",
        "SF_STATE": folder / "state",
    }
    given |= {"SF_PLAIN": int(plain), "HOME": folder, "RUNTIME__DLTHUB_TELEMETRY": "false"}
    environment = org.environment | {name: str(value) for name, value in given.items()}
    done = subprocess.run(
        [python, str(PIPELINE)], env=environment, capture_output=True, text=True, timeout=LIMIT, check=False
    )
    if done.returncode:
        sys.exit(done.stderr[-3000:])
    return json.loads(done.stdout)


def differences(org: SecuredOrg, name: str, loaded: dict[str, Any]) -> list[object]:
    """Where the file and the org differ: records, then values."""
    types, org_rows, file_rows = org.fields(name), org.rows(name), loaded["tables"][name]
    if not org_rows or len(file_rows) != len(org_rows):
        return [f"{len(org_rows)} records in the org, {len(file_rows)} in the file"]
    return [
        {"id": row["Id"], "field": field, "org": org_rows[row["Id"]][field], "file": row[field]}
        for row in file_rows
        for field in types
        if plainly(row[field], types[field]) != plainly(org_rows[row["Id"]][field], types[field])
    ]


def plainly(value: Any, kind: str) -> Any:
    """A value in one form: a moment is told as a text, a date as a text or in milliseconds."""
    if value is None or kind not in {"date", "datetime"}:
        return value
    moment = datetime.fromtimestamp(value / 1000, UTC) if isinstance(value, int) else datetime.fromisoformat(value)
    return moment.date() if kind == "date" else moment.astimezone(UTC)


if __name__ == "__main__":
    sys.exit(min(main(sys.argv[1]), 1))
