"""The page of guarantees names, for each sentence, tests that exist."""

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PAGE = ROOT / "GUARANTEES.md"
NAMED = re.compile(r"`(talk_assets_tests/[\w/]+\.py)::(\w+)`")


def sections() -> dict[str, list[str]]:
    """The page's list items by their second-level heading, each on one line."""
    found: dict[str, list[str]] = {}
    for part in re.split(r"^## ", PAGE.read_text(), flags=re.MULTILINE)[1:]:
        heading, _, text = part.partition("\n")
        items = re.split(r"^- ", text, flags=re.MULTILINE)[1:]
        found[heading.strip()] = [" ".join(item.split()) for item in items]
    return found


SECTIONS = sections()
NAMES = sorted({match for items in SECTIONS.values() for item in items for match in NAMED.findall(item)})


def test_every_guarantee_names_its_test():
    """A promise without a test is no promise."""
    promised = [item for heading, items in SECTIONS.items() if "not" not in heading.lower() for item in items]

    assert len(promised) >= 18
    assert [item[:60] for item in promised if not NAMED.search(item)] == []


@pytest.mark.parametrize(("path", "name"), NAMES, ids=[name for _, name in NAMES])
def test_a_named_test_exists(path, name):
    """The page is no older than the tests."""
    functions = {node.name for node in ast.walk(ast.parse((ROOT / path).read_text())) if hasattr(node, "name")}

    assert name in functions
