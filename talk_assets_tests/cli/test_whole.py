"""The commands one after another on running systems, as a person uses them."""

import json
import signal

import pytest

from talk_assets.settings import variables_for

PAIRS = ["product", "contact", "quote", "quote_line", "order", "order_line"]
HELD = 1
"""Exit code of a cycle that left records in quarantine or review, as the sample's do."""


@pytest.fixture
def connected(talk):
    """`talk` beside the embedded systems with the sample, connected to them by its environment."""
    process = talk.start("sandbox", "--salesforce-port", "0", "--customerp-port", "0")
    facts = json.loads(process.stdout.readline())
    talk.environ |= variables_for(facts, store=talk.folder / "talk.duckdb")
    yield talk
    process.send_signal(signal.SIGTERM)
    process.communicate(timeout=20)


def test_plan_sync_status_and_sync_again(connected):
    """A plan writes nothing, a sync writes it, the status knows it, and the next sync has nothing to do."""
    planned = json.loads(connected.run("sync", "--dry-run", "--json").stdout)
    synced = connected.run("sync", "--json")
    first = json.loads(synced.stdout)
    again = json.loads(connected.run("sync", "--json").stdout)
    status = json.loads(connected.run("status", "--json").stdout)
    audited = connected.run("audit", "--json")
    audit = json.loads(audited.stdout)

    assert audited.returncode == 0
    assert audit["unexplained"] == 0
    assert {name: pair["linked"] for name, pair in audit["pairs"].items()} == {
        name: pair["links"] for name, pair in status["pairs"].items()
    }
    assert audit["pairs"]["contact"]["drifted"] == {"held": 2}
    assert audit["pairs"]["contact"]["properties"] == {"salutation": {"held": 1}, "country": {"held": 1}}
    assert written(planned) == 0
    assert synced.returncode == HELD
    assert list(first["pairs"]) == PAIRS
    contact = [first["pairs"]["contact"][end] for end in ("salesforce", "customerp")]
    assert [end["created"] for end in contact] == [17, 17]
    # One title differs, and Customerp's is the later one.
    assert [end["updated"] for end in contact] == [1, 0]
    assert {name: first["pairs"]["order"][name] for name in ("parked", "quarantined", "review")} == {
        "parked": 1,
        "quarantined": 0,
        "review": 0,
    }
    assert first["api_calls"]["salesforce"] > 0
    assert first["seconds"] > 0
    assert written(again) == 0
    assert {name: pair["links"] for name, pair in status["pairs"].items()} == {
        "product": 30,
        "contact": 56,
        "quote": 25,
        "quote_line": 70,
        "order": 39,
        "order_line": 113,
    }
    assert all(cursor for pair in status["pairs"].values() for cursor in pair["cursors"].values())
    assert status["customerp_port"] == {"name": "customerp", "package": None}


def written(report: dict) -> int:
    return sum(report["pairs"][name][end][kind] for name in PAIRS for end in ("salesforce", "customerp")
               for kind in ("created", "updated", "deleted"))  # fmt: skip


def test_tables_for_a_person(connected):
    """Without --json the same facts come as tables, and a plan says that it wrote nothing."""
    plan = connected.run("plan", "--pair", "product", "--limit", "3")
    connected.run("sync", "--pair", "product")
    status = connected.run("status")

    audit = connected.run("audit", "--pair", "contact", "--read")

    assert plan.returncode == 0
    assert audit.returncode == 0
    assert "the next run writes it" in audit.stdout
    assert "Whatever is not in step has its cause." in audit.stdout
    assert "Nothing was written to either end." in plan.stdout
    assert "the first 3 shown" in plan.stdout
    assert "Traceback" not in plan.stderr
    assert status.returncode == 0
    assert "product" in status.stdout


def test_demo_proves_itself(talk):
    """The demonstration ends by itself, with every edit arrived and nothing left to write."""
    demo = talk.start("demo")
    out, err = demo.communicate(timeout=600)

    assert demo.returncode == 0, err
    assert out.rstrip().endswith("All of it held.")
    assert "DIFFERS" not in out
