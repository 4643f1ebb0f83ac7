"""The page that explains error messages quotes messages that there are."""

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PAGE = ROOT / "docs/troubleshooting.md"
_ROW = re.compile(r"^\| `(.+?)` \| ", re.MULTILINE)


def _quoted() -> list[str]:
    return _ROW.findall(PAGE.read_text(encoding="utf-8"))


def _said(node: ast.expr) -> str:
    """The text of a literal, with a mark for each part that is filled in."""
    if isinstance(node, ast.JoinedStr):
        return "".join(_said(part) for part in node.values)
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return node.value
    return "\0"


def _messages() -> list[str]:
    return [
        _said(node)
        for path in (ROOT / "talk_assets").rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.JoinedStr | ast.Constant)
    ]


@pytest.fixture(scope="module")
def messages() -> list[str]:
    return _messages()


def test_the_page_explains_many_messages():
    """An empty page would quote nothing wrong."""
    assert len(_quoted()) >= 25


@pytest.mark.parametrize("quoted", _quoted())
def test_a_message_on_the_page_is_one_that_is_raised(messages, quoted):
    """Who searches the page for what the terminal said must find it."""
    pattern = re.compile(".*?\0.*?".join(re.escape(part) for part in quoted.split("…")), re.DOTALL)

    assert any(pattern.search(message) for message in messages), quoted
