"""An upgrade brings Dagster's settings in a home up to date, and leaves a person's own alone."""

import pytest
import yaml

from talk_assets.cli.instance_file import FILE, SHIPPED, bring_up_to_date, merged, shipped
from talk_assets.model.errors import ConfigurationError

OLD = """\
# Ours.
telemetry:
  enabled: false

# One at a time.
concurrency:
  runs:
    max_concurrent_runs: 1
left_behind:
  it: was
"""
NEW = """\
# Ours.
telemetry:
  enabled: false

# One at a time, and quickly.
concurrency:
  runs:
    max_concurrent_runs: 1
  pools:
    default_limit: 1

# Since this version.
run_launcher:
  class: Warm
"""


@pytest.fixture
def home(tmp_path):
    """A home that an earlier version made."""
    (tmp_path / FILE).write_text(OLD)
    (tmp_path / SHIPPED).write_text(OLD)
    return tmp_path


def test_what_nobody_touched_becomes_what_is_shipped(home):
    """And nothing is said of it; a new home is the same."""
    assert bring_up_to_date(home) == ""
    assert (home / FILE).read_text() == (home / SHIPPED).read_text() == shipped(home)


def test_what_a_person_changed_stays_and_is_named(home):
    """With their own comments; once, at the upgrade."""
    mine = OLD.replace("enabled: false", "enabled: true  # we do share")
    (home / FILE).write_text(mine + "# Mine.\npython_logs:\n  python_log_level: DEBUG\n")

    said = bring_up_to_date(home)
    text = (home / FILE).read_text()

    assert "kept as it was: python_logs, telemetry." in said
    assert "# we do share" in text
    assert "# Mine.\npython_logs:" in text
    assert yaml.safe_load(text)["run_launcher"] == yaml.safe_load(shipped(home))["run_launcher"]
    assert bring_up_to_date(home) == ""
    assert (home / FILE).read_text() == text


def test_a_section_is_judged_by_what_it_says():
    """Unchanged takes the new one, changed stays, taken out stays out, given up by us goes, a person's own stays."""
    mine = OLD.replace("max_concurrent_runs: 1", "max_concurrent_runs: 2").replace("telemetry:\n  enabled: false\n", "")
    found = merged(mine + "mine: 1\n", OLD, NEW)

    assert yaml.safe_load(found) == {
        "concurrency": {"runs": {"max_concurrent_runs": 2}},
        "run_launcher": {"class": "Warm"},
        "mine": 1,
    }
    assert merged(OLD, OLD, NEW) == NEW


def test_a_home_from_before_this_was_noted_keeps_what_it_has(home):
    """Nobody knows who wrote what stands there; what is missing is added."""
    (home / SHIPPED).unlink()
    said = bring_up_to_date(home)
    values = yaml.safe_load((home / FILE).read_text())

    assert "concurrency, left_behind" in said
    assert values["concurrency"] == {"runs": {"max_concurrent_runs": 1}}
    assert values["run_launcher"]["class"] == "WorkerLauncher"


def test_a_file_that_cannot_be_read_is_named(home):
    """Rather than written over, or followed by an error of Dagster's that does not name it."""
    (home / FILE).write_text("telemetry: [\n")

    with pytest.raises(ConfigurationError, match=r"dagster\.yaml is no YAML.*line 2"):
        bring_up_to_date(home)

    assert (home / FILE).read_text() == "telemetry: [\n"
