"""The dataflow documents say what the declarations say, in three forms that hold the same."""

import html
import io
import re
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from docutils.core import publish_doctree
from docutils.nodes import row

from talk_assets.entities import PAIRS
from talk_assets.model.errors import DeclarationError
from talk_assets.model.system import System
from talk_assets.reports.dataflow import COLUMNS, document
from talk_assets.reports.documents import as_markdown, as_rst, write
from talk_assets.reports.page import page

SALESFORCE, CUSTOMERP = System
MADE_AT = datetime(2026, 3, 14, 9, 26, tzinfo=UTC)
PROPERTIES = sum(len(pair.properties) for pair in PAIRS.values())


def section(origin, pair):
    return next(one for one in document(origin, made_at=MADE_AT).sections if one.name == pair)


def cells(origin, pair, name):
    return next(dict(zip(COLUMNS, cells, strict=True)) for cells in section(origin, pair).rows if cells[0] == name)


def doctree(source):
    """What docutils makes of *source*, and everything it has to say of it."""
    said = io.StringIO()
    tree = publish_doctree(source, settings_overrides={"report_level": 1, "warning_stream": said})
    return tree, said.getvalue()


@pytest.mark.parametrize("origin", System)
def test_docutils_has_nothing_to_say_of_the_text(origin):
    """Who puts it into a documentation of their own gets no warning from it."""
    tree, said = doctree(as_rst(document(origin, made_at=MADE_AT)))

    assert said == ""
    assert len(list(tree.findall(row))) == PROPERTIES + len(PAIRS)


@pytest.mark.parametrize("origin", System)
def test_every_property_is_in_every_form(origin):
    """Quality assurance works through the tables, so nothing may be missing in any of them."""
    made = document(origin, made_at=MADE_AT)
    shown = page(as_rst(made), title=made.title)
    listed = [line for line in as_markdown(made).splitlines() if line.startswith("| `")]

    assert len(listed) == PROPERTIES
    assert shown.count("<tr>") == PROPERTIES + len(PAIRS)
    for pair in PAIRS.values():
        for p in pair.properties:
            for path in (p.salesforce.path, p.customerp.path):
                assert f">{html.escape(path)}</span>" in shown


@pytest.mark.parametrize("origin", System)
def test_links_lead_somewhere_and_nothing_is_fetched(origin):
    """The page is read without a network, and each entry of its contents leads to its section."""
    made = document(origin, made_at=MADE_AT)
    shown = page(as_rst(made), title=made.title)
    leads = set(re.findall(r'href="#([^"]+)"', shown))
    markdown = as_markdown(made)

    assert leads <= set(re.findall(r'id="([^"]+)"', shown))
    assert len(leads) >= len(PAIRS)
    assert re.findall(r'(?:src|href)="(?!#)[^"]*"', shown) == []
    assert set(re.findall(r"\]\(#([^)]+)\)", markdown)) == set(re.findall(r'<a id="([^"]+)"', markdown)) == set(PAIRS)


def test_files_depend_on_nothing_but_declarations_and_time(tmp_path):
    """Two people who make them at one moment have the same bytes, so that a difference means something."""
    first = {path.name: path.read_bytes() for path in write(tmp_path / "one", made_at=MADE_AT)}
    second = {path.name: path.read_bytes() for path in write(tmp_path / "two", made_at=MADE_AT)}

    assert first == second
    assert sorted(first) == [
        f"{name}.{ending}"
        for name in ("customerp-to-salesforce", "salesforce-to-customerp")
        for ending in ("html", "md", "rst")
    ]
    assert b"2026-03-14 09:26 UTC" in first["customerp-to-salesforce.md"]


def test_version_moves_with_a_declaration():
    """A document tells whether it is about the declarations that are in use."""
    contact = PAIRS["contact"]
    changed = replace(contact, properties=contact.properties[:-1])

    one, other = (document(SALESFORCE, made_at=MADE_AT, pairs=[pair]) for pair in (contact, changed))

    assert one.version != other.version
    assert one.version in as_rst(one)


@pytest.mark.parametrize(
    ("origin", "pair", "name", "said"),
    [
        (SALESFORCE, "contact", "`email`", "created and updated"),
        (SALESFORCE, "order", "`quote`", "created"),
        (CUSTOMERP, "quote", "`company`", "created"),
        (SALESFORCE, "quote", "`company`", "created"),
        (CUSTOMERP, "quote", "`currency`", "not written; Salesforce settles it"),
        (SALESFORCE, "quote", "`currency`", "created"),
        (SALESFORCE, "order", "`total`", "compared only"),
        (CUSTOMERP, "order_line", "`product`", "created"),
    ],
)
def test_direction_is_that_of_the_document(origin, pair, name, said):
    """What one end settles for good is not promised to follow an update."""
    assert cells(origin, pair, name)["Direction"] == said


@pytest.mark.parametrize(
    ("origin", "pair", "rule", "said"),
    [
        (SALESFORCE, "product", "Required", "(filled with the Salesforce id where it is empty)"),
        (CUSTOMERP, "order", "Creation", "takes new ones only as `open`"),
        (CUSTOMERP, "order", "Locks", "`company` and `currency` are locked"),
        (SALESFORCE, "order", "Required", "It needs `contact` or `company`."),
        (SALESFORCE, "quote", "Locks", "While it is `accepted` or `declined` in Customerp"),
        (SALESFORCE, "quote_line", "Deletion", "is deleted in Customerp too"),
        (CUSTOMERP, "contact", "Deletion", "stays in Salesforce"),
        (CUSTOMERP, "quote", "Creation", "an Account and an Opportunity"),
        (SALESFORCE, "contact", "Linking", "agree in `email`"),
        (SALESFORCE, "contact", "Conflicts", "The later edit wins"),
    ],
)
def test_rules_of_a_pair_are_told(origin, pair, rule, said):
    """A section says what a person would otherwise have to ask a developer."""
    assert said in dict(section(origin, pair).rules)[rule]


def test_text_of_a_declaration_is_no_markup():
    """A star, a bar or an angle bracket in a declaration is shown as it is."""
    contact = PAIRS["contact"]
    odd = replace(contact.by_name["department"], doc="Of *all* [x]_ |bars| <b>and</b> `code`s_ and \\ more_")
    pair = replace(contact, properties=(*contact.properties[:4], odd, *contact.properties[5:]))

    source = as_rst(document(SALESFORCE, made_at=MADE_AT, pairs=[pair]))
    tree, said = doctree(source)

    assert said == ""
    assert "Of *all* [x]_ |bars| <b>and</b> codes_ and \\ more_" in tree.astext()
    assert "&lt;b&gt;and&lt;/b&gt;" in page(source, title="One")


def test_text_that_docutils_refuses_makes_no_page():
    """Whoever breaks the text is told, and nobody reads half a page."""
    with pytest.raises(DeclarationError, match="Nothing was written of it"):
        page("Title\n==\n\n.. nothing::\n", title="Broken")
