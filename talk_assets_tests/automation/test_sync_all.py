"""The whole graph against both embedded systems over HTTP, beside the command line on their twins."""

import json
from collections import Counter

import pytest

from talk_assets.automation.cycle import run_cycle
from talk_assets.definitions import defs
from talk_assets.entities import PAIRS
from talk_assets.resources import open_session
from talk_assets.sandbox.server import sandbox
from talk_assets.settings import Settings, variables_for
from talk_assets.store.database import Database
from talk_assets.store.lock import StoreLock
from talk_assets.store.status import status
from talk_assets_tests.automation.conftest import run

KINDS = ("created", "updated", "deleted")


@pytest.fixture
def synced(tmp_path, monkeypatch):
    """The variables that lead to one pair of systems with the small sample, and to a twin of it."""
    with sandbox(sample="small") as one, sandbox(sample="small") as twin:
        monkeypatch.chdir(tmp_path)
        ours = variables_for(json.loads(one.as_json_line()), store=tmp_path / "graph.duckdb")
        for name, value in ours.items():
            monkeypatch.setenv(name, value)
        yield ours, variables_for(json.loads(twin.as_json_line()), store=tmp_path / "command.duckdb")


def test_graph_does_what_the_command_line_does(synced, instance):
    """The same records written, linked and held; then nothing more to write; the store is free again."""
    ours, theirs = synced
    ran = run(defs, instance, "sync_all")
    with open_session(Settings.from_environment(theirs)) as session:
        report = run_cycle(session)

    assert ran.success
    assert written(ran) == {
        f"{name} {end} {kind}": count
        for name, pair in report.as_json()["pairs"].items()
        for end in ("salesforce", "customerp")
        for kind in KINDS
        if (count := pair[end][kind])
    }
    linked = {name: ran.metadata[f"links/{name}"]["linked"] for name in PAIRS}
    assert {name: count for name, count in linked.items() if count} == {
        name: tally.linked for name, tally in report.tallies.items() if tally.linked
    }
    again = run(defs, instance, "sync_all")
    assert again.success
    assert written(again) == {}
    assert standing(ours) == standing(theirs)
    assert not again.checks["mapped/customerp_contact", "contract"].passed
    assert {name for name, check in again.checks.items() if not check.passed} == {
        ("mapped/customerp_contact", "contract"),
        ("mapped/customerp_order", "known_values"),
        ("mapped/salesforce_contact", "known_values"),
    }
    lock = StoreLock(Settings.from_environment(ours).store)
    lock.take()
    lock.release()


def test_run_without_settings_says_which(tmp_path, monkeypatch, instance, capfd):
    """The graph is there without any setting; a run then names what is missing and reads nothing."""
    monkeypatch.chdir(tmp_path)
    for name in ("TALK_SALESFORCE_URL", "TALK_CUSTOMERP_URL"):
        monkeypatch.delenv(name, raising=False)
    ran = run(defs, instance, "sync_contact")

    assert not ran.success
    assert ran.metadata == {}
    assert "TALK_SALESFORCE_URL is not set" in capfd.readouterr().err


def written(ran):
    """Records written, by pair, end and kind, summed over all write-backs."""
    counts = Counter()
    for name in ran.written:
        end, _, pair = name.removeprefix("writeback/").partition("_")
        for key, count in ran.metadata[name].items():
            other, _, kind = key.rpartition("_")
            if kind in KINDS and count:
                counts[f"{other or pair} {end} {kind}"] += count
    return dict(counts)


def standing(variables):
    """What the store holds: links and what waits, without the cursors."""
    with Database(Settings.from_environment(variables).store) as db:
        pairs = status(db)["pairs"]
    return {name: {key: count for key, count in pair.items() if key != "cursors"} for name, pair in pairs.items()}
