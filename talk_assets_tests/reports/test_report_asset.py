"""The report as an asset, as a command and as a file."""

import json
import os
from datetime import UTC, datetime, timedelta

import dagster as dg
import pytest
from typer.testing import CliRunner

from talk_assets.cli.app import app
from talk_assets.definitions import defs
from talk_assets.model.errors import ConfigurationError
from talk_assets.reports.assets import QUALITY
from talk_assets.reports.files import keep_latest, write
from talk_assets_tests.twins import SALESFORCE, Twins


@pytest.fixture
def store(tmp_path, monkeypatch):
    """A store with one contact in step; no end is set."""
    monkeypatch.chdir(tmp_path)
    path = tmp_path / "kept" / "talk.duckdb"
    monkeypatch.setenv("TALK_STORE", str(path))
    for name in ("TALK_SALESFORCE_URL", "TALK_CUSTOMERP_URL"):
        monkeypatch.delenv(name, raising=False)
    twins = Twins(store=path)
    twins.clock.now = datetime.now(UTC) - timedelta(hours=1)
    twins.add("contact", SALESFORCE, last_name="Berg", email="b@x.no")
    twins.settle()
    twins.db.close()
    return path


def test_asset_writes_the_page_beside_the_store_and_its_figures_into_dagster(store):
    """Without either end; numbers that Dagster plots over time."""
    with dg.DagsterInstance.ephemeral() as instance:
        result = defs.resolve_job_def("report").execute_in_process(instance=instance)
        (made,) = result.asset_materializations_for_node("__".join(QUALITY.path))
    (page,) = (store.parent / "reports").glob("data-quality-*.html")

    assert made.metadata["linked"].value == made.metadata["in_step"].value == 1
    assert "100 % of 1 linked records are in step" in made.metadata["report"].value
    assert made.metadata["page"].value == str(page)
    assert page.read_text().startswith("<!doctype html>")
    assert page.stat().st_mode & 0o077 == 0


@pytest.mark.usefixtures("store")
def test_command_writes_the_page_and_says_the_most_of_it(tmp_path):
    """A table, a sentence, and where the page is; nothing else is made."""
    ran = CliRunner().invoke(app, ["report", "--out", "out/report.html"])

    assert ran.exit_code == 0
    assert "100 % of 1 linked records are in step" in ran.stdout
    assert "out/report.html" in ran.stdout
    assert (tmp_path / "out" / "report.html").stat().st_mode & 0o077 == 0


@pytest.mark.usefixtures("store")
def test_command_prints_json_instead(tmp_path):
    """One object on stdout, and no file."""
    ran = CliRunner().invoke(app, ["report", "--json", "--days", "1"])

    assert json.loads(ran.stdout)["linked"] == 1
    assert not list(tmp_path.glob("*.html"))


def test_page_that_cannot_be_written_leaves_what_was_there(tmp_path):
    """And the error says what to do."""
    (tmp_path / "folder").mkdir()
    with pytest.raises(ConfigurationError, match="No report was made"):
        write(tmp_path / "folder", "text")
    file = tmp_path / "a" / "page.html"
    write(file, "one")
    write(file, "two")

    assert file.read_text() == "two"
    assert [path.name for path in file.parent.iterdir()] == ["page.html"]


def test_old_pages_go(tmp_path):
    """As old as the journal's rows; other files stay."""
    for name in ("data-quality-1.html", "data-quality-2.html", "other.html"):
        write(tmp_path / name, "")
    os.utime(tmp_path / "data-quality-1.html", (0, 0))
    os.utime(tmp_path / "other.html", (0, 0))
    keep_latest(tmp_path, "data-quality-*.html", since=datetime.now(UTC) - timedelta(days=1))

    assert {path.name for path in tmp_path.iterdir()} == {"data-quality-2.html", "other.html"}
