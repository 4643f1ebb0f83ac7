"""The benchmarks' quick server: a sync finds both ends there, and what it writes stays."""

import sys

import httpx
import pytest

from bench.processes import printing
from talk_assets.automation.cycle import run_cycle
from talk_assets.model.system import System
from talk_assets.resources import open_session
from talk_assets.settings import Settings, variables_for

CONTACTS = 40
SALESFORCE, CUSTOMERP = System


@pytest.fixture(scope="module")
def facts():
    """The server, with people that only Customerp knows."""
    with printing([sys.executable, "-m", "bench.neutral", "--contacts", str(CONTACTS), "--only", "customerp"]) as found:
        yield found


def test_a_sync_writes_edits_and_rests(facts, tmp_path):
    """Everything is created, one edit of each end goes over, and then nothing is left to do."""
    settings = Settings.from_environment(variables_for(facts, store=tmp_path / "store.duckdb"))

    def written():
        with open_session(settings) as session:
            told = run_cycle(session, pairs=["contact"]).as_json()["pairs"]["contact"]
        return {system: (told[system]["created"], told[system]["updated"]) for system in System}

    def edit(system, number):
        url = f"{facts[system]['url']}/bench/change"
        httpx.post(url, params={"count": 1, "first": number}, trust_env=False).raise_for_status()

    first, rest = written(), written()
    edit(SALESFORCE, 3)
    edit(CUSTOMERP, 5)
    edits, echo = written(), written()

    assert first == {SALESFORCE: (CONTACTS, 0), CUSTOMERP: (0, 0)}
    assert edits == {SALESFORCE: (0, 1), CUSTOMERP: (0, 1)}
    assert rest == echo == {SALESFORCE: (0, 0), CUSTOMERP: (0, 0)}


def test_requests_are_counted_until_forgotten(facts):
    """Each request counts with its kind and its connection; asking for the counts does not."""
    url = facts["customerp"]["url"]
    httpx.delete(f"{url}/bench/counts", trust_env=False)
    with httpx.Client(base_url=url, trust_env=False) as client:
        sizes = [len(client.get("/api/v1/contacts", params={"limit": 7}).content) for _ in range(2)]
        counts = client.get("/bench/counts").json()

    assert counts == {
        "requests": 2,
        "by_kind": {"list": 2},
        "bytes_up": 0,
        "bytes_down": sum(sizes),
        "connections": 1,
    }
