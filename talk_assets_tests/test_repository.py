"""What holds for the repository as a whole."""

import re
import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path

import pytest
from packaging.requirements import Requirement

ROOT = Path(__file__).parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]


def tracked(*patterns: str) -> list[Path]:
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--", *patterns],  # noqa: S607 - git lies in different folders
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    return [path for name in listed.split("\0") if name and (path := ROOT / name).is_file()]


def pins(name: str) -> dict[str, str]:
    """Version by package, of a requirements file."""
    found = re.findall(r"^([a-z0-9-]+)(?:\[[a-z0-9,-]+\])?==(\S+)", (ROOT / name).read_text(), flags=re.MULTILINE)
    return dict(found)


def test_files_hold_one_idea():
    """No module is longer than a person reads in one go."""
    lengths = {path.relative_to(ROOT): len(path.read_text().splitlines()) for path in tracked("*.py")}

    assert len(lengths) > 20
    assert {path: length for path, length in lengths.items() if length > 300} == {}


def test_no_module_is_named_after_nothing():
    """A module is named for what it is about, so that its content can be guessed."""
    vague = {"utils", "util", "common", "helpers", "helper", "manager", "handler", "processor", "base", "misc"}

    assert [path for path in tracked("*.py") if vague & {*path.relative_to(ROOT).with_suffix("").parts}] == []


def test_no_file_names_a_machine_or_a_registry():
    """A clone works anywhere: no path of somebody's machine, no address that packages are fetched from."""
    # Each with a class of one character, so that this file does not hold what it looks for.
    words = re.compile(
        "/wor[k]/|/roo[t]/|/hom[e]/|/User[s]/|pyp[i].org|pythonhoste[d]|npmj[s].org"
        "|--index-ur[l]|--extra-index-ur[l]|--find-link[s]|--trusted-hos[t]"
    )

    found = {
        f"{path.relative_to(ROOT)}: {match[0]}"
        for path in tracked()
        if path.suffix not in {".png"} and (match := words.search(path.read_text()))
    }

    assert found == set()


@pytest.mark.parametrize("name", ["requirements.txt", "requirements-dev.txt"])
def test_every_pin_is_exact_and_hashed(name):
    """What is installed is what was tested, to the byte."""
    blocks = re.split(r"\n(?=\S)", (ROOT / name).read_text().strip())

    assert len(blocks) > 50
    assert [block for block in blocks if not re.match(r"\S+==\S+ .*?\\\n    --hash=sha256:", block)] == []


def test_pins_satisfy_what_the_project_asks_for():
    """The lock was not forgotten when a dependency was changed."""
    run, dev = pins("requirements.txt"), pins("requirements-dev.txt")
    wanted = {
        "run": [Requirement(text) for text in PROJECT["dependencies"]],
        "dev": [Requirement(text) for text in PROJECT["optional-dependencies"]["dev"]],
    }

    unmet = [r for r in wanted["run"] if run.get(r.name) is None or run[r.name] not in r.specifier]
    unmet += [r for r in wanted["dev"] if dev.get(r.name) is None or dev[r.name] not in r.specifier]
    assert unmet == []
    assert {name: dev.get(name) for name in run} == run
    assert run["duckdb"] == "1.5.5"


def test_one_version_everywhere():
    """The changelog has a place for what the project's version holds."""
    changelog = (ROOT / "CHANGELOG.md").read_text()

    assert "## [Unreleased]" in changelog or f"## [{PROJECT['version']}]" in changelog


def test_every_make_target_is_explained():
    """`make help` lists all targets a person may type."""
    makefile = (ROOT / "Makefile").read_text()
    phony = set(re.search(r"^\.PHONY: (.*)$", makefile, flags=re.MULTILINE)[1].split())
    listed = subprocess.run(
        ["make", "help"],  # noqa: S607 - make lies in different folders
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    ).stdout

    assert {"demo", "dev", "test", "check", "bench"} <= phony
    assert set(re.findall(r"^  make ([\w-]+) ", listed, flags=re.MULTILINE)) == phony


def test_wheel_holds_what_a_run_needs(tmp_path):
    """The sample, Dagster's settings and the licence travel with the package; tests stay at home."""
    build = subprocess.run(
        [
            *(sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--no-build-isolation"),
            *("--wheel-dir", str(tmp_path), str(ROOT)),
        ],
        capture_output=True,
        text=True,
        check=False,
    )
    assert build.returncode == 0, build.stderr
    with zipfile.ZipFile(next(tmp_path.glob("*.whl"))) as wheel:
        names = set(wheel.namelist())
        metadata = wheel.read(next(name for name in names if name.endswith("/METADATA"))).decode()

    samples = {f"talk_assets/sandbox/sample_data/{path.name}" for path in tracked("data/sample/*.json")}
    assert len(samples) >= 2
    assert {"talk_assets/cli/dagster.yaml", "talk_assets/definitions.py", *samples} <= names
    templates = {str(path.relative_to(ROOT)) for path in tracked("talk_assets/reports/quality/templates/*")}
    assert len(templates) >= 4
    assert templates <= names
    assert {"talk_assets/reports/page.css", "talk_assets/verify/page.css", "talk_assets/verify/page.html"} <= names
    assert any(name.endswith("/licenses/LICENSE") for name in names)
    assert not any("tests" in name for name in names)
    assert "License-Expression: Apache-2.0" in metadata
