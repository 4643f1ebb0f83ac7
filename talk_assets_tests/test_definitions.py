"""The asset graph as Dagster sees it."""

import os
import subprocess
import sys
from pathlib import Path

import dagster as dg
import pytest
import yaml

from talk_assets.automation.jobs import SyncConfig
from talk_assets.definitions import defs
from talk_assets.entities import LOOKUPS, PAIRS
from talk_assets.model.markdown import prose
from talk_assets.model.system import System
from talk_assets.pages import Pages

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


def test_each_pair_has_eight_assets_and_an_audit_and_each_lookup_one(graph):
    """Folder, key prefix and group are one word."""
    expected = {key("raw", f"salesforce_{name}") for name in LOOKUPS} | {REPORT}
    for name in PAIRS:
        expected |= {key(stage, f"{end}_{name}") for stage in ("raw", "mapped", "writeback") for end in ENDS}
        expected |= {key("links", name), key("changesets", name), key("audit", name)}
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

    sync = {"sync_product", "sync_contact", "sync_quote", "sync_order", "sync_all"}
    assert set(jobs) == sync | {"audit", "verify", "report"}
    assert jobs["audit"] == {key("audit", name) for name in PAIRS}
    assert jobs["verify"] == {key("verify", "linked_records")}
    assert jobs["report"] == {REPORT}
    assert jobs["sync_all"] == graph.get_all_asset_keys() - jobs["audit"] - jobs["verify"] - jobs["report"]
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
        ends = f"`{p.salesforce.path}` {prose(p.salesforce.type)} | `{p.customerp.path}` {prose(p.customerp.type)}"
        assert f"| `{p.name}` | {ends} |" in mapped.description
    columns = {column.name for column in mapped.metadata["dagster/column_schema"].columns}
    assert columns == {"_id", *pair.names}
    for found in graph.get_all_asset_keys():
        assert graph.get(found).owners == ["team:talk-assets"]
        assert graph.get(found).kinds
        assert graph.get(found).description


@pytest.mark.parametrize("pair", PAIRS.values(), ids=lambda pair: pair.name)
def test_columns_say_where_they_come_from(graph, pair):
    """Each column of both ends in one shape names the columns it is translated from, and those exist."""
    for system in System:
        mapped = graph.get(key("mapped", f"{system}_{pair.name}"))
        columns = {column.name: column for column in mapped.metadata["dagster/column_schema"].columns}
        lineage = mapped.metadata["dagster/column_lineage"].deps_by_column
        assert set(lineage) == set(columns)
        for source in (one for deps in lineage.values() for one in deps):
            assert source.asset_key in mapped.parent_keys
            schema = graph.get(source.asset_key).metadata["dagster/column_schema"]
            assert source.column_name in {column.name for column in schema.columns}
        for p in pair.properties:
            assert f"`{p.side(system).path}`" in columns[p.name].description


def test_pages_lead_on(graph):
    """To the code that runs and the declaration, by tags to what belongs together, and from both to how fresh it is."""
    for found in graph.get_all_asset_keys():
        node = graph.get(found)
        files = [Path(one.file_path) for one in node.metadata["dagster/code_references"].code_references]
        assert all(one.exists() for one in files)
        assert (node.freshness_policy is None) == (found.path[0] in {"verify", "reports"})
        assert files[-1].match(f"talk_assets/{found.path[0]}/assets.py")
    mapped = graph.get(key("mapped", "salesforce_quote_line"))
    assert Path(mapped.metadata["dagster/code_references"].code_references[0].file_path).name == "quote.py"
    assert mapped.tags["talk/pair"] == "quote_line"
    assert mapped.tags["talk/end"] == "salesforce"
    assert mapped.metadata["dagster/table_name"] == "mapped.salesforce_quote_line"


def test_pages_know_the_ends_and_the_owners():
    """Assets link to the lists of records in both systems as soon as their addresses are set."""
    pages = Pages(
        owners=["team:sales-ops", "it@example.com"],
        addresses={System.SALESFORCE: "https://org.example.com/", System.CUSTOMERP: "https://erp.example.com"},
        pairs=PAIRS,
        lookups=LOOKUPS,
    )
    assets = {asset.key: asset for asset in defs.assets}
    plan = pages.of(assets[key("changesets", "order_line")]).get_asset_spec()
    account = pages.of(assets[key("raw", "salesforce_account")]).get_asset_spec()

    assert plan.metadata["in_salesforce"].value == "https://org.example.com/lightning/o/OrderItem/list"
    assert plan.metadata["in_customerp"].value == "https://erp.example.com/api/v1/orders"
    assert account.metadata["in_salesforce"].value == "https://org.example.com/lightning/o/Account/list"
    assert "in_customerp" not in account.metadata
    assert plan.owners == ["team:sales-ops", "it@example.com"]


def test_launchpad_explains_every_setting():
    """What a person may set has a description, and its default is what sensors use."""
    fields = SyncConfig.model_fields

    assert set(fields) == {"dry_run", "full", "accept", "limits", "sample"}
    assert all(len(str(field.description)) > 40 for field in fields.values())
    assert SyncConfig().model_dump() == {"dry_run": False, "full": False, "accept": "", "limits": {}, "sample": 5}


def test_promises_are_checks(graph):
    """Contracts never block; ambiguous links and a tripped guard do."""
    blocking = {
        (check.asset_key.path[0], check.name): graph.get_check_spec(check).blocking for check in graph.asset_check_keys
    }

    assert blocking == {
        ("raw", "schema"): False,
        ("raw", "api_budget"): False,
        ("mapped", "quarantine_rate"): False,
        ("mapped", "known_values"): False,
        ("mapped", "shown"): False,
        ("writeback", "in_step"): False,
        ("writeback", "references_resolved"): False,
        ("mapped", "contract"): False,
        ("links", "one_to_one"): True,
        ("changesets", "guard"): True,
        ("changesets", "totals_agree"): False,
        ("audit", "fresh"): False,
        ("audit", "no_drift"): False,
        ("audit", "counterparts"): False,
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
