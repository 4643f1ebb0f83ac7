"""Try Airbyte's source-salesforce, as it comes from its authors, against the embedded Salesforce.

Needs the program of the package airbyte-source-salesforce, so it is no part of the suite:

    python airbyte_source.py SOURCE_SALESFORCE      e.g. ./venv/bin/source-salesforce

It logs in at Salesforce's own host and nowhere else: a proxy of ours is that host to it, and knows no other one.
Exit code 0 if all cases held.
"""

import json
import subprocess
import sys
import tempfile
from datetime import datetime
from pathlib import Path
from typing import Any

from secured import SecuredOrg, secured_org, tell, unless

NAMES = ("Account", "Contact", "Order", "Product2")
LIMIT = 300


class Source:
    """The program with one configuration, over one org."""

    def __init__(self, program: str, org: SecuredOrg, folder: Path, **more: Any) -> None:
        self.program, self.org, self.folder = str(Path(program).absolute()), org, folder
        names = ("client_id", "client_secret", "refresh_token")
        self.config = {name: getattr(org.settings, name) for name in names} | {"start_date": "2026-01-01"} | more

    def run(self, command: str, *, catalog: Any = None, state: Any = None) -> list[dict[str, Any]]:
        """The messages of a command, the log left out; what ended it badly is among them."""
        words = [command]
        for name, content in (("config", self.config), ("catalog", catalog), ("state", state)):
            if content is not None:
                path = self.folder / f"{name}.json"
                path.write_text(json.dumps(content))
                words += [f"--{name}", str(path)]
        environment = self.org.environment | {"HOME": str(self.folder)}
        done = subprocess.run(  # in a folder of its own: where it ends badly it leaves files behind
            [self.program, *words], env=environment, cwd=self.folder, capture_output=True, text=True, timeout=LIMIT,
            check=False,
        )  # fmt: skip
        messages = [json.loads(line) for line in done.stdout.splitlines() if line.startswith("{")]
        logged = [message["log"]["message"] for message in messages if message["type"] == "LOG"]
        if done.returncode:
            sys.stdout.write(f"       {command} ended with {done.returncode}: {(logged or [done.stderr])[-1][-800:]}\n")
        return [message for message in messages if message["type"] != "LOG"]

    def check(self) -> tuple[str, str]:
        """Status and message of a check; of a refused log-in the error's own message."""
        for message in self.run("check"):
            if message["type"] == "CONNECTION_STATUS":
                return message["connectionStatus"]["status"], message["connectionStatus"].get("message", "")
            if message["type"] == "TRACE" and message["trace"]["type"] == "ERROR":
                return "ERROR", message["trace"]["error"]["message"]
        return "nothing", ""

    def streams(self) -> dict[str, Any]:
        """What a discovery found, by name."""
        (found,) = [message["catalog"] for message in self.run("discover") if message["type"] == "CATALOG"]
        return {stream["name"]: stream for stream in found["streams"]}

    def read(
        self, streams: list[dict[str, Any]], mode: str, state: Any = None
    ) -> tuple[dict[str, list[dict[str, Any]]], list[dict[str, Any]], list[str]]:
        """The records of each stream, the last state of each, and the errors."""
        configured = [
            {"stream": stream, "sync_mode": mode, "destination_sync_mode": "append"}
            | ({"cursor_field": stream["default_cursor_field"]} if mode == "incremental" else {})
            for stream in streams
        ]
        records: dict[str, list[dict[str, Any]]] = {stream["name"]: [] for stream in streams}
        states: dict[str, dict[str, Any]] = {}
        errors = []
        for message in self.run("read", catalog={"streams": configured}, state=state):
            if message["type"] == "RECORD":
                records[message["record"]["stream"]].append(message["record"]["data"])
            elif message["type"] == "STATE":
                states[message["state"]["stream"]["stream_descriptor"]["name"]] = message["state"]
            elif message["type"] == "TRACE" and message["trace"]["type"] == "ERROR":
                errors.append(str(message["trace"]["error"]["message"]))
        return records, list(states.values()), errors


def main(program: str) -> int:
    """Run every case; the number that failed."""
    cases: dict[str, object] = {}
    with secured_org(as_login_host=True) as org, tempfile.TemporaryDirectory() as folder:
        cases |= connected(program, org, Path(folder))
        cases |= loaded(Source(program, org, Path(folder), lookback_window="PT0S"), "as it chooses")
    with (
        secured_org(as_login_host=True, bulk_paced=True, bulk_page_rows=10) as org,
        tempfile.TemporaryDirectory() as folder,
    ):
        forced = {"force_use_bulk_api": True, "preserve_na_values": True, "lookback_window": "PT0S"}
        cases |= loaded(Source(program, org, Path(folder), **forced), "in bulk")
    return tell(cases)


