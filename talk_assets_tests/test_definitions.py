"""The asset graph as Dagster sees it."""

import os
import subprocess
import sys
from pathlib import Path

import dagster as dg
import pytest
import yaml

from talk_assets.definitions import defs
from talk_assets.entities import LOOKUPS, PAIRS
from talk_assets.model.system import System

ROOT = Path(__file__).parents[1]
REPORT = dg.AssetKey(["reports", "data_quality"])
ENDS = ("salesforce", "customerp")
DOCUMENTS = [pair for pair in PAIRS.values() if pair.parent is None]


@pytest.fixture(scope="module")
def graph():
    return defs.resolve_asset_graph()


def key(*path):
    return dg.AssetKey(list(path))


def test_definitions_load_without_any_setting(tmp_path):
    """The UI shows the graph before anything is configured."""
    environ = {name: value for name, value in os.environ.items() if not name.startswith("TALK_")}
    loaded = subprocess.run(
        [sys.executable, "-c", "import talk_assets.definitions"],
        cwd=tmp_path,
        env=environ,
        capture_output=True,
        text=True,
        check=False,
    )

    assert loaded.returncode == 0, loaded.stderr


def test_workspace_names_the_definitions():
    """`dagster dev -w workspace.yaml` loads this module."""
    assert yaml.safe_load((ROOT / "workspace.yaml").read_text()) == {
        "load_from": [{"python_module": "talk_assets.definitions"}]
    }


def test_each_pair_has_eight_assets_and_each_lookup_one(graph):
    """Folder, key prefix and group are one word."""
    expected = {key("raw", f"salesforce_{name}") for name in LOOKUPS} | {REPORT}
    for name in PAIRS:
        expected |= {key(stage, f"{end}_{name}") for stage in ("raw", "mapped", "writeback") for end in ENDS}
        expected |= {key("links", name), key("changesets", name)}
    expected.add(key("verify", "linked_records"))

    assert graph.get_all_asset_keys() == expected
    assert all(graph.get(found).group_name == found.path[0] for found in expected)


@pytest.mark.parametrize("pair", PAIRS.values(), ids=lambda pair: pair.name)
def test_data_flows_through_the_stages(graph, pair):
    """Fetch, translate, match, reconcile, apply."""
    parents = {found: graph.get(found).parent_keys for found in graph.get_all_asset_keys()}

    for end in ENDS:
        assert key("raw", f"{end}_{pair.name}") in parents[key("mapped", f"{end}_{pair.name}")]
        assert key("mapped", f"{end}_{pair.name}") in parents[key("links", pair.name)]
        assert key("changesets", pair.name) in parents[key("writeback", f"{end}_{pair.name}")]
    assert key("links", pair.name) in parents[key("changesets", pair.name)]


@pytest.mark.parametrize("pair", PAIRS.values(), ids=lambda pair: pair.name)
def test_what_a_record_refers_to_is_written_before_it(graph, pair):
    """Documents before their lines, products and contacts before the documents that name them."""
    for system in System:
        before = ancestors(graph, key("writeback", f"{system}_{pair.name}"))
        for name in {p.reference for p in pair.references} - {pair.name}:
            assert key("writeback", f"{system}_{name}") in before
        if pair.parent is not None:
            assert {key("writeback", f"{end}_{pair.parent}") for end in ENDS} <= before


@pytest.mark.parametrize("pair", DOCUMENTS, ids=lambda pair: pair.name)
def test_document_is_planned_with_its_lines(graph, pair):
    """A document waits for a line that cannot be written, and for the guard on its lines' plan."""
    for line in (one.name for one in PAIRS.values() if one.parent == pair.name):
        assert {key("mapped", f"{end}_{line}") for end in ENDS} <= graph.get(key("changesets", pair.name)).parent_keys
        for end in ENDS:
            assert key("changesets", line) in graph.get(key("writeback", f"{end}_{pair.name}")).parent_keys


def test_one_job_a_pair_and_one_for_all(graph):
    """Lines run with their document; a job reads the records its writes refer to."""
    jobs = {job.name: set(defs.resolve_job_def(job.name).asset_layer.executable_asset_keys) for job in defs.jobs}

    assert set(jobs) == {"sync_product", "sync_contact", "sync_quote", "sync_order", "sync_all", "verify", "report"}
    assert jobs["verify"] == {key("verify", "linked_records")}
    assert jobs["sync_all"] == graph.get_all_asset_keys() - jobs["verify"] - jobs["report"]
    assert jobs["report"] == {REPORT}
    assert {found for found in jobs["sync_contact"] if found.path[0] != "raw"} == {
        found for found in jobs["sync_all"] if found.path[0] != "raw" and is_of(found, "contact")
    }
    assert {found for found in jobs["sync_order"] if found.path[0] == "changesets"} == {
        key("changesets", "order"),
        key("changesets", "order_line"),
    }
    assert key("raw", "salesforce_account") in jobs["sync_contact"]
    assert key("raw", "salesforce_opportunity") in jobs["sync_quote"]
    assert key("raw", "salesforce_pricebook_entry") in jobs["sync_order"]


def test_runs_are_one_process():
    """Only one process may hold the store."""
    assert all(defs.resolve_job_def(job.name).executor_def.name == dg.in_process_executor.name for job in defs.jobs)


@pytest.mark.parametrize("pair", PAIRS.values(), ids=lambda pair: pair.name)
def test_pages_explain_themselves(graph, pair):
    """Every asset has an owner and kinds, and its page lists the properties the pair declares."""
    mapped = graph.get(key("mapped", f"customerp_{pair.name}"))

    for p in pair.properties:
        assert f"| `{p.name}` | `{p.salesforce.path}` | `{p.customerp.path}` |" in mapped.description
    columns = {column.name for column in mapped.metadata["dagster/column_schema"].columns}
    assert columns == {"_id", *pair.names}
    for found in graph.get_all_asset_keys():
        assert graph.get(found).owners == ["team:talk-assets"]
        assert graph.get(found).kinds
        assert graph.get(found).description


def test_promises_are_checks(graph):
    """Contracts never block; ambiguous links and a tripped guard do."""
    blocking = {
        (check.asset_key.path[0], check.name): graph.get_check_spec(check).blocking for check in graph.asset_check_keys
    }

    assert blocking == {
        ("mapped", "contract"): False,
        ("links", "one_to_one"): True,
        ("changesets", "guard"): True,
        ("changesets", "totals_agree"): False,
        **{("verify", f"{name}_rows_pass"): False for name in PAIRS},
    }


def ancestors(graph, start):
    found, fresh = set(), {start}
    while fresh:
        fresh = {parent for one in fresh for parent in graph.get(one).parent_keys} - found
        found |= fresh
    return found


def is_of(found, pair):
    return found.path[1] in {pair, *(f"{end}_{pair}" for end in ENDS)}
