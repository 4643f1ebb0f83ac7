"""Real input through real processes: AdventureWorks in Customerp, an empty Salesforce, kills on the way.

A slice of the set by default; the whole of it with TALK_TEST_ADVENTUREWORKS=full (`make adventureworks`).
"""

import importlib.util
import json
import os
import signal
import subprocess
import sys
from collections import Counter
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest

from talk_assets.demo.ends import API, PlainCustomerp, PlainSalesforce
from talk_assets.demo.proof import Books, read_books
from talk_assets.model.system import System
from talk_assets.settings import variables_for

_SPEC = importlib.util.spec_from_file_location("adventureworks_records", Path(__file__).with_name("records.py"))
records = importlib.util.module_from_spec(_SPEC)
_SPEC.loader.exec_module(records)

pytestmark = pytest.mark.skipif(not records.DATA.is_dir(), reason=records.MISSING)

TALK = [sys.executable, "-c", "from talk_assets.cli import main; main()"]
FULL = os.environ.get("TALK_TEST_ADVENTUREWORKS") == "full"
CONTACTS, ORDERS, EDITS, SHARED = (19972, 21674, 1000, 200) if FULL else (700, 300, 30, 10)


@dataclass(frozen=True, kw_only=True)
class Running:
    """Both embedded systems as a process of their own, and the settings that lead to them."""

    facts: dict
    environment: dict
    folder: Path

    def salesforce(self):
        facts = self.facts["salesforce"]
        return PlainSalesforce(**{name: facts[name] for name in ("url", "client_id", "client_secret")})

    def customerp(self):
        return PlainCustomerp(**self.facts["customerp"])

    def start_sync(self):
        return subprocess.Popen(
            [*TALK, "sync", "--json"],
            env=self.environment,
            cwd=self.folder,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def sync(self):
        """One cycle; its report."""
        process = self.start_sync()
        out, err = process.communicate()
        assert process.returncode == 0, err
        return json.loads(out)

    def books(self):
        with closing(self.salesforce()) as salesforce, closing(self.customerp()) as customerp:
            return read_books(salesforce, customerp)


@pytest.fixture(scope="module")
def loaded(tmp_path_factory):
    """AdventureWorks in Customerp, Salesforce empty."""
    folder = tmp_path_factory.mktemp("adventureworks")
    command = [*TALK, "sandbox", "--salesforce-port", "0", "--customerp-port", "0", "--sample", "none"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=folder) as process:
        facts = json.loads(process.stdout.readline())
        made = records.load(**facts["customerp"], contact_limit=CONTACTS, order_limit=ORDERS)
        assert {name: len(ids) for name, ids in made.items()} == {
            "contacts": CONTACTS,
            "products": 504,
            "orders": ORDERS,
        }
        environment = dict(os.environ) | variables_for(facts, store=folder / "store.duckdb")
        yield Running(facts=facts, environment=environment, folder=folder)
        process.send_signal(signal.SIGTERM)


def writes_seen(client: httpx.Client) -> int:
    return client.get("/sandbox/requests").json()["writes"]


def kill_after(running: Running, writes: int) -> int:
    """Start a sync and kill it once Salesforce has taken *writes* writing requests more; its exit code."""
    with httpx.Client(base_url=running.facts["salesforce"]["url"]) as client:
        limit = writes_seen(client) + writes
        process = running.start_sync()
        while process.poll() is None and writes_seen(client) < limit:
            pass
        process.kill()
        process.communicate()
    return process.returncode


def duplicates(books: Books) -> list[str]:
    """Customerp records that more than one Salesforce record stands for."""
    found = Counter((p.kind, p.customerp["id"]) for p in books.pairings)
    return [f"{kind} {record}" for (kind, record), times in found.items() if times > 1]


def test_a_first_load_killed_on_the_way_ends_complete_and_without_duplicates(loaded):
    """Killed three times at arbitrary moments and started again, everything arrives once and agrees to the cent."""
    killed = [kill_after(loaded, writes) for writes in (2, 5, 9)]
    assert killed == [-signal.SIGKILL] * 3

    loaded.sync()
    books = loaded.books()

    assert {kind: len(books.of(kind)) for kind in ("product", "contact", "order")} == {
        "product": 504,
        "contact": CONTACTS,
        "order": ORDERS,
    }
    assert not any(left for sides in books.alone.values() for left in sides.values())
    assert duplicates(books) == []
    assert [(p.kind, p.title, p.differences) for p in books.pairings if p.differences] == []


def test_a_second_cycle_writes_nothing(loaded):
    """Nothing changed, so nothing is written, on either end."""
    report = loaded.sync()

    assert sum(c for pair in report["pairs"].values() for end in System for c in pair[end].values()) == 0


def test_edits_on_both_sides_arrive_and_the_later_one_wins(loaded):
    """Contacts edited on each side, some on both: each edit arrives, and of two the later stays."""
    pairs = sorted(loaded.books().of("contact"), key=lambda p: p.customerp["id"])
    only_here, both, only_there = (
        pairs[: EDITS - SHARED],
        pairs[EDITS - SHARED : EDITS],
        pairs[EDITS : 2 * EDITS - SHARED],
    )
    late, early = both[: SHARED // 2], both[SHARED // 2 :]
    edit_customerp(loaded, [*only_there, *late], "Customerp desk")
    edit_salesforce(loaded, [*only_here, *both], "Salesforce desk")
    wait_for_next_second(loaded)
    edit_customerp(loaded, early, "Customerp desk")
    loaded.sync()

    found = {
        p.customerp["id"]: (p.salesforce["Department"], p.customerp.get("department"))
        for p in loaded.books().of("contact")
    }

    expected = {p.customerp["id"]: ("Salesforce desk",) * 2 for p in [*only_here, *late]}
    expected |= {p.customerp["id"]: ("Customerp desk",) * 2 for p in [*only_there, *early]}
    assert {record: found[record] for record in expected} == expected
    assert {record for record, desks in found.items() if desks != (None, None)} == set(expected)


def edit_salesforce(running, pairings, desk):
    with closing(running.salesforce()) as salesforce:
        for start in range(0, len(pairings), 200):
            body = {
                "records": [
                    {"attributes": {"type": "Contact"}, "id": p.salesforce["Id"], "Department": desk}
                    for p in pairings[start : start + 200]
                ]
            }
            results = salesforce.patch(f"{API}/composite/sobjects", body)
            assert all(result["success"] for result in results)


def edit_customerp(running, pairings, desk):
    headers = {"Authorization": f"Bearer {running.facts['customerp']['api_key']}"}
    with httpx.Client(base_url=running.facts["customerp"]["url"], headers=headers, timeout=60) as client:
        for start in range(0, len(pairings), 500):
            chunk = [p.customerp["id"] for p in pairings[start : start + 500]]
            now = client.get("/api/v1/contacts", params={"ids": ",".join(chunk), "limit": 500}).json()["items"]
            operations = [
                {
                    "op": "update",
                    "resource": "contacts",
                    "id": r["id"],
                    "ifMatch": r["version"],
                    "body": {"department": desk},
                }
                for r in now
            ]
            answer = client.post("/api/v1/batch", json={"operations": operations}).json()
            assert all(result["status"] == 200 for result in answer["results"])


def wait_for_next_second(running):
    """Until Salesforce's clock shows another second: it stamps nothing finer."""
    with httpx.Client(base_url=running.facts["salesforce"]["url"]) as client:
        first = client.get("/services/data").headers["Date"]
        while client.get("/services/data").headers["Date"] == first:
            pass