def connected(program: str, org: SecuredOrg, folder: Path) -> dict[str, object]:
    """What is wrong with each case of checking and discovering, nothing where it held."""
    right = Source(program, org, folder).check()
    no_token = Source(program, org, folder, refresh_token="wrong").check()
    no_client = Source(program, org, folder, client_id="wrong").check()
    found = Source(program, org, folder).streams()
    facts = {name: (found[name]["source_defined_primary_key"], found[name]["default_cursor_field"]) for name in NAMES}
    missing = {
        name: org.fields(name, compound=True).keys() - found[name]["json_schema"]["properties"] for name in NAMES
    }
    some = Source(program, org, folder, streams_criteria=[{"criteria": "starts with", "value": "Order"}]).streams()
    return {
        "check": unless(right[0] == "SUCCEEDED", right),
        "check with a wrong refresh token": unless(
            no_token[0] != "SUCCEEDED" and "re-authenticate" in no_token[1].lower(), no_token
        ),
        "check with a wrong client": unless(no_client[0] != "SUCCEEDED" and bool(no_client[1]), no_client),
        "discover: key and cursor of each stream": unless(
            set(map(str, facts.values())) == {"([['Id']], ['SystemModstamp'])"}, facts
        ),
        "discover: every field": unless(not any(missing.values()), missing),
        "discover: chosen streams": unless(set(some) == {"Order", "OrderItem", "Describe"}, sorted(some)),
    }


def loaded(source: Source, way: str) -> dict[str, object]:
    """What is wrong with each case of reading, nothing where it held."""
    org = source.org
    accounts, orders, contacts = (sorted(org.rows(name)) for name in ("Account", "Order", "Contact"))
    org.call("PATCH", f"sobjects/Account/{accounts[1]}", {"Name": "Años & Söhne 株式会社", "AnnualRevenue": 12345.67})
    org.call("PATCH", f"sobjects/Account/{accounts[2]}", {"Name": "NA", "BillingStreet": "1 Way\nEnd"})
    org.call("PATCH", f"sobjects/Order/{orders[0]}", {"Description": 'two\nlines, "quoted"'})
    org.call("DELETE", f"sobjects/Contact/{contacts[0]}")
    gone = org.call("POST", "sobjects/Contact", {"LastName": "Gone"})["id"]
    found = source.streams()
    streams = [found[name] for name in NAMES]
    cases: dict[str, object] = {}

    records, _, errors = source.read([*streams, found["Describe"]], "full_refresh")
    for name in NAMES:
        cases[f"{way}: read of {name}, each record and value"] = errors or differences(org, name, records[name])
    described = sorted(one["name"] for one in records["Describe"])
    cases[f"{way}: read of Describe"] = unless(described == sorted(NAMES), described)

    others = [stream for name, stream in found.items() if name not in {*NAMES, "Describe"}]
    records, _, errors = source.read(others, "full_refresh")
    wrong = [{name: one} for name, rows in records.items() for one in differences(org, name, rows)]
    cases[f"{way}: read of the {len(others)} other streams"] = errors or wrong

    records, states, errors = source.read(streams, "incremental")
    for name in NAMES:
        cases[f"{way}: first incremental read of {name}"] = errors or differences(org, name, records[name])
    org.call("PATCH", f"sobjects/Account/{accounts[0]}", {"Name": "Edited"})
    made = org.call("POST", "sobjects/Contact", {"LastName": "Made"})["id"]
    org.call("DELETE", f"sobjects/Contact/{gone}")
    records, _, errors = source.read(streams, "incremental", states)
    brought = {name: sorted(row["Id"] for row in rows) for name, rows in records.items()}
    edited = {"Account": [accounts[0]], "Contact": sorted([made, gone]), "Order": [], "Product2": []}
    cases[f"{way}: next incremental read brings the edited, made and deleted"] = errors or unless(
        brought == edited, brought
    )
    return cases


def differences(org: SecuredOrg, name: str, read: list[dict[str, Any]]) -> list[object]:
    """Where what was read and the org differ: records, then values."""
    rows, types = org.rows(name, compound=True), org.fields(name, compound=True)
    if sorted(row["Id"] for row in read) != sorted(rows):
        return [f"{len(rows)} records in the org, {len(read)} read"]
    # A null is left out of what was read, and in bulk so are the compound fields.
    own = org.fields(name)
    return [
        {"id": row["Id"], "field": field, "org": rows[row["Id"]][field], "read": row.get(field)}
        for row in read
        for field, kind in types.items()
        if (field in own or field in row) and plainly(row.get(field), kind) != plainly(rows[row["Id"]][field], kind)
    ]


def plainly(value: Any, kind: str) -> Any:
    """A value in one form: moments are told with an offset or a Z."""
    return datetime.fromisoformat(value) if kind == "datetime" and value is not None else value


if __name__ == "__main__":
    sys.exit(min(main(sys.argv[1]), 1))
